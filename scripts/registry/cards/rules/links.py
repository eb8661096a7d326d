"""Judges relative links: what the card links to is in the repository."""

from __future__ import annotations

import os
import re
from collections.abc import Iterator
from urllib.parse import unquote

from registry.cards.card import Card
from registry.cards.formats import URL
from registry.cards.kinds import Found
from registry.cards.library import Library

INLINE = re.compile(r"\]\(\s*(?:<([^>\n]*)>|([^\s()]*(?:\([^\s()]*\)[^\s()]*)*))[^()\n]*\)")
# A footnote, `[^1]: The note`, defines no link.
DEFINED = re.compile(r"^ {0,3}\[(?!\^)[^\]\n]+\]:\s*<?([^\s>]+)", re.MULTILINE)
HTML = re.compile(r"<(?:img|a)\b[^<>]*?\b(?:src|href)\s*=\s*[\"']([^\"'\n]*)[\"']", re.IGNORECASE)
SCHEME = re.compile(r"[A-Za-z][A-Za-z0-9+.-]*:|//|#")


def links(card: Card, library: Library) -> Iterator[Found]:
    """Every relative link and image in the body leads to something."""
    for pattern in (INLINE, DEFINED, HTML):
        for match in pattern.finditer(card.words):
            target = next((group for group in match.groups() if group), "")
            problem = _missing(target, card.entry.section, library)
            if problem:
                yield card.line_at(match.start()), problem


def files(card: Card, library: Library) -> Iterator[Found]:
    """A file of this repository, where the front matter may name one, is there."""
    for key in ("source_url", "license_link"):
        for text, line in card.texts(key):
            if URL.fullmatch(text) or SCHEME.match(text) or re.search(r"\bTODO\b|\s", text):
                continue
            if not any(_exists(folder, text, library) for folder in ("", card.entry.section)):
                yield line, f"{key} must be a url or a file that exists: '{text}'. Correct it"


def _missing(target: str, section: str, library: Library) -> str | None:
    target = unquote(re.split(r"[?#]", target)[0])
    if not target or SCHEME.match(target) or "<name>" in target:
        return None
    if target.startswith("/"):
        return f"a link must be relative to the card: '{target}'. Write it from {section}/"
    if _exists(section, target, library):
        return None
    return f"a link must lead somewhere: '{target}' is not there. Correct it, or delete the link"


def _exists(folder: str, target: str, library: Library) -> bool:
    """Whether a path is in the checkout, or in an entry whose data is not here to look at."""
    path = os.path.normpath(os.path.join(folder, target))
    if path == ".." or path.startswith("../") or "\0" in path:
        return False
    if os.path.lexists(library.root / path):
        return True
    entry = library.ids.get("/".join(path.split("/")[:2]))
    return entry is not None and not entry.folder.is_dir()
