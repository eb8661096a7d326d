"""One command in a fork: everything as a start of its own would have it."""

from __future__ import annotations

import atexit
import ctypes
import fcntl
import gc
import importlib
import io
import logging
import marshal
import os
import runpy
import signal
import sys
import threading
import time
import types
from pathlib import Path
from typing import Any

from command import Command

HIGH = 300  # above all numbers of files that a command was given
tag_address = 0  # of TEST_RUN's value in the environment that /proc shows


def run(command: Command, asked: dict[str, Any], fds: list[int], teller: int) -> None:
    """Never returns."""
    teller = fcntl.fcntl(teller, fcntl.F_DUPFD_CLOEXEC, 2 * HIGH)
    _take_files(asked["fds"], fds)
    old = os.environ["HOME"]
    _take_environment(asked)
    _come_home(command, old, os.environ["HOME"])
    _take_streams()
    _take_interpreter(asked)
    Path("/proc/self/comm").write_text(command.name[-15:])  # for who looks at what runs
    _take_python_path(command)
    gc.enable()
    status = _outcome(command, asked)
    if news := command.news():
        os.write(teller, marshal.dumps(news))
    os._exit(status)


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


def _outcome(command: Command, asked: dict[str, Any]) -> int:
    """The exit code, after all that an interpreter does at its end."""
    code = 0
    try:
        _execute(command, asked["argv"])
    except SystemExit as end:
        code = _code(end.code)
    except BaseException as error:
        sys.excepthook(type(error), error, error.__traceback__)
        code = 1
        if isinstance(error, KeyboardInterrupt):
            signal.signal(signal.SIGINT, signal.SIG_DFL)
            os.kill(os.getpid(), signal.SIGINT)
    threading._shutdown()  # type: ignore[attr-defined]
    atexit._run_exitfuncs()
    try:
        for stream in filter(None, (sys.stdout, sys.stderr)):
            if not stream.closed:
                stream.flush()
    except OSError:
        code = 120
    return code


def _code(code: object) -> int:
    if code is None or isinstance(code, int):
        return (code or 0) & 255
    print(code, file=sys.stderr)
    return 1


def _execute(command: Command, argv: list[str]) -> None:
    folder = os.path.realpath(os.path.dirname(argv[1]))
    if command.is_verb:
        _move_to(command, folder)
        sys.path[0] = folder
        assert command.code
        return _execute_file(argv[1:], command.code)
    importlib.reload(sys.modules["awscli"]) if "awscli" in sys.modules else _log_anew()
    if argv[1] != "-m":
        sys.path.insert(0, folder)
        return _execute_file(argv[1:], compile(Path(argv[1]).read_bytes(), argv[1], "exec"))
    sys.path.insert(0, os.getcwd())
    sys.argv = argv[1:2] + argv[3:]
    runpy.run_module(argv[2], run_name="__main__", alter_sys=True)


def _execute_file(argv: list[str], code: types.CodeType) -> None:
    sys.argv = argv
    main = types.ModuleType("__main__")
    main.__file__ = os.path.join(os.getcwd(), argv[0])
    sys.modules["__main__"] = main
    exec(code, main.__dict__)


def _log_anew() -> None:
    """dvc's handlers keep the streams of the moment when it was imported."""
    from dvc import logger

    for name in logging.root.manager.loggerDict:
        logging.getLogger(name).handlers.clear()
    logger.setup()


def _move_to(command: Command, scripts: str) -> None:
    """The modules are those of this clone."""
    root = os.path.dirname(scripts)
    for path, below in command.paths:
        _become(path, Path(root, below))
    for module in command.modules:
        file = scripts + str(module.__file__)[len(command.scripts) :]
        module.__file__ = file
        if module.__spec__:
            module.__spec__.origin = file
        if hasattr(module, "__path__"):
            module.__path__ = [os.path.dirname(file)]
        for name, value in list(vars(module).items()):
            if isinstance(value, str) and value.startswith(command.scripts):
                setattr(module, name, scripts + value[len(command.scripts) :])


def _become(path: Path, other: Path) -> None:
    """All that refers to the one then has the other: defaults and constants, too."""
    for kind in type(path).__mro__:
        for slot in getattr(kind, "__slots__", ()):
            if slot == "__weakref__":
                continue
            if hasattr(other, slot):
                setattr(path, slot, getattr(other, slot))
            elif hasattr(path, slot):
                delattr(path, slot)
