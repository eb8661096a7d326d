"""Finds in the text of a card what belongs to its front matter: code, entries, sources, licenses.

Each clue is a value with the line it was found on: a proposal that a person looks at.
"""

from __future__ import annotations

import re
from collections.abc import Iterator
from typing import NamedTuple

from registry.cards import code_clues
from registry.cards.card import Card
from registry.cards.formats import URL
from registry.cards.library import Library
from registry.cards.rules.mentions import ID, NAMED, plain
from registry.cards.schema import BY_NAME, FITS, fitting
from registry.cards.vocabulary import words
from registry.sections import EXPERIMENTS, MODELS, RAW, RESULTS

ISO = r"(?<!\d)((?:19|20)\d\d-[01]\d-[0-3]\d)(?!\d)"
GOT = re.compile(
    r"(?i:retriev|download|fetch|access|obtain|scrap|collect)\w*(?![^.\n]*\bbetween\b)"
    rf"(?:https?://\S+|[^.\n]){{0,60}}?{ISO}"
)
# What stands before a link to where the data come from, and before one to something else.
ORIGIN = re.compile(r"(?i)\b(?:from|source|origin|download\w*|fetch\w*|data|page|site|curl|wget)\b")
ELSEWHERE = re.compile(
    r"(?i)\b(?:paper|mirror|scanner|device|author|licen[sc]e|tracker|script|code|see also)\b"
    r"[^.]{0,20}$"
)
PAPERS = re.compile(r"https?://(?:arxiv\.org|(?:dx\.)?doi\.org|openreview\.net)/")
HUB_MODEL = re.compile(r"https://huggingface\.co/(?!datasets/|spaces/|docs/)[\w.-]+/[\w.-]+/?")
# A line about the license, and the first one below it: `## License` stands alone.
LICENSED = re.compile(
    r"(?i)[^\n]{0,60}\blicen[sc](?:e[sd]?|ing)\b[^\n]{0,80}(?:\s*\n\s*[^\n#]{0,80})?"
)
UNDER = re.compile(r"\b(?:[Uu]nder|[Rr]eleased as|[Pp]ublished as)\b[^\n.]{0,8}?\b[A-Z][^\n]{0,30}")
NOT_IN_IDS = re.compile(r"(?i)\b(?:the|version|licen[sc]e[sd]?)\b,?|\bv(?=\d)")
ALIASES = {"cc0": "cc0-1.0", "gplv3": "gpl-3.0", "gplv2": "gpl-2.0", "apache2": "apache-2.0"}
CARD_LINK = re.compile(r"(?:\]\(|\]:\s*)(?:\.\.?/)?(?:([\w-]+)/)?([^)\s/]+)\.card\.md\b")
# A word that can be nobody's but an entry's: it has more than letters in it.
WORD = re.compile(r"(?<![\w/.-])(?=[^\W_]+[\d_.-])[^\W_][\w.-]*\w(?![\w/])")
CODE_NAME = re.compile(r"(?<!`)`([^`\s]+)`(?!`)")
# Before the name of a dataset on which a model was only tried.
TRIED = re.compile(
    r"(?i)(?:\d\.\d+|\d\s*%|\b(?:tested|evaluated|scores?|accuracy|auc|wer))[^.]{0,12}\bon\W*$"
)


class Clue(NamedTuple):
    """A text that belongs to a key of the front matter, and the line, from 1, that shows it."""

    key: str
    text: str
    line: int


def clues(card: Card, library: Library) -> list[Clue]:
    """Everything that the card's text shows for the fields of its section, most certain first."""
    section = card.entry.section
    found = [*_code(card), *_license(card), *_entries(card, library), *_retrieved(card)]
    found += _source(card, {clue.key for clue in found})
    kept = [clue for clue in found if section in BY_NAME[clue.key.partition(".")[0]].sections]
    return list({(clue.key, clue.text): clue for clue in reversed(kept)}.values())[::-1]


def _code(card: Card) -> Iterator[Clue]:
    code = code_clues.find(card.shown)
    for key, spot in (("repo", code.repo), ("commit", code.commit), ("command", code.command)):
        if spot.text:
            yield Clue(f"code.{key}", spot.text, card.line_at(spot.at))


def _retrieved(card: Card) -> Iterator[Clue]:
    for match in GOT.finditer(card.shown):
        yield Clue("retrieved", match[1], card.line_at(match.start(1)))


def _source(card: Card, known: set[str]) -> Iterator[Clue]:
    """Of raw data the link to where they come from; of a model that was not trained here, to it."""
    section = card.entry.section
    if section == MODELS and not known & {"datasets", "training_results"}:
        for match in HUB_MODEL.finditer(card.shown):
            yield Clue("source_url", match.group().rstrip("/."), card.line_at(match.start()))
    if section != RAW:
        return
    links = [m for m in code_clues.LINK.finditer(card.shown) if URL.fullmatch(m.group())]
    sure: list[re.Match[str]] = []
    other: list[re.Match[str]] = []
    for match in links:
        before = " ".join(card.shown[max(0, match.start() - 90) : match.start()].split())
        if (
            ELSEWHERE.search(before[-40:])
            or PAPERS.match(match.group())
            or code_clues.REPO.match(match.group())
        ):
            continue
        (sure if ORIGIN.search(before) else other).append(match)
    for match in sure or (other if len(other) == 1 else []):
        yield Clue("source_url", match.group(), card.line_at(match.start()))


def _license(card: Card) -> Iterator[Clue]:
    """A license id of the Hub in a phrase about the license, however it is spaced."""
    for pattern in (LICENSED, UNDER):
        for match in pattern.finditer(card.shown):
            name = _license_id(match.group(), pattern is LICENSED)
            if name:
                at = re.search(r"(?i)licen|under|as\b", match.group())
                yield Clue("license", name, card.line_at(match.start() + (at.start() if at else 0)))


def _license_id(phrase: str, is_sure: bool) -> str:
    """The id that a phrase names; where it is not surely about a license, only one with marks."""
    said = re.sub(r"[\s_-]+", "-", NOT_IN_IDS.sub(" ", phrase.lower()))
    for name in sorted((*words("licenses"), *ALIASES), key=len, reverse=True):
        if name in ("other", "cc") or not (is_sure or re.search(r"[\d-]", name)):
            continue
        if re.search(rf"(?<![a-z0-9]){re.escape(name)}(?![a-z0-9])", said):
            return ALIASES.get(name, name)
    return ""


def _entries(card: Card, library: Library) -> Iterator[Clue]:
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
