"""Lists the fields of the front matter, one row each, in the order in which cards write them.

The checker, `make card`, `make adopt`, the export to the Hub and docs/cards.md all follow it.
"""

from __future__ import annotations

from typing import NamedTuple

from registry.sections import EVERY, EXPERIMENTS, MODELS, PROCESSED, RAW, RESULTS

HUB = "https://huggingface.co/docs/hub/model-cards#model-card-metadata"
HUB_DATA = "https://huggingface.co/docs/hub/datasets-cards#dataset-card-metadata"
OURS = "this registry"


class Field(NamedTuple):
    """A key of the front matter. `kind` names a row of card_values.KINDS."""

    name: str
    kind: str
    about: str
    example: str
    required: tuple[str, ...] = ()
    optional: tuple[str, ...] = ()
    source: str = HUB

    @property
    def sections(self) -> tuple[str, ...]:
        return self.required + self.optional


_TRAINED = (MODELS, EXPERIMENTS)
_DATA = (RAW, PROCESSED, EXPERIMENTS)

# fmt: off
FIELDS = (
    Field("pretty_name", "text", "the name that people read", "Tiny Shakespeare", EVERY, (),
          HUB_DATA),
    Field("license", "license", "a license id of the Hub", "cc-by-4.0", EVERY),
    Field("license_name", "text", "its name, when `license` is `other`", "acme-1.0", (), EVERY),
    Field("license_link", "link", "its text, when `license` is `other`",
          "https://acme.org/license", (), EVERY),
    Field("language", "language", "ISO 639 codes, or `code`, `multilingual`", "[en, de]", (),
          EVERY),
    Field("tags", "tags",
          "words to find it by, lower-case; those of tags.yml when that file is there",
          "[text, drama]", (), EVERY),
    Field("contact", "text", "who answers questions", "ada@example.org", (), EVERY, OURS),
    Field("status", "status", "`active` (as when absent) or `deprecated`", "deprecated", (),
          EVERY, OURS),
    Field("deprecated_notice", "text", "why it is deprecated and what to use instead",
          "The test split leaked into the train split.", (), EVERY, OURS),
    Field("new_version", "successor", "the entry of the same section that replaces it",
          "raw_datasets/tiny-shakespeare-2", (), EVERY),
    Field("source_url", "link", "where the bytes come from", "https://example.org/data.tar.gz",
          (RAW,), (PROCESSED, MODELS, EXPERIMENTS), OURS),
    Field("retrieved", "date", "the day they were fetched", "2026-11-23", (RAW,), (), OURS),
    Field("model", "models", "the model, or models, that this run trained",
          "champion_models/poet", (RESULTS,), (), OURS),
    Field("source_datasets", "datasets",
          "what it derives from: entries, or ids on the Hub; `original` for nothing",
          "[raw_datasets/tiny-shakespeare]", (PROCESSED,), (RAW, EXPERIMENTS), HUB_DATA),
    Field("datasets", "datasets", "what it was trained on: entries, or ids on the Hub",
          "[processed_datasets/plays]", (MODELS,), (EXPERIMENTS,)),
    Field("training_results", "results", "the runs that made it", "training_results/poet",
          (MODELS,), (EXPERIMENTS,), OURS),
    Field("base_model", "base_models",
          "the model that it was tuned from: an entry, or an id on the Hub",
          "openai-community/gpt2", (), (*_TRAINED, RESULTS)),
    Field("library_name", "word", "the library that loads it", "transformers", (), _TRAINED),
    Field("pipeline_tag", "task", "what it does, a task id of the Hub", "text-generation", (),
          _TRAINED),
    Field("metrics", "texts", "the metrics that it was judged by", "[perplexity]", (), _TRAINED),
    Field("code", "code", "what made it: `repo`, `commit`, `command`",
          "{repo: https://github.com/acme/poet, commit: 4f2a91c, command: python train.py}",
          (PROCESSED, RESULTS), (EXPERIMENTS,), OURS),
    Field("hardware", "text", "what it ran on, and for how long", "1 x A100 80GB, 3 h", (),
          (RESULTS, EXPERIMENTS), OURS),
    Field("citation", "text", "how to cite it", "Karpathy, char-rnn, 2015", (), (RAW,), OURS),
    Field("size_categories", "sizes", "how many records, in the Hub's classes", "10K<n<100K", (),
          _DATA, HUB_DATA),
    Field("task_categories", "tasks", "what it is for, task ids of the Hub", "[text-generation]",
          (), _DATA, HUB_DATA),
    Field("personal_sensitive_information", "text", "what it holds about people",
          "Names of authors, as published.", (), (RAW,),
          "https://huggingface.co/docs/hub/datasets-cards"),
    Field("preview", "switch",
          "whether the catalog may show what is in the files: `false` for never, `true` in spite "
          "of data about people", "false", (), EVERY, OURS),
)
# fmt: on

BY_NAME = {field.name: field for field in FIELDS}
ORDER = {field.name: place for place, field in enumerate(FIELDS)}

# The keys of the mapping `code`, all required: their kinds, in order.
CODE_KEYS = {"repo": "repo", "commit": "commit", "command": "text"}

# Of these keys, an entry of the section needs at least one.
ONE_OF = {EXPERIMENTS: ("source_datasets", "datasets")}


class Excuse(NamedTuple):
    """What spares an entry keys that it cannot have.

    `by`: keys that say instead where it came from, when none of `keys` is there. Or the section
    `heading` of the body says it in words that `said` knows. `cure` ends the message.
    """

    section: str
    keys: tuple[str, ...]
    by: tuple[str, ...]
    heading: str
    said: str
    cure: str


EXCUSES = (
    Excuse(MODELS, ("datasets", "training_results"), ("base_model", "source_url"), "", "",
           "if it was not trained here, add base_model or source_url in place of both"),
    Excuse(MODELS, ("training_results",), (), "How it was trained",
           r"\bno (?:record|trace|logs?|results?)\b"
           r"|\b(?:runs?|logs?|results?|records?)\b[^.]{0,60}\b(?:lost|not kept|gone|missing)\b",
           "if nothing is left of it, say under '## How it was trained': no record of the run"),
    Excuse(PROCESSED, ("code",), ("annotations_creators",), "How it was made",
           r"\bby hand\b|\bmanual(?:ly)?\b"
           r"|\bhand-?(?:made|written|labell?ed|picked|curated|drawn)\b"
           r"|\b(?:no|without) (?:code|script|program)s?\b",
           "if it was made by hand, say so under '## How it was made'"),
    Excuse(RAW, ("source_url",), ("source_datasets",), "Where it comes from",
           r"\b(?:not|nowhere|never) (?:public|published|on the web|online)\b|\binternal(?:ly)?\b"
           r"|\bno (?:page|url|public|web)\b|\b(?:we|us|ourselves|our own)\b[^.]{0,40}\b(?:record|"
           r"measur|collect|wrote|made|scanned|bought)",
           "if it is on no page, say under '## Where it comes from': not public"),
    Excuse(RESULTS, ("model",), ("base_model",), "What was run",
           r"\bno models?\b|\bmodels?\b[^.]{0,40}\b(?:not kept|lost|deleted|thrown away)\b",
           "if none came out, say under '## What was run': no model was kept"),
)  # fmt: skip

# When the first key has this value, the others are required as well.
REQUIRED_WITH = (("license", "other", ("license_name", "license_link")),)

# Sections that a reference of each kind may lead to; an experiment stays on one machine, so only
# experiments may build on one. "=" is the section of the card itself.
FITS = {
    "datasets": (RAW, PROCESSED),
    "models": (MODELS, EXPERIMENTS),
    "base_models": (MODELS,),
    "results": (RESULTS,),
    "successor": ("=",),
}

# The fields that say what an entry is built on: followed for cycles and deprecated sources.
LINEAGE = ("source_datasets", "datasets", "base_model")


def required(section: str) -> list[str]:
    """Return the keys that every card of the section needs."""
    return [field.name for field in FIELDS if section in field.required]


def fitting(kind: str, section: str) -> tuple[str, ...]:
    """Return the sections that a reference of this kind may lead to from a card of `section`."""
    if section == RAW and kind == "datasets":
        return ()  # a raw dataset derives from nothing here
    allowed = tuple(section if name == "=" else name for name in FITS[kind])
    return allowed + (
        (EXPERIMENTS,) if section == EXPERIMENTS and EXPERIMENTS not in allowed else ()
    )
