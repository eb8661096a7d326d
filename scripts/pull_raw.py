"""Bring raw datasets to the version that their `.dvc` files name, by `dvc pull`.

usage: pull_raw.py [raw_datasets/name ...]    (or - for one per line on standard input)

A dataset that was changed here is kept as it is. DRY_RUN=1 only says what it would do.
"""

from __future__ import annotations

import os

from registry import console, crew, dvc, entries, raw, raw_versions, remote
from registry.console import plural, say
from registry.entries import Entry
from registry.errors import RegistryError
from registry.session import Options


def main(argv: list[str]) -> int:
    chosen = entries.select(crew.words_from(argv), ["raw_datasets"])
    place = remote.load().identity
    wanted = [entry for entry in chosen if wants(entry, place)]
    if Options.from_environment().dry_run:
        for entry in wanted:
            print(f"{entry}: fetch the version that {entry.name}.dvc names")
        return 0
    results = pull(wanted)
    for result in results:
        if not result.error:
            print(f"{result.entry}: at the version of {result.entry.name}.dvc")
    code = crew.report(results)
    good = sum(not r.error for r in results)
    say(f"pull: {plural(good, 'raw dataset')} brought up to date")
    return code


def wants(entry: Entry, place: str) -> bool:
    """Whether DVC has to be asked; says so if the dataset is left alone with changes in it."""
    if not os.path.lexists(entry.folder) or not raw.is_on_remote(entry, place):
        return True
    if raw.is_untouched(entry, place) or not dvc.is_changed(entry):
        seen, when = raw.look(entry)
        raw.remember(entry, place, seen, when)
        return False
    cure = f"`make add DATASET={entry:sh}` or `make reset …`"
    say(f"{entry}: changed here and not added, kept; {cure}")
    return False


def pull(wanted: list[Entry]) -> list[crew.Result[None]]:
    """All at once, since a start of DVC takes a second; one by one if that failed."""
    if not wanted:
        return []
    whole = attempt(wanted)
    if whole is None or len(wanted) == 1:
        results = [crew.Result[None](entry, error=whole) for entry in wanted]
    else:
        results = [crew.Result[None](entry, error=attempt([entry])) for entry in wanted]
    unsent = not_in_s3([r.entry for r in results if not r.error])
    return [r if r.error else verified(r.entry, r.entry not in unsent) for r in results]


def not_in_s3(fetched: list[Entry]) -> list[Entry]:
    """Those whose version DVC found in its cache, while S3 lacks it: added here, never pushed."""
    versions = {e: version for e in fetched if (version := raw_versions.on_disk(e))}
    missing = raw_versions.not_in_s3(entries.ROOT, list(versions.values())) if versions else []
    unsent = [entry for entry, version in versions.items() if version in missing]
    for entry in unsent:
        say(f"{entry}: this version is not in S3 yet: `make push DATASET={entry:sh}`")
    return unsent


def attempt(wanted: list[Entry]) -> RegistryError | None:
    try:
        dvc.run(entries.ROOT, "pull", *dvc.targets(wanted), live=True)
    except RegistryError as error:
        return error
    return None


def verified(entry: Entry, is_stored: bool) -> crew.Result[None]:
    """Note the state, if DVC says that the folder is what it fetched, and S3 holds that too."""
    seen, when = raw.look(entry)
    try:
        if dvc.is_changed(entry) or raw.look(entry)[0].stamp != seen.stamp:
            raise RegistryError("it changed while it was being pulled: run again")
    except RegistryError as error:
        return crew.Result[None](entry, error=error)
    if is_stored:
        raw.remember(entry, remote.load().identity, seen, when)
    return crew.Result[None](entry)


if __name__ == "__main__":
    raise SystemExit(console.run(main))
