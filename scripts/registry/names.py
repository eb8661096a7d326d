"""Judges whether every disk can hold a name: Linux, macOS, Windows, S3 and Git."""

from __future__ import annotations

import re
import unicodedata
from collections.abc import Collection, Iterable, Iterator

KEY_BYTES = 1024  # S3's limit for a key; some is the entry's prefix
SHOWN = 200  # letters of a path
CONTROL = re.compile(r"[\x00-\x1f\x7f]")


# https://learn.microsoft.com/windows/win32/fileio/naming-a-file
RESERVED = re.compile(r"(?i)(con|prn|aux|nul|conin\$|conout\$|com[0-9¹²³]|lpt[0-9¹²³])(\..*)?")
FORBIDDEN = re.compile(r'[<>:"|?*\\\x00-\x1f\x7f]')
LONGEST = 200  # bytes: 255 on most disks, less what tools append while they write


def why_bad(name: str) -> str | None:
    """Return why a file or folder of this name cannot live on every disk; None when it can."""
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


def is_no_text(name: str) -> bool:
    """Return whether its bytes are no UTF-8."""
    return not name.isascii() and any("\ud800" <= letter <= "\udfff" for letter in name)


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
    """Return the name as a disk that ignores case and normal forms sees it."""
    return unicodedata.normalize("NFC", unicodedata.normalize("NFC", name).casefold())


def folders_of(path: str) -> list[str]:
    """Return the folders that a path goes through: `a/b/c` goes through `a` and `a/b`."""
    parts = path.split("/")
    return ["/".join(parts[:count]) for count in range(1, len(parts))]


def name_problems(paths: Collection[str], prefix: str) -> list[str]:
    """One line per path that some disk or S3 would not take, or would take for another one."""
    unfit = ((path, _unfit(path, prefix)) for path in sorted(paths))
    return [f"{_shown(path)!r}: {why}" for path, why in unfit if why] + name_twins(paths)


def _shown(path: str) -> str:
    return path if len(path) <= SHOWN else path[:SHOWN] + "…"


def name_twins(paths: Collection[str]) -> list[str]:
    """One line per file or folder that is another one's on disks that fold case or accents."""
    folds = _shared_folds(paths)
    if not folds:
        return []
    problems = []
    seen: dict[str, str] = {}
    for name in sorted({step for path in paths for step in _steps(path) if _fold(step) in folds}):
        twin = seen.setdefault(_fold(name), name)
        if twin != name:
            why = f"is one name with {twin!r} on disks that fold case or accents: rename one"
            problems.append(f"{name!r}: {why}")
    return problems


def _shared_folds(paths: Collection[str]) -> set[str]:
    """The folded names that several files or folders have; takes little memory to find none."""
    folders: dict[str, str] = {}
    shared = {
        _fold(folder)
        for folder in _folders(paths)
        if folders.setdefault(_fold(folder), folder) != folder
    }
    last = ""
    for fold in sorted(map(_fold, paths)):
        if fold == last or fold in folders:
            shared.add(fold)
        last = fold
    return shared


def _folders(paths: Iterable[str]) -> set[str]:
    folders: set[str] = set()
    for path in paths:
        folder = path.rpartition("/")[0]
        if folder and folder not in folders:
            folders.update(_steps(folder))
    return folders


def _fold(name: str) -> str:
    """The name as disks that fold case or accents have it; the very same text if it is folded."""
    fold = name.lower() if name.isascii() else unicodedata.normalize("NFC", name).casefold()
    return name if fold == name else fold


def _steps(path: str) -> Iterator[str]:
    """The path, and every folder above it: `a/b/c`, `a/b`, `a`."""
    while path:
        yield path
        path = path.rpartition("/")[0]


def _unfit(path: str, prefix: str) -> str:
    try:
        size = len(path.encode()) + len(prefix.encode())
    except UnicodeEncodeError:
        return "its name is not UTF-8: rename it"
    if CONTROL.search(path):
        return "a control character in its name: rename it"
    if size > KEY_BYTES:
        return f"its key would have {size} bytes, S3 takes {KEY_BYTES}: shorten it"
    return ""
