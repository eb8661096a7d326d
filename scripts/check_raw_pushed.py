#!/usr/bin/env python3
"""Check before a `git push` that S3 has the raw datasets which the commits name.

usage: check_raw_pushed.py < lines of "local-ref local-id remote-ref remote-id", as git gives them

The pre-commit framework reads those lines itself and gives variables named PRE_COMMIT_….
Exit code 1 names those that are not. When S3 does not answer it says so and lets the push go on.
"""

from __future__ import annotations

import os
import shlex
import sys
from contextlib import suppress

from registry import console, dvc_file, git
from registry.console import say
from registry.dvc_file import Version
from registry.dvc_outs import BadDvcFile
from registry.entries import ROOT, entry_of
from registry.errors import RegistryError, Unreachable
from registry.raw import manifest


def main(argv: list[str]) -> int:
    try:
        lines = [line.split() for line in framework() or sys.stdin]
        named = {version: line for line in lines for version in pushed(line)}
    except BadDvcFile as error:
        say(f"pre-push: {error}")
        say("pre-push: nothing was pushed; mend that, commit it, and push again")
        return 1
    if not named:
        return 0
    try:
        missing = manifest.not_in_s3(ROOT, sorted(named))
    except Unreachable as error:
        say(f"pre-push: could not ask S3 for the raw datasets, which may be missing: {error}")
        return 0
    cures = {cure(version, named[version]): version.entry for version in missing}
    for command, entry in cures.items():
        say(f"pre-push: S3 lacks the version of {entry} that you push, or holds it damaged:")
        say(f"  {command}")
    if missing:
        say("pre-push: nothing was pushed; do that, and push again")
    return 1 if missing else 0


def cure(version: Version, line: list[str]) -> str:
    """Return what sends a version that a pushed ref names, maybe from another branch."""
    word = f"DATASET={shlex.quote(version.entry)}"
    with suppress(RegistryError):
        if version in dvc_file.on_disk(entry_of(version.entry)):
            return f"make push {word}"
    branch = line[0].removeprefix("refs/heads/")
    go = (
        f"checkout {shlex.quote(branch)}"
        if branch != line[0]
        else f"checkout --detach {line[1][:12]}"
    )
    return f"git {go} && make pull {word} && make push {word}"


def framework() -> list[str]:
    """Return the line that git gave to the pre-commit framework; none without it.

    A first push has no commit to begin from: it is then told the branch alone.
    """
    told = {name: os.environ.get(f"PRE_COMMIT_{name}") for name in ("TO_REF", "LOCAL_BRANCH")}
    new = told["TO_REF"] or told["LOCAL_BRANCH"]
    old = os.environ.get("PRE_COMMIT_FROM_REF") or "0"
    return [f"local {new} remote {old}"] if new else []


def pushed(line: list[str]) -> list[Version]:
    """Return the versions that one pushed ref names and its remote one does not.

    Raises GitError.
    """
    if len(line) != 4 or not line[1].strip("0"):
        return []  # a ref is deleted
    local, old = line[1], line[3]
    known = old.strip("0") and git.has(ROOT, old)
    before = set(dvc_file.named_by(ROOT, old, strict=False)) if known else set()
    return [version for version in dvc_file.named_by(ROOT, local) if version not in before]


if __name__ == "__main__":
    raise SystemExit(console.run(main, "pre-push"))
