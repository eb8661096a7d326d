"""What a fork takes over from who asked for it, as a start inherits it."""

from __future__ import annotations

import ctypes
import fcntl
import importlib
import io
import os
import sys
import time
from pathlib import Path
from typing import Any

from command import Command

HIGH = 300  # above all numbers of files that a command was given
tag_address = 0  # of TEST_RUN's value in the environment that /proc shows


def take(command: Command, asked: dict[str, Any], fds: list[int]) -> None:
    """Files, environment, and where Python thinks that it is."""
    _take_files(asked["fds"], fds)
    old = os.environ["HOME"]
    _take_environment(asked)
    _come_home(command, old, os.environ["HOME"])
    _take_streams()
    _take_interpreter(asked)
    Path("/proc/self/comm").write_text(command.name[-15:])  # for who looks at what runs
    _take_python_path(command)


def _take_files(numbers: list[int], fds: list[int]) -> None:
    high = [fcntl.fcntl(fd, fcntl.F_DUPFD, HIGH) for fd in fds]
    os.closerange(0, HIGH)
    for fd, number in zip(high, numbers, strict=True):
        os.dup2(fd, number)
        os.close(fd)


def _take_environment(asked: dict[str, Any]) -> None:
    tag = asked["env"].get(b"TEST_RUN", b"")
    if tag_address and len(tag) == len(os.environb.get(b"TEST_RUN", b"")):
        ctypes.memmove(tag_address, tag, len(tag))
    os.environb.clear()
    os.environb.update(asked["env"])
    os.umask(asked["umask"])
    os.chdir(asked["cwd"])
    os.getppid = lambda: asked["parent"]
    os.getpgrp = lambda: asked["group"]
    time.tzset()


def _come_home(command: Command, old: str, home: str) -> None:
    """What modules made of HOME when they were imported."""
    for owner, name, value in command.homely:
        if isinstance(value, tuple):
            new = tuple(x.replace(old, home, 1) if isinstance(x, str) else x for x in value)
            setattr(owner, name, new)
        else:
            setattr(owner, name, str(value).replace(old, home, 1))


def _take_streams() -> None:
    for number, name, mode in ((0, "stdin", "r"), (1, "stdout", "w"), (2, "stderr", "w")):
        old = getattr(sys, name)
        new = io.TextIOWrapper(
            open(number, f"{mode}b", closefd=False),  # noqa: SIM115
            old.encoding, old.errors, "\n", line_buffering=name == "stderr",
        )  # fmt: skip
        new.mode = mode
        setattr(sys, name, new)
        setattr(sys, f"__{name}__", new)


def _take_interpreter(asked: dict[str, Any]) -> None:
    """Where Python thinks that it is."""
    old, name = sys.prefix, asked["argv"][0]
    is_whole = os.path.isabs(name)
    sys.executable = os.path.normpath(name) if is_whole else os.path.join(asked["cwd"], name)
    sys.prefix = sys.exec_prefix = os.path.abspath(f"{sys.executable}/../..")
    sys.path[:] = [p.replace(old, sys.prefix, 1) if p.startswith(old) else p for p in sys.path]
    sys.orig_argv = [sys.executable, *asked["argv"][1:]]


def _take_python_path(command: Command) -> None:
    """What crash_at.py puts there is loaded by every start, and so by this one."""
    if path := os.environ.get("PYTHONPATH"):
        sys.path.insert(command.is_verb, path)
        importlib.import_module("sitecustomize")
