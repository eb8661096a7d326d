"""Checks this machine and this clone; none of it needs S3."""

from __future__ import annotations

import os
import re
import shlex
from collections.abc import Iterator
from pathlib import Path

from registry import git, secret_options, tracked
from registry.doctor import leftovers, plain_dvc, programs
from registry.doctor.check import BAD, NOTE, OK, Check, Finding, Visit
from registry.remote import dvc_config
from registry.sections import SECTIONS

KEY_ID = "(AKIA|ASIA)[0-9A-Z]{16}"  # how the ids of Amazon's keys look
_VARIABLE = re.compile(r"\$(\w|\{)")


def place(visit: Visit) -> Iterator[Finding]:
    """Check that aws finds its own files: it puts the values of variables into paths, `$NAME`."""
    path = str(visit.root)
    plain = path.replace("$", "")
    move = f"mv -- {shlex.quote(path)} {shlex.quote(plain)}"
    if os.path.expandvars(path) != path:
        text = f"{path}: aws takes it for {os.path.expandvars(path)}, and cannot start"
        yield Finding(BAD, "place", text, move)
    elif _VARIABLE.search(path):
        text = f"{path}: aws cannot start here once a variable of that name is set"
        yield Finding(NOTE, "place", text, move)
    else:
        yield Finding(OK, "place", path)


def settings(visit: Visit) -> Iterator[Finding]:
    """DVC's remote, and that DVC checks what it pulls."""
    remote, options = dvc_config.load(visit.root), dvc_config.options(visit.root)
    yield Finding(OK, "remote", f"{remote.url} ('{remote.name}' of .dvc/config)")
    if options.get("verify", "").lower() not in ("true", "1", "yes", "on"):
        level = dvc_config.level(visit.root, "verify")
        cure = f".venv/bin/dvc remote modify {level}{shlex.quote(remote.name)} verify true"
        yield Finding(BAD, "verify", "off: DVC would take damaged files from S3 for good", cure)
    else:
        yield Finding(OK, "verify", "DVC checks every file that it pulls")


def secrets(visit: Visit) -> Iterator[Finding]:
    """No keys in what Git publishes."""
    secret = [f"{name} in .dvc/config" for _, name in secret_options.find(_config(visit.root))]
    if git.tracked(visit.root, ".dvc/config.local"):
        secret.append(".dvc/config.local, which is this machine's own")
    words = ("grep", "-I", "-l", "-z", "-E", "-e", KEY_ID, "--", ".", ":!tests", ":!scripts")
    secret += [f"a key in {path}" for path in git.names(git.run(visit.root, *words, good=(0, 1)))]
    cure = "make these keys invalid, take them out, and use a profile of ~/.aws/credentials"
    if secret:
        yield Finding(BAD, "secrets", f"Git has {', '.join(secret)}", cure)
    else:
        yield Finding(OK, "secrets", "no keys in what Git tracks")


def _config(root: Path) -> str:
    path = root / ".dvc" / "config"
    return path.read_text(errors="replace") if path.exists() else ""


def data_in_git(visit: Visit) -> Iterator[Finding]:
    """Nothing but cards, `.dvc` files and rules of the sections is in Git."""
    data = [path for path in git.tracked(visit.root, *SECTIONS) if not tracked.may_be(path)]
    if data:
        more = f" and {len(data) - 1} more" if len(data) > 1 else ""
        tops = sorted({"/".join(path.split("/")[:2]) for path in data})
        cure = f"git rm -r --cached --quiet -- {shlex.join(tops[:5])}"
        yield Finding(BAD, "data in Git", f"{data[0]}{more} must not be in Git", cure)
    else:
        yield Finding(OK, "data in Git", "none")


def hooks(visit: Visit) -> Iterator[Finding]:
    """Yield whether Git runs the registry's hooks."""
    told = git.run(visit.root, "rev-parse", "--git-path", "hooks").decode().strip()
    missing = [name for name in _ours(visit.root) if not _runs(visit.root / told / name, name)]
    if missing:
        text = f"not installed: {', '.join(missing)}: a wrong card is only seen after it is shared"
        yield Finding(NOTE, "hooks", text, "make hooks")
    else:
        yield Finding(OK, "hooks", "installed")


def _ours(root: Path) -> list[str]:
    return sorted(path.name for path in (root / "scripts" / "hooks").iterdir())


def _runs(hook: Path, name: str) -> bool:
    if not os.access(hook, os.X_OK):
        return False
    return f"scripts/hooks/{name}" in hook.read_text(errors="replace")


CHECKS: tuple[Check, ...] = (
    place,
    programs.tools,
    settings,
    plain_dvc.plain_dvc,
    secrets,
    data_in_git,
    hooks,
    leftovers.leftovers,
)
