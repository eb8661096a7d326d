"""Reads the Hub's lists of words from its own files into `vocab/`.

`make vocab FROM=file` is given one of those files; which list it holds is seen by its contents.
"""

from __future__ import annotations

import re
from collections.abc import Callable
from typing import NamedTuple

JS = "https://github.com/huggingface/huggingface.js/blob/main/packages"
# A string, a comment or a bracket of JavaScript: what a reader of nesting must tell apart.
TOKEN = re.compile(r"\"(?:\\.|[^\"\\\n])*\"|'(?:\\.|[^'\\\n])*'|`(?:\\.|[^`\\])*`|//[^\n]*"
                   r"|/\*.*?\*/|[{}\[\]]", re.DOTALL)  # fmt: skip
KEY = re.compile(r"(?:^|[,{]|\*/)\s*(?:\"([^\"\n]+)\"|'([^'\n]+)'|([\w$-]+))\s*:\s*$")
LICENSE_ROW = re.compile(r"^[^\n|]*\|?[^\n|]+\|\s*`([^`\n]+)`\s*\|?\s*$", re.MULTILINE)
LANGUAGE = re.compile(r"\bcode:\s*[\"']([a-z]{2,3})[\"']")


class HubList(NamedTuple):
    """A list of `vocab/`: how its own file is known, read, and named to people.

    `grows`: words that the Hub's file does not have stay, since others give them too.
    """

    name: str
    what: str
    source: str
    mark: re.Pattern[str]
    read: Callable[[str], list[str]]
    grows: bool = False


def keys_of(constant: str) -> Callable[[str], list[str]]:
    """Return a reader of the keys of one JavaScript object, `constant = { key: {…}, … }`."""

    def read(text: str) -> list[str]:
        opened = re.search(rf"\b{constant}\b[^={{]*=\s*{{", text)
        return _keys(text, opened.end()) if opened else []

    return read


def _keys(text: str, start: int) -> list[str]:
    """The keys whose values are objects, down to the brace that closes the one at `start`."""
    names, depth, seen = [], 1, start
    for token in TOKEN.finditer(text, start):
        if token.group()[0] not in "{}[]":
            continue
        if token.group() in "{[":
            key = KEY.search(text[seen : token.start()]) if depth == 1 else None
            if key:
                names.append(key[1] or key[2] or key[3])
            depth += 1
        else:
            depth -= 1
        if depth == 0:
            break
        seen = token.end()
    return names


HUB_LISTS = (
    HubList("tasks", "Task ids of the Hugging Face Hub, the keys of PIPELINE_DATA",
            f"{JS}/tasks/src/pipelines.ts",
            re.compile(r"\bPIPELINE_DATA\b[^={]*="), keys_of("PIPELINE_DATA")),
    HubList("libraries", "Libraries that the Hugging Face Hub knows, as library_name calls them",
            f"{JS}/tasks/src/model-libraries.ts",
            re.compile(r"\bMODEL_LIBRARIES_UI_ELEMENTS\b[^={]*="),
            keys_of("MODEL_LIBRARIES_UI_ELEMENTS")),
    HubList("licenses", "License ids of the Hugging Face Hub, from the table of its documentation",
            "https://github.com/huggingface/hub-docs/blob/main/docs/hub/repositories-licenses.md",
            re.compile(r"\|\s*License identifier"), LICENSE_ROW.findall),
    HubList("languages",
            "Language codes: ISO 639-1, 639-2 and 639-3, and the Hub's own code and multilingual",
            f"{JS}/languages/src", re.compile(r"\bLANGUAGES_ISO_639_\d\b"), LANGUAGE.findall, True),
)  # fmt: skip


def held_by(text: str) -> list[tuple[HubList, list[str]]]:
    """Return the lists that a file holds, each with its words; none in a file of another kind."""
    held = [
        (each, list(dict.fromkeys(each.read(text)))) for each in HUB_LISTS if each.mark.search(text)
    ]
    return [(each, words) for each, words in held if words]
