"""Names the processes of this machine that have files open, where /proc tells.

Other people's processes tell that to root alone.
"""

from __future__ import annotations

import contextlib
import os
from collections.abc import Iterable, Iterator
from pathlib import Path

PROC = Path("/proc")
LOOKED_AT = ("cwd", "root", "exe")


def holders(places: Iterable[Path]) -> list[str]:
    """`name (process 17)` for each that has these, or something below them, open or mapped."""
    tops = [os.path.realpath(place) for place in places]
    pids = (name for name in _names(PROC) if name.isdigit() and int(name) != os.getpid())
    return [f"{_name(pid)} (process {pid})" for pid in pids if _holds(pid, tops)]


def _holds(pid: str, tops: list[str]) -> bool:
    paths = (path for path in _paths(PROC / pid) if path.startswith("/"))
    return any(path == top or path.startswith(top + os.sep) for path in paths for top in tops)


def _paths(process: Path) -> Iterator[str]:
    """What a process stands in, has open, and has in its memory, as a model's weights often are."""
    links = [process / name for name in LOOKED_AT]
    links += [process / "fd" / name for name in _names(process / "fd")]
    for link in links:
        with contextlib.suppress(OSError):
            yield os.readlink(link)
    with contextlib.suppress(OSError), open(process / "maps", "rb") as lines:
        for line in lines:
            yield os.fsdecode(line[line.find(b"/") :].rstrip(b"\n")) if b"/" in line else ""


def _name(pid: str) -> str:
    with contextlib.suppress(OSError):
        return (PROC / pid / "comm").read_text(errors="replace").strip()
    return "?"


def _names(folder: Path) -> list[str]:
    try:
        return os.listdir(folder)
    except OSError:
        return []
