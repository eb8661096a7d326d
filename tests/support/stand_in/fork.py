"""One command in a fork: everything as a start of its own would have it."""

from __future__ import annotations

import atexit
import fcntl
import gc
import importlib
import logging
import marshal
import os
import runpy
import signal
import sys
import threading
import types
from pathlib import Path
from typing import Any

import inherit
from command import Command


def run(command: Command, asked: dict[str, Any], fds: list[int], teller: int) -> None:
    """Never returns."""
    teller = fcntl.fcntl(teller, fcntl.F_DUPFD_CLOEXEC, 2 * inherit.HIGH)
    inherit.take(command, asked, fds)
    gc.enable()
    status = _outcome(command, asked)
    if news := command.news():
        os.write(teller, marshal.dumps(news))
    os._exit(status)


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
