"""Show what was sealed of an entry: who, when, from which commit, and which files it changed.

usage: show_history.py [--last=20] [--json] section/name | name

The newest first. Of a raw dataset: the commits that changed its `.dvc` file. `unknown` is the
version of a state of which nobody read all bytes. `make diff DATASET=x TO=version` names the
files, `make rollback DATASET=x TO=version` makes an old version the new state. LAST says how many
(20), --json (FORMAT=json) is for programs.
"""

from __future__ import annotations

import json
from dataclasses import asdict
from typing import Any

from registry import console, selection
from registry.console import say
from registry.entries import Entry
from registry.errors import Refusal, UsageError
from registry.humanize import human_bytes, plural
from registry.index.content import short
from registry.remote import connect
from registry.sections import RAW, SYNCED
from registry.sync import history
from registry.sync.history import Sealed

FLAGS = ("--json", "--format=json", "--format=text")
MOST = 20


def main(argv: list[str]) -> int:
    cut = argv.index("--") if "--" in argv else len(argv)
    flags = [word for word in argv[:cut] if word.startswith("--")]
    named = [word for word in argv if word not in (*flags, "--")]
    last = next((f.partition("=")[2] for f in flags if f.startswith("--last=")), str(MOST))
    for word in flags:
        if word not in FLAGS and not word.startswith("--last="):
            raise UsageError(f"{word} is not known: FORMAT=json, FORMAT=text or LAST=20")
    if not (last.isascii() and last.isdigit() and int(last)):
        raise UsageError(f"LAST={last!r}: write a number above 0, such as LAST={MOST}")
    entry = selection.select_one(" ".join(named), SYNCED)
    told = look(entry, int(last))
    if {"--json", "--format=json"} & {*flags}:
        print(json.dumps({"entry": str(entry), "history": [as_json(s) for s in told]}, indent=1))
    else:
        show(entry, told)
    return 0


def look(entry: Entry, most: int) -> list[Sealed]:
    session, _ = connect.connect()
    if entry.section != RAW:
        return history.read(session.client, entry, most)
    from registry.raw import history as raw_history

    return raw_history.read(entry, session.client, most)


def show(entry: Entry, told: list[Sealed]) -> None:
    if not told:
        is_here = entry.folder.exists() or entry.dvc_file.exists()
        cure = f": `make push DATASET={entry:sh}`" if is_here else ", and nothing of it is here"
        raise Refusal(f"{entry}: nothing was sealed of it yet{cure}")
    who = max(len(sealed.marker.who) for sealed in told)
    for sealed in told:
        made = sealed.marker
        amount = f"{plural(made.files, 'file')}, {human_bytes(made.bytes)}"
        when = made.when.partition(".")[0].replace("T", " ").removesuffix("Z")
        print(
            f"{when}  {short(made.version):<12}  {made.commit[:7] or '-':<7}  {made.who:<{who}}  "
            f"{amount}{changed(sealed)}"
        )
    say(f"history: {entry}: {plural(len(told), 'sealed state')}, times are UTC")


def changed(sealed: Sealed) -> str:
    if sealed.change is None:
        return ""
    counts = asdict(sealed.change).items()
    return ": " + (", ".join(f"{count} {what}" for what, count in counts if count) or "no change")


def as_json(sealed: Sealed) -> dict[str, Any]:
    made = sealed.marker
    told = {name: getattr(made, name) for name in ("when", "who", "host", "commit", "version")}
    more = {"files": made.files, "bytes": made.bytes, "made_from": made.made_from}
    return {**told, **more, "change": asdict(sealed.change) if sealed.change else None}


if __name__ == "__main__":
    raise SystemExit(console.run(main, "history"))
