"""Finds the entries that the text of a card names, and for which of its keys each fits."""

from __future__ import annotations

import re
from collections.abc import Iterator

from registry.cards.card import Card
from registry.cards.clue import Clue
from registry.cards.library import Library
from registry.cards.rules.mentions import ID, NAMED, plain
from registry.cards.schema import BY_NAME, FITS, fitting
from registry.sections import EXPERIMENTS, MODELS, RESULTS

CARD_LINK = re.compile(r"(?:\]\(|\]:\s*)(?:\.\.?/)?(?:([\w-]+)/)?([^)\s/]+)\.card\.md\b")
# A word that can be nobody's but an entry's: it has more than letters in it.
WORD = re.compile(r"(?<![\w/.-])(?=[^\W_]+[\d_.-])[^\W_][\w.-]*\w(?![\w/])")
CODE_NAME = re.compile(r"(?<!`)`([^`\s]+)`(?!`)")
# Before the name of a dataset on which a model was only tried.
TRIED = re.compile(
    r"(?i)(?:\d\.\d+|\d\s*%|\b(?:tested|evaluated|scores?|accuracy|auc|wer))[^.]{0,12}\bon\W*$"
)


def find(card: Card, library: Library) -> Iterator[Clue]:
    """Entries that the text or the name points at, for each key whose kind they fit."""
    section = card.entry.section
    named = list(_named(card, library))
    if section == RESULTS:
        models = _of_name(card, library, MODELS)
        if models:  # the run's own name says it, whatever other models the text names
            yield Clue("model", models[0], 1)
            named = [(id, at) for id, at in named if not id.startswith(f"{MODELS}/")]
    for id, at in named:
        if not (section == MODELS and TRIED.search(card.shown[max(0, at - 40) : at])):
            yield from _fitting(section, id, card.line_at(at))
    runs = [id for id, _ in named if id.startswith(f"{RESULTS}/")]
    by_name = _of_name(card, library, RESULTS) if section == MODELS and not runs else []
    if len(by_name) == 1:
        yield Clue("training_results", by_name[0], 1)


def _named(card: Card, library: Library) -> Iterator[tuple[str, int]]:
    """The entries that the text names, by place."""
    section, seen = card.entry.section, []
    for match in ID.finditer(card.shown):
        seen.append((f"{match.group(1)}/{plain(match.group(2))}", match.start()))
    for match in CARD_LINK.finditer(card.text):
        seen.append((f"{match.group(1) or section}/{plain(match.group(2))}", match.start()))
    for pattern, text in ((NAMED, card.words), (WORD, card.shown), (CODE_NAME, card.shown)):
        for match in pattern.finditer(text):
            named = library.names.get(plain(match.group(match.lastindex or 0)), [])
            near = [e for e in named if e.section == section and e != card.entry]
            seen += [(str(entry), match.start()) for entry in near or named]
    for id, at in sorted(seen, key=lambda pair: pair[1]):
        if library.tells(id) and id != str(card.entry):
            yield id, at


def _of_name(card: Card, library: Library, section: str) -> list[str]:
    """The model that a run is of, or the runs of a model, by name and suffix: `x` and `x_run2`."""
    models = [e.name for e in library.entries if e.section == MODELS and library.tells(str(e))]
    if section == MODELS:
        model = _model_of(card.entry.name, models)
        return [f"{MODELS}/{model}"] if model else []
    runs = [e for e in library.entries if e.section == RESULTS and library.tells(str(e))]
    own = [e for e in runs if _model_of(e.name, models) == card.entry.name]
    return [str(e) for e in own if e.name == card.entry.name] or [str(e) for e in own]


def _model_of(run: str, models: list[str]) -> str:
    """The longest model's name that a run's name is, or begins with before a mark."""
    fits = [m for m in models if run == m or (run.startswith(m) and run[len(m)] in "_-.")]
    return max(fits, key=len, default="")


def _fitting(section: str, text: str, line: int) -> Iterator[Clue]:
    for field in BY_NAME.values():
        if field.kind not in FITS or field.name in ("new_version", "base_model"):
            continue
        if section == EXPERIMENTS and field.name == "training_results":
            continue  # named beside an experiment, but not its own
        fits = fitting(field.kind, section) if field.kind == "datasets" else FITS[field.kind]
        if text.partition("/")[0] in fits:
            yield Clue(field.name, text, line)
