"""Says where the files of a dataset are, in Croissant's words: in a checkout, or on a mirror."""

from __future__ import annotations

from collections.abc import Sequence
from mimetypes import guess_type
from typing import NamedTuple, Protocol

from catalog.item import Item


class PublicFile(Protocol):
    """A published file, with its hash."""

    @property
    def sha256(self) -> str: ...

    @property
    def size(self) -> int: ...

    @property
    def path(self) -> str: ...


class Mirror(NamedTuple):
    """Where everybody gets a version: below `url` each file lies under its hash."""

    url: str
    version: str
    files: Sequence[PublicFile]


def here(item: Item) -> dict[str, str]:
    """Return all files, as they lie in a checkout after `make pull`."""
    return {
        "@type": "cr:FileSet",
        "@id": "files",
        "name": "files",
        "description": f"Every file of {item.id}, below that folder of a checkout.",
        "includes": f"{item.id}/**",
        "encodingFormat": "application/octet-stream",
    }


def published(mirror: Mirror) -> list[dict[str, str]]:
    """Return each file, with the address that gives it and the hash to check it by."""
    return [
        {
            "@type": "cr:FileObject",
            "@id": f"file-{number}",  # mlcroissant takes no blanks in it, and paths have them
            "name": file.path,
            "contentUrl": f"{mirror.url}/blobs/sha256/{file.sha256[:2]}/{file.sha256}",
            "contentSize": f"{file.size} B",
            "encodingFormat": guess_type(file.path)[0] or "application/octet-stream",
            "sha256": file.sha256,
        }
        for number, file in enumerate(mirror.files, 1)
    ]
