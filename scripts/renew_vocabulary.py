#!/usr/bin/env python3
"""Renew the Hub's lists that cards are checked against, from a file of the Hub's that is given.

usage: renew_vocabulary.py file

The file is one of those that the heads of scripts/registry/cards/vocab/*.txt name: the Hub's
tasks (pipelines.ts), libraries (model-libraries.ts), licenses (repositories-licenses.md) or
languages. Which it is, is seen by its contents. Says what came and what went; nothing is
fetched. Exit code 1 for a file that holds none of them, or is cut off.
"""

from __future__ import annotations

import argparse
import datetime
import textwrap
from pathlib import Path

from registry import console
from registry.cards import hub_lists, vocabulary
from registry.cards.hub_lists import HubList
from registry.errors import RegistryError, UsageError
from registry.files import write_whole

KINDS = ", ".join(each.source.rpartition("/")[2] for each in hub_lists.HUB_LISTS)
SOME = 12  # words that a line names


def main(argv: list[str]) -> int:
    args = _arguments().parse_args(argv)
    if not args.file:
        raise UsageError(f"from which file? Add FROM=file, one of the Hub's: {KINDS}")
    path = Path(args.file).expanduser()
    held = hub_lists.held_by(_text(path))
    if not held:
        raise RegistryError(f"{path} holds none of the Hub's lists: those are in {KINDS}")
    for each, words in held:
        renew(each, words, path.name)
    return 0


def renew(each: HubList, words: list[str], source: str) -> None:
    """Write one list anew. Raises RegistryError for one that seems cut off."""
    old = vocabulary.words(each.name)
    if each.grows:
        words = [*words, *(word for word in old if word not in words)]
    if 2 * len(words) < len(old):
        counts = f"{len(words)} words, and there are {len(old)} now"
        raise RegistryError(f"{source} gives {each.name} {counts}: it is cut off, give all of it")
    write_whole(vocabulary.FOLDER / f"{each.name}.txt", as_text(each, words, source).encode())
    came, went = [w for w in words if w not in old], [w for w in old if w not in words]
    changes = f"{_named('came', came)}, {_named('went', went)}"
    console.say(f"vocab: {each.name}: {len(words)} words; {changes}")


def as_text(each: HubList, words: list[str], source: str) -> str:
    """Return the list's file: where it is from and since when, then the words."""
    lines = [
        f"# {each.what}:",
        f"# {each.source}",
        f"# Taken on {datetime.date.today()} from {source}; `make vocab FROM=file` renews it.",
        *textwrap.wrap(" ".join(words), 99, break_long_words=False, break_on_hyphens=False),
    ]
    return "\n".join(lines) + "\n"


def _named(what: str, words: list[str]) -> str:
    shown = " ".join(words[:SOME]) + (f" and {len(words) - SOME} more" if len(words) > SOME else "")
    return f"{what}: {shown}" if words else f"none {what}"


def _text(path: Path) -> str:
    try:
        return path.read_text(encoding="utf-8")
    except FileNotFoundError:
        raise UsageError(f"FROM={path}: no such file") from None
    except UnicodeDecodeError:
        raise RegistryError(f"{path} is not text: give one of {KINDS}") from None


def _arguments() -> argparse.ArgumentParser:
    parser = console.parser("renew_vocabulary.py", __doc__)
    parser.add_argument("file", nargs="?", default="", help="a file of the Hub's")
    return parser


if __name__ == "__main__":
    raise SystemExit(console.run(main, "vocab"))
