"""Remove entries everywhere: here, in S3 and from Git's next commit.

usage: remove_entry.py "section/name ..."        with CONFIRM="name ..." in the environment

Several go together, such as a model and the training results that it names. Their bytes in S3 go
to the registry's trash prefix first, those here to the trash here. Refuses while a card of another
entry names one of them. A raw dataset's bytes stay in DVC's storage, since older commits need them.
What only S3 holds goes by its name too, as a fresh listing shows it; LOOSE=1 takes out the cards
and rules that a plain `aws s3 sync` uploaded. DRY_RUN=1 only says what it would do.
"""

from __future__ import annotations

import shlex

from registry import console, entries, git, lock, options, selection
from registry.cards import backlinks
from registry.cards.library import Library
from registry.console import say
from registry.entries import CARD, ROOT, Entry
from registry.errors import Refusal, UsageError
from registry.humanize import plural, some
from registry.options import Options
from registry.raw.leaving import Leaving
from registry.remote import connect
from registry.sections import MIRRORED, SECTIONS
from registry.sync import dark


def main(argv: list[str]) -> int:
    lock.take(ROOT, "make remove")
    if options.flag("LOOSE"):
        return remove_loose(argv)
    chosen = choose(argv)
    refuse_referred(chosen)
    all_leaving = look(chosen)
    for line in (line for leaving in all_leaving for line in leaving.lines()):
        print(line)
    if Options.from_environment().dry_run:
        return 0
    refuse_unconfirmed(chosen)
    for leaving in all_leaving:
        leaving.out_of_s3()
    for leaving in all_leaving:
        leaving.out_of_here()
    say(f"remove: {', '.join(map(str, chosen))} removed{to_commit(chosen)}")
    return 0


def choose(argv: list[str]) -> list[Entry]:
    """The entries that the words name, without those that a run which died has removed already."""
    words = [word for word in argv if word.strip()]
    if not words or any(word.strip("/ ") in SECTIONS for text in words for word in text.split()):
        raise UsageError(
            'which entries? Add DATASET=section/name, or DATASET="section/a section/b"'
        )
    try:
        return selection.select(words, SECTIONS)
    except UsageError:
        every = [word.rstrip("/") for text in words for word in text.split()]
        known = {str(entry) for entry in entries.known(SECTIONS)}
        unseen = [entry for word in every if word not in known and (entry := in_s3_alone(word))]
        left = [w for w in every if w not in map(str, unseen) and not is_removed(w)]
        if len(left) == len(every) or not (left or unseen):
            raise
        return [*unseen, *(selection.select(left, SECTIONS) if left else [])]


def in_s3_alone(word: str) -> Entry | None:
    """Return what is called so in S3, and nowhere here.

    Raises Refusal where others have its card.
    """
    section, slash, name = word.partition("/")
    if section not in MIRRORED or not slash or not name or "/" in name:
        return None
    if git.show(ROOT, f"@{{upstream}}:{word}{CARD}") is not None:
        raise Refusal(f"{word}: its card is in Git, and not here yet: `git pull`, then look again")
    entry = Entry(section, name)
    return entry if dark.is_stored(connect.connect()[0], entry) else None


def remove_loose(argv: list[str]) -> int:
    """Take out of S3 the cards, templates and rules beside the entries' folders."""
    if argv:
        raise UsageError("LOOSE=1 is for all sections: leave DATASET out")
    session, _ = connect.connect()
    rows = dark.loose(session)
    for row in rows:
        print(f"{row.key[len(session.remote.key('')) :]}: {dark.amount_of([row])}")
    if session.options.dry_run or not rows:
        say(f"remove: {plural(len(rows), 'loose card or rule', 'loose cards and rules')} in S3")
        return 0
    if options.text("CONFIRM") != "loose":
        raise Refusal("they are in Git, or in nobody's: to take them out of S3 add CONFIRM=loose")
    bin_ = dark.take_out(session, rows)
    say(f"remove: {plural(len(rows), 'file')} went to {bin_} in S3")
    return 0


def is_removed(word: str) -> bool:
    """Return whether the last commit has its card, and nothing here has any more."""
    known = git.show(ROOT, f"HEAD:{word.rstrip('/')}{CARD}") is not None
    return known and word.rstrip("/") not in map(str, entries.known(SECTIONS))


def refuse_referred(chosen: list[Entry]) -> None:
    """Raises Refusal naming each place in a card that stays, where it speaks of them."""
    library, ids = Library(), [str(entry) for entry in chosen]
    staying = [e for e in library.entries if e not in chosen]
    naming = [
        f"{card.path}:{reference.line} ({reference.id})"
        for card in filter(None, map(library.card, staying))
        for reference in backlinks.find(card, ids, library)
    ]
    if naming:
        raise Refusal(
            f"still referred to, by {some([*dict.fromkeys(naming)])}: change that first"
            + together(ids, library)
        )


def together(ids: list[str], library: Library) -> str:
    """Return the command that removes those too which name each other, if there are any."""
    partners = backlinks.partners(ids, library)
    if not partners or any(" " in id for id in [*ids, *partners]):
        return ""
    both = shlex.quote(" ".join([*ids, *partners]))
    return f", or remove together what goes together: `make remove DATASET={both}`"


def look(chosen: list[Entry]) -> list[Leaving]:
    """Return what would go. Raises Refusal for what must not."""
    every = [Leaving(entry) for entry in chosen]
    session = connect.connect()[0] if any(leaving.is_mirrored for leaving in every) else None
    for leaving in every:
        leaving.look(session)
    return every


def refuse_unconfirmed(chosen: list[Entry]) -> None:
    """Each name is to be typed once more."""
    names = dict.fromkeys(entry.name for entry in chosen)
    wanted, said = " ".join(names), options.text("CONFIRM")
    if said != wanted and sorted(said.split()) != sorted(wanted.split()):
        what = "it" if len(chosen) == 1 else "them"
        raise Refusal(f"to remove {what} for everybody: add CONFIRM={shlex.quote(wanted)}")


def to_commit(chosen: list[Entry]) -> str:
    """Return what makes the removal everybody's, where Git knows of it."""
    sections = dict.fromkeys(entry.section for entry in chosen)
    if not git.ask(ROOT, "status", "--porcelain", "--", *sections):
        return ""
    return f"; commit that: git add -A {' '.join(sections)} && git commit"


if __name__ == "__main__":
    raise SystemExit(console.run(main, "remove"))
