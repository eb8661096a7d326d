"""docs/publishing.md is true: what it shows of public.yml and its commands work, word for word."""

from __future__ import annotations

import re
import subprocess
import sys
from pathlib import Path

from support import mirrors
from support.oracle import expect
from support.own_store import OwnStore
from support.template import ROOT

DOC = (ROOT / "docs" / "publishing.md").read_text()
BLOCKS = re.findall(r"```sh\n(.*?)```", DOC, re.S)
PUBLIC = re.search(r"```yaml\n(.*?)```", DOC, re.S)[1]


MODEL, RAW = "champion_models/lighthouse-language", "raw_datasets/lighthouse-logs"
LINES = re.search(r"```python\n(.*?)```", DOC, re.S)[1]


def stranger(home, url, id):
    """{path: bytes} of what the document's three lines load, with Python and nothing else."""
    home.mkdir()
    code = LINES.replace("http://localhost:8000", url).replace(MODEL, id) + "print(folder)\n"
    command = [sys.executable, "-S", "-c", code]
    run = subprocess.run(
        command, cwd=home, env={"HOME": str(home)}, capture_output=True, text=True, timeout=600
    )
    assert run.returncode == 0, run.stderr
    top = Path(run.stdout.strip())
    files = [path for path in top.rglob("*") if path.is_file()]
    return {path.relative_to(top).as_posix(): path.read_bytes() for path in files}


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
            loaded = {id: stranger(tmp_path / id[:3], url, id) for id in (MODEL, RAW)}
        mirrored = mirrors.read(top)
        assert list(mirrored) == re.findall(r"- (\w+/[\w-]+)\n", PUBLIC)[::-1]
        assert loaded == {MODEL: mirrored[MODEL], RAW: mirrored[RAW]}
        assert {f"{MODEL}/{path}": body for path, body in mirrored[MODEL].items()} == clone.tree(
            MODEL
        )
    finally:
        clone.close()
