"""Show how every entry is, here and in S3, who pushed it last, and what to type next.

usage: show_status.py [--all] [--json] [section/name | name | section/ ...]

One line per entry: up to date, not here, changed here, newer there, conflict, being pushed, removed
upstream, not added (raw), not pushed, not committed, no card; of an experiment kept or garbage.
Files and bytes here and in S3, and the last push: how long ago, from which commit, by whom. Of more
than 25 entries only those that differ are shown, and of more than 25 that are not here only their
number, unless --all (ALL=1) or names are given.

It changes nothing, and starts neither aws nor DVC. Markers are trusted; FULL=1 lists all of S3, as
is needed where others write to the bucket by hand. --json (FORMAT=json) is for programs.
Exit code: 0 shown, 1 S3 could not be asked (what is known here is shown), 2 wrong usage.
"""

from __future__ import annotations

import os
import shutil
import sys
import time
from concurrent.futures import ThreadPoolExecutor

from registry import console, dvc_file, entries, git, pipelines, workspace
from registry.console import say
from registry.entries import CARD, ROOT, Entry
from registry.errors import RegistryError, Unreachable, UsageError
from registry.remote import connect
from registry.remote.session import Session
from registry.sections import MIRRORED, SECTIONS
from registry.status import cache, outlook, states
from registry.status.inspect import Inspector
from registry.status.known import Known
from registry.status.states import Condition, Judgement
from registry.status.summary import Overview
from registry.sync.marker import DONE, Marker

HANDS = 16  # entries looked at at once: most of the time is spent waiting for S3
PATIENCE_SECONDS = 4.0
TO_PUSH = {states.CHANGED, states.NOT_PUSHED}
FLAGS = {"--all", "--json", "--format=json", "--format=text"}


def main(argv: list[str]) -> int:
    cut = argv.index("--") if "--" in argv else len(argv)
    flags = {word for word in argv[:cut] if word.startswith("--")}
    if flags - FLAGS:
        wrong = min(flags - FLAGS)
        cure = "FORMAT=json or FORMAT=text" if wrong.startswith("--format") else "see --help"
        raise UsageError(f"{wrong} is not known: {cure}")
    named = [word for word in argv[:cut] if word not in flags] + argv[cut + 1 :]
    words = [word for word in named if word.strip()]
    chosen = entries.select(words, SECTIONS)
    overview = look(chosen, whole=not words)
    if flags & {"--json", "--format=json"}:
        import json

        print(json.dumps(overview.as_json(), indent=1))
    else:
        show(overview, everything="--all" in flags or bool(words))
    if told := pipelines.note(ROOT):
        say(f"status: {' -> '.join(told)}")
    if workspace.moves(ROOT):
        tell_moves()
    if overview.problem:
        say(f"status: S3 could not be asked, so this is what is known here: {overview.problem}")
    return 1 if overview.problem else 0


def tell_moves() -> None:
    """Say which moves are under way, or wait for Git."""
    from registry.move import plan

    for move in plan.waiting(ROOT):
        after = "once it is committed, `make push` takes its old keys away"
        told = f"{move.old} is {move.new}: {after}" if move.is_done else move.advice
        say(f"status: {told}")


def show(overview: Overview, everything: bool) -> None:
    from registry.status.render import Page

    colours = sys.stdout.isatty() and not os.environ.get("NO_COLOR")
    width = max(shutil.get_terminal_size().columns, 80)
    for line in Page(width, colours, everything, time.time()).lines(overview):
        print(line)


def look(chosen: list[Entry], whole: bool) -> Overview:
    """Look at these entries; `whole`: also name those that only S3 knows."""
    try:
        session, etags = connect.connect(patience=PATIENCE_SECONDS)
        if whole:
            chosen = [*chosen, *only_there(etags, chosen)]
        found = look_at(session, etags, chosen, whole)
        problem = ""
    except Unreachable as error:
        session, problem = Session.open(), str(error)
        found = look_at(session, None, chosen, whole=False)
    found = [c for c in found if states.MOVED not in c.states or c.entry.card.exists() or c.here]
    uncommitted = add_what_git_knows(found)
    judge_cards(found)
    found.sort(key=lambda c: ([*SECTIONS].index(c.entry.section), c.entry))
    return Overview(session.remote.url, found, problem, uncommitted)


def look_at(
    session: Session, etags: dict[str, str] | None, chosen: list[Entry], whole: bool
) -> list[Condition]:
    notes = cache.Notes.load(ROOT, session.remote.identity)
    inspector = Inspector(Known(session, etags, notes))
    with ThreadPoolExecutor(HANDS) as pool:
        found = list(pool.map(lambda entry: inspect(inspector, entry), chosen))
    notes.save(keep=not whole)
    return found


def inspect(inspector: Inspector, entry: Entry) -> Condition:
    """An entry's condition; one that cannot be looked at does not hide the others."""
    try:
        return inspector.inspect(entry)
    except Unreachable:
        raise
    except RegistryError as error:
        return Condition(entry, Judgement([states.UNFIT], said=str(error)))


def only_there(etags: dict[str, str], known: list[Entry]) -> list[Entry]:
    """Entries that have a marker in S3, and neither a card nor a folder here."""
    pairs = [id.partition("/") for id in etags]
    stored = [Entry(section, name) for section, _, name in pairs if section in MIRRORED]
    return [entry for entry in stored if "/" not in entry.name and entry not in known]


def add_what_git_knows(found: list[Condition]) -> list[str]:
    """Note what is not committed, and who committed each raw version; all that is uncommitted."""
    try:
        paths = git.uncommitted(ROOT, *SECTIONS)
        commits = git.last_commits(ROOT, "raw_datasets/*.dvc")
    except git.GitError as error:
        say(f"status: {error}")
        return []
    for one in found:
        own = {f"{one.entry}{CARD}", f"{one.entry}.dvc"}
        if own & {*paths}:
            one.add(states.NOT_COMMITTED)
        commit = commits.get(f"{one.entry}.dvc")
        if commit:
            version = dvc_file.content(one.entry)
            who, when = commit.who, commit.when
            one.marker = Marker(DONE, "", who, "", when, commit.id, version=version)
    return paths


def judge_cards(found: list[Condition]) -> None:
    """Note whose card would stop the push that is next; a quiet registry has no need of it."""
    going = [c for c in found if {*c.states} & TO_PUSH and outlook.would_go_out(c)]
    if not going:
        return
    from registry.cards import check

    bad = check.find_bad([c.entry for c in going])
    for one in going:
        one.has_bad_card = one.entry in bad


if __name__ == "__main__":
    raise SystemExit(console.run(main, "status"))
