"""A person at a checkout: edits files in every way that fools a sync, and says what was meant."""

from __future__ import annotations

from collections.abc import Iterable
from typing import TYPE_CHECKING

from model.disk import Baseline, Disk, File, folder_of

if TYPE_CHECKING:
    from model.commands import Command
    from model.world import World

PATHS = ("a", "f/b", "f/c", "h/b", "h/c")


class User:
    def __init__(self, world: World, who: str, paths: Iterable[str] = PATHS) -> None:
        self.paths = tuple(paths)  # where this person works
        self.world, self.who, self.disk = world, who, Disk(world, who)
        self.command: Command | None = None
        self.orphan = False  # an aws that outlived its command
        self.written: dict[str, str] = {}  # what this person last wrote, by path
        self.deleted: set[str] = set()
        self.emptied: set[str] = set()  # folders that this person's own hands may have emptied
        self.edits: dict[str, int] = {}  # when a path was last touched by hand
        self.died = False  # a command of this person's was killed, perhaps before its last rmdir
        self.moved = 0  # when a disk was last mounted or unmounted
        self.lost = False  # the baseline was lost, or its unfinished push was unlocked
        self.away: dict[str, File] | None = None  # what an unmount hid
        self.last = ""

    def touched(self, path: str) -> bool:
        """By hand, or hidden under a mount, since the running command started."""
        return bool(self.command and max(self.edits.get(path, 0), self.moved) >= self.command.start)

    def removed(self, path: str) -> bool:
        """A path that was removed by hand, if only for a while."""
        start = self.command.start if self.command else self.world.now
        return path in self.deleted or self.edits.get(path, 0) >= start

    def change(self) -> str:
        """One random act at the keyboard; what it was."""
        rng, files = self.world.rng, self.disk.files
        if self.away is not None:
            return self.mount()
        acts = [self.write, self.write, self.add, self.add]
        if files:
            acts += [self.write, self.delete, self.rename, self.same_size, self.same_size]
            acts += [self.rename_folder] if self.disk.folders and rng.random() < 0.5 else []
            acts += [self.unmount] if rng.random() < 0.1 and not self.disk.aside else []
            acts += [self.rm_rf] if rng.random() < 0.1 else []
            acts += [self.lose_state] if rng.random() < 0.05 and not self.command else []
        return rng.choice(acts)()

    def save(self, path: str, content: str, in_place: bool, mtime: int | None = None) -> str:
        if in_place and path in self.disk.files:
            self.disk.files[path].write(content, mtime)
        else:
            self.disk.files[path] = File(self.world, content, mtime)
        self.disk.folders |= {folder_of(path)} - {""}
        self.written[path], self.edits[path] = content, self.world.tick()
        self.deleted.discard(path)
        self.world.oracle.contents.append(content)
        return f"{path} = {content}{' in place' if in_place else ''}"

    def new(self, size: str = "") -> str:
        known = self.world.oracle.contents
        if known and not size and self.world.rng.random() < 0.15:
            return self.world.rng.choice(known)  # restored, or the same as somebody's
        return f"{self.who}{self.world.tick()}.{size or self.world.rng.choice('12')}"

    def pick(self) -> str:
        here = sorted(self.disk.files)
        return self.world.rng.choice([path for path in here if path in self.paths] or here)

    def write(self) -> str:
        path = self.pick() if self.disk.files else self.paths[0]
        return self.save(path, self.new(), self.world.rng.random() < 0.5)

    def add(self) -> str:
        return self.save(self.world.rng.choice(self.paths), self.new(), False)

    def same_size(self) -> str:
        """Like cp -p: other bytes of the same size, with an mtime from long ago."""
        path = self.pick()
        old = -self.world.tick()
        size = self.disk.files[path].content[-1]
        return "cp -p " + self.save(path, self.new(size), self.world.rng.random() < 0.5, old)

    def forget(self, path: str) -> None:
        self.emptied.add(folder_of(path))
        self.written.pop(path, None)
        self.deleted.add(path)
        self.edits[path] = self.world.tick()

    def delete(self) -> str:
        path = self.pick()
        del self.disk.files[path]
        self.forget(path)
        return f"rm {path}"

    def rename(self) -> str:
        path, to = self.pick(), self.world.rng.choice(self.paths)
        if path == to:
            return "nothing"
        file = self.disk.files.pop(path)
        file.moved()
        self.forget(path)
        self.arrives(to, file)
        return f"mv {path} {to}"

    def arrives(self, path: str, file: File) -> None:
        self.disk.files[path] = file
        self.disk.folders |= {folder_of(path)} - {""}
        self.written[path], self.edits[path] = file.content, self.world.tick()
        self.deleted.discard(path)

    def rename_folder(self) -> str:
        """All of it at once, if no folder of that name holds anything."""
        folder = self.world.rng.choice(sorted(self.disk.folders))
        to = "h" if folder == "f" else "f"
        if self.disk.holds(to):
            return "nothing"
        for path in [path for path in self.disk.files if folder_of(path) == folder]:
            file = self.disk.files.pop(path)
            self.forget(path)
            self.arrives(f"{to}/{path.rpartition('/')[2]}", file)
        self.disk.folders.discard(folder)
        self.disk.folders.add(to)
        self.emptied.add(to)
        return f"mv {folder}/ {to}/"

    def rm_rf(self) -> str:
        for path in list(self.disk.files):
            self.forget(path)
        self.disk.files.clear()
        self.disk.folders.clear()
        return "rm -rf"

    def unmount(self) -> str:
        """In place: a scan that is under way sees its names vanish."""
        self.away, self.disk.device = dict(self.disk.files), 1
        self.disk.files.clear()
        self.disk.folders.clear()
        self.moved = self.world.tick()
        return "unmount"

    def mount(self) -> str:
        self.disk.files.clear()
        self.disk.files.update(self.away or {})
        self.disk.folders = {folder_of(path) for path in self.disk.files} - {""}
        self.away, self.disk.device = None, 0
        self.moved = self.world.tick()
        self.know_nothing()
        return "mount again"

    def lose_state(self) -> str:
        self.disk.saved, self.disk.journal = Baseline(), None
        self.know_nothing()
        return "loses .registry/state"

    def know_nothing(self) -> None:
        """Without a baseline every file here counts as this person's own."""
        self.lost = True
        self.written |= {path: file.content for path, file in self.disk.files.items()}

    def reset(self) -> str:
        """make reset: the registry's version, please; what is here goes to trash."""
        self.disk.trash += [*self.disk.files.values(), *self.disk.aside.values()]
        self.disk.aside = {}
        self.edits |= dict.fromkeys([*PATHS, *self.disk.files], self.world.tick())
        self.disk.files.clear()
        self.disk.folders.clear()
        self.written.clear()
        self.lost = True
        journal = self.disk.journal
        self.disk.saved = Baseline(absorbed=journal.serial if journal else 0)  # its news go too
        return "make reset"
