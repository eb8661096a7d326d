"""Runs a program that moves bytes: watches what it says, ends it when it hangs."""

from __future__ import annotations

import os
import select
import subprocess
import time
from collections.abc import Callable, Mapping
from dataclasses import dataclass
from typing import IO

from registry import lock
from registry.errors import RegistryError
from registry.session import Session

STALL_SECONDS = 45.0  # no sign of progress for so long: it hangs

Progress = Callable[[int], None]  # bytes moved so far


class NotStarted(RegistryError):
    """The program is not there, or does not run here."""


@dataclass(frozen=True)
class Sign:
    """What a piece of its talk tells: bytes moved so far (None: nothing said), and life."""

    moved: int | None = None
    alive: bool = False


def run(
    session: Session,
    command: list[str],
    env: Mapping[str, str],
    patience: float,
    read: Callable[[bytes], Sign],
    progress: Progress,
    stdin: IO[bytes] | int = subprocess.DEVNULL,
) -> tuple[int, bytes]:
    """Run it to its end; its exit code and what it wrote to stderr.

    `read` makes sense of a block of its talk. Raises NotStarted, RegistryError when it says
    nothing new for `patience` seconds, KeyboardInterrupt when the session is stopping.
    """
    errors = bytearray()
    try:
        process = subprocess.Popen(
            command,
            env=env,
            stdin=stdin,
            stdout=subprocess.PIPE,
            stderr=subprocess.PIPE,
            pass_fds=lock.inherited(),
        )
    except OSError as error:
        raise NotStarted(f"{command[0]}: {error.strerror}") from None
    with process:
        try:
            _watch(session, process, errors, patience, read, progress)
        finally:
            _end(process)
    return process.returncode, bytes(errors)


def _watch(
    session: Session,
    process: subprocess.Popen[bytes],
    errors: bytearray,
    patience: float,
    read: Callable[[bytes], Sign],
    progress: Progress,
) -> None:
    assert process.stdout and process.stderr and isinstance(process.args, list)
    name = os.path.basename(process.args[0])
    open_pipes = [process.stdout, process.stderr]
    last, moved = time.monotonic(), 0
    while open_pipes:
        if session.stopping.is_set():
            raise KeyboardInterrupt
        if time.monotonic() - last > patience:
            raise RegistryError(f"{name}: no progress for {patience:.0f} s; is the remote up?")
        for pipe in select.select(open_pipes, [], [], 0.2)[0]:
            block = os.read(pipe.fileno(), 65536)
            if not block:
                open_pipes.remove(pipe)
                continue
            if pipe is process.stderr:
                errors += block
            sign = read(block)
            now = max(moved, sign.moved or 0)
            if now > moved or sign.alive:
                last, moved = time.monotonic(), now
                progress(moved)


def _end(process: subprocess.Popen[bytes]) -> None:
    """Make sure that it is gone: politely, then not."""
    if process.poll() is None:
        process.terminate()
        try:
            process.wait(5)
        except subprocess.TimeoutExpired:
            process.kill()
    process.wait()
