"""What one move changes, written down before its first effect and kept until Git knows of it.

`.registry/moves/<section>/<name>.json`, by the entry's old name.
"""

from __future__ import annotations

import json
from collections.abc import Iterator
from dataclasses import asdict, dataclass, field
from pathlib import Path
from typing import Any

from registry import workspace
from registry.entries import Entry, entry_of
from registry.files import drop_tree, write_whole
from registry.sections import EXPERIMENTS, MIRRORED


@dataclass
class MovePlan:
    """`files`: {path: (text before, text after)}, None where there is none. `folders`: (from, to).

    `stored`: what S3's part has to know: the token, and the old entry's marker before.
    `replaces`: the ids that others take, `keeps_as`: what the first of them is called from now on.
    `is_done`: whether all of it is carried out, and only Git's word is waited for.
    """

    root: Path
    old: str
    new: str
    remote: str = ""
    results: str = ""
    files: dict[str, tuple[str | None, str | None]] = field(default_factory=dict)
    folders: list[tuple[str, str]] = field(default_factory=list)
    stored: dict[str, Any] = field(default_factory=dict)
    replaces: list[str] = field(default_factory=list)
    keeps_as: str = ""
    taken_by: str = ""  # who took the name that it left, if that was what it was for
    is_done: bool = False
    is_going_back: bool = False

    @property
    def old_entry(self) -> Entry:
        return entry_of(self.old, self.root)

    @property
    def new_entry(self) -> Entry:
        return entry_of(self.new, self.root)

    @property
    def is_stored(self) -> bool:
        """Whether S3 holds what moves, and not only what it replaces."""
        return self.old_entry.section in MIRRORED

    @property
    def needs_s3(self) -> bool:
        return self.is_stored or any(e.section in MIRRORED for e in self.replaced_entries)

    @property
    def needs_push(self) -> bool:
        """Whether a push has to send it, or to take its old keys away."""
        return self.is_stored or self.new_entry.section != EXPERIMENTS

    @property
    def command(self) -> str:
        """What was typed, ready to paste again."""
        from shlex import quote

        words = f"make move DATASET={self.old_entry:sh} TO={self.new_entry:sh}"
        words += f" RESULTS={quote(self.results)}" if self.results else ""
        words += " REPLACE=1" if self.replaces else ""
        return words + (f" OLD={quote(self.keeps_as)}" if self.keeps_as else "")

    @property
    def commit(self) -> str:
        """What has Git know of it, ready to paste; all of it is staged."""
        from shlex import quote

        return f"git commit -m {quote(f'Move {self.old} to {self.new}')}"

    @property
    def advice(self) -> str:
        """What to do about one that was cut off."""
        if self.is_going_back:
            return f"its move to {self.new} is being undone: `{self.command} UNDO=1` goes on"
        return f"its move to {self.new} is not finished: `{self.command}` goes on, UNDO=1 goes back"

    @property
    def ids(self) -> set[str]:
        """Every entry that it touches."""
        return {self.old, self.new, *self.replaces}

    @property
    def replaced_entries(self) -> list[Entry]:
        return [entry_of(id, self.root) for id in self.replaces]

    @property
    def room(self) -> Path:
        """Where what is known here of its entries is kept, as it was before the move."""
        path = _path(self.old_entry)
        return path.with_name(f"{self.old_entry.name}.kept")

    def save(self) -> None:
        values = {k: v for k, v in asdict(self).items() if k != "root"}
        write_whole(_path(self.old_entry), json.dumps(values).encode(), durable=True)

    def drop(self) -> None:
        drop_tree(self.room)
        _path(self.old_entry).unlink(missing_ok=True)


def load(old: Entry) -> MovePlan | None:
    """Return the move of this entry that is under way, or waits for Git."""
    path = _path(old)
    return _read(path, old.root) if path.is_file() else None


def waiting(root: Path) -> Iterator[MovePlan]:
    """Every move of this checkout that Git does not know of yet, as far as this checkout knows."""
    for path in workspace.moves(root):
        yield _read(path, root)


def _read(path: Path, root: Path) -> MovePlan:
    values = json.loads(path.read_bytes())
    values["files"] = {name: (a, b) for name, (a, b) in values["files"].items()}
    values["folders"] = [(a, b) for a, b in values["folders"]]
    return MovePlan(root, **values)


def _path(old: Entry) -> Path:
    return old.root / workspace.ROOM / workspace.MOVES / old.section / f"{old.name}.json"
