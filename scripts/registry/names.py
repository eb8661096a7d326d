"""Names that every disk can hold: what Linux, macOS, Windows, S3 and Git all take."""

from __future__ import annotations

import re
import unicodedata
from collections.abc import Iterable

# https://learn.microsoft.com/windows/win32/fileio/naming-a-file
RESERVED = re.compile(r"(?i)(con|prn|aux|nul|conin\$|conout\$|com[0-9¹²³]|lpt[0-9¹²³])(\..*)?")
FORBIDDEN = re.compile(r'[<>:"|?*\\\x00-\x1f\x7f]')
LONGEST = 200  # bytes: 255 on most disks, less what tools append while they write


def why_bad(name: str) -> str | None:
    """Why a file or folder of this name cannot live on every disk; None when it can."""
    if not name:
        return "it is empty"
    bad = FORBIDDEN.search(name)
    if bad:
        return f"it holds {bad.group()!a}"
    if RESERVED.fullmatch(name):
        return "Windows keeps it for a device"
    if name != name.strip() or name.endswith("."):
        return "it begins or ends with a space, or ends with a dot"
    if name.startswith("-"):
        return "programs would take it for an option"
    if len(name.encode("utf-8", "surrogateescape")) > LONGEST:
        return f"it is longer than {LONGEST} bytes"
    if not name.isprintable():
        return "it holds characters that do not show"
    return None


def twins(names: Iterable[str]) -> list[tuple[str, str]]:
    """Pairs of names that are one name on some disk: same but for case, or for how é is coded."""
    seen: dict[str, str] = {}
    pairs = []
    for name in names:
        first = seen.setdefault(folded(name), name)
        if first != name:
            pairs.append((first, name))
    return pairs


def folded(name: str) -> str:
    """The name as a disk that ignores case and normal forms sees it."""
    return unicodedata.normalize("NFC", unicodedata.normalize("NFC", name).casefold())


def folders_of(path: str) -> list[str]:
    """The folders that a path goes through: `a/b/c` goes through `a` and `a/b`."""
    parts = path.split("/")
    return ["/".join(parts[:count]) for count in range(1, len(parts))]
