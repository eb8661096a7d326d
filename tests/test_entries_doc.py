"""docs/entries.md is true: its commands run, word for word and in its order, in a fresh clone."""

from __future__ import annotations

import re

from support.oracle import expect
from support.own_store import OwnStore
from support.template import ROOT

BLOCKS = re.findall(r"```sh\n(.*?)```", (ROOT / "docs" / "entries.md").read_text(), re.S)


def test_every_command_of_it_runs(tmp_path):
    clone = OwnStore(tmp_path / "registry")
    try:
        for block in BLOCKS:
            expect(clone.run("bash", "-euo", "pipefail", "-c", block), 0)
    finally:
        clone.close()
