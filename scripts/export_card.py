#!/usr/bin/env python3
"""Write an entry's card as the README.md of a Hugging Face repository.

usage: export_card.py --out folder section/name

References to entries become Hub ids where those entries came from the Hub, else words and links:
they never point at a stranger's repository. The card must pass `make check-cards` first. Replaces
no file: exit code 3 when the folder has a README.md already.
"""

from __future__ import annotations

import argparse
from pathlib import Path

from registry import console, forge, git, humanize
from registry.cards import check, hub
from registry.cards.library import Library
from registry.entries import Entry
from registry.errors import Refusal, RegistryError, UsageError
from registry.sections import SECTIONS
from registry.selection import select_one


def main(argv: list[str]) -> int:
    args = _arguments().parse_args(argv)
    if not args.out:
        raise UsageError("where to? Add OUT=folder")
    library = Library()
    entry = select_one(args.entry, SECTIONS, library.root)
    text = readme(entry, library)
    path = Path(args.out).expanduser() / "README.md"
    path.parent.mkdir(parents=True, exist_ok=True)
    try:
        with path.open("x", encoding="utf-8", newline="\n") as file:
            file.write(text)
    except FileExistsError:
        raise Refusal(f"{path} is there already: move it away, or name another OUT=") from None
    print(path)
    return 0


def readme(entry: Entry, library: Library) -> str:
    """Return the README.md. Raises RegistryError for a card that is not right yet."""
    card = library.card(entry)
    if card is None:
        raise RegistryError(f"{entry} has no card: run `make card DATASET={entry:sh}`")
    wrong = check.errors(entry, library, strict=True)
    if wrong:
        count = humanize.plural(len(wrong), "problem")
        raise RegistryError(f"{card.path} has {count}: run `make check-cards DATASET={entry:sh}`")
    return hub.readme(card, library, forge.web_url(_remote(library)))


def _remote(library: Library) -> str:
    try:
        return forge.remote_url(library.root)
    except git.GitError:
        return ""


def _arguments() -> argparse.ArgumentParser:
    parser = console.parser("export_card.py", __doc__)
    parser.add_argument("entry", nargs="?", default="", help="section/name")
    parser.add_argument("--out", default="", help="the folder to write README.md into")
    return parser


if __name__ == "__main__":
    raise SystemExit(console.run(main, "card-export"))
