"""docs/publishing.md is true: what it shows of public.yml and its commands work, word for word."""

from __future__ import annotations

import re

from support import mirrors
from support.oracle import expect
from support.own_store import OwnStore
from support.template import ROOT

DOC = (ROOT / "docs" / "publishing.md").read_text()
BLOCKS = re.findall(r"```sh\n(.*?)```", DOC, re.S)
PUBLIC = re.search(r"```yaml\n(.*?)```", DOC, re.S)[1]


def test_what_it_shows_works_in_a_fresh_clone(tmp_path):
    clone = OwnStore(tmp_path / "registry")
    top = tmp_path / "public"
    try:
        expect(clone.pull(), 0)
        with mirrors.served(top) as url:
            clone.write("public.yml", PUBLIC.replace("http://localhost:8000", url).encode())
            clone.git("add", "-A")
            clone.git("commit", "-qm", "Public")
            for block in BLOCKS:
                expect(clone.run("bash", "-euo", "pipefail", "-c", block), 0)
        found = mirrors.read(top)
        assert list(found) == re.findall(r"- (\w+/[\w-]+)\n", PUBLIC)[::-1]
        model = "champion_models/lighthouse-language"
        here = {f"{model}/{path}": body for path, body in found[model].items()}
        assert here == clone.tree(model)
    finally:
        clone.close()
