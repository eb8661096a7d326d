"""Finds in the text of a card what belongs to its front matter: code, entries, sources, licenses.

Each clue is a value with the line it was found on: a proposal that a person looks at.
"""

from __future__ import annotations

import re
from collections.abc import Iterator

from registry.cards import code_clues, entry_clues, license_clues
from registry.cards.card import Card
from registry.cards.clue import Clue
from registry.cards.formats import URL
from registry.cards.library import Library
from registry.cards.schema import BY_NAME
from registry.sections import MODELS, RAW

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


def clues(card: Card, library: Library) -> list[Clue]:
    """Everything that the card's text shows for the fields of its section, most certain first."""
    section = card.entry.section
    gathered = [
        *_code(card),
        *license_clues.find(card),
        *entry_clues.find(card, library),
        *_retrieved(card),
    ]
    gathered += _source(card, {clue.key for clue in gathered})
    kept = [clue for clue in gathered if section in BY_NAME[clue.key.partition(".")[0]].sections]
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
