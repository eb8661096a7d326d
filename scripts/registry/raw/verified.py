"""Tells whether there is anything to do for a raw dataset, without starting DVC.

After each verified run the state file notes the `.dvc` file's digest in place of a marker, and
every file's stat. While both are as noted, the dataset is here and on S3 in that very version.
"""

from __future__ import annotations

import os
import shlex
import time

from registry import freed, names, pipelines
from registry.dvc_file import version
from registry.dvc_outs import KEPT_HERE, NOT_CACHED, NOT_DOWNLOADED
from registry.entries import Entry
from registry.errors import Refusal, RegistryError
from registry.index import baseline
from registry.index.baseline import Baseline, Rows
from registry.index.scan import Scan
from registry.raw.dataset import Dataset


def is_current(entry: Entry, remote: str, seen: Scan | None = None) -> bool:
    """Return whether the version that the `.dvc` file names is here, unchanged, and on this remote.

    `seen`: its files, where they were looked at already.
    """
    return is_on_remote(entry, remote) and is_untouched(entry, remote, seen)


def is_on_remote(entry: Entry, remote: str) -> bool:
    """Return whether this remote was seen to hold the version that the `.dvc` file names."""
    known = baseline.header(entry, remote)
    return known is not None and known.marker == version(entry)


def is_untouched(entry: Entry, remote: str, seen: Scan | None = None) -> bool:
    """Return whether no stat changed since the last verified run; `seen` as for `is_current`."""
    known = baseline.header(entry, remote)
    return known is not None and known.stamp == (seen or Dataset.anyway(entry).scan()).stamp


def is_here(entry: Entry) -> bool:
    """Return whether any of the dataset's data is here."""
    return Dataset.anyway(entry).is_here


def look_if_fit(entry: Entry) -> tuple[Dataset, tuple[Scan, int]]:
    """Return the dataset and what `look` saw. Raises RegistryError for what is not to be moved."""
    dataset = Dataset.of(entry)
    if dataset.file.unserved:
        raise unserved(dataset)
    seen = look(entry)
    refuse_unfit(seen[0])
    return dataset, seen


def look(entry: Entry) -> tuple[Scan, int]:
    """Return the dataset's files as they are now, and when that was, for `remember`.

    What came within the last clock tick could not be remembered: a tick later it can. A long one is
    worth it where no version tells later that nothing changed.
    """
    when, dataset = time.time_ns(), Dataset.anyway(entry)
    seen = dataset.scan()
    tick = baseline.tick_to_wait(seen.files, when, coarse=not dataset.has_version)
    if not tick:
        return seen, when
    time.sleep(1.2 * tick / 1e9)
    when = time.time_ns()
    return Dataset.anyway(entry).scan(), when


def refuse_unfit(seen: Scan) -> None:
    """Raises Refusal for what DVC itself ends at, or waits for, and all other datasets with it."""
    strange = [path for path in seen.files if names.is_no_text(path)]
    lines = seen.blocked + seen.problems + names.name_problems(strange, "")
    if lines:
        from registry.sync import refusals  # a quiet run refuses nothing

        raise refusals.unfit(lines)


def remember(entry: Entry, remote: str, seen: Scan, when: int) -> None:
    """Note that this version is on the remote, and that these files are it."""
    rows = Rows.without_tags(seen.files)
    baseline.save(entry, remote, Baseline(version(entry), rows), when)
    if seen.files:
        freed.forget(entry)


def changed(dataset: Dataset) -> Refusal:
    """Return why nothing moves: DVC would have to drop bytes that exist nowhere else."""
    what = "changed here, but not added"
    if not dataset.has_version:
        what = f"not as it was pulled, and {dataset.entry.name}.dvc names no MD5 to compare it by"
    return Refusal(f"{what}: {choices(dataset)}")


def choices(dataset: Dataset) -> str:
    """Return what to type for a dataset that was changed here."""
    entry = dataset.entry
    add = f"`make add DATASET={entry:sh}` makes it a new version"
    if dataset.file.elsewhere == NOT_CACHED:
        return f"{add}; no copy of the one that {entry.name}.dvc names is kept (`cache: false`)"
    if dataset.file.source:
        add = "it is an import, so data of your own needs an entry of another name"
    return f"{add}, `make reset DATASET={entry:sh}` takes the one that {entry.name}.dvc names"


def absent(dataset: Dataset) -> RegistryError:
    """Return why a version does not come that is kept elsewhere than with the other raw data."""
    what = "neither DVC's cache here nor a remote has this version"
    if not dataset.has_version:
        what = "`dvc pull` brought no files of it"
    return RegistryError(f"{what}; {dataset.file.elsewhere}: {whom_to_ask(dataset)}")


def whom_to_ask(dataset: Dataset) -> str:
    """Return what to do for a version that is kept elsewhere, and does not come."""
    entry, file = dataset.entry, dataset.file
    if file.elsewhere == KEPT_HERE:
        return (
            f"whoever has it may take `push: false` out of {entry.name}.dvc, commit that, and "
            f"`make push DATASET={entry:sh}`"
        )
    if file.elsewhere == NOT_CACHED:
        return "get it from whoever has it by hand, no remote ever holds it"
    update = f"`.venv/bin/dvc update {entry:sh}.dvc`"
    if file.elsewhere == NOT_DOWNLOADED:
        return f"once {file.source} can be read, {update} downloads what is there then"
    if file.source:
        return f"{file.source} does not give this version (any more?): {update} takes what it has"
    return f"ask its author to `make push DATASET={entry:sh}`"


def other_version(entry: Entry) -> Refusal:
    """Return why nothing moves: what is here is a version, and not the one that is to be pushed."""
    return Refusal(
        f"another version is here than {entry.name}.dvc names (after a switch of branches, or a "
        f"stash?): `make pull DATASET={entry:sh}` brings the named one, and the other one stays "
        "in DVC's cache"
    )


def never_added(entry: Entry) -> Refusal:
    """Return why nothing moves: no `.dvc` file stands beside the folder, maybe some inside."""
    if stage := pipelines.maker(entry):
        return Refusal(pipelines.served_by_dvc(entry, stage))
    for where, _, files in os.walk(entry.folder):
        for name in sorted(files):
            if name.endswith(".dvc") or name == "dvc.yaml":
                path = shlex.quote(os.path.relpath(os.path.join(where, name), entry.root))
                return Refusal(
                    f"it holds {path}: what is served here lies in {entry.section}/ itself: move "
                    f"that file and its data up, with a card beside them; else it is plain dvc's"
                )
    if not os.path.lexists(entry.folder):
        return Refusal(
            f"there is no {entry}.dvc and nothing of it here: `git pull` brings what somebody "
            f"added, or put its files into {entry}/ and `make add DATASET={entry:sh}`"
        )
    return Refusal(f"it was never added: `make add DATASET={entry:sh}`")


def unserved(dataset: Dataset) -> Refusal:
    """Return why nothing moves: this tool does not know the place that the `.dvc` file names."""
    return Refusal(
        f"{dataset.file.unserved}, which only plain dvc serves: "
        f"`.venv/bin/dvc pull {dataset.entry:sh}.dvc`, `.venv/bin/dvc push {dataset.entry:sh}.dvc`"
    )
