"""Decides where a card's links lead on the site: to pages, to the repository, or nowhere."""

from __future__ import annotations

import base64
import os
import re
from collections.abc import Container
from dataclasses import dataclass, field
from hashlib import sha256
from pathlib import Path
from urllib.parse import quote, unquote

from registry.entries import CARD

ANCHOR = "card-"  # before the ids of a card's headings, so that they cannot be those of the page
SCHEME = re.compile(r"[A-Za-z][A-Za-z0-9+.-]*:|//|\\")
SAFE = re.compile(r"(?:https?://|mailto:)[^\s]+", re.IGNORECASE)
PICTURES = (".png", ".jpg", ".jpeg", ".gif", ".webp", ".avif")
LARGEST = 5_000_000  # bytes of one picture
ELSEWHERE = "../static/elsewhere.svg"  # stands for a picture that would have to be fetched


@dataclass
class Links:
    """Leads the links of all cards. `pages`: ids of entries; `web`: where the repository's files
    are shown, "" if nowhere. `pictures` collects {name on the site: file here}. `moved`: ids of
    entries that are called otherwise now. `looked`: pictures that were looked for."""

    root: Path
    pages: Container[str]
    web: str = ""
    pictures: dict[str, Path] = field(default_factory=dict)
    moved: dict[str, str] = field(default_factory=dict)
    looked: set[Path] = field(default_factory=set)

    def href(self, section: str, target: str) -> str | None:
        """A link for a page one folder down; None for one that is unsafe or leads nowhere."""
        target = target.strip()
        if target.startswith("#"):
            return f"#{ANCHOR}{target[1:]}"
        if SCHEME.match(target):
            return target if SAFE.fullmatch(target) else None
        path, mark, anchor = target.partition("#")
        place = self._place(section, path)
        if not place:
            return None
        entry = place.removesuffix(CARD)
        if entry not in self.pages:
            entry = self.moved.get(entry, entry)
        if entry in self.pages:
            return quote(f"../{entry}.html") + (f"#{ANCHOR}{anchor}" if mark else "")
        is_data = "/".join(place.split("/")[:2]) in self.pages
        return f"{self.web}/{quote(place)}" if self.web and not is_data else None

    def src(self, section: str, target: str) -> str:
        """An address for a picture that needs no network: a copy's, or the picture itself."""
        place = None if SCHEME.match(target) else self._place(section, target)
        file = self.root / place if place else None
        if file:
            self.looked.add(file)
        if not file or not self._is_ours(file):
            return ELSEWHERE
        data = file.read_bytes()
        if file.suffix.lower() == ".svg":  # as data it can run no script, even opened alone
            return f"data:image/svg+xml;base64,{base64.b64encode(data).decode()}"
        name = f"pictures/{sha256(data).hexdigest()[:20]}{file.suffix.lower()}"
        self.pictures[name] = file
        return f"../{name}"

    def is_elsewhere(self, section: str, target: str) -> bool:
        return self.src(section, target) == ELSEWHERE

    def _place(self, section: str, target: str) -> str | None:
        """The path from the top of the repository; None when it leaves it."""
        path = unquote(target.partition("?")[0])
        place = os.path.normpath(os.path.join(section, path))
        outside = place.startswith(("/", "..")) or "\0" in place or place.startswith(".git/")
        return None if outside else place

    def _is_ours(self, file: Path) -> bool:
        """Return whether it is a picture of a fair size that really is in this repository."""
        top = os.path.realpath(self.root) + os.sep
        real = os.path.realpath(file)
        known = file.suffix.lower() in (*PICTURES, ".svg")
        fits = known and os.path.isfile(real) and os.path.getsize(real) <= LARGEST
        return fits and real.startswith(top)
