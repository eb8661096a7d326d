"""Chooses the entries that may have something to move, by markers and stats alone.

One that is not chosen is up to date, or refused. WITH=deps pulls what the named ones are made from,
too, WITH=all also the runs that made them and the models of runs.
"""

from __future__ import annotations

from dataclasses import dataclass
from typing import TYPE_CHECKING

from registry import console, options
from registry.console import say
from registry.daily import moves
from registry.daily.quick_check import QuickCheck, Refused
from registry.entries import Entry
from registry.errors import Refusal
from registry.humanize import plural
from registry.index.fingerprints import Stamps
from registry.remote import connect
from registry.remote.session import Session

if TYPE_CHECKING:  # a quiet run has no need of it
    from registry.sync.push import Push


@dataclass
class Chosen:
    """The entries that may go on, and the exit code of what was refused.

    `etags`: the markers', where they were asked for. `begun`: a push of one of them, as far as S3
    was looked at meanwhile.
    """

    session: Session
    entries: list[Entry]
    code: int
    etags: dict[str, str] | None
    begun: list[Push]


def choose(direction: str, chosen: list[Entry], are_named: bool, stamps: Stamps) -> Chosen:
    """Say what is refused, and that there is nothing to do where that is so."""
    lost: list[Refused] = []
    if direction == "pull" and options.choice("WITH"):
        chosen, lost = with_lineage(chosen)
    session = connect.begin()
    chosen, stuck = moves.mind(session, chosen, direction)
    check = QuickCheck(session, chosen, are_named, stamps)
    if direction == "pull":
        check.enter()
    wanted, refused = check.sift(chosen, direction)
    refused += stuck + lost
    if direction == "push":
        wanted, bad = ask_and_check_cards(check, chosen, wanted)
        refused += bad
    say_the_rest(direction, len(chosen), len(check.freed), bool(wanted or refused))
    return Chosen(session, wanted, console.report(refused), check.etags, check.begun)


def say_the_rest(direction: str, chosen: int, freed: int, is_something: bool) -> None:
    """Say what else there is to say: of the `freed` that were left out, or of nothing to do."""
    if freed:
        left = plural(freed, "freed entry", "freed entries")
        say(f"{direction}: {left} left out: DATASET= with its name brings one again")
    if not is_something:
        say(f"{direction}: {plural(chosen, 'entry', 'entries')}, nothing to do")


def with_lineage(chosen: list[Entry]) -> tuple[list[Entry], list[Refused]]:
    """These and what WITH says to pull with them, and a refusal for each that is not here."""
    from registry.cards.library import Library
    from registry.cards.lineage import ALL, Ancestry

    ancestry = Ancestry(Library())
    ancestry.follow(chosen, options.choice("WITH") == ALL)
    return ancestry.entries, [Refused(e, error=Refusal(why)) for e, why in ancestry.lost.items()]


def ask_and_check_cards(
    check: QuickCheck, chosen: list[Entry], wanted: list[Entry]
) -> tuple[list[Entry], list[Refused]]:
    """Return what a push may send, and a refusal for each bad card; S3 is asked meanwhile."""
    if not wanted:
        check.enter()
        return with_good_cards(check.ask(chosen, wanted))
    from concurrent.futures import ThreadPoolExecutor

    with ThreadPoolExecutor(1) as beside:
        asked = beside.submit(check.ask, chosen, wanted)
        good, bad = with_good_cards(wanted)
    torn, also_bad = with_good_cards(asked.result())
    going = {*good, *torn}
    return [entry for entry in chosen if entry in going], bad + also_bad


def with_good_cards(wanted: list[Entry]) -> tuple[list[Entry], list[Refused]]:
    """Return the entries whose cards may go out, and a refusal for each of the others."""
    if not wanted:
        return [], []
    from registry.cards import check

    bad = check.find_bad(wanted)
    refused = [Refused(e, error=check.refusal(e, bad[e])) for e in bad]
    return [entry for entry in wanted if entry not in bad], refused
