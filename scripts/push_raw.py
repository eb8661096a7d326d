"""Send raw datasets to S3 in the version that their `.dvc` files name, by `dvc push`.

usage: push_raw.py [raw_datasets/name ...]    (or - for one per line on standard input)

A dataset that was changed, but not added, is refused. DRY_RUN=1 only says what it would do.
"""

from __future__ import annotations

import os
from functools import partial

from registry import console, dvc_file, entries, parallel
from registry.console import say
from registry.entries import Entry
from registry.errors import Refusal, RegistryError, Stalled
from registry.humanize import plural
from registry.index.scan import Scan
from registry.progress import Meter
from registry.raw import cache, dvc, manifest, prefetch, verified
from registry.raw import push as raw_push
from registry.remote import connect
from registry.remote.session import Session
from registry.transfer import engine


def main(argv: list[str]) -> int:
    chosen = entries.select(console.words_from(argv), ["raw_datasets"])
    session = connect.begin()
    # Before DVC looks: what it saw, or older.
    seen = {entry: verified.look(entry) for entry in chosen}
    changed = dvc.changed(e for e in chosen if e.dvc_file.exists() and os.path.lexists(e.folder))
    results = [judge(entry, changed) for entry in chosen]
    fit = [r.entry for r in results if not r.error]
    dry = session.options.dry_run
    if not dry:
        results = [r for r in results if r.error] + push(
            session, {entry: seen[entry] for entry in fit}
        )
    code = console.report(results)
    good = [r.entry for r in results if not r.error]
    for entry in good:
        print(f"{entry}: {'send' if dry else 'S3 holds'} the version of {entry.name}.dvc")
    if not dry:
        say(f"push: {plural(len(good), 'raw dataset')} up to date in S3")
    return code


def judge(entry: Entry, changed: set[Entry]) -> parallel.Result[None]:
    """Whether this one can go out."""
    here = os.path.lexists(entry.folder)
    try:
        if not entry.dvc_file.exists():
            raise Refusal(f"it was never added: `make add DATASET={entry:sh}`")
        if entry in changed:
            raise verified.changed(entry)
        if not here and not cache.is_cached(entry):
            raise Refusal(
                f"it is not here, so there is nothing to push: `make pull DATASET={entry:sh}`"
            )
    except RegistryError as error:
        return parallel.Result[None](entry, error=error)
    return parallel.Result[None](entry)


def push(session: Session, seen: dict[Entry, tuple[Scan, int]]) -> list[parallel.Result[None]]:
    """All at once, since a start of DVC takes a second; one by one if that failed.

    What is sent is what the cache holds: the folders are only noted if they stayed as `seen`.
    """
    fit = list(seen)
    if not fit:
        return []
    whole = drain(session, fit) or attempt(session, fit)
    is_final = len(fit) == 1 or isinstance(whole, Stalled)  # who waited in vain once need not again
    each = [whole if is_final else whole and attempt(session, [entry]) for entry in fit]
    for entry, error in zip(fit, each, strict=True):
        here = os.path.lexists(entry.folder)
        if not error and here and verified.look(entry)[0].stamp == seen[entry][0].stamp:
            verified.remember(entry, session.remote.identity, *seen[entry])
    return [parallel.Result[None](e, error=error) for e, error in zip(fit, each, strict=True)]


def drain(session: Session, fit: list[Entry]) -> RegistryError | None:
    try:
        with Meter("sent", *dvc_file.total(fit)) as meter:
            prefetch.drain(session, fit, partial(meter.moved, "raw"))
    except RegistryError as error:
        return error
    return None


def attempt(session: Session, fit: list[Entry]) -> RegistryError | None:
    try:
        dvc.run(entries.ROOT, "push", *dvc.targets(fit), live=True)
        for entry in fit:
            send_lost(session, entry)
    except RegistryError as error:
        return error
    return None


def send_lost(session: Session, entry: Entry) -> None:
    """See that all of a version is in S3, and send what is not. Raises RegistryError.

    DVC looks for a version's list of files alone: objects that S3 lost would stay lost, and it
    passes over what its cache lacks.
    """
    lost = raw_push.lacking(session.client, entry)
    for path, digest in lost.items():
        source = raw_push.holder(entry, path, digest)
        if source is None:
            raise RegistryError(
                f"S3 lacks {path}, and so does DVC's cache here: push it from a checkout that "
                f"has it, or put its files here and `make add DATASET={entry:sh}`"
            )
        engine.send_one(session, source, manifest.object_key(session.client, digest))
    if lost and raw_push.lacking(session.client, entry):
        raise RegistryError("not all of it arrived: run again")


if __name__ == "__main__":
    raise SystemExit(console.run(main))
