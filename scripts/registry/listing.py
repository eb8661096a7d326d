"""What S3 lists below an entry, as paths of the entry; keys that no disk should get are named."""

from __future__ import annotations

from collections.abc import Iterable, Mapping
from dataclasses import dataclass, field

from registry import scan
from registry.s3 import Client, Object

NAME_BYTES = 255


@dataclass
class Listing:
    """{path: Object} of the entry's data, and a line for each key that must not come here."""

    files: dict[str, Object] = field(default_factory=dict)
    problems: list[str] = field(default_factory=list)


def read(client: Client, prefix: str) -> Listing:
    """List an entry. Raises Unreachable rather than returning a part."""
    return from_objects(client.list(prefix), prefix)


def from_objects(objects: Iterable[Object], prefix: str) -> Listing:
    found = Listing()
    for row in objects:
        path = row.key[len(prefix) :]
        if (not path or path.endswith("/")) and row.size == 0:
            continue  # what consoles write to show a folder
        why = _unfit(path)
        if why:
            found.problems.append(f"{row.key!r}: {why}")
        elif scan.travels(path):
            found.files[path] = row
    found.problems += _both_file_and_folder(found.files, prefix)
    return found


def _unfit(path: str) -> str:
    """Why a key cannot become a path here; "" if it can."""
    parts = path.split("/")
    if "" in parts:
        return "an empty name between slashes"
    if "." in parts or ".." in parts:
        return "a key that walks out of its folder"
    if any(ord(letter) < 32 or ord(letter) == 127 for letter in path):
        return "a control character in the key"
    try:
        if any(len(part.encode()) > NAME_BYTES for part in parts):
            return f"a name longer than a disk takes, {NAME_BYTES} bytes"
    except UnicodeEncodeError:
        return "a key that is not UTF-8"
    return ""


def _both_file_and_folder(files: Mapping[str, Object], prefix: str) -> list[str]:
    folders = set()
    for path in files:
        while "/" in path:
            path = path.rpartition("/")[0]
            if path in folders:
                break
            folders.add(path)
    return [f"{prefix + path!r}: a file and a folder at once" for path in files if path in folders]
