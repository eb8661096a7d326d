"""Hands files to a process that may break on them, answers its questions, brings its word."""

from __future__ import annotations

import json
import subprocess
import sys
from pathlib import Path
from types import TracebackType
from typing import IO

from catalog.preview import blocks, ranged
from catalog.preview.blocks import Block
from catalog.preview.source import Portion, Spent
from registry.errors import Unreachable

SCRIPTS = Path(__file__).resolve().parents[2]
START = """
import sys
sys.path.insert(0, sys.argv[1])
from catalog.preview import worker
worker.serve()
"""
LONGEST = 500_000  # bytes of a line that is read of it


class Workshop:
    """One such process, for one thread. It is started when the first file comes."""

    def __init__(self) -> None:
        self._process: subprocess.Popen[bytes] | None = None

    def __enter__(self) -> Workshop:
        return self

    def __exit__(
        self, kind: type[BaseException] | None, error: object, trace: TracebackType | None
    ) -> None:
        if self._process:
            self._process.kill()
            self._process.communicate()
            self._process = None

    def look(self, source: Portion, name: str) -> list[Block]:
        """Return the blocks of a file, or one that says why there are none."""
        file = source.file
        questions, answers = self._pipes()
        job = {"path": file.path, "size": file.size, "left": source.left, "format": name}
        job["here"] = bool(file.place)
        try:
            self._send(answers, json.dumps(job).encode() + b"\n")
            while line := questions.readline(LONGEST):
                verb, _, rest = line.decode("utf-8", "replace").rstrip("\n").partition(" ")
                if verb == "R":
                    self._send(answers, _range(source, rest))
                elif verb == "D":
                    return list(json.loads(rest))
                elif verb == "X":
                    return [blocks.note(rest, passing=True)]
        except (OSError, ValueError):
            pass
        self.__exit__(None, None, None)
        return [blocks.note("what reads it broke on it", passing=True)]

    def _pipes(self) -> tuple[IO[bytes], IO[bytes]]:
        if not self._process:
            command = [sys.executable, "-s", "-c", START, str(SCRIPTS)]
            self._process = subprocess.Popen(
                command, stdin=subprocess.PIPE, stdout=subprocess.PIPE, stderr=subprocess.DEVNULL
            )
        assert self._process.stdin and self._process.stdout
        return self._process.stdout, self._process.stdin

    def _send(self, answers: IO[bytes], body: bytes) -> None:
        answers.write(body)
        answers.flush()


def _range(source: Portion, words: str) -> bytes:
    """Return what is sent for `R offset count`: the length, then the bytes."""
    offset, _, count = words.partition(" ")
    try:
        body = source.range(int(offset), int(count))
    except Spent:
        return ranged.NO_MORE.to_bytes(8, "little", signed=True)
    except (Unreachable, OSError):
        return ranged.NOT_READ.to_bytes(8, "little", signed=True)
    return len(body).to_bytes(8, "little", signed=True) + body
