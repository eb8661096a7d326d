"""Bring back what was set aside. What is at its place by now stays, and is named.

usage: restore_trash.py ID        (`make trash` lists the ids)
"""

from __future__ import annotations

import difflib
import shutil

from registry import console, entries, lock, place, trash
from registry.console import plural, say
from registry.entries import ROOT, Entry
from registry.errors import Refusal, UsageError


def main(argv: list[str]) -> int:
    wanted = argv[0] if argv else ""
    items = {item.id: item for item in trash.items(ROOT)}
    if wanted not in items:
        near = difflib.get_close_matches(wanted, items, n=1, cutoff=0.3)
        hint = f"; did you mean {near[0]}?" if near else ""
        raise UsageError(f"ID={wanted!r} is not in the trash: `make trash` lists it{hint}")
    lock.take(entries.ROOT, "make restore")
    return restore(items[wanted])


def restore(item: trash.Item) -> int:
    entry = Entry(item.section, item.name)
    if entry.folder.is_symlink():
        raise Refusal(f"{entry} is a link: nothing is written through it")
    taken, back = [], 0
    for path in item.files():
        link = place.link_on_the_way(entry.folder, path)
        if link or (entry.folder / path).exists():
            taken.append(path)
        elif place.put(item.content / path, entry.folder / path, None, item.content / path):
            back += 1
        else:
            taken.append(path)
    say(f"restore: {plural(back, 'file')} back in {entry}")
    if taken:
        raise Refusal(
            f"{plural(len(taken), 'file')} left in {item.content.relative_to(ROOT)}, since others "
            f"are at their place: {', '.join(taken[:5])}: move those away, then run it again"
        )
    shutil.rmtree(item.folder, ignore_errors=True)
    return 0


if __name__ == "__main__":
    raise SystemExit(console.run(main))
