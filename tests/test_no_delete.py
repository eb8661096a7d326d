"""`--delete` removes what a listing happens to lack: it is nowhere in the code."""

import subprocess
from pathlib import Path

ROOT = Path(__file__).resolve().parent.parent


def test_no_code_asks_a_mover_to_delete():
    names = ["scripts", "*.sh", "Makefile", ".ci", ".github", ".pre-commit-config.yaml"]
    listed = subprocess.run(
        ["git", "ls-files", "-z", *names], cwd=ROOT, check=True, capture_output=True, text=True
    )
    files = [ROOT / name for name in filter(None, listed.stdout.split("\0"))]
    assert {"push.sh", "Makefile", "engine.py"} <= {file.name for file in files}
    assert [str(file) for file in files if b"--delete" in file.read_bytes()] == []
