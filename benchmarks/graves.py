"""Takes folders away without deleting their small files, until the whole benchmark is over.

ext4 without a journal passes over each inode that was freed in the last minutes: after some 10,000
deletions it took 2 s to make 3,000 files, without them 0.07 s, and whoever came next paid for it.
Source: `recently_deleted` in https://github.com/torvalds/linux/blob/master/fs/ext4/ialloc.c
"""

from __future__ import annotations

import itertools
import os
from pathlib import Path

LARGE = 2**20  # bytes: such files are few, and would fill the disk
_numbers = itertools.count()


def bury(folder: Path, beside: Path) -> None:
    """Move a folder, if there is one, out of the way, to the graves beside another folder."""
    if folder.exists():
        free_space(folder)
        graves = beside.parent / "gone"
        graves.mkdir(exist_ok=True)
        folder.rename(graves / str(next(_numbers)))


def free_space(folder: Path) -> None:
    """Delete the large files below it."""
    for above, _, names in os.walk(folder):
        for name in names:
            path = os.path.join(above, name)
            if os.lstat(path).st_size >= LARGE:
                os.unlink(path)
