"""Read every byte of the entries that are here and compare it with what the registry holds.

usage: verify_entries.py [section/name ...]

Prints a line for each file that is missing here, extra here, differs, or cannot be verified
because of its encryption. Exit code 1 if anything is missing, extra or different. SIGNED=1 also
refuses what has no signature that holds, by the public key that KEY=file names.
"""

from __future__ import annotations

from functools import partial
from pathlib import Path
from typing import Any

from registry import console, entries, freed, lock, options, parallel, selection
from registry.console import say
from registry.entries import Entry
from registry.errors import Refusal, RegistryError, UsageError
from registry.humanize import human_bytes, plural
from registry.index import baseline
from registry.progress import Meter
from registry.raw import verified
from registry.raw import verify as raw_verify
from registry.raw.dataset import Dataset
from registry.remote import connect
from registry.remote.session import Session
from registry.sections import SECTIONS, SYNCED
from registry.sync import dark
from registry.sync import verify as sync_verify
from registry.sync.survey import Survey
from registry.sync.verify import UNVERIFIABLE, Finding
from registry.transfer import engine


def main(argv: list[str]) -> int:
    words, key = [word for word in argv if word.strip()], public_key()
    chosen = selection.select(words, SYNCED)
    lock.take(entries.ROOT, "make verify")
    session, _ = connect.connect()
    here = [e for e in chosen if is_here(e) or words]
    hands = engine.movers(session)
    surveys = parallel.each(here, lambda e: e, partial(look, session), hands)
    looked = [r.value for r in surveys if r.value]
    size = sum(stat.size for s in looked for stat in s.local.files.values())
    meter = Meter("read", sum(len(s.local.files) for s in looked), size)
    try:
        results = parallel.each(looked, lambda s: s.entry, partial(verify, meter), hands)
    finally:
        meter.close()
    code = report([*[r for r in surveys if r.error], *results], len(chosen) - len(here), meter)
    return console.worst([code, verify_signatures(here, key)]) if key else code


def public_key() -> Path | None:
    """Return the key that SIGNED=1 is to verify by. Raises UsageError without one."""
    if not options.flag("SIGNED"):
        if options.text("KEY"):
            raise UsageError("KEY= says by whose key it is signed: add SIGNED=1, or leave it out")
        return None
    if not options.text("KEY"):
        raise UsageError("SIGNED=1: by whose key? KEY=public.pem")
    return Path(options.text("KEY")).expanduser()


def verify_signatures(here: list[Entry], key: Path) -> int:
    """See that each entry is as it was signed; the exit code that this makes."""
    from registry.publish import signatures

    results = parallel.each(here, lambda e: e, lambda e: signatures.verify(e, key), hands=1)
    good = plural(sum(not r.error for r in results), "signature")
    code = console.report(results)
    say(f"verify: {good} by the key {key} good, of {plural(len(results), 'entry', 'entries')}")
    return code


def is_here(entry: Entry) -> bool:
    return verified.is_here(entry) if is_raw(entry) else entry.folder.exists()


def is_raw(entry: Entry) -> bool:
    return SECTIONS[entry.section].travels == "dvc"


def look(session: Session, entry: Entry) -> Survey:
    if not is_here(entry):
        raise away(session, entry)
    if is_raw(entry):
        survey = Survey(entry, session, local=Dataset.of(entry).scan())
    else:
        survey = Survey(entry, session)
        survey.look_here()
    if survey.local.blocked:
        raise RegistryError(survey.local.blocked[0])
    return survey


def away(session: Session, entry: Entry) -> Refusal:
    """Say that it is not here; a pull is only advised of what there is to pull."""
    is_stored = entry.dvc_file.exists() if is_raw(entry) else dark.is_stored(session, entry)
    if not is_stored:
        return Refusal(f"there is nothing of it, here or in S3: put its files into {entry}/")
    is_freed = freed.is_noted(entry, session.remote.identity)
    why = "it was freed" if is_freed else "it is not here"
    return Refusal(f"{why}: `make pull DATASET={entry:sh}`")


def verify(meter: Meter, survey: Survey) -> list[Finding]:
    """Return everything that is not the same here and in S3."""
    raw = Dataset.of(survey.entry) if is_raw(survey.entry) else None
    compared = raw_verify.findings(survey.session, raw, survey.local) if raw else None
    findings = sorted(compared or sync_verify.compare(survey))
    if raw and any(what.startswith(raw_verify.IN_S3) for _, what in findings):
        # It says that all of it is in S3, and a push would believe it.
        baseline.forget(survey.entry)
    meter.moved(str(survey.entry), sum(stat.size for stat in survey.local.files.values()))
    meter.finished(len(survey.local.files))
    return findings


def report(results: list[parallel.Result[Any]], away: int, meter: Meter) -> int:
    wrong = 0
    for result in results:
        shown = Dataset.anyway(result.entry).shown if is_raw(result.entry) else None
        for path, what in result.value or []:
            at = f"{result.entry}/{path}" if path else str(result.entry)
            print(f"{shown(path) if shown else at}: {what}")
            wrong += what not in (UNVERIFIABLE, raw_verify.NO_VERSION)
    code = console.report(results)
    good = sum(not r.error for r in results)
    skipped = f", {away} not here" if away else ""
    read = f"({human_bytes(meter.size)}) {meter.took}"
    say(
        f"verify: {plural(good, 'entry', 'entries')} read {read}, "
        f"{plural(wrong, 'difference')}{skipped}"
    )
    return console.worst([code, 1 if wrong else 0])


if __name__ == "__main__":
    raise SystemExit(console.run(main, "verify"))
