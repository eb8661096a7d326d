"""Looks at all entries at once: here, in S3, in Git, and at the cards that a push would need."""

from __future__ import annotations

from concurrent.futures import ThreadPoolExecutor

from registry import dvc_file, git
from registry.entries import CARD, ROOT, Entry, entry_of, with_card
from registry.errors import RegistryError, Unreachable
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


def look(chosen: list[Entry], whole: bool) -> Overview:
    """Look at these entries; `whole`: also name those that only S3 knows."""
    try:
        session, etags = connect.connect(patience=PATIENCE_SECONDS)
        if whole:
            chosen = [*chosen, *_only_there(etags, chosen)]
        conditions = _look_at(session, etags, chosen, whole)
        problem, without_card = "", _dark(session) if whole and session.options.full else []
    except Unreachable as error:
        session, problem, without_card = Session.open(), str(error), []
        conditions = _look_at(session, None, chosen, whole=False)
    conditions = [
        c for c in conditions if states.MOVED not in c.states or c.entry.card.exists() or c.here
    ]
    uncommitted, unread = _add_what_git_knows(conditions)
    _look_for_cards(conditions)
    _judge_cards(conditions)
    conditions.sort(key=lambda c: ([*SECTIONS].index(c.entry.section), c.entry))
    overview = Overview(session.remote.url, conditions, problem, uncommitted, unread, without_card)
    overview.others = _of_nobody(uncommitted, conditions) if whole else []
    return overview


def _dark(session: Session) -> list[str]:
    """Return what S3 holds without a card: a listing of its own, so only FULL=1 asks for it."""
    from registry.sync import dark

    known = [str(entry) for section in MIRRORED for entry in with_card(section)]
    return list(dark.told(session, known))


def _look_at(
    session: Session, etags: dict[str, str] | None, chosen: list[Entry], whole: bool
) -> list[Condition]:
    notes = cache.Notes.load(ROOT, session.remote.identity)
    inspector = Inspector(Known(session, etags, notes))
    with ThreadPoolExecutor(HANDS) as pool:
        conditions = list(pool.map(lambda entry: _inspect(inspector, entry), chosen))
    notes.save(keep=not whole)
    return conditions


def _inspect(inspector: Inspector, entry: Entry) -> Condition:
    """An entry's condition; one that cannot be looked at does not hide the others."""
    try:
        return inspector.inspect(entry)
    except Unreachable:
        raise
    except RegistryError as error:
        return Condition(entry, Judgement([states.UNFIT], said=str(error), unseen=True))


def _only_there(etags: dict[str, str], known: list[Entry]) -> list[Entry]:
    """Entries that have a marker in S3, and neither a card nor a folder here."""
    stored = [entry for entry in map(entry_of, etags) if entry.section in MIRRORED]
    return [entry for entry in stored if "/" not in entry.name and entry not in known]


def _add_what_git_knows(conditions: list[Condition]) -> tuple[list[str], list[str]]:
    """Note what is not committed, and who committed each raw version.

    Returns the paths that are uncommitted, and why Git does not tell, if it does not.
    """
    try:
        paths = git.uncommitted(ROOT, *SECTIONS)
        unmerged = git.unmerged(ROOT, *paths) if paths else set()
        commits = git.last_commits(ROOT, "raw_datasets/*.dvc")
    except git.GitError as error:
        return [], [str(error)]
    for one in conditions:
        own = {f"{one.entry}{CARD}", f"{one.entry}.dvc"}
        if own & {*paths}:
            one.add(states.NOT_COMMITTED)
            one.is_unmerged = bool(own & unmerged)
        commit = commits.get(f"{one.entry}.dvc")
        if commit:
            version = dvc_file.content(one.entry)
            who, when = commit.who, commit.when
            one.marker = Marker(DONE, "", who, "", when, commit.id, version=version)
    return [path for path in paths if path not in unmerged], []


def _of_nobody(paths: list[str], conditions: list[Condition]) -> list[str]:
    """Return those of no entry that is shown: a removed card, a rule, a template."""
    shown = {f"{c.entry}{end}" for c in conditions for end in (CARD, ".dvc")}
    return [path for path in paths if path not in shown]


def _look_for_cards(conditions: list[Condition]) -> None:
    """Note where Git has the cards of those that are neither here nor have one."""
    moved_to = {c.marker.moved for c in conditions if states.MOVED in c.states and c.marker}
    for one in conditions:
        if states.NO_CARD in one.states and not outlook.is_here(one):
            by_move = states.MOVE if str(one.entry) in moved_to else ""
            one.card_in_git = outlook.card_in_git(one.entry) or by_move


def _judge_cards(conditions: list[Condition]) -> None:
    """Note whose card would stop the push that is next; a quiet registry has no need of it."""
    going = [c for c in conditions if {*c.states} & TO_PUSH and outlook.would_go_out(c)]
    if not going:
        return
    from registry.cards import check

    bad = check.find_bad([c.entry for c in going])
    for one in going:
        one.has_bad_card = one.entry in bad
