"""Make this clone a registry of your own: new, over a bucket or folders, or from a repository.

usage: init_registry.py      URL=s3://bucket/prefix, with ENDPOINT=, PROFILE=, REGION= where needed;
                             or FROM=path-or-url of the Git repository that was the registry so far

Proves first that the bucket can be used, and says what it will do. Then it takes the samples out,
points the remote at the bucket, takes over the cards of FROM with their history, writes a card
with blanks for everything that has none, and commits. DRY_RUN=1 only says it; UNDO=1 goes back.
docs/migrating.md tells each way from its beginning.
"""

from __future__ import annotations

import shlex
from dataclasses import replace

from registry import console, entries, git, lock, options
from registry.console import say
from registry.entries import CARD, ROOT, Entry
from registry.errors import Refusal, UsageError
from registry.humanize import plural, some
from registry.remote import capabilities, connect, s3
from registry.remote.embedded import Store
from registry.remote.location import DVC_FOLDER, Remote
from registry.remote.settings import Choice
from registry.sections import SECTIONS
from registry.start import drafts, fetch, former, join, plan, undo
from registry.start.former import Former, Share
from registry.start.shared import Shared
from registry.sync import remove

SAMPLES = ROOT / "examples" / "samples.txt"


def main(argv: list[str]) -> int:
    if options.flag("UNDO"):
        return go_back()
    lock.take(ROOT, "make init")
    if options.text("URL"):
        place({})  # what cannot be meant is told before anything is looked at
    samples = find_samples()
    join.refuse_unsaved(ROOT)
    join.refuse_nameless(ROOT)
    start = look(options.text("FROM"), samples)
    for line in plan.described(start):
        say(f"init: {line}")
    if options.flag("DRY_RUN"):
        return 0
    if not is_conditional(start.remote):
        say("init: it has no conditional writes: pushes of one entry at one second may collide")
    owed = plan.carry_out(start, ROOT)
    if owed:
        say(f"init: {plural(owed, 'problem')} of these cards are tolerated, listed in cards.debt")
    for entry in samples:
        remove.take_out(entry)
    say_next(start.former)
    return 0


def look(where: str, samples: list[Entry]) -> plan.Start:
    """Return what would be done. Raises for what cannot be, before anything is touched."""
    fetched = fetch.fetch(ROOT, where) if where else None
    share = former.share(ROOT, fetched) if fetched else Share()
    join.refuse_in_the_way(ROOT, share.theirs)
    name, remotes = former.remotes(ROOT, fetched) if fetched else ("", {})
    remote = place(remotes.get(name, {}))
    connect.prove(remote)
    coming = {path.removesuffix(CARD) for path in share.cards}
    versions = {path.removesuffix(".dvc") for path in share.versions}
    bare, left = drafts.lacking(ROOT, s3.Client(remote), coming, versions)
    return plan.Start(remote, fetched, share, samples, bare, left, remotes)


def is_conditional(remote: Remote) -> bool:
    """Return whether it has conditional writes.

    Raises Unreachable unless it can be used in every way.
    """
    return capabilities.is_conditional(s3.Client(replace(remote), patience=connect.PROOF_SECONDS))


def go_back() -> int:
    lock.take(ROOT, "make init")
    undo.back(ROOT)
    say("init: undone: Git, .dvc/config.local and the remotes are as they were; `make pull` brings")
    say("init: the data of the samples again")
    return 0


def find_samples() -> list[Entry]:
    """Return the sample entries that are here.

    Raises Refusal when there are others with a card too.
    """
    listed = set(SAMPLES.read_text().split()) if SAMPLES.exists() else set()
    here = entries.known(SECTIONS)
    carded = [e for e in here if e.card.exists() or e.dvc_file.exists()]
    own = [str(entry) for entry in carded if str(entry) not in listed]
    if own:
        raise Refusal(
            f"there are entries that are not samples: {some(own)}: this is a registry already; "
            "to move it, `make remote URL=…`"
        )
    return [entry for entry in here if str(entry) in listed]


def place(configured: dict[str, str]) -> Remote:
    """Return where the registry will be: as said, else as the former one's DVC config says."""
    names = ("URL", "ENDPOINT", "PROFILE", "REGION")
    said = {name.lower(): options.text(name) for name in names}
    if not said["url"]:
        url = configured.get("url", "").rstrip("/")
        if url and not url.endswith(f"/{DVC_FOLDER}"):
            raise UsageError(
                f"its DVC remote is {url}, and a registry keeps DVC's part in …/{DVC_FOLDER}: "
                "say where the registry is to be, URL=s3://bucket/prefix"
            )
        told = {"url": url, "endpoint": "endpointurl", "profile": "profile", "region": "region"}
        said = {n: said[n] or configured.get(told[n], "") for n in said} | {"url": url}
    if not said["url"]:
        raise UsageError("URL=s3://bucket/prefix is missing")
    return Choice(**said).as_remote()


def say_next(fetched: Former | None) -> None:
    say("init: done, and committed; `make init UNDO=1` goes back. Next:")
    say("  make pull                 # what is in S3; what is here already is only compared")
    if fetched:
        say(f"  {_to_everybody(fetched.shared)}")
    else:
        say(
            "  make card DATASET=section/name    # begins an entry; its folder goes beside the card"
        )
        origin = git.ask(ROOT, "remote", "get-url", "origin")
        if origin:
            say(f"  origin is {origin}: if that is not your team's repository,")
            say("  git remote rename origin upstream; git remote add origin <its URL>")
    if Store().process.pid():
        say("  make store-stop           # the samples' store, which still runs")


def _to_everybody(shared: Shared) -> str:
    """What sends it on, as that repository takes it: no push moves what is checked out there."""
    if shared.is_checkout:
        words = ["git", "-C", shared.url, "pull", "--ff-only", str(ROOT), shared.branch]
        return f"{shlex.join(words)}   # origin is a checkout: no push moves its branch"
    words = ["git", "push", "-u", "origin", f"HEAD:{shared.branch}"]
    return f"{shlex.join(words)}   # for everybody: they type git pull"


if __name__ == "__main__":
    raise SystemExit(console.run(main, "init"))
