"""Show how the files of an entry differ: here from S3, or one version from another.

usage: TO=version diff_entry.py [--text] [--json] section/name | name

Without TO: what is here against what S3 holds; of a raw dataset against its `.dvc` file.
TO=version: what S3 holds now against that version, as a rollback would change it; TO=old..new: two
versions, TO=old.. one against what S3 holds now. The first digits of a version are enough; `make
history` lists them. A file with the same bytes under another path is renamed. TEXT=1 also shows the
lines that differ, of text files up to 1 MiB. --json (FORMAT=json) is for programs.
"""

from __future__ import annotations

import json
from collections.abc import Iterator
from dataclasses import asdict
from itertools import islice

from registry import console, options, selection, text_diff
from registry.console import say
from registry.entries import Entry
from registry.errors import Refusal, UsageError
from registry.humanize import harmless, human_bytes, plural
from registry.remote import connect
from registry.remote.session import Session
from registry.sections import RAW, SYNCED
from registry.sync import diff, sources
from registry.sync import sides as entry_sides
from registry.sync.diff import Diff
from registry.sync.sides import SHOWN_BYTES, Side, TooLarge
from registry.sync.survey import Survey

FLAGS = {"--text", "--json", "--format=json", "--format=text"}
TEXT_FILES, TEXT_LINES = 50, 2000  # no more are shown line by line than a person reads


def main(argv: list[str]) -> int:
    cut = argv.index("--") if "--" in argv else len(argv)
    flags = {word for word in argv[:cut] if word.startswith("--")}
    if flags - FLAGS:
        raise UsageError(f"{min(flags - FLAGS)} is not known: TEXT=1, FORMAT=json or FORMAT=text")
    named = [word for word in argv if word not in (*flags, "--")]
    entry = selection.select_one(" ".join(named), SYNCED)
    session, _ = connect.connect()
    old, new = sides(session, entry, options.text("TO"))
    differing = diff.compare(old.files, new.files)
    if flags & {"--json", "--format=json"}:
        told = {"entry": str(entry), "old": old.name, "new": new.name, **asdict(differing)}
        print(json.dumps(told, indent=1))
        return 0
    show(differing, old, new)
    for line in islice(texts(differing, old, new), TEXT_LINES) if "--text" in flags else ():
        print(line)
    say(f"diff: {entry}: {old.name} > {new.name}: {summary(differing)}")
    return 0


def sides(session: Session, entry: Entry, to: str) -> tuple[Side, Side]:
    """Return the old and the new state that the person means."""
    if entry.section == RAW:
        from registry.raw import diff as raw_diff

        return raw_diff.sides(entry, to, session.client)
    survey, wanted = Survey(entry, session), diff.ends(to)
    if isinstance(wanted, tuple):
        old, new = (state(survey, word) for word in wanted)
        return old, new
    now = survey_of_now(survey)
    if wanted:
        return now, state(survey, wanted)
    if not survey.local.files:
        raise Refusal(
            f"{entry} is not here: `make pull DATASET={entry:sh}`, or name a version, TO="
        )
    return now, entry_sides.here(survey, now.files)


def survey_of_now(survey: Survey) -> Side:
    survey.look_here()
    return entry_sides.in_s3(survey.session, survey)


def state(survey: Survey, word: str) -> Side:
    """Return the version that a word begins; without one, what S3 holds now."""
    if not word:
        return survey_of_now(survey)
    version = sources.resolve(survey.session, survey.entry, word)
    return entry_sides.of_version(survey.session, survey.entry, version)


def show(differing: Diff, old: Side, new: Side) -> None:
    """A line for each file, with its size before and after."""
    for before, after in differing.renamed:
        print(f"renamed  {harmless(before)} > {harmless(after)}  {size(new, after)}")
    for path in differing.changed:
        print(f"changed  {harmless(path)}  {size(old, path)} > {size(new, path)}")
    for path in differing.added:
        print(f"added    {harmless(path)}  {size(new, path)}")
    for path in differing.gone:
        print(f"gone     {harmless(path)}  {size(old, path)}")
    for path in differing.unreadable:
        print(f"unknown  {harmless(path)}  {size(new, path)}, and cannot be read")


def size(side: Side, path: str) -> str:
    """ "?" where a list of DVC's, which tells no sizes, is all that is known."""
    known = side.files[path].size
    return human_bytes(known) if known >= 0 else "?"


def texts(differing: Diff, old: Side, new: Side) -> Iterator[str]:
    """Yield the lines that differ of the changed text files, as `diff -u` shows them."""
    for path in differing.changed[:TEXT_FILES]:
        try:
            before, after = old.read(path), new.read(path)
        except TooLarge:
            yield f"--- {harmless(path)}: larger than {human_bytes(SHOWN_BYTES)}, not shown"
            continue
        if before is None or after is None:
            lost = old.name if before is None else new.name
            yield f"--- {harmless(path)}: its bytes of {lost} are kept no longer"
            continue
        yield from map(harmless, text_diff.unified(before, after, *names(path, old, new)))
    if len(differing.changed) > TEXT_FILES:
        yield f"--- and {len(differing.changed) - TEXT_FILES} files more"


def names(path: str, old: Side, new: Side) -> tuple[str, str]:
    return f"{path} ({old.name})", f"{path} ({new.name})"


def summary(differing: Diff) -> str:
    counts = ((len(paths), what) for what, paths in vars(differing).items())
    return ", ".join(f"{plural(n, 'file')} {what}" for n, what in counts if n) or "no difference"


if __name__ == "__main__":
    raise SystemExit(console.run(main, "diff"))
