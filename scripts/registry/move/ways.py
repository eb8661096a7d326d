"""Says which moves make sense: a new name in any section, promotion and demotion."""

from __future__ import annotations

import os

from registry import names
from registry.entries import TEMPLATE, Entry, known
from registry.errors import Refusal, UsageError
from registry.sections import EXPERIMENTS, RAW, SECTIONS


def target(word: str, old: Entry, said: str = "TO") -> Entry:
    """Return the entry that TO= names; `name` alone is in the same section. Raises UsageError.

    `said`: the variable, if it is another.
    """
    section, slash, name = word.strip().removesuffix("/").partition("/")
    if not slash:
        section, name = old.section, section
    if section not in SECTIONS or not name or "/" in name or name == TEMPLATE:
        raise UsageError(
            f"{said}={word!r}: write {said}=section/name; sections: {', '.join(SECTIONS)}"
        )
    why = names.why_bad(name)
    if why:
        raise UsageError(f"{said}={word!r} cannot be an entry's name: {why}")
    return Entry(section, name, old.root)


def refuse_senseless(old: Entry, new: Entry) -> None:
    """Raises UsageError for a move that is neither a rename, nor to or from experiments/."""
    if old == new:
        raise UsageError(f"{old} is called so already")
    if old.section == new.section:
        return
    if RAW in (old.section, new.section):
        raise UsageError(
            f"a raw dataset is versioned by DVC, the other sections are not: to have {old} in "
            f"{new.section}/, copy its files there, `make card DATASET={new:sh}`, and push it"
        )
    if EXPERIMENTS not in (old.section, new.section):
        raise UsageError(
            f"{old.section}/ and {new.section}/ hold different things "
            f"({SECTIONS[old.section].holds}; {SECTIONS[new.section].holds}): "
            "move it to experiments/ first, or make a new entry"
        )


def taken_by(new: Entry) -> str:
    """Return what is called so here, as a path from the registry's top; "" for nothing."""
    for path in (new.card, new.folder, new.dvc_file):
        if os.path.lexists(path):
            return os.path.relpath(path, new.root)
    return ""


def refuse_link(entry: Entry) -> None:
    if entry.folder.is_symlink():
        raise Refusal(f"{entry} is a link: move the real folder here first")


def refuse_taken(new: Entry, leaving: tuple[Entry, ...] = ()) -> None:
    """Raises Refusal where something of that name is here, or one that some disk takes for it."""
    if path := taken_by(new):
        raise Refusal(
            f"{new} is taken: {path} is there: REPLACE=1 puts this one in its place "
            f"(OLD={new.section}/name keeps that one under another name); "
            f"`make remove DATASET={new:sh}` removes it"
        )
    others = [e.name for e in known([new.section], new.root) if e not in leaving]
    if twins := names.twins([*others, new.name]):
        raise UsageError(f"{new.name!r} and {twins[0][0]!r} are one name on some disks: another")
