"""Tells what `.dvcignore` files above a raw dataset leave out, as DVC reads them."""

from __future__ import annotations

import re
from collections.abc import Callable
from pathlib import Path
from typing import NamedTuple

from registry.sections import RAW

NAME = ".dvcignore"
Rules = list[tuple[str, list["Rule"]]]


class Rule(NamedTuple):
    """One line: what it fits, whether that is left out or taken in again, whether folders only."""

    fits: re.Pattern[str]
    leaves_out: bool
    is_of_folders: bool


def of(root: Path, base: str) -> Callable[[str, bool], bool]:
    """`is_ignored(path, is_folder)` for paths below `base`, which is relative to `root`."""
    rules: Rules = [(folder, _read(root / folder / NAME, folder)) for folder in ("", RAW)]
    rules = [(folder, lines) for folder, lines in rules if lines]
    if not rules:
        return lambda path, is_folder: False

    def is_ignored(path: str, is_folder: bool) -> bool:
        return _last_word(rules, f"{base}/{path}", is_folder)

    return is_ignored


def _last_word(rules: Rules, path: str, is_folder: bool) -> bool:
    """The last line that fits decides; those of a folder further in come later."""
    for folder, lines in reversed(rules):
        below = path.removeprefix(f"{folder}/") if folder else path
        names = (below, f"{below}/") if is_folder else (below,)
        for rule in reversed(lines):
            if rule.is_of_folders and not is_folder:
                continue
            if any(map(rule.fits.match, names)):
                return rule.leaves_out
    return False


def _read(path: Path, folder: str) -> list[Rule]:
    try:
        lines = [line.strip() for line in path.read_text(encoding="utf-8").splitlines()]
    except (OSError, UnicodeDecodeError):
        return []
    lines = [line for line in lines if line and not line.startswith("#")]
    return [rule for line in lines if folder or _may_concern(line) if (rule := _compile(line))]


def _may_concern(line: str) -> bool:
    """False for the lines that everybody has, `/experiments`: they need no library to be loaded."""
    first = line[1:].split("/")[0]
    return not (line.startswith("/") and re.fullmatch(r"[\w.-]+", first) and first != RAW)


def _compile(line: str) -> Rule | None:
    """The line by the library that DVC uses, as DVC uses it (dvc/ignore.py of 3.67)."""
    from pathspec.patterns.gitignore.spec import GitIgnoreSpecPattern

    regex, leaves_out = GitIgnoreSpecPattern.pattern_to_regex(line)
    if regex is None or leaves_out is None:
        return None
    return Rule(re.compile(regex), leaves_out, line.endswith("/"))
