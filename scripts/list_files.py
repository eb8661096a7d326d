"""List the files of one entry, with sizes, without downloading it.

usage: list_files.py [--pattern=GLOB] [--sort=path|size] [--offline] [--json] section/name | name

What S3 holds now: by the content list of the entry's version, else by S3's own listing; of a raw
dataset the version that its `.dvc` file names. What never was in S3 is listed from here. PATTERN
is `*.csv` or `train/*`, where * stands for slashes too; without * or ? it is a part of the path.
--offline (OFFLINE=1) asks this machine only. --json (FORMAT=json) is for programs.
Exit code: 0 listed, 1 nothing matches or S3 could not be asked (what is here is listed), 2 usage.
"""

from __future__ import annotations

import json
from fnmatch import fnmatchcase

from registry import console, selection
from registry.entries import Entry
from registry.errors import Unreachable, UsageError
from registry.humanize import harmless, human_bytes, plural
from registry.inside import contents
from registry.inside.contents import Contents, File
from registry.remote import connect
from registry.sections import EXPERIMENTS, SECTIONS

FLAGS = ("--offline", "--json", "--format=json", "--format=text", "--sort=path", "--sort=size")


def main(argv: list[str]) -> int:
    cut = argv.index("--") if "--" in argv else len(argv)
    flags = [word for word in argv[:cut] if word.startswith("--")]
    named = [word for word in argv if word not in (*flags, "--")]
    pattern = "".join(f.partition("=")[2] for f in flags if f.startswith("--pattern="))
    for word in flags:
        if word not in FLAGS and not word.startswith("--pattern="):
            cure = "SORT=path or SORT=size" if word.startswith("--sort") else "see --help"
            raise UsageError(f"{word} is not known: {cure}")
    entry = selection.select_one(" ".join(named), SECTIONS)
    listed, problem = look(entry, "--offline" in flags)
    shown = [file for file in listed.files if fits(file.path, pattern)]
    if "--sort=size" in flags:
        shown.sort(key=lambda file: (-(file.size or 0), file.path))
    if {"--json", "--format=json"} & {*flags}:
        print(json.dumps(as_json(entry, listed, shown), indent=1))
    else:
        show(entry, listed, shown)
    if listed.files and not shown:
        console.say(f"ls: none fits PATTERN={pattern!r}: * stands for anything, capitals count")
    if problem:
        console.say(f"ls: S3 could not be asked, so this is what is known here: {problem}")
    return 0 if shown and not problem else 1


def look(entry: Entry, offline: bool) -> tuple[Contents, str]:
    """Return what the entry holds, and why S3 could not be asked, if so."""
    if offline or entry.section == EXPERIMENTS:
        return contents.read(entry, None), ""
    try:
        session, _ = connect.connect(entry.root)
        return contents.read(entry, session.client), ""
    except Unreachable as error:
        return contents.read(entry, None), str(error)


def fits(path: str, pattern: str) -> bool:
    if any(letter in pattern for letter in "*?["):
        return fnmatchcase(path, pattern) or fnmatchcase(path, f"*/{pattern}")
    return pattern in path


def show(entry: Entry, listed: Contents, shown: list[File]) -> None:
    """The files on stdout, what they are of on stderr."""
    sizes = [human_bytes(f.size) if f.size is not None else "not known" for f in shown]
    width = max(map(len, sizes), default=0)
    for file, size in zip(shown, sizes, strict=True):
        print(f"{size:>{width}}  {harmless(file.path)}")
    part = "" if len(shown) == len(listed.files) else f" of {len(listed.files):,}"
    amount = human_bytes(sum(file.size or 0 for file in shown))
    version = f", version {listed.version}" if listed.version else ""
    source = f"from {listed.source}" if listed.files else "neither in S3 nor here"
    console.say(f"ls: {entry}: {plural(len(shown), 'file')}{part}, {amount}; {source}{version}")


def as_json(entry: Entry, listed: Contents, shown: list[File]) -> dict[str, object]:
    rows = [{"path": f.path, "size": f.size, "here": bool(f.place)} for f in shown]
    return {
        "entry": str(entry), "version": listed.version, "source": listed.source,
        "files": len(listed.files), "bytes": listed.bytes, "shown": rows,
    }  # fmt: skip


if __name__ == "__main__":
    raise SystemExit(console.run(main, "ls"))
