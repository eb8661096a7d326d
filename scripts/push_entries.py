"""Send entries to S3, each one whole and verified before anything there is deleted.

usage: push_entries.py [--gated] [section/name | name | section/ ...]

Raw datasets go in the version that their `.dvc` files name; one that was changed, but not added, is
refused. Nothing in S3 is overwritten that this checkout has not seen. TAKE=local lets this checkout
win where both sides changed, DELETE=1 allows deleting most of an entry, DRY_RUN=1 only says what
it would do.

With --gated, as ./push.sh has it: takes the checkout's lock, looks only at what may have something
to send, checks cards and the rules of experiments first, and says last what is not committed yet.
"""

from __future__ import annotations

from registry import console, selection
from registry.sections import SYNCED


def main(argv: list[str]) -> int:
    if argv[:1] == ["--gated"]:
        return push_what_changed(argv[1:])
    from registry.daily import push
    from registry.remote import connect

    chosen = selection.select(argv, SYNCED)
    return push.push(connect.begin(), chosen, bool(argv), [])


def push_what_changed(words: list[str]) -> int:
    """First every gate, then every effect: one entry's failure does not stop the others."""
    from registry.daily import gate

    passed = gate.enter("push", words)
    if not passed.entries:
        return console.carry_on("push", passed.code, [])
    from concurrent.futures import ThreadPoolExecutor

    from registry.daily import experiments, uncommitted

    with ThreadPoolExecutor(2) as beside:  # Git takes about as long as S3
        state, left = beside.submit(experiments.look), beside.submit(uncommitted.look)
        beside.shutdown(wait=False)  # its threads end with that, and a fork is safe again
        from registry.daily import push

        steps = [
            lambda: experiments.check(state.result),
            lambda: push.push(passed.session, passed.entries, True, passed.begun),
            lambda: uncommitted.name(left.result),
        ]
        return console.carry_on("push", passed.code, steps)


if __name__ == "__main__":
    raise SystemExit(console.run(main, "push"))
