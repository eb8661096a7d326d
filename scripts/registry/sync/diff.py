"""Compares the files of two states of an entry: what was renamed, added, changed, is gone."""

from __future__ import annotations

from dataclasses import dataclass, field

from registry.index.content import Line, Lines

NO_HASH = "cannot be read"  # in place of a file's SHA-256


@dataclass
class Diff:
    """What the new state has otherwise. `renamed`: (old path, new path).

    `unreadable`: as large as it was, and nobody can read whether it changed.
    """

    renamed: list[tuple[str, str]] = field(default_factory=list)
    added: list[str] = field(default_factory=list)
    changed: list[str] = field(default_factory=list)
    gone: list[str] = field(default_factory=list)
    unreadable: list[str] = field(default_factory=list)

    def __bool__(self) -> bool:
        return any(vars(self).values())


def ends(text: str) -> tuple[str, str] | str:
    """Return the two words of `old..new`, "" for what S3 holds now, or the one word."""
    old, dots, new = text.partition("..")
    return (old, new) if dots else text


def compare(old: Lines, new: Lines) -> Diff:
    """A file that is gone and one that is new with the same bytes are one that was renamed."""
    diff = Diff(added=sorted(new.keys() - old.keys()), gone=sorted(old.keys() - new.keys()))
    for path in sorted(path for path in old.keys() & new.keys() if old[path] != new[path]):
        is_lost = new[path] == Line(NO_HASH, old[path].size)
        (diff.unreadable if is_lost else diff.changed).append(path)
    left: dict[Line, list[str]] = {}
    for path in reversed(diff.gone):
        left.setdefault(old[path], []).append(path)
    for path in list(diff.added):
        if left.get(new[path]) and new[path].size:
            before = left[new[path]].pop()
            diff.renamed.append((before, path))
            diff.added.remove(path)
            diff.gone.remove(before)
    return diff
