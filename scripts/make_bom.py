#!/usr/bin/env python3
"""Write the bill of materials of an entry: CycloneDX 1.6, of it and all that it is made from.

usage: make_bom.py [--out file] section/name

Each model and dataset upstream is in it with its version, the hash that this is, and its license;
an id on the Hub with its page. What an entry was made from is what its push noted. On standard
output, or in the file. docs/publishing.md
"""

from __future__ import annotations

import argparse
import json
import sys
from pathlib import Path

from registry import console, selection
from registry.cards.library import Library
from registry.console import say
from registry.files import write_whole
from registry.publish.bom import Bill
from registry.remote import connect
from registry.sections import SYNCED


def main(argv: list[str]) -> int:
    args = _arguments().parse_args(argv)
    entry = selection.select_one(args.entry, SYNCED)
    session, _ = connect.connect()
    bill = Bill(session, Library()).of(entry)
    text = json.dumps(bill, indent=1, ensure_ascii=False) + "\n"
    if not args.out:
        sys.stdout.write(text)
        return 0
    write_whole(Path(args.out).expanduser(), text.encode())
    say(f"bom: {args.out}: {entry} and {len(bill['components'])} that it is made from")
    return 0


def _arguments() -> argparse.ArgumentParser:
    parser = console.parser("make_bom.py", __doc__)
    parser.add_argument("entry", nargs="?", default="", help="section/name")
    parser.add_argument("--out", default="", metavar="FILE")
    return parser


if __name__ == "__main__":
    raise SystemExit(console.run(main, "bom"))
