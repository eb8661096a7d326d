"""Plain DVC, as somebody types it who knows nothing of this tool, without its start.

Its command line runs in a fork of the tests' process, which has read DVC's modules once: half a
second less each time, and there are hundreds. Elsewhere than on Linux, where programs that have
threads are not forked safely, it is started as ever.
"""

from __future__ import annotations

import contextlib
import io
import logging
import os
import sys
import tempfile
from pathlib import Path

from support.checkout import Checkout
from support.oracle import expect
from support.process import Run


def dvc(person: Checkout, *words: str) -> Run:
    """`dvc <words>` in this person's clone, which has to end well."""
    return expect(run(person, *words), 0)


def run(person: Checkout, *words: str, cwd: Path | None = None) -> Run:
    """`dvc <words>`, however it ends."""
    if sys.platform != "linux":
        return person.run("sh", "-c", 'cd "$0" && "$@"', *_typed(person, cwd), *words)
    import dvc.cli
    import dvc.repo  # noqa: F401

    with tempfile.TemporaryFile() as out, tempfile.TemporaryFile() as err:
        pid = os.fork()
        if not pid:
            _become(person, cwd or person.path, out.fileno(), err.fileno())
            _run_and_exit(list(words))
        code = os.waitstatus_to_exitcode(os.waitpid(pid, 0)[1])
        texts = [os.pread(file.fileno(), 2**24, 0).decode(errors="replace") for file in (out, err)]
    return Run(["dvc", *words], code, texts[0], texts[1], 0, [])


def _typed(person: Checkout, cwd: Path | None) -> tuple[str, str]:
    return str(cwd or person.path), str(person.path / ".venv/bin/dvc")


def _become(person: Checkout, cwd: Path, out: int, err: int) -> None:
    """This process is now a command of that person: their place, environment and streams."""
    os.chdir(cwd)
    os.environ.clear()
    os.environ.update(person.env, DVC_NO_ANALYTICS="1")
    tempfile.tempdir = None
    for number, file in enumerate((os.open(os.devnull, os.O_RDONLY), out, err)):
        os.dup2(file, number)
    sys.stdin = io.StringIO()
    sys.stdout, sys.stderr = (open(n, "w", closefd=False) for n in (1, 2))  # noqa: SIM115


def _run_and_exit(words: list[str]) -> None:
    """Never returns: what stands above in this process are the tests."""
    code = 255
    with contextlib.suppress(BaseException):
        from dvc import cli, logger

        for name in logging.root.manager.loggerDict:
            logging.getLogger(name).handlers.clear()
        logger.setup()  # on the streams of now
        code = cli.main(words)
        for stream in (sys.stdout, sys.stderr):
            stream.flush()
    os._exit(code)
