"""Raw datasets: whether DVC has anything to do for one, without starting DVC.

After each verified run the state file notes the `.dvc` file's digest in place of a marker, and
every file's stat. While both are as noted, the dataset is here and on S3 in that very version.
"""

from __future__ import annotations

import time

from registry.dvc_file import version
from registry.entries import Entry
from registry.errors import Refusal
from registry.index import baseline, scan
from registry.index.baseline import Baseline, Rows
from registry.index.scan import Scan


def is_current(entry: Entry, remote: str) -> bool:
    """Whether the version that the `.dvc` file names is here, unchanged, and on this remote."""
    return is_on_remote(entry, remote) and is_untouched(entry, remote)


def is_on_remote(entry: Entry, remote: str) -> bool:
    """Whether this remote was seen to hold the version that the `.dvc` file names."""
    known = baseline.header(entry, remote)
    return known is not None and known.marker == version(entry)


def is_untouched(entry: Entry, remote: str) -> bool:
    """Whether no file's stat changed since the last verified run."""
    known = baseline.header(entry, remote)
    return known is not None and known.stamp == scan.scan(entry.folder, everything=True).stamp


def look(entry: Entry) -> tuple[Scan, int]:
    """The folder as it is now, and when that was, for `remember`."""
    when = time.time_ns()
    return scan.scan(entry.folder, everything=True), when


def remember(entry: Entry, remote: str, seen: Scan, when: int) -> None:
    """Note that this version is on the remote, and that these files are it."""
    rows = Rows.without_tags(seen.files)
    baseline.save(entry, remote, Baseline(version(entry), rows), when)


def changed(entry: Entry) -> Refusal:
    """Why nothing moves: DVC would have to drop bytes that exist nowhere else."""
    return Refusal(
        f"changed here, but not added: `make add DATASET={entry:sh}` makes it a new version, "
        f"`make reset DATASET={entry:sh}` takes the one that {entry.name}.dvc names"
    )
