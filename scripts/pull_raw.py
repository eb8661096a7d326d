"""Bring raw datasets to the version that their `.dvc` files name, by `dvc pull`.

usage: pull_raw.py [raw_datasets/name ...]    (or - for one per line on standard input)

A dataset that was changed here is kept as it is. DRY_RUN=1 only says what it would do.
"""

from __future__ import annotations

import os
from collections.abc import Callable, Iterable
from functools import partial
from pathlib import Path

from registry import access, console, crew, dvc, entries, raw, raw_cache, raw_versions
from registry.console import plural, say
from registry.entries import Entry
from registry.errors import Refusal, RegistryError, Stalled
from registry.progress import Meter
from registry.session import Session

Bring = Callable[[Path, list[str]], None]


def main(argv: list[str]) -> int:
    chosen = entries.select(crew.words_from(argv), ["raw_datasets"])
    session = access.begin()
    wanted = choose(session, chosen)
    if session.options.dry_run:
        for entry in wanted:
            print(f"{entry}: fetch the version that {entry.name}.dvc names")
        return 0
    results = pull(session, wanted)
    for result in results:
        if not result.error:
            print(f"{result.entry}: at the version of {result.entry.name}.dvc")
    code = crew.report(results)
    good = sum(not r.error for r in results)
    say(f"pull: {plural(good, 'raw dataset')} brought up to date")
    return code


def choose(session: Session, chosen: list[Entry]) -> list[Entry]:
    """Those that DVC has to be asked for; says so of one that is left alone with changes in it."""
    place = session.remote.identity
    here = [e for e in chosen if os.path.lexists(e.folder) and raw.is_on_remote(e, place)]
    seen = {entry: raw.look(entry) for entry in here}  # before DVC looks: what it saw or older
    changed = dvc.changed(e for e in here if not raw.is_untouched(e, place))
    for entry in here:
        if entry in changed:
            cure = f"`make add DATASET={entry:sh}` or `make reset …`"
            say(f"{entry}: changed here and not added, kept; {cure}")
        else:
            raw.remember(entry, place, *seen[entry])
    return [entry for entry in chosen if entry not in here]


def pull(session: Session, wanted: list[Entry]) -> list[crew.Result[None]]:
    """All at once, since a start of DVC takes a second; one by one if that failed."""
    if not wanted:
        return []
    try:
        with Meter.of_raw("fetched", wanted) as meter:
            is_cached = raw_cache.fill(session, wanted, partial(meter.moved, "raw"))
        whole = attempt(wanted, dvc.checkout if is_cached else dvc.pull)
    except Stalled as error:
        whole = error
    if whole is None or len(wanted) == 1:
        results = [crew.Result[None](entry, error=whole) for entry in wanted]
    else:
        results = [crew.Result[None](entry, error=alone(entry, whole)) for entry in wanted]
    return verify(session, results)


def alone(entry: Entry, whole: RegistryError) -> RegistryError | None:
    """Try one by itself; at a silent server only what the cache has, or each would wait anew."""
    if not isinstance(whole, Stalled):
        return attempt([entry])
    return whole if attempt([entry], dvc.checkout) else None


def not_in_s3(fetched: Iterable[Entry]) -> list[Entry]:
    """Those whose version DVC found in its cache, while S3 lacks it: added here, never pushed."""
    versions = {e: version for e in fetched if (version := raw_versions.on_disk(e))}
    missing = raw_versions.not_in_s3(entries.ROOT, list(versions.values())) if versions else []
    unsent = [entry for entry, version in versions.items() if version in missing]
    for entry in unsent:
        say(f"{entry}: this version is not in S3 yet: `make push DATASET={entry:sh}`")
    return unsent


def attempt(wanted: list[Entry], bring: Bring = dvc.pull) -> RegistryError | None:
    try:
        bring(entries.ROOT, dvc.targets(wanted))
    except Refusal as error:
        return raw.changed(wanted[0]) if len(wanted) == 1 else error
    except RegistryError as error:
        return error
    return None


def verify(session: Session, results: list[crew.Result[None]]) -> list[crew.Result[None]]:
    """Note the state of each, if DVC says that its folder is what it fetched, and S3 holds that."""
    came = {r.entry: raw.look(r.entry) for r in results if not r.error}
    changed, unsent = dvc.changed(came), not_in_s3(came)
    for result in results:
        if result.entry not in came:
            continue
        seen, when = came[result.entry]
        if result.entry in changed or raw.look(result.entry)[0].stamp != seen.stamp:
            result.error = RegistryError("it changed while it was being pulled: run again")
        elif result.entry not in unsent:
            raw.remember(result.entry, session.remote.identity, seen, when)
    return results


if __name__ == "__main__":
    raise SystemExit(console.run(main))
