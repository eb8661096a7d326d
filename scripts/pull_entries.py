"""Bring entries up to what S3 holds, and raw datasets to the versions that their `.dvc` files name.

usage: pull_entries.py [--gated] [section/name | name | section/ ...]

Each comes whole or not at all, and nothing comes at all where a disk has no room for all of it.
Changes made here and not pushed yet are kept. TAKE=local keeps them where both sides changed,
DELETE=1 allows setting aside most of an entry, DRY_RUN=1 only says what it would do, FULL=1 lists
S3 also where a marker says that nothing changed.

With --gated, as ./pull.sh has it: takes the checkout's lock, and looks only at what may have
something to fetch.
"""

from __future__ import annotations

from functools import partial

from registry import console, selection
from registry.sections import SYNCED


def main(argv: list[str]) -> int:
    if argv[:1] == ["--gated"]:
        return pull_what_changed(argv[1:])
    from registry.daily import pull
    from registry.remote import connect

    chosen = selection.select(argv, SYNCED)
    return pull.pull(connect.begin(), chosen, None)


def pull_what_changed(words: list[str]) -> int:
    """First the gate, then the effects: one entry's failure does not stop the others."""
    from registry.daily import gate

    passed = gate.enter("pull", words)
    steps = []
    if passed.entries:  # nothing of this is imported before there is something to fetch
        from registry.daily import pull

        steps = [partial(pull.pull, passed.session, passed.entries, passed.etags)]
    return console.carry_on("pull", passed.code, steps)


if __name__ == "__main__":
    raise SystemExit(console.run(main, "pull"))
