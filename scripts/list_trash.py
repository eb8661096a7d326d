"""List what was set aside instead of being deleted, and why.

usage: list_trash.py

`make restore ID=<id>` brings an item back. Kept for 14 days, never pushed.
"""

from __future__ import annotations

import time

from registry import console
from registry.console import say
from registry.entries import ROOT
from registry.humanize import human_bytes, plural
from registry.sync import trash

WHY = {
    "reset": "replaced by `make reset`",
    "vanished": "deleted in S3 by somebody",
    "outside": "replaced or deleted by what came into S3 outside this tool",
    "moved": "replaced by `make move REPLACE=1`",
    "removed": "removed by `make remove`",
    "swapped": "replaced by `make restore`",
    "freeing": "set aside by a `make free` that was stopped",
    "replaced": "left by an interrupted pull",
}


def main(argv: list[str]) -> int:
    trash.purge(ROOT)
    items = list(trash.items(ROOT))
    for item in items:
        paths = item.files()
        size = sum((item.content / path).lstat().st_size for path in paths)
        when = time.strftime("%Y-%m-%d %H:%M", time.localtime(item.when))
        why = f"{WHY.get(item.why, item.why)}  `make restore ID={item.id}`"
        print(
            f"{item.id}  {item.section}/{item.name}  {plural(len(paths), 'file')}, "
            f"{human_bytes(size)}  {when}  {why}"
        )
    say(f"trash: {plural(len(items), 'item')}, kept for {trash.KEPT_DAYS} days each")
    return 0


if __name__ == "__main__":
    raise SystemExit(console.run(main, "trash"))
