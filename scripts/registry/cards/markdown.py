"""Reads the body of a card: its headings, and its prose apart from code and comments."""

from __future__ import annotations

import re
from typing import NamedTuple

# `## Text`, or Text with a line of === (level 1) or --- (level 2) below it.
HEADING = re.compile(
    r"^ {0,3}(?:(?P<marks>#{1,6})(?!\S)(?P<text>[^\n]*)"
    r"|(?![ #>]|[-+*][ \t]|\d+[.)][ \t])(?=[^\n]*[^\n\s=*_-])"
    r"(?P<above>\S[^\n]*)\n {0,3}(?P<line>=+|-+)[ \t]*)\r?$",
    re.MULTILINE,
)
HIDDEN = re.compile(
    r"^ {0,3}(?P<fence>`{3,}|~{3,})[^\n]*\n.*?(?:^ {0,3}(?P=fence)[`~]*[ \t]*\r?$|\Z)"
    r"|<!--.*?(?:-->|\Z)",
    re.MULTILINE | re.DOTALL,
)
# That it begins with a literal makes it quick: no ` stands before the first.
CODE = re.compile(r"(`(?<!``)`*)(?!`)(?:(?!\n[ \t]*\n).)*?(?<!`)\1(?!`)", re.DOTALL)


class Heading(NamedTuple):
    """`line` is in the file, from 1; `start`, `end` the heading's own offsets in the card's text;
    `content` the offset where the next heading of its level or a higher one stands."""

    level: int
    text: str
    line: int
    start: int
    end: int
    content: int


def blank(text: str, pattern: re.Pattern[str]) -> str:
    """Return the text with every match turned to spaces; lines and offsets stay."""
    return pattern.sub(lambda m: spaces(m.group()), text)


def uncomment(text: str) -> str:
    """The text with its comments turned to spaces, but not what looks like one in a code block."""
    return HIDDEN.sub(lambda m: m.group() if m.group("fence") else spaces(m.group()), text)


def spaces(text: str) -> str:
    """As many spaces as the text has characters, with its line ends."""
    return "\n".join(" " * len(line) for line in text.split("\n"))


def headings(prose: str) -> list[Heading]:
    """Return the headings of a text without code and comments."""
    headed, line, last = [], 1, 0
    for match in HEADING.finditer(prose):
        line += prose.count("\n", last, match.start())
        last = match.start()
        marks = match["marks"] or ("#" if match["line"][0] == "=" else "##")
        text = (match["above"] or match["text"]).strip()
        if match["marks"] and re.search(r"(?:^|\s)#+$", text):
            text = text.rstrip("#").rstrip()
        headed.append(Heading(len(marks), text, line, match.start(), match.end(), 0))
    return [h._replace(content=_until(h, headed[i + 1 :], prose)) for i, h in enumerate(headed)]


def says_something(shown: str, heading: Heading) -> bool:
    """Return whether a heading has more below it than other headings and white space."""
    text = shown[heading.end : heading.content]
    return bool(HEADING.sub("", text).strip())


def _until(heading: Heading, later: list[Heading], prose: str) -> int:
    return next((h.start for h in later if h.level <= heading.level), len(prose))
