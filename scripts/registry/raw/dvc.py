"""Asks DVC, as a program of its own: nobody pays for its start who has no raw dataset to move."""

from __future__ import annotations

import os
import subprocess
import sys
from collections.abc import Iterable
from pathlib import Path

from registry import lock
from registry.entries import Entry
from registry.errors import Refusal, RegistryError
from registry.remote import children, credentials, dvc_config
from registry.transfer import watchdog

ATTEMPTS = "3"
_ASK_S3 = ("fetch", "pull", "push")
_UNSAVED = "unsaved files"
_MISSING = ("neither locally nor on remote", "missing-files")


class Missing(RegistryError):
    """DVC finds objects neither in its cache nor on a remote, or cannot link to them."""


def run(root: Path, *words: str, live: bool = False, index: str = "") -> str:
    """Run a dvc command; what it printed. With `live` its progress shows on a terminal.

    `index`: the folder for what DVC remembers of this repository, if not the usual one.
    Raises Refusal when DVC would have to drop bytes that exist nowhere else, RegistryError with
    DVC's own last words when it fails otherwise.
    """
    show = live and sys.stderr.isatty()
    process = subprocess.Popen(
        [sys.executable, "-m", "dvc", *words],  # its --quiet would keep the errors to itself
        cwd=root,
        env={**environment(root, words[0]), **({"DVC_SITE_CACHE_DIR": index} if index else {})},
        stdin=subprocess.DEVNULL,
        stdout=subprocess.PIPE,
        stderr=None if show else subprocess.PIPE,
        pass_fds=lock.inherited(),
        text=True,
    )
    with process:
        try:
            printed, errors = watchdog.wait(process, f"dvc {words[0]}")
        finally:
            process.kill()
    if process.returncode == 0:
        return printed
    raise _failure(words[0], (errors or "").strip())


def _failure(command: str, told: str) -> RegistryError:
    """Return what DVC's last words mean."""
    if _UNSAVED in told:
        return Refusal("it holds files here that were never added")
    if any(words in told for words in _MISSING):
        return Missing(
            "DVC finds this version neither here nor where it is kept: ask its author to push it"
        )
    return RegistryError(f"dvc {command}: {_last_words(told) or 'it failed, see above'}")


def pull(root: Path, names: list[str], index: str = "") -> None:
    """`dvc pull`; on a terminal in two steps: the first shows progress, the second is read.

    What it would say of local changes there is to force them away. Raises as `run` does.
    """
    if index or not sys.stderr.isatty():
        run(root, "pull", *names, index=index)
        return
    run(root, "fetch", *names, live=True)
    checkout(root, names)


def pull_unknown(root: Path, names: list[str]) -> None:
    """The same for imports that name no version: what DVC did not learn of them, it remembers,
    and takes their files away when a version is named one day. Raises as `run` does.
    """
    from tempfile import TemporaryDirectory

    with TemporaryDirectory() as index:
        pull(root, names, index)


def checkout(root: Path, names: list[str]) -> None:
    """`dvc checkout`: the cache has it all. Raises as `run` does."""
    try:
        run(root, "checkout", *names)
    except Missing:
        check_out_anew(root, names)


def check_out_anew(root: Path, names: list[str]) -> None:
    """The same where DVC's memory may be wrong: by an index of its own. Raises as `run` does."""
    from tempfile import TemporaryDirectory

    with TemporaryDirectory() as index:
        try:
            run(root, "checkout", *names, index=index)
        except Missing:
            raise unplaced(root) from None


def unplaced(root: Path) -> RegistryError:
    """Return why DVC makes no files of what its cache has; it says "missing" of that, too."""
    kinds = dvc_config.cache(root).get("type", "").replace(" ", "")
    text = f"DVC's cache has this version, and DVC made no files of it by {kinds or 'a copy'}"
    if kinds and "copy" not in kinds:
        more = f"`.venv/bin/dvc config --local cache.type {kinds},copy`"
        text += f", which this disk may not know: {more} lets it copy instead"
    return RegistryError(text)


def status(entries: Iterable[Entry]) -> dict[Entry, set[str]]:
    """How DVC finds the outs of these, at one start: "modified", "new", "deleted", "not in cache".

    Of what is "not in cache" DVC does not say whether it is modified. News at an import's source
    are left out.
    """
    import json

    by_name = dict(zip(targets(entries := list(entries)), entries, strict=True))
    if not by_name:
        return {}
    root = entries[0].root
    done = subprocess.run(
        [sys.executable, "-m", "dvc", "status", "--json", *by_name],
        cwd=root,
        env=environment(root),
        stdin=subprocess.DEVNULL,
        capture_output=True,
        text=True,
        check=False,
    )
    if done.returncode:
        raise RegistryError(f"dvc status: {_last_words(done.stderr)}")
    told = json.loads(done.stdout or "{}")
    return {by_name[name]: _states(rows) for name, rows in told.items()}


def _states(rows: Iterable[object]) -> set[str]:
    outs = [row.get("changed outs", {}) for row in rows if isinstance(row, dict)]
    return {state for states in outs for state in states.values() if isinstance(state, str)}


def environment(root: Path, verb: str = "") -> dict[str, str]:
    """The same place and identity as all else has, for a verb that asks S3; keys for no other."""
    child = dict(os.environ)
    if verb in _ASK_S3:
        remote = dvc_config.load(root)
        child = children.environment(remote, credentials.find(remote))
    child.setdefault("AWS_MAX_ATTEMPTS", ATTEMPTS)
    return {**child, "DVC_NO_ANALYTICS": "1"}


def targets(entries: Iterable[Entry]) -> list[str]:
    return [os.path.relpath(entry.dvc_file, entry.root) for entry in entries]


def _last_words(told: str) -> str:
    lines = [line.strip() for line in told.splitlines() if line.strip()]
    return " | ".join(lines[-3:])
