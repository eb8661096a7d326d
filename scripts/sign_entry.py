#!/usr/bin/env python3
"""Sign what an entry holds: OpenSSF Model Signing, by an elliptic-curve key of one's own.

usage: sign_entry.py section/name        with KEY=private.pem in the environment

Writes signatures/section/name.sig, to be committed: whoever has the public key sees by
`make verify SIGNED=1` that the files are those that the key's owner signed. docs/publishing.md
"""

from __future__ import annotations

import shlex
from pathlib import Path

from registry import console, lock, options, selection
from registry.console import say
from registry.entries import ROOT
from registry.errors import UsageError
from registry.humanize import plural
from registry.publish import signatures
from registry.sections import SYNCED


def main(argv: list[str]) -> int:
    entry = selection.select_one(" ".join(argv), SYNCED)
    key = options.text("KEY")
    if not key:
        raise UsageError(
            "by which key? KEY=private.pem; `openssl ecparam -name prime256v1 -genkey -noout -out "
            "private.pem` makes one, `openssl ec -in private.pem -pubout -out public.pem` its pair"
        )
    lock.take(ROOT, "make sign")
    count = signatures.sign(entry, Path(key).expanduser())
    name = signatures.path(entry).relative_to(ROOT)
    print(name)
    files, word = plural(count, "file"), shlex.quote(str(name))
    say(f"sign: {files} of {entry} signed; `git add {word}` and commit it")
    return 0


if __name__ == "__main__":
    raise SystemExit(console.run(main, "sign"))
