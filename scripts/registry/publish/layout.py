"""Names the objects of a public mirror, and reads and writes its lists of files."""

from __future__ import annotations

import re
from typing import NamedTuple

from registry.entries import Entry
from registry.errors import RegistryError
from registry.index import content

INDEX = "index.json"
DELISTED = "delisted.json"  # what was taken out, and since when: its bytes go after a week
CLIENT = "registry_client.py"  # the module by which Python uses the mirror
BLOBS = "blobs/sha256/"
_LINE = re.compile(r"([0-9a-f]{64}) (\d+) (.+)")


class FileLine(NamedTuple):
    """A file of a version."""

    sha256: str
    size: int
    path: str


def blob(sha256: str) -> str:
    return f"{BLOBS}{sha256[:2]}/{sha256}"


def files(entry: Entry, version: str) -> str:
    return f"entries/{entry}/{version}.files"


def latest(entry: Entry) -> str:
    return f"entries/{entry}/latest.json"


def card(entry: Entry) -> str:
    return f"entries/{entry}/card.md"


def bom(entry: Entry) -> str:
    return f"entries/{entry}/bom.json"


def signature(entry: Entry, version: str) -> str:
    return f"entries/{entry}/{version}.sig"


def croissant(entry: Entry) -> str:
    return f"entries/{entry}/croissant.json"


def as_text(lines: list[FileLine]) -> bytes:
    """The list of files, by the bytes of their paths: the text whose SHA-256 is a version."""
    return content.text({line.path: content.Line(line.sha256, line.size) for line in lines})


def parse(body: bytes, where: str) -> list[FileLine]:
    """Raises RegistryError for what is no list of files. `where`: what to call it then."""
    text = body.decode("utf-8", "replace")
    rows = [_LINE.fullmatch(line) for line in text.split("\n")[:-1]]
    lines = [FileLine(row[1], int(row[2]), row[3]) for row in rows if row]
    if len(lines) != len(rows) or as_text(lines) != body:
        raise RegistryError(f"{where} is no list of files, or was changed: delete it, run again")
    return lines
