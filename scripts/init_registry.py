"""Turn a clone with its samples into a registry of your own.

usage: init_registry.py     with URL=s3://bucket/prefix in the environment, and ENDPOINT=, PROFILE=,
                            REGION= where needed

Proves first that the bucket can be reached and written; then takes the sample entries out and
points the remote at the bucket. Refuses when there are entries that are not samples.
"""

from __future__ import annotations

from dataclasses import replace

from registry import console, entries, lock, options
from registry.console import say
from registry.entries import ROOT, Entry
from registry.errors import Refusal, UsageError
from registry.humanize import plural
from registry.remote import capabilities, connect, dvc_config, s3
from registry.remote.embedded import Store
from registry.remote.location import Remote
from registry.remote.settings import Choice
from registry.sections import SECTIONS
from registry.sync import remove

SAMPLES = ROOT / "examples" / "samples.txt"


def main(argv: list[str]) -> int:
    names = ("URL", "ENDPOINT", "PROFILE", "REGION")
    values = {name.lower(): options.text(name) for name in names}
    if not values["url"]:
        raise UsageError("URL=s3://bucket/prefix is missing")
    there = Choice(**values).as_remote()
    lock.take(ROOT, "make init")
    samples = find_samples()
    conditional = prove(there)
    for entry in samples:
        remove.take_out(entry)
    dvc_config.write(ROOT, there, local=False)
    say(f"init: {there.url} can be listed, read, written and deleted from")
    if not conditional:
        say(
            "init: it has no conditional writes: pushes of one entry at the same second may collide"
        )
    say(f"init: {plural(len(samples), 'sample entry', 'sample entries')} taken out")
    say("init: next:")
    say("  git add -A && git commit -m 'Start our registry'")
    say("  make card DATASET=raw_datasets/<name>      # a card first, then its folder beside it")
    say("  make add DATASET=raw_datasets/<name> && make push")
    if Store().pid():
        say("  make store-stop                            # the samples' store, which still runs")
    return 0


def find_samples() -> list[Entry]:
    """The sample entries that are here. Raises Refusal when there are others too."""
    listed = set(SAMPLES.read_text().split()) if SAMPLES.exists() else set()
    here = entries.known(SECTIONS)
    own = [str(entry) for entry in here if str(entry) not in listed]
    if own:
        raise Refusal(
            f"there are entries that are not samples: {', '.join(own[:5])}: this is a registry "
            "already; to move it, `make remote URL=…`"
        )
    return here


def prove(there: Remote) -> bool:
    """Whether it has conditional writes. Raises Unreachable unless it can be used in every way."""
    connect.prove(there)
    return capabilities.is_conditional(s3.Client(replace(there), patience=connect.PROOF_SECONDS))


if __name__ == "__main__":
    raise SystemExit(console.run(main))
