"""What a process imported to run one command, and whether a fork of it is as good as a start."""

from __future__ import annotations

import contextlib
import gc
import importlib
import os
import sys
import types
from collections.abc import Iterator
from pathlib import Path
from typing import Any

from models import Models
from sources import Sources

LIKE_OURS = ("Uid:", "Gid:", "Groups:", "SigBlk:", "Cap", "NoNewPrivs:", "Seccomp:")
LIBRARYS = 3 << 31  # signals that the C library ignores in what posix_spawn starts
IMPORTED = {"-m dvc": "dvc.cli", "-m awscli": "awscli.clidriver"}


class Command:
    """What this process has imported: `scripts/x.py` of the template, or `-m dvc`."""

    def __init__(self, name: str, scripts: str) -> None:
        self.name = name
        self.scripts = scripts
        self.code: types.CodeType | None = None
        self.is_verb = name.startswith("scripts/")
        self.known: set[str] = set()
        self.models = Models()
        self.sources = Sources()
        self.like = like()
        sys.path[0] = scripts
        try:
            self.warm()
            self.is_warm = True
        except Exception:  # a start will tell why
            self.is_warm = False

    def warm(self) -> None:
        """Import what it imports at its beginning."""
        if self.is_verb:
            path = os.path.join(self.scripts, os.path.basename(self.name))
            self.code = compile(Path(path).read_bytes(), self.name, "exec")
            sys.modules["warm"] = types.ModuleType("warm")
            exec(self.code, vars(sys.modules["warm"]))
            del sys.modules["warm"]
        else:
            del sys.path[0]  # what is beside the scripts is none of theirs
            importlib.import_module(IMPORTED[self.name])
            if self.name == "-m dvc":
                _keep_parser()

    def news(self) -> list[Any]:
        """What this run imported and read that was not known before it."""
        names = [n for n, m in sys.modules.items() if n not in self.known and _is_file(m)]
        return [*names, *(self.models.kept.keys() - self.known_models)]

    def learn(self, news: list[Any]) -> bool:
        """Whether that was anything, for the next run."""
        old = len(sys.modules), len(self.models.kept)
        for one in news:
            with contextlib.suppress(Exception):
                importlib.import_module(one) if isinstance(one, str) else self.models.load(one)
        return old != (len(sys.modules), len(self.models.kept))

    def note_paths(self) -> None:
        """All that has the template's place in it, and the folders of what was imported there."""
        root = os.path.dirname(self.scripts)
        gc.unfreeze()
        self.known = set(sys.modules)
        self.models.settle()
        self.known_models = set(self.models.kept)
        self.paths = [
            (one, os.path.relpath(one, root))
            for one in gc.get_objects()
            if isinstance(one, Path) and f"{one}/".startswith(f"{root}/")
        ]
        self.modules = [
            module for module in sys.modules.values()
            if str(getattr(module, "__file__", None)).startswith(f"{self.scripts}/")
        ]  # fmt: skip
        self.homely = list(_made_of(os.environ["HOME"]))
        folders = {os.path.dirname(str(module.__file__)) for module in self.modules}
        self.sources.note(self.scripts, folders)

    def can(self, asked: dict[str, Any]) -> bool:
        """Whether a fork is exactly what a start would be."""
        home = os.path.join(os.fsdecode(asked["env"].get(b"HOME", b"/")), ".config", "fsspec")
        if b"HOME" not in asked["env"]:
            return False
        if not self.is_warm or asked["like"] != self.like or not {0, 1, 2} <= {*asked["fds"]}:
            return False
        if len(os.listdir("/proc/self/task")) > 1 or os.path.exists(home):
            return False
        return not self.is_verb or self.is_unchanged(asked)

    def is_unchanged(self, asked: dict[str, Any]) -> bool:
        scripts = os.path.join(asked["cwd"], os.path.dirname(asked["argv"][1]))
        return self.sources.are_in(scripts)


def _is_file(module: object) -> bool:
    return bool(getattr(getattr(module, "__spec__", None), "has_location", False))


def _keep_parser() -> None:
    """dvc's hundred parsers, the same at each start, are half the work of a small command."""
    from dvc.cli import parser

    made = parser.get_main_parser()
    parser.get_main_parser = lambda: made


def _made_of(home: str) -> Iterator[tuple[Any, str, object]]:
    """Constants of modules and classes, and functions' defaults, that are a place below it."""
    owners: list[Any] = [x for x in list(sys.modules.values()) if type(x) is types.ModuleType]
    for module in list(owners):
        inside = list(vars(module).values())
        owners += [
            x
            for x in inside
            if isinstance(x, type) and vars(x).get("__module__") == module.__name__
        ]
    for owner in owners:
        for name, value in list(vars(owner).items()):
            if isinstance(value, str) and value.startswith(home):
                yield owner, name, value
            if isinstance(value, types.FunctionType) and any(
                isinstance(x, str) and x.startswith(home) for x in value.__defaults__ or ()
            ):
                yield value, "__defaults__", value.__defaults__


def like() -> list[str]:
    """What a fork cannot take from somebody else, as `python` tells it."""
    lines = Path("/proc/self/status").read_text().splitlines()
    ignored = next(int(x[7:], 16) & ~LIBRARYS for x in lines if x.startswith("SigIgn:"))
    kept = [x for x in lines if x.startswith(LIKE_OURS)]
    return [*kept, f"{ignored:x}", Path("/proc/self/limits").read_text()]
