"""Words why an entry is not freed, each with what to do about it."""

from __future__ import annotations

from collections.abc import Mapping

from registry import options
from registry.entries import Entry
from registry.errors import Refusal
from registry.humanize import plural, some
from registry.remote.s3 import Object
from registry.remote.session import Session
from registry.sync import archived, refusals

LITTER = (".DS_Store", "Thumbs.db", "desktop.ini")  # of desktops: they make it anew


def is_litter(path: str) -> bool:
    name = path.rpartition("/")[2]
    return name in LITTER or name.startswith("._")


def experiment(entry: Entry) -> Refusal:
    return Refusal(
        "an experiment is on this machine alone, so freeing it would lose it: "
        f"`make remove DATASET={entry:sh} CONFIRM={entry:name}` moves it to the trash"
    )


def in_use(held: list[str]) -> Refusal:
    return Refusal(f"in use by {some(held)}: end that first, or free it all the same: add IN_USE=1")


def not_in_s3(entry: Entry) -> Refusal:
    return Refusal(f"S3 holds nothing of it: `make push DATASET={entry:sh}` first")


def changed(entry: Entry, paths: list[str], is_raw: bool = False) -> Refusal:
    first = f"`make add DATASET={entry:sh}` and " if is_raw else ""
    return Refusal(
        f"changed here and not in S3: {some(paths)}: {first}`make push DATASET={entry:sh}` first, "
        f"or `make reset DATASET={entry:sh}` drops the change"
    )


def newer(entry: Entry, paths: list[str]) -> Refusal:
    return Refusal(
        f"S3 holds a newer version, so what is here is kept there no more: {some(paths)}: "
        f"`make pull DATASET={entry:sh}` first"
    )


def refuse_archived(session: Session, rows: Mapping[str, Object]) -> None:
    """Raises Refusal for what S3 could give back only after hours, unless ARCHIVED=1 allows it.

    `rows`: {path: its object}.
    """
    if options.flag("ARCHIVED"):
        return
    paths = {row.key: path for path, row in rows.items()}
    cold = sorted(row.key for row in archived.find(session.client, rows.values()))
    if cold:
        command = refusals.bring_back(session.remote, cold[0])
        raise Refusal(
            f"in an archive of S3 (Glacier, say), so that a pull could bring it only after hours: "
            f"{some([paths[key] for key in cold])}: `{command}` brings the first back for a week, "
            "or free it all the same: add ARCHIVED=1"
        )


def hidden(paths: list[str]) -> Refusal:
    return Refusal(
        f"{plural(len(paths), 'file')} whose ETag does not tell what S3 holds: {some(paths)}: "
        "READ_BACK=1 reads them from S3 to compare"
    )


def stays_here(paths: list[str]) -> Refusal:
    return Refusal(
        f"it holds what never travels to S3: {some(paths)}: move that out of it, then free it"
    )


def unfit(lines: list[str]) -> Refusal:
    return Refusal(f"it holds what cannot be stored: {some(lines)}")
