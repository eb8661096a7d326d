"""Send raw datasets to S3 in the version that their `.dvc` files name, by `dvc push`.

usage: push_raw.py [raw_datasets/name ...]    (or - for one per line on standard input)

A dataset that was changed, but not added, is refused. DRY_RUN=1 only says what it would do.
"""

from __future__ import annotations

import os

from registry import access, console, crew, dvc, entries, mover, raw, raw_verify, remote
from registry.console import plural, say
from registry.entries import Entry
from registry.errors import Refusal, RegistryError
from registry.session import Options


def main(argv: list[str]) -> int:
    chosen = entries.select(crew.words_from(argv), ["raw_datasets"])
    dry = Options.from_environment().dry_run
    results = [push(entry, dry) for entry in chosen]
    code = crew.report(results)
    good = [r.entry for r in results if not r.error]
    for entry in good:
        print(f"{entry}: {'send' if dry else 'S3 holds'} the version of {entry.name}.dvc")
    if not dry:
        say(f"push: {plural(len(good), 'raw dataset')} up to date in S3")
    return code


def push(entry: Entry, dry: bool) -> crew.Result[None]:
    """Push one dataset and note that it is there."""
    try:
        seen, when = raw.look(entry)
        refuse_unfit(entry)
        if not dry:
            send(entry)
            if os.path.lexists(entry.folder) and raw.look(entry)[0].stamp == seen.stamp:
                raw.remember(entry, remote.load().identity, seen, when)
    except RegistryError as error:
        return crew.Result[None](entry, error=error)
    return crew.Result[None](entry)


def send(entry: Entry) -> None:
    """`dvc push`, and then see that all of it is there. Raises RegistryError if it is not.

    DVC looks for a version's list of files alone: objects that S3 lost would stay lost, and it
    passes over what its cache lacks.
    """
    session, _ = access.connect()
    dvc.run(entries.ROOT, "push", *dvc.targets([entry]), live=True)
    lost = raw_verify.lacking(session.client, entry)
    for path, digest in lost.items():
        source = raw_verify.holder(entry, path, digest)
        if source is None:
            raise RegistryError(
                f"S3 lacks {path}, and so does DVC's cache here: push it from a checkout that "
                f"has it, or put its files here and `make add DATASET={entry:sh}`"
            )
        mover.send_one(session, source, raw_verify.object_key(session.client, digest))
    if lost and raw_verify.lacking(session.client, entry):
        raise RegistryError("not all of it arrived: run again")


def refuse_unfit(entry: Entry) -> None:
    if not entry.dvc_file.exists():
        raise Refusal(f"it was never added: `make add DATASET={entry:sh}`")
    if os.path.lexists(entry.folder) and dvc.is_changed(entry):
        raw.refuse_changed(entry)
    if not os.path.lexists(entry.folder) and not raw.is_cached(entry):
        raise Refusal(
            f"it is not here, so there is nothing to push: `make pull DATASET={entry:sh}`"
        )


if __name__ == "__main__":
    raise SystemExit(console.run(main))
