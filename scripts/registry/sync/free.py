"""Frees an entry: what is here goes once S3 was seen to hold every byte of it.

First all of it is read and compared with a fresh LIST. Then it is set aside, out of everybody's
reach; it is looked at again, here and in S3; and only then it goes. At the first doubt, and after a
crash, it is put back where it was.
"""

from __future__ import annotations

import os
from collections.abc import Iterable
from dataclasses import dataclass, field
from pathlib import Path

from registry import files, freed, in_use, options
from registry.entries import Entry
from registry.errors import RegistryError
from registry.humanize import some
from registry.index import baseline, journal
from registry.remote.session import Session
from registry.sync import free_rules, trash
from registry.transfer.job import Progress

ASIDE, DROPPED = "freeing", "freed"  # of the trash: to be put back after a crash; to be finished
Traces = dict[str, tuple[int, ...]]  # {path: what tells that it is untouched}


@dataclass
class Freeing:
    """One entry's. `places`: where its data lies, by the path that each part has when set aside.

    Other kinds of entries look and prove in their own way; `drop_more` takes away what else they
    have here.
    """

    entry: Entry
    session: Session
    places: dict[str, Path] = field(default_factory=dict)
    notes: list[str] = field(default_factory=list)  # what stays, and why

    def look(self) -> None:
        """Raises Refusal for what must not be freed, before anything is read."""
        raise NotImplementedError

    def prove(self, progress: Progress) -> None:
        """Read every byte here. Raises Refusal unless S3 holds it."""
        raise NotImplementedError

    def look_again(self) -> None:
        """Raises RegistryError if S3 holds anything else than when it was compared."""
        raise NotImplementedError

    def drop_more(self) -> int:
        """Take away what else goes; the bytes that this gives back."""
        return 0

    def carry_out(self, progress: Progress) -> int:
        """Free it; the bytes that the disk got back."""
        before = traces(self.places)
        refuse_in_use(self.places.values())
        self.prove(progress)
        aside = trash.new(self.entry, ASIDE)
        try:
            set_aside(self.places, aside)
            self._refuse_touched(before, aside)
            refuse_in_use([aside])
            self.look_again()
            freed.note(self.entry, self.session.remote.identity)
        except BaseException:
            if not put_back(self.entry, self.places, aside):
                where = aside.relative_to(self.entry.root)
                text = f"something came in its place: what was here is in {where} (`make trash`)"
                raise RegistryError(text) from None
            raise
        baseline.forget(self.entry)  # or what is put into its place would pass for a change of it
        journal.drop(self.entry)
        return finish(aside) + self.drop_more()

    def _refuse_touched(self, before: Traces, aside: Path) -> None:
        now = traces({path: aside / path if path else aside for path in self.places})
        touched = sorted(path for path in {*before, *now} if before.get(path) != now.get(path))
        if touched:
            raise RegistryError(f"changed here while it was read: {some(touched)}: run again")


def traces(places: dict[str, Path]) -> Traces:
    """Return what shows that everything at these places is untouched, links and litter too."""
    traced: Traces = {}
    for path, place in places.items():
        if not place.is_dir() or place.is_symlink():
            traced[path] = _trace(place, is_top=True)
        for folder, names in files.walk(place):
            below = os.path.relpath(folder, place)
            for name in names:
                at = os.path.normpath(os.path.join(path, below, name))
                traced[at] = _trace(Path(folder, name))
    return traced


def _trace(path: Path, is_top: bool = False) -> tuple[int, ...]:
    """A file that is renamed itself gets a new ctime by that."""
    stat = path.lstat()
    mine = (stat.st_mode, stat.st_size, stat.st_mtime_ns, stat.st_ino)
    return mine if is_top else (*mine, stat.st_ctime_ns)


def refuse_in_use(places: Iterable[Path]) -> None:
    """Raises Refusal, naming the processes, unless IN_USE=1 says that this is all right."""
    held = [] if options.flag("IN_USE") else in_use.holders(places)
    if held:
        raise free_rules.in_use(held)


def set_aside(places: dict[str, Path], aside: Path) -> None:
    for path, place in places.items():
        target = aside / path if path else aside
        target.parent.mkdir(parents=True, exist_ok=True)
        os.rename(place, target)


def put_back(entry: Entry, places: dict[str, Path], aside: Path) -> bool:
    """Return whether all of it is back; what has something else at its place stays in the trash.

    Then the baseline goes: what came instead has deleted nothing.
    """
    for path, place in places.items():
        source = aside / path if path else aside
        if os.path.lexists(source) and not os.path.lexists(place):
            os.rename(source, place)
    trash.tidy(aside)
    is_back = not os.path.lexists(aside)
    (freed if is_back else baseline).forget(entry)
    return is_back


def finish(aside: Path) -> int:
    """Drop what was proven: first under a name that says so, for a crash in the middle."""
    item = aside.parent.parent
    gone = item.with_name(item.name.replace(f"-{ASIDE}-", f"-{DROPPED}-"))
    while gone.exists():
        gone = gone.with_name(f"{gone.name}0")
    size = _size(aside) if os.path.lexists(aside) else 0
    os.rename(item, gone)
    files.drop_tree(gone)
    return size


def _size(top: Path) -> int:
    """The bytes on the disk that go with these files: those of no other name, none of links."""
    walked = files.walk(top) if top.is_dir() else [(str(top.parent), [top.name])]
    stats = (os.lstat(os.path.join(folder, name)) for folder, names in walked for name in names)
    return sum(stat.st_blocks * 512 for stat in stats if stat.st_nlink == 1)
