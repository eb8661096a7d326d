"""Make what is here of a raw dataset its new version: `dvc add`.

usage: add_entry.py raw_datasets/name

Comments and keys of the `.dvc` file stay. Commit it, and push, for others to get the version.
"""

from __future__ import annotations

import os
import shlex

from registry import console, dvc_file, entries, lock, names, nested_dvc, pipelines, selection
from registry.console import say
from registry.dvc_outs import BY_CLOUD, BadDvcFile, DvcFile, Out
from registry.entries import Entry
from registry.errors import Refusal, RegistryError, UsageError
from registry.index.scan import Scan
from registry.raw import dvc
from registry.raw.dataset import Dataset
from registry.sections import RAW, SECTIONS


def main(argv: list[str]) -> int:
    entry = chosen(argv)
    lock.take(entries.ROOT, "make add")
    nested_dvc.refuse(entries.ROOT)
    is_new = not entry.dvc_file.exists()
    if is_new and (stage := pipelines.maker(entry)):
        raise Refusal(pipelines.served_by_dvc(entry, stage))
    dataset = Dataset(entry, DvcFile((Out(entry.name),))) if is_new else Dataset.of(entry)
    scanned = dataset.scan()
    refuse_unfit(dataset, scanned, is_new)
    try:
        if not is_new and is_as_named(dataset):
            say(f"add: {entry} is as {entry.name}.dvc says: there is no new version")
            return 0
        add(dataset, is_new)
    except RegistryError:
        refuse_unreadable()
        raise
    for line in notes(dataset, scanned):
        say(f"add: {line}")
    name = f"{entry}.dvc"
    say(f"add: {name} names the new version: git add {shlex.quote(name)}, commit, and `make push`")
    return 0


def chosen(argv: list[str]) -> Entry:
    if len(argv) > 1:
        raise UsageError("one dataset at a time: DATASET=name")
    word = argv[0] if argv else ""
    section, slash, _ = word.partition("/")
    if slash and section in SECTIONS and section != "raw_datasets":
        raise UsageError(f"{word!r}: only raw datasets are added; `make push` sends the others")
    return selection.select_one(word, ["raw_datasets"])


def refuse_unfit(dataset: Dataset, scanned: Scan, is_new: bool) -> None:
    """Raises Refusal for what cannot be stored, and for what is not ours to make a version of.

    Of one that `is_new` there is no version that could be pulled.
    """
    entry, file = dataset.entry, dataset.file
    lines = scanned.blocked + scanned.problems + names.name_problems(scanned.files, "")
    if lines:
        raise Refusal(f"{entry} cannot be stored as it is:\n  " + "\n  ".join(lines[:20]))
    if not scanned.files:
        pull = f"`make pull DATASET={entry:sh}`, or " * (not is_new)
        raise Refusal(f"{entry} has no files here: {pull}put its files into {entry}/")
    if file.source:
        raise Refusal(
            f"{entry} comes from {file.source}: `.venv/bin/dvc update {entry:sh}.dvc` takes what "
            "is new there; data of your own needs an entry of another name"
        )
    if file.unserved:
        raise Refusal(f"{entry}: {file.unserved}: `.venv/bin/dvc add {entry:sh}`, if that is meant")


def is_as_named(dataset: Dataset) -> bool:
    """Return whether nothing is to be added: files and cache are as the `.dvc` file says."""
    return not dataset.file.is_legacy and not dvc.status([dataset.entry])


def refuse_unreadable() -> None:
    """DVC failed: raises Refusal naming a `.dvc` file that it cannot read, whosever it is."""
    for entry in entries.known([RAW]):
        try:
            if entry.dvc_file.exists():
                dvc_file.read(entry)
        except BadDvcFile as error:
            raise Refusal(f"DVC reads every .dvc file first: {error}") from None


def add(dataset: Dataset, is_new: bool) -> None:
    """Have DVC make the version, in the very `.dvc` file that there is."""
    entry = dataset.entry
    outs = dataset.file.outs
    is_plain = len(outs) == 1 and outs[0].path == entry.name and outs[0].elsewhere != BY_CLOUD
    if is_new or is_plain:
        dvc.run(entries.ROOT, "add", str(entry), live=True)
    else:  # `dvc add` would write a `.dvc` file for each out, and drop the cloud's version ids
        dvc.run(entries.ROOT, "commit", "--force", f"{entry}.dvc", live=True)


def notes(dataset: Dataset, scanned: Scan) -> list[str]:
    """Return what DVC does not keep, and what else changes."""
    lines = []
    if dataset.file.is_legacy:
        lines.append(f"{dataset.entry.name}.dvc was written by DVC 2.x; it is in the form of 3 now")
    if scanned.left_out:
        lines.append(f"DVC leaves out {_few(scanned.left_out)}")
    if scanned.empty_folders:
        lines.append(f"DVC keeps no empty folders: {_few(scanned.empty_folders)}")
    if dataset.is_folder:
        programs = [p for p in scanned.files if os.access(dataset.base / p, os.X_OK)]
        if programs:
            lines.append(f"DVC keeps no right to execute: {_few(programs)}")
    return lines


def _few(paths: list[str]) -> str:
    return ", ".join(paths[:3]) + (f" and {len(paths) - 3} more" if paths[3:] else "")


if __name__ == "__main__":
    raise SystemExit(console.run(main, "add"))
