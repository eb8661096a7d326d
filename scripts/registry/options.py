"""Reads the options that a person sets: make's `variables`, in the environment."""

from __future__ import annotations

import os
from typing import NamedTuple

from registry import variables
from registry.errors import UsageError

ON, OFF = ("1", "yes", "on", "true"), ("", "0", "no", "off", "false")
SECONDS = {"m": 60, "h": 3600, "d": 86400, "w": 7 * 86400}
# Commands that change something and take no DRY_RUN. On make's command line they are refused by the
# Makefile; before it, as in `DRY_RUN=1 make add`, only here.
EARNEST = ("add", "card", "adopt", "card-export", "consumer", "vocab", "hooks", "debt", "remote",
           "update")  # fmt: skip
# What make hands over as words, `--fix=1`: `settle` reads these. In the environment of a hook or of
# a script alone such a name is somebody else's.
HANDED_OVER = ("ALL", "FORMAT", "FIX", "REMOTE", "STATUS", "OFFLINE", "SORT", "PREVIEW", "PUBLIC",
                "TEXT")  # fmt: skip


class Options(NamedTuple):
    """Named overrides and modes that more than one command obeys."""

    take_local: bool = False  # TAKE=local: conflicts go to what is here
    delete: bool = False  # DELETE=1: deleting most of an entry is meant
    dry_run: bool = False  # DRY_RUN=1: say it, do not do it
    full: bool = False  # FULL=1: list everything, trust no marker
    engine: str = "auto"  # ENGINE=aws: who moves the bytes
    connections: int = 0  # CONNECTIONS=32: how many at most; 0: as many as pay
    limit: int = 0  # LIMIT=50M: bytes a second at most; 0: no limit

    @classmethod
    def from_environment(cls) -> Options:
        """Raises UsageError for a value that is not understood."""
        take, engine = choice("TAKE"), choice("ENGINE") or "auto"
        flags = flag("DELETE"), flag("DRY_RUN"), flag("FULL")
        connections, limit = amount("CONNECTIONS", "32"), amount("LIMIT", "50M", "KMG")
        if engine == "aws" and (connections or limit):
            raise UsageError("CONNECTIONS and LIMIT are for ENGINE=auto: aws has its own settings")
        return cls(take == "local", *flags, engine, connections, limit)


def flag(name: str) -> bool:
    """Return whether the flag is on.

    Raises UsageError, naming it, for a value that is no yes or no.
    """
    return _is_on(name, text(name))


def choice(name: str) -> str:
    """Return the word that was chosen; "" for none.

    Raises UsageError for another than the table's.
    """
    value = text(name)
    words = next(row.words for row in variables.table() if row.name == name)
    return _one_of(words, name, value) if value else ""


def amount(name: str, example: str, units: str = "") -> int:
    """Return a number above 0, perhaps with a unit of thousands; 0 where nothing was said."""
    value = text(name).upper()
    digits = value[:-1] if value and value[-1] in units else value
    if not value:
        return 0
    if not digits.isascii() or not digits.isdigit() or not int(digits):
        raise UsageError(f"{name}={text(name)!r}: write a number, such as {name}={example}")
    return int(int(digits) * 1000 ** (units.find(value[-1]) + 1))


def age(name: str, example: str) -> int:
    """Return a time such as `30d` in seconds; 0 where nothing was said."""
    value = text(name)
    number, unit = value[:-1], value[-1:]
    if not value:
        return 0
    is_number = number.isascii() and number.isdigit() and len(number) < 7
    if unit not in SECONDS or not is_number or not int(number):
        units = ", ".join(SECONDS)
        raise UsageError(f"{name}={value!r}: a number and one of {units}, such as {name}={example}")
    return int(number) * SECONDS[unit]


def text(name: str) -> str:
    """Return what was said, without blanks around it; "" for nothing."""
    return os.environ.get(name, "").strip()


def judge(command: str) -> None:
    """Raises UsageError for a value of any variable of a command that is none of its values.

    Asked before the command begins, so that a typo never does half the work. Raised for DRY_RUN=1,
    too, where the command could only do it in earnest.
    """
    if command in EARNEST and flag("DRY_RUN"):
        raise UsageError(f"{command} takes no DRY_RUN, and nothing was done: leave it out")
    for row in variables.taken_by(command):
        if row.name in os.environ and row.name not in HANDED_OVER:
            if row.is_flag:
                flag(row.name)
            elif row.words:
                choice(row.name)


def settle(argv: list[str], command: str = "") -> list[str]:
    """Return a script's words with each variable judged that make wrote as `--name=value`.

    `--fix=1` becomes `--fix`, `--fix=0` goes: only here is it known what a person's word means.
    Raises UsageError for a word that is none of those which `command` takes.
    """
    end = argv.index("--") if "--" in argv else len(argv)
    settled: list[str] = []
    for word in argv[:end]:
        settled += _settled(word, command)
    return settled + argv[end:]


def _settled(word: str, command: str) -> list[str]:
    option, equals, value = word.partition("=")
    name = option.removeprefix("--").replace("-", "_").upper()
    if not equals or not option.startswith("--"):
        return [word]
    if any(row.is_flag for row in variables.table() if row.name == name):
        return [option] if _is_on(name, value) else []
    words = [row.words for row in variables.taken_by(command) if row.name == name and row.words]
    if not words:
        return [word]
    return [f"{option}={_one_of(words[0], name, value)}"] if value.strip() else []


def _one_of(words: tuple[str, ...], name: str, value: str) -> str:
    if value.strip() not in words:
        raise UsageError(f"{name}={value!r}: the choices are {', '.join(words)}")
    return value.strip()


def _is_on(name: str, value: str) -> bool:
    word = value.strip().lower()
    if word not in (*ON, *OFF):
        raise UsageError(f"{name}={value!r}: write {name}=1 for yes, or leave it out")
    return word in ON
