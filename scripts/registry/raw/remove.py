"""Takes a raw dataset out of its section: all of its data, whatever the names, to the trash."""

from __future__ import annotations

import os
from contextlib import suppress
from pathlib import Path

from registry import dvc_parser, git
from registry.dvc_outs import BadDvcFile, DvcFile
from registry.entries import Entry
from registry.errors import RegistryError
from registry.raw.dataset import Dataset
from registry.sync import trash


def take_out(dataset: Dataset) -> None:
    """Set its files and folders aside; `restore_base` tells where they belong."""
    if dataset.is_folder:
        return  # goes as every entry's folder does
    aside = trash.new(dataset.entry, "removed")
    for out in dataset.file.outs:
        if os.path.lexists(dataset.base / out.path):
            (aside / out.path).parent.mkdir(parents=True, exist_ok=True)
            (dataset.base / out.path).rename(aside / out.path)
    trash.tidy(aside)


def restore_base(entry: Entry) -> Path:
    """Return the folder that the paths of what was set aside from a raw dataset are below."""
    with suppress(RegistryError):
        return Dataset.of(entry).base
    return Dataset(entry, _committed(entry)).base


def _committed(entry: Entry) -> DvcFile:
    """The last version of the `.dvc` file that Git knows, as after a removal."""
    name = f"{entry}.dvc"
    commit = git.ask(entry.root, "log", "-1", "--format=%H", "--diff-filter=AM", "--", name)
    content = git.show(entry.root, f"{commit.strip()}:{name}") if commit else None
    try:
        return dvc_parser.parse(content, name) if content else Dataset.anyway(entry).file
    except BadDvcFile:
        return Dataset.anyway(entry).file
