"""Runs a program that moves bytes: watches what it says, ends it when it hangs."""

from __future__ import annotations

import os
import select
import subprocess
from collections.abc import Callable, Mapping
from dataclasses import dataclass
from typing import IO

from registry import interrupt, lock
from registry.errors import RegistryError, Stalled
from registry.transfer.job import Progress
from registry.transfer.watchdog import Pulse, Sign

LAST_WORDS = 2**16  # bytes of its errors that are kept: hours of talk fill a memory


class NotStarted(RegistryError):
    """The program is not there, or does not run here."""


@dataclass(frozen=True)
class Ended:
    """How it ended: its exit code, the end of its stderr, seconds without a sign of life."""

    code: int
    errors: bytes
    silence: float


def run(
    command: list[str],
    env: Mapping[str, str],
    patience: float,
    read: Callable[[bytes], Sign],
    progress: Progress,
    stdin: IO[bytes] | int = subprocess.DEVNULL,
) -> Ended:
    """Run it to its end.

    `read` makes sense of a block of its talk. Raises NotStarted, Stalled when it says nothing new
    for `patience` seconds, KeyboardInterrupt after Ctrl-C.
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
            silence = _watch(process, errors, patience, read, progress)
        finally:
            _end(process)
    return Ended(process.returncode, bytes(errors), silence)


def _watch(
    process: subprocess.Popen[bytes],
    errors: bytearray,
    patience: float,
    read: Callable[[bytes], Sign],
    progress: Progress,
) -> float:
    assert process.stdout and process.stderr and isinstance(process.args, list)
    name = "aws" if "awscli" in process.args else os.path.basename(process.args[0])
    # Its errors first: what it says after one is of the files that follow.
    open_pipes = [process.stderr, process.stdout]
    pulse, moved = Pulse(), 0
    while open_pipes:
        if interrupt.asked.is_set():
            raise KeyboardInterrupt
        if pulse.silence() > patience:
            raise Stalled(f"{name}: no progress for {patience:.0f} s; is the remote up?")
        for pipe in select.select(open_pipes, [], [], 0.2)[0]:
            block = os.read(pipe.fileno(), 65536)
            if not block:
                open_pipes.remove(pipe)
                continue
            if pipe is process.stderr:
                errors += block
                del errors[:-LAST_WORDS]
            sign = read(block)
            pulse.feel(sign)
            if (sign.moved or 0) > moved:
                moved = sign.moved or 0
                progress(moved)
    return pulse.silence()


def _end(process: subprocess.Popen[bytes]) -> None:
    """Make sure that it is gone: politely, then not."""
    if process.poll() is None:
        process.terminate()
        try:
            process.wait(5)
        except subprocess.TimeoutExpired:
            process.kill()
    process.wait()
