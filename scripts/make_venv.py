"""Make or renew .venv from a hash-pinned requirements file, one process at a time.

usage: make_venv.py requirements.txt

Runs on the machine's own Python, before any package is there: standard library only.
"""

from __future__ import annotations

import fcntl
import os
import platform
import shutil
import subprocess
import sys
import time
from pathlib import Path

from registry import installer

ROOT = Path(__file__).resolve().parent.parent
VENV = ROOT / ".venv"
PYTHON = str(VENV / "bin" / "python")
UV = ROOT / "requirements-uv.txt"

# On a full disk Python writes a module's bytecode cut short, and ends in an EOFError ever after.
WHOLE_BYTECODE = (
    "import os, sys; disk = os.statvfs(sys.prefix); "
    "sys.dont_write_bytecode |= disk.f_bavail * disk.f_frsize < 2**24\n"
)


def main(argv: list[str] | None = None) -> int:
    """Exit 0 when .venv holds what the file names; 1, with one line, when it could not be made."""
    wanted = ROOT / (sys.argv[1:] if argv is None else argv)[0]
    try:
        (ROOT / ".registry").mkdir(exist_ok=True)
        opened = os.open(ROOT / ".registry" / "setup.lock", os.O_WRONLY | os.O_CREAT, 0o644)
    except OSError as error:
        way = "whoever owns this checkout runs `make doctor` in it first, or clone it for yourself"
        print(f"setup: {error.filename}: {error.strerror}: {way}", file=sys.stderr)
        return 1
    with open(opened, "w") as lock:
        fcntl.flock(lock, fcntl.LOCK_EX)
        if is_current(wanted):  # somebody else made it while we waited
            return 0
        try:
            make(wanted)
        except (installer.Failed, subprocess.CalledProcessError, OSError) as error:
            print(f"setup: could not make .venv: {error}", file=sys.stderr)
            print(f"setup: {cure()}", file=sys.stderr)
            return 1
        except KeyboardInterrupt:
            print("\nsetup: stopped; the next command starts it again", file=sys.stderr)
            return 130
    return 0


def cure() -> str:
    """Return what to do about a .venv that could not be made."""
    link = ROOT / ".registry" / "link"
    try:
        link.unlink(missing_ok=True)
        link.symlink_to("setup.lock")
        link.unlink()
    except OSError as error:
        return (
            f"Python's venv needs symbolic links: clone to a disk that has them ({error.strerror})"
        )
    return "is the network there? Then run the same command again."


def is_current(wanted: Path) -> bool:
    """Return whether .venv was made from the very text of this requirements file."""
    stamp = VENV / wanted.name
    return stamp.exists() and stamp.read_bytes() == wanted.read_bytes() and works()


def works() -> bool:
    """Return whether .venv has a pip that runs: not after Python went, or an early Ctrl-C."""
    pip = [PYTHON, *installer.PIP, "--version"]
    try:
        return subprocess.run(pip, capture_output=True, check=False).returncode == 0
    except OSError:
        return False


def make(wanted: Path) -> None:
    """Create .venv if there is none that works, install the file, then write its stamp."""
    began = time.monotonic()
    count = installer.packages(wanted)
    tell(f"{count} pinned packages go into .venv, once; how long it takes is up to the network")
    if not works():
        shutil.rmtree(VENV, ignore_errors=True)
        tell(f"making .venv with Python {platform.python_version()}")
        subprocess.run([sys.executable, "-m", "venv", VENV], check=True)
    installer.install(PYTHON, wanted, UV, tell)
    for packages in VENV.glob("lib/python*/site-packages"):
        (packages / "whole_bytecode.pth").write_text(WHOLE_BYTECODE)
    shutil.copyfile(wanted, VENV / wanted.name)
    tell(f"done in {time.monotonic() - began:.0f} s")


def tell(text: str) -> None:
    print(f"setup: {text}", flush=True)


if __name__ == "__main__":
    raise SystemExit(main())
