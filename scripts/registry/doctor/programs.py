"""Checks the programs that everything stands on: that they start, and are new enough."""

from __future__ import annotations

import os
import re
import shlex
import subprocess
import sys
from collections.abc import Iterator
from dataclasses import replace
from pathlib import Path

from registry.doctor.check import BAD, NOTE, OK, Finding, Visit
from registry.transfer import aws

LAST_OF_VERSION_1 = "15 July 2027"  # as AWS announced for version 1 of its command
AGAIN = "remove .venv; the next command makes it again"


def tools(visit: Visit) -> Iterator[Finding]:
    """Yield the programs that everything stands on, and which they are."""
    beside = Path(sys.executable).parent
    yield _version("git", ["git", "--version"], (2, 20), "install a newer one")
    yield _version("python", [sys.executable, "--version"], (3, 10), "PYTHON=/path/to/a/newer/one")
    yield _version("dvc", [sys.executable, "-m", "dvc", "--version"], (3, 0), AGAIN)
    yield _aws()
    yield _version("rclone", [str(beside / "rclone"), "version"], (1, 60), AGAIN)


def _aws() -> Finding:
    """Which aws ENGINE=aws would use, and until when it is supported; ENGINE=auto uses none."""
    named = os.environ.get("AWS")  # started as it is named, to say what is wrong with it
    cure = "AWS must name the aws command, version 1 or 2" if named else AGAIN
    if not named and os.path.expandvars(sys.prefix) != sys.prefix:
        cure = "move the clone to where no `$` is in its path"
    program = [named] if named else aws.program()
    finding = _version("aws", [*program, "--version"], (1, 20), cure)
    if finding.level == BAD:
        text = f"{finding.text}; only ENGINE=aws needs it"
        return finding if named else replace(finding, level=NOTE, text=text)
    text = f"{finding.text} ({program[0]})"
    if finding.text.startswith("1."):
        text += f", which AWS supports until {LAST_OF_VERSION_1}"
    return replace(finding, text=text)


def _version(name: str, command: list[str], least: tuple[int, int], cure: str) -> Finding:
    try:
        done = subprocess.run(command, capture_output=True, text=True, check=False, timeout=60)
        version = re.search(r"(\d+)\.(\d+)[\w.]*", done.stdout + done.stderr)
    except (OSError, subprocess.TimeoutExpired) as error:
        return Finding(BAD, name, f"{command[0]} cannot be started: {error}", cure)
    if done.returncode or not version:
        return Finding(BAD, name, f"{shlex.join(command)} fails", cure)
    if (int(version.group(1)), int(version.group(2))) < least:
        text = f"{version.group()} is too old, {least[0]}.{least[1]} is needed"
        return Finding(BAD, name, text, cure)
    return Finding(OK, name, version.group())
