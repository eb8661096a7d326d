"""Bring back what was set aside. What is at its place by now stays, and is named.

usage: restore_trash.py ID        (`make trash` lists the ids)

What was replaced by `make reset`, or by what came into S3 outside this tool, is swapped: it comes
back, and what is at its place goes to the trash; so the same again swaps it back.
DRY_RUN=1 only says what it would do.
"""

from __future__ import annotations

import difflib
import os
import shlex
from pathlib import Path

from registry import console, entries, files, git, lock
from registry.console import say
from registry.entries import CARD, ROOT, Entry
from registry.errors import Refusal, UsageError
from registry.humanize import plural
from registry.index import stats
from registry.options import Options
from registry.raw import remove as raw_remove
from registry.sections import RAW
from registry.sync import place, trash

SWAPPED = "swapped"
SWAPS = (
    "reset",
    "outside",
    SWAPPED,
)  # why files were set aside that change places with what is there


def main(argv: list[str]) -> int:
    wanted, options = argv[0] if argv else "", Options.from_environment()
    items = {item.id: item for item in trash.items(ROOT)}
    if not wanted:
        raise UsageError("bring back what? Add ID=…: `make trash` lists what there is")
    if wanted not in items:
        near = difflib.get_close_matches(wanted, items, n=1, cutoff=0.3)
        hint = f"; did you mean {near[0]}?" if near else ""
        raise UsageError(f"ID={wanted!r} is not in the trash: `make trash` lists what is{hint}")
    lock.take(entries.ROOT, "make restore")
    if options.dry_run:
        for path in items[wanted].files():
            print(f"{items[wanted].section}/{items[wanted].name}/{path}: to be brought back")
        return 0
    return restore(items[wanted])


def restore(item: trash.Item) -> int:
    entry = Entry(item.section, item.name)
    base = raw_remove.restore_base(entry) if entry.section == RAW else entry.folder
    if base.is_symlink():
        raise Refusal(f"{entry} is a link: nothing is written through it")
    paths = item.files()
    is_back = base == entry.folder and whole(item, entry)
    aside = trash.new(entry, SWAPPED) if item.why in SWAPS and not is_back else None
    taken = [] if is_back else [p for p in paths if not bring_back(item, base, p, aside)]
    back = len(paths) - len(taken)
    swapped = f"; what was there is in the trash as {aside.parent.parent.name}" if aside else ""
    if aside:
        trash.tidy(aside)
    is_swapped = aside is not None and aside.exists()
    where = os.path.relpath(base, ROOT)
    say(f"restore: {plural(back, 'file')} back in {where}{swapped if is_swapped else ''}")
    if taken:
        raise Refusal(
            f"{plural(len(taken), 'file')} left in {item.content.relative_to(ROOT)}, since others "
            f"are at their place: {', '.join(taken[:5])}: move those away, then run it again"
        )
    files.drop_tree(item.content)
    trash.tidy(item.content)
    if command := from_git(entry):
        say(f"restore: its card is in Git's history: `{command}` brings it back")
    return 0


def from_git(entry: Entry) -> str:
    """Return what brings back its card and `.dvc` file as they last were; "" where that is not so.

    A removal takes them out, and a folder without them is no entry to anybody.
    """
    lost = [path for path in (f"{entry}{CARD}", f"{entry}.dvc") if not (ROOT / path).exists()]
    if f"{entry}{CARD}" not in lost:
        return ""
    words = ("log", "-1", "--diff-filter=D", "--no-renames", "--format=%h", "--", lost[0])
    gone = git.ask(ROOT, *words) if git.show(ROOT, f"HEAD:{lost[0]}") is None else ""
    commit = f"{gone}~" if gone else "HEAD"
    held = [path for path in lost if git.show(ROOT, f"{commit}:{path}") is not None]
    return f"git checkout {commit} -- {shlex.join(held)}" if held else ""


def whole(item: trash.Item, entry: Entry) -> bool:
    """Bring all of it back at once, links and empty folders too, if nothing is at its place."""
    if os.path.lexists(entry.folder):
        return False
    os.rename(item.content, entry.folder)
    return True


def bring_back(item: trash.Item, base: Path, path: str, aside: Path | None) -> bool:
    """Bring one file back; False if something is at its place, or on the way to it.

    `aside`: where a file that is at its place may go.
    """
    source, target = item.content / path, base / path
    if place.link_on_the_way(base, path):
        return False
    if target.exists():
        return aside is not None and swap(source, target, aside / path)
    try:
        target.parent.mkdir(parents=True, exist_ok=True)
        if source.is_file() and not source.is_symlink():
            return place.put(source, target, None, source) is not None
        os.rename(source, target)  # a link, pipe or socket: not to be opened
        return True
    except (FileExistsError, NotADirectoryError):  # a file where a folder is wanted
        return False


def swap(source: Path, target: Path, aside: Path) -> bool:
    """Put a file in another one's place, and that one to `aside`; False unless both are files."""
    stat = None if target.is_symlink() else stats.stat_of(target)
    if stat is None or source.is_symlink() or not source.is_file():
        return False
    return place.put(source, target, stat, aside, keep=True) is not None


if __name__ == "__main__":
    raise SystemExit(console.run(main, "restore"))
