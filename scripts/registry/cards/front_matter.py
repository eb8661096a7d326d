"""Finds the front matter of a card: YAML between two `---` lines, first in the file."""

from __future__ import annotations

import re
from typing import NamedTuple

import yaml

from registry.cards.yaml_reader import Reader
from registry.cards.yaml_values import BadFrontMatter, Mapping

# The Hub knows front matter by a first line of --- alone; with more on it, it was meant to be one.
FENCE = re.compile(r"(?P<fence>---(?P<more>[ \t]*(?:[ \t]#[^\r\n]*)?)\r?(?:\n|\Z))")
# Front matter below nothing but blank lines or a byte order mark.
BLANK_ABOVE = re.compile(r"\ufeff?(?:[ \t]*\r?\n)*(?P<fence>---[ \t]*\r?\n)(?=(?:#.*\n)*[\w-]+:\s)")
# Front matter below something else, where no tool looks for it: a rule (`---`) above a known key.
LATE = re.compile(
    r"(?:^|(?<=\ufeff))(?P<fence>---[ \t]*\r?\n)(?=(?:#.*\n)*(?:pretty_name|license|tags):)",
    re.MULTILINE,
)
OLD_MAC = re.compile(r"---[ \t]*\r(?!\n)")
CLOSE = re.compile(r"^---[ \t]*\r?(?:\n|\Z)", re.MULTILINE)


HINT = "quote texts that hold `: `, ` #` or quotes, or start with one of @`%&*[{>|!"
TAB_HINT = "write a space in place of the tab"
INDENT_HINT = "take away the blanks that this line begins with, or fill in what stands above it"


class Split(NamedTuple):
    """Where things are in a card's text, as offsets: the fence, the YAML, what follows both."""

    fence: int
    start: int
    end: int
    body: int


def split(text: str) -> Split | None:
    """Return where the front matter stands, also when that is not the start; None without any.

    Raises BadFrontMatter when it does not end.
    """
    if OLD_MAC.match(text):
        raise BadFrontMatter(1, "lines must end with LF, not CR: save the file so in your editor")
    opened = FENCE.match(text) or BLANK_ABOVE.match(text) or LATE.search(text)
    if not opened:
        return None
    fence = opened.start("fence")
    closed = CLOSE.search(text, opened.end("fence"))
    if not closed:
        line = text.count("\n", 0, fence) + 1
        raise BadFrontMatter(
            line, "front matter must end: add a line with only --- below its last key"
        )
    return Split(fence, opened.end("fence"), closed.start(), closed.end())


def misplaced(text: str, where: Split) -> str | None:
    """Return why tools do not see front matter that a person sees; None when they do."""
    if where.fence and not text[: where.fence].strip("\ufeff"):
        mark = "a byte order mark stands above it, unseen"
        return f"front matter must be first: {mark}: run `make check-cards FIX=1`"
    if where.fence:
        return "front matter must be first: move it to the top of the file"
    opened = FENCE.match(text)
    if opened and opened["more"]:
        return "the first line must be --- alone: run `make check-cards FIX=1`"
    return None


def read(text: str, where: Split) -> Mapping:
    """Return the mapping between the fences. Raises BadFrontMatter, with the parser's line."""
    first = text.count("\n", 0, where.start) + 1
    try:
        return Reader(text[where.start : where.end], first, where.start).document()
    except yaml.reader.ReaderError as error:
        line = first + text.count("\n", where.start, where.start + int(error.position))
        raise BadFrontMatter(
            line, "front matter must not hold control characters: delete it"
        ) from None
    except yaml.MarkedYAMLError as error:
        mark = error.problem_mark or error.context_mark
        line = first + mark.line if mark else first
        said = f"{error.context or ''} {error.problem or ''}".strip()
        hint = TAB_HINT if "'\\t'" in said else HINT
        if said.startswith("mapping values") and _is_below_a_value(text.splitlines(), line):
            hint = INDENT_HINT
        raise BadFrontMatter(line, f"front matter must be YAML: {said}: {hint}") from None


def _is_below_a_value(lines: list[str], line: int) -> bool:
    """Return whether a `key:` is indented below another key that has its value already."""
    return bool(re.match(r"[ ]+[\w-]+:( |$)", lines[line - 1])) and bool(
        re.match(r"[\w-]+: +[^\s|>#&]", lines[line - 2])
    )
