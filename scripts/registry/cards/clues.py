"""Finds what the text of a card without front matter shows: commits, code, entries, urls, dates.

Each clue is a value with the line it was found on: a proposal that a person looks at.
"""

from __future__ import annotations

import re
from collections.abc import Iterator
from typing import NamedTuple

from registry.cards.card import Card
from registry.cards.formats import URL
from registry.cards.library import Library
from registry.cards.rules.mentions import ID, NAMED, plain
from registry.cards.schema import BY_NAME, FITS, fitting
from registry.cards.vocabulary import words
from registry.sections import RAW

# As many hex digits as a commit id has, but not the 32 of an MD5; all digits, or all letters, only
# where the text says what it is.
COMMIT = re.compile(
    r"(?<![\w/.-])(?=[0-9a-f]*\d)(?=[0-9a-f]*[a-f])(?![0-9a-f]{32}\b)[0-9a-f]{7,40}(?![\w-])"
)
SAID_COMMIT = re.compile(r"(?i:\b(?:commit|revision|checkout)\b)\W{1,4}([0-9a-f]{7,40})(?![\w-])")
REPO = re.compile(
    r"(?:https://(?:github\.com|gitlab\.com|bitbucket\.org|codeberg\.org)/|\bgit@[\w.-]+:)"
    r"[\w.-]+/[\w.-]*\w"
)
AT_COMMIT = re.compile(
    rf"({REPO.pattern}?)/(?:-/)?(?:commit|tree|blob|src/commit)/([0-9a-f]{{7,40}})"
)
LINK = re.compile(r"https?://[^\s<>()\[\]\"'`|]+[^\s<>()\[\]\"'`|.,;:!?*_]")
ISO = re.compile(r"(?<!\d)(?:19|20)\d\d-[01]\d-[0-3]\d(?!\d)")
GOT = re.compile(r"(?i)retriev|download|fetch|access|obtain|scrap|collect")
COMMAND = re.compile(
    r"^[ \t]*(?:\$ )?((?:python3?|make|bash|sh|torchrun|accelerate|dvc) \S.*?)(?:\s+#.*)?\s*$"
)
CONTINUED = re.compile(r"[ \t]*\\\r?\n[ \t]*")
# A line about the license, and the first one below it: `## License` stands alone.
LICENSED = re.compile(
    r"(?i)[^\n]{0,40}\blicen[sc](?:e[sd]?|ing)\b[^\n]{0,40}(?:\s*\n\s*[^\n#]{0,40})?"
)
NOT_IN_IDS = re.compile(r"(?i)\b(?:the|version|licen[sc]e[sd]?)\b,?|\bv(?=\d)")
CARD_LINK = re.compile(r"\]\((?:\.\.?/)?(?:([\w-]+)/)?([^)\s/]+)\.card\.md\)")
# A word that can be nobody's but an entry's: it has more than letters in it.
WORD = re.compile(r"(?<![\w/.-])(?=[^\W_]+[\d_.-])[^\W_][\w.-]*\w(?![\w/])")


class Clue(NamedTuple):
    """A text that belongs to a key of the front matter, and the line, from 1, that shows it."""

    key: str
    text: str
    line: int


def clues(card: Card, library: Library) -> list[Clue]:
    """Everything that the card's text shows for the fields of its section, most certain first."""
    section = card.entry.section
    found = [*_code(card), *_source(card), *_license(card), *_entries(card, library)]
    found = [clue for clue in found if section == RAW or clue.key != "source_url"]
    kept = [clue for clue in found if section in BY_NAME[clue.key.partition(".")[0]].sections]
    return list({(clue.key, clue.text): clue for clue in reversed(kept)}.values())[::-1]


def _code(card: Card) -> Iterator[Clue]:
    body = card.shown
    for match in AT_COMMIT.finditer(body):
        yield Clue("code.repo", match.group(1), card.line_at(match.start()))
        yield Clue("code.commit", match.group(2), card.line_at(match.start()))
    for match in REPO.finditer(body):
        text = match.group().removesuffix(".git")
        yield Clue("code.repo", text, card.line_at(match.start()))
    plain_text = LINK.sub(lambda m: " " * len(m.group()), body)
    for match in SAID_COMMIT.finditer(plain_text):
        yield Clue("code.commit", match.group(1), card.line_at(match.start(1)))
    for match in COMMIT.finditer(plain_text):
        yield Clue("code.commit", match.group(), card.line_at(match.start()))
    for number, line in _joined(body):
        command = COMMAND.match(line)
        if command and not line.lstrip().startswith("#"):
            yield Clue("code.command", command.group(1).rstrip("`"), number)


def _joined(body: str) -> Iterator[tuple[int, str]]:
    """The lines and their numbers; one that ends with a backslash goes on in the next."""
    number = 1
    for part in re.split(r"(?<!\\)(?<!\\\r)\n", body):
        yield number, CONTINUED.sub(" ", part)
        number += part.count("\n") + 1


def _source(card: Card) -> Iterator[Clue]:
    """Urls that are no code, and the day of a line that tells of getting the data."""
    for match in LINK.finditer(card.shown):
        if not REPO.match(match.group()) and URL.fullmatch(match.group()):
            yield Clue("source_url", match.group(), card.line_at(match.start()))
    for match in REPO.finditer(card.shown):
        yield Clue("source_url", match.group(), card.line_at(match.start()))
    for number, line in enumerate(card.shown.split("\n"), start=1):
        day = ISO.search(line)
        if day and GOT.search(line):
            yield Clue("retrieved", day.group(), number)


def _license(card: Card) -> Iterator[Clue]:
    """A license id of the Hub in a phrase about the license, however it is spaced."""
    ids = sorted(words("licenses"), key=len, reverse=True)
    for match in LICENSED.finditer(card.shown):
        said = re.sub(r"[\s_-]+", "-", NOT_IN_IDS.sub(" ", match.group().lower()))
        for name in ids:
            if re.search(rf"(?<![a-z0-9]){re.escape(name)}(?![a-z0-9])", said) and name != "other":
                at = re.search(r"(?i)licen", match.group())
                yield Clue("license", name, card.line_at(match.start() + (at.start() if at else 0)))
                break


def _entries(card: Card, library: Library) -> Iterator[Clue]:
    """Entries that the text names, for each key whose kind they fit."""
    section, seen = card.entry.section, []
    for match in ID.finditer(card.shown):
        seen.append((f"{match.group(1)}/{plain(match.group(2))}", match.start()))
    for match in CARD_LINK.finditer(card.text):
        seen.append((f"{match.group(1) or section}/{plain(match.group(2))}", match.start()))
    for pattern, text in ((NAMED, card.words), (WORD, card.shown)):
        for match in pattern.finditer(text):
            named = library.names.get(plain(match.group(match.lastindex or 0)), [])
            near = [e for e in named if e.section == section and e != card.entry]
            seen += [(str(entry), match.start()) for entry in near or named]
    for id, at in sorted(seen, key=lambda pair: pair[1]):
        if library.tells(id) and id != str(card.entry):
            yield from _fitting(section, id, card.line_at(at))


def _fitting(section: str, text: str, line: int) -> Iterator[Clue]:
    for field in BY_NAME.values():
        if field.kind not in FITS or field.name in ("new_version", "base_model"):
            continue
        fits = fitting(field.kind, section) if field.kind == "datasets" else FITS[field.kind]
        if text.partition("/")[0] in fits:
            yield Clue(field.name, text, line)
