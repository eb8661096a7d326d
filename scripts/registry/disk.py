"""Tells whether what is to come has room, disk by disk, before the first byte of it is written."""

from __future__ import annotations

import os
import shutil
from collections.abc import Callable, Iterable
from pathlib import Path
from typing import NamedTuple

from registry.entries import Entry
from registry.errors import Refusal
from registry.humanize import human_bytes

SPARE_BYTES = 64 * 1024 * 1024  # left free on a disk at most, for everything else that is written
SPARE_LEAST = 1024 * 1024  # for state and listings, beside the least of entries
NAMED = 3  # how many of the largest are named


class Need(NamedTuple):
    """What one entry writes in a folder, which need not be there yet.

    `released`: the bytes of it that what it replaces gives back, once all of it is in place.
    """

    entry: Entry
    folder: Path
    bytes: int
    released: int = 0


class Disk(NamedTuple):
    """One file system: a folder on it, the most that it has to take at one time, what is free."""

    folder: Path
    needs: list[Need]
    bytes: int
    free: int

    def __str__(self) -> str:
        several = f" for {len(self.sizes)} entries" if len(self.sizes) > 1 else ""
        return f"{human_bytes(self.bytes)} of disk needed{several}, {human_bytes(self.free)} free"

    @property
    def sizes(self) -> dict[Entry, int]:
        """What each entry takes of it."""
        by_entry: dict[Entry, int] = {}
        for need in self.needs:
            by_entry[need.entry] = by_entry.get(need.entry, 0) + need.bytes
        return by_entry

    @property
    def lacks(self) -> int:
        return max(0, self.bytes + spare(self.bytes) - self.free) if self.bytes else 0


def spare(bytes: int) -> int:
    """Return what is left free beside so many that come: as much again, within bounds."""
    return min(SPARE_BYTES, max(SPARE_LEAST, bytes)) if bytes else 0


def free(folder: Path) -> int:
    """Return the bytes that may be written on the disk that a folder is on, or will be."""
    return shutil.disk_usage(_existing(folder)).free


def device(folder: Path) -> int:
    """Return the number of the disk that a folder is on, or will be."""
    return os.stat(_existing(folder)).st_dev


def kept(folder: Path) -> int:
    """Return the bytes on the disk of what a folder holds; a hole in a file takes none."""
    from registry import files

    paths = (os.path.join(top, name) for top, names in files.walk(folder) for name in names)
    stats = (os.lstat(path) for path in paths)
    return sum(min(stat.st_size, stat.st_blocks * 512) for stat in stats)


def disks(needs: Iterable[Need], at_once: int, free: Callable[[Path], int] = free) -> list[Disk]:
    """Return what each disk has to take, and has.

    `at_once`: how many entries are under way together.
    """
    by_device: dict[int, list[Need]] = {}
    for need in needs:
        if need.bytes > 0:
            by_device.setdefault(device(need.folder), []).append(need)
    return [
        Disk(mine[0].folder, mine, _peak(mine, at_once), free(mine[0].folder))
        for mine in by_device.values()
    ]


def refuse_lack(disks: Iterable[Disk]) -> None:
    """Raises Refusal, naming the largest, for a disk without room for what it has to take."""
    lacking = [disk for disk in disks if disk.lacks]
    if lacking:
        lines = "; ".join(map(_lack, lacking))
        cures = ", ".join(f"`{_cure(disk)}`" for disk in lacking)
        raise Refusal(
            f"{lines}. Nothing was written: {cures} gives disk back and loses no byte, or pull "
            "fewer entries"
        )


def _peak(needs: list[Need], at_once: int) -> int:
    """The most that is taken at one time: what is in place has given back what it replaced."""
    back = [min(need.released, need.bytes) for need in needs]
    grown = sum(need.bytes for need in needs) - sum(back)
    return grown + sum(sorted(back, reverse=True)[:at_once])


def _lack(disk: Disk) -> str:
    sizes = disk.sizes
    largest = sorted(sizes, key=lambda entry: -sizes[entry])[:NAMED]
    named = ", ".join(f"{entry} {human_bytes(sizes[entry])}" for entry in largest)
    return (
        f"no room on the disk of {_existing(disk.folder)}: {human_bytes(disk.lacks)} more must be "
        f"free ({disk}, {human_bytes(spare(disk.bytes))} of that to spare); "
        f"the largest: {named}"
    )


def _cure(disk: Disk) -> str:
    """Return what makes room on it; sections are named where they are disks of their own."""
    from shlex import quote

    command = f"make free NEED={-(-(disk.bytes + spare(disk.bytes)) // 10**6)}M"
    if device(disk.folder) == device(disk.needs[0].entry.root):
        return command
    sections = " ".join(dict.fromkeys(f"{need.entry.section}/" for need in disk.needs))
    return f"{command} DATASET={quote(sections)}"


def _existing(folder: Path) -> Path:
    """The folder itself, or the nearest one above it that is there."""
    return next(step for step in (folder, *folder.parents) if step.exists())
