"""Tells what of an entry is on this machine, for STATUS=1: asks the disk only, reads no file."""

from __future__ import annotations

from registry import dvc_file
from registry.entries import Entry
from registry.errors import RegistryError
from registry.humanize import human_bytes, plural
from registry.index import baseline, scan
from registry.raw.dataset import Dataset
from registry.remote import dvc_config
from registry.sections import SECTIONS

# Touched: whether it was changed, only its bytes can tell.
NOT_HERE, HERE, TOUCHED, UNKNOWN = "not here", "here", "touched here", "here, never compared"


def look(entry: Entry) -> tuple[str, int, int]:
    """Return (how it is here, files, bytes)."""
    travels = SECTIONS[entry.section].travels
    scanned = Dataset.anyway(entry).scan() if travels == "dvc" else scan.scan(entry.folder)
    amount = len(scanned.files), sum(stat.size for stat in scanned.files.values())
    if not scanned.files:
        return NOT_HERE, *amount
    if travels == "never":
        return HERE, *amount
    try:
        known = baseline.header(entry, dvc_config.load(entry.root).identity)
    except RegistryError:
        known = None
    if known is None:
        return UNKNOWN, *amount
    same = known.stamp == scanned.stamp
    current = travels != "dvc" or known.marker == dvc_file.version(entry)
    return HERE if same and current else TOUCHED, *amount


def words(how: str, files: int, size: int) -> str:
    return how if how == NOT_HERE else f"{how}: {plural(files, 'file')}, {human_bytes(size)}"
