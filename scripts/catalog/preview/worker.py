"""Serves previews from a process of its own: each file in a child that is bounded by the system.

This process reads jobs, one line of JSON each, from stdin, forks, and waits. The child asks for
ranges of its file (`R offset length`), gets them back with their length before them, and ends with
`D` and its blocks as JSON. If it dies instead, this process says why, as `X`. Whatever a file does
to its child, that child is all that it can do it to: it has no file open but these two pipes.
"""

from __future__ import annotations

import codecs
import heapq  # noqa: F401  # for Counter
import importlib
import json
import os
import resource
import signal
import sys
from typing import BinaryIO

from catalog.preview import blocks, watcher
from catalog.preview.ranged import Ranged, TooMuch, Unread

SECONDS = 4  # with the start of its process, a file takes less than 5
MEMORY = 300 * 2**20
LARGE = f"it takes more than {MEMORY >> 20} MiB of memory to look into it"
MOST = 400_000  # letters of an answer
for _code in ("utf-8-sig", "utf-16", "latin-1", "cp437", "ascii"):
    codecs.lookup(_code)  # now: a child can open no module any more


def serve() -> None:
    """Until stdin ends."""
    signal.signal(signal.SIGINT, signal.SIG_IGN)  # Ctrl-C is for the command that started it
    while line := sys.stdin.buffer.readline():
        job = json.loads(line)
        try:
            module = importlib.import_module(f"catalog.preview.formats.{job['format']}")
        except ImportError as error:
            package = {"PIL": "pillow"}.get(error.name or "", error.name or "its library")
            how = (
                "scripts/setup.sh previews" if package == "pyarrow" else "scripts/setup.sh catalog"
            )
            _say(f"X {package} is not installed here: {how} installs it")
            continue
        child = os.fork()
        if not child:
            _bound()
            pipes = sys.stdin.buffer, sys.stdout.buffer
            _preview(
                module.show, Ranged(job["path"], job["size"], job["left"], *pipes, job["here"])
            )
            os._exit(0)
        status, is_large = watcher.wait(child, MEMORY)
        if status:
            _say(f"\nX {LARGE if is_large else _why(status)}")


def _bound() -> None:
    """From here on this process can do little: no files, a bit of time and memory."""
    signal.signal(signal.SIGALRM, signal.SIG_DFL)
    signal.setitimer(signal.ITIMER_REAL, SECONDS)
    limits = {
        resource.RLIMIT_CPU: SECONDS, resource.RLIMIT_CORE: 0, resource.RLIMIT_FSIZE: 0,
        resource.RLIMIT_DATA: MEMORY, resource.RLIMIT_NOFILE: 3,
    }  # fmt: skip
    for limit, value in limits.items():
        most = resource.getrlimit(limit)[1]
        value = value if most == resource.RLIM_INFINITY else min(value, most)
        resource.setrlimit(limit, (value, value))


def _preview(show: object, file: Ranged) -> None:
    assert callable(show)
    try:
        shown = show(file)
    except (TooMuch, Unread) as error:
        shown = [blocks.note(str(error), isinstance(error, Unread))]
    except MemoryError:
        shown = [blocks.note(LARGE)]
    except RecursionError:
        shown = [blocks.note("it is nested deeper than is looked into")]
    except Exception as error:  # a file that is not what it seems can raise anything
        why = f"{type(error).__name__}: {error}".rstrip(": ")
        shown = [blocks.note(f"it is not what its name says, or is damaged: {why}")]
    said = json.dumps(shown)
    if len(said) > MOST:
        said = json.dumps([blocks.note("what is in it is more than a page should show")])
    _say(f"D {said}")


def _why(status: int) -> str:
    number = os.WTERMSIG(status) if os.WIFSIGNALED(status) else 0
    if number in (signal.SIGALRM, signal.SIGXCPU, signal.SIGKILL):
        return f"it takes more than {SECONDS} s to look into it"
    return "what reads it broke on it"


def _say(line: str) -> None:
    out: BinaryIO = sys.stdout.buffer
    out.write(line.encode() + b"\n")
    out.flush()
