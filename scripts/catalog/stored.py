"""Fills in what is stored of each entry: its files, their sizes, where they are, what runs say."""

from __future__ import annotations

from functools import partial

from catalog import looked, pushes, runs
from catalog.item import Item
from catalog.kept import Kept
from catalog.pushes import Answer, Push
from registry import dvc_file, parallel
from registry.entries import Entry
from registry.remote.location import EMBEDDED
from registry.remote.s3 import Client
from registry.sections import MIRRORED, SECTIONS


def list_files(items: dict[str, Item], answer: Answer, kept: Kept) -> None:
    """Look up what files each has, and what a run's files say."""
    work = partial(looked.look, answer=answer, kept=kept)
    threads = pushes.AT_ONCE if answer.client else 1  # only to wait for S3: here they take turns
    for item, (listed, its_run) in parallel.over(items.values(), work, threads):
        item.contents, item.run = listed, its_run
    runs.assign(items)


def say_where(items: dict[str, Item], client: Client | None) -> None:
    """Note where the data of mirrored entries are, unless a store on this machine has them."""
    remote = client.remote if client else None
    if remote and remote.name != EMBEDDED:
        for item in items.values():
            if item.push and item.entry.section in MIRRORED:
                item.address = f"s3://{remote.bucket}/{remote.prefix(item.entry)}"


def amount(entry: Entry, push: Push | None) -> tuple[int | None, int | None]:
    """Return (bytes, files): of a raw dataset what its `.dvc` file says, else what S3 holds."""
    if SECTIONS[entry.section].travels == "dvc":
        known = dvc_file.amount(entry)
        return (known.bytes, known.files) if known else (None, None)
    return (push.bytes, push.files) if push else (None, None)
