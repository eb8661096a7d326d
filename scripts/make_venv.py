"""Make or renew .venv from a hash-pinned requirements file, one process at a time.

usage: make_venv.py requirements.txt

Runs on the machine's own Python, before any package is there: standard library only.
"""

from __future__ import annotations

import fcntl
import platform
import queue
import shutil
import subprocess
import sys
import threading
import time
from collections.abc import Iterable
from contextlib import suppress
from pathlib import Path

ROOT = Path(__file__).resolve().parent.parent
VENV = ROOT / ".venv"
EVERY_SECONDS = 10.0  # nobody waits longer for a word


def main(argv: list[str] | None = None) -> int:
    """Exit 0 when .venv holds what the file names; 1, with one line, when it could not be made."""
    wanted = ROOT / (sys.argv[1:] if argv is None else argv)[0]
    (ROOT / ".registry").mkdir(exist_ok=True)
    with open(ROOT / ".registry" / "setup.lock", "w") as lock:
        fcntl.flock(lock, fcntl.LOCK_EX)
        if is_current(wanted):  # somebody else made it while we waited
            return 0
        try:
            make(wanted)
        except (subprocess.CalledProcessError, OSError) as error:
            print(f"setup: could not make .venv: {error}", file=sys.stderr)
            print("setup: is the network there? Then run the same command again.", file=sys.stderr)
            return 1
        except KeyboardInterrupt:
            print("\nsetup: stopped; the next command starts it again", file=sys.stderr)
            return 130
    return 0


def is_current(wanted: Path) -> bool:
    """Whether .venv was made from the very text of this requirements file."""
    stamp = VENV / wanted.name
    return stamp.exists() and stamp.read_bytes() == wanted.read_bytes() and works()


def works() -> bool:
    """Whether .venv has a pip that runs: not after the machine's Python went, or a Ctrl-C early."""
    pip = [str(VENV / "bin" / "python"), "-m", "pip", "--version"]
    try:
        return subprocess.run(pip, capture_output=True, check=False).returncode == 0
    except OSError:
        return False


def make(wanted: Path) -> None:
    """Create .venv if there is none that works, install the file, then write its stamp."""
    began = time.monotonic()
    count = sum(" \\" in line and "==" in line for line in wanted.read_text().splitlines())
    tell(f"{count} pinned packages go into .venv, once; how long it takes is up to the network")
    if not works():
        shutil.rmtree(VENV, ignore_errors=True)
        tell(f"making .venv with Python {platform.python_version()}")
        subprocess.run([sys.executable, "-m", "venv", VENV], check=True)
    pip = [str(VENV / "bin" / "python"), "-m", "pip", "--disable-pip-version-check", "install"]
    options = ["--require-hashes", "--no-warn-script-location", "--progress-bar", "off"]
    show([*pip, *options, "-r", str(wanted)], count)
    shutil.copyfile(wanted, VENV / wanted.name)
    tell(f"done in {time.monotonic() - began:.0f} s")


def tell(text: str) -> None:
    print(f"setup: {text}", flush=True)


def show(command: list[str], count: int) -> None:
    """Run pip and tell how far it is, by what it says; also when it says nothing for a while.

    Raises CalledProcessError, after printing pip's last lines, when pip fails.
    """
    talk: list[str] = []
    with subprocess.Popen(
        command, stdout=subprocess.PIPE, stderr=subprocess.STDOUT, text=True
    ) as pip:
        lines: queue.Queue[str] = queue.Queue()
        reader = threading.Thread(target=read, args=(pip.stdout or (), lines), daemon=True)
        reader.start()
        follow(lines, talk, count)
        reader.join()
    if pip.returncode:
        print("".join(talk[-15:]), file=sys.stderr)
        raise subprocess.CalledProcessError(pip.returncode, "pip install")


def read(stream: Iterable[str], lines: queue.Queue[str]) -> None:
    for line in stream:
        lines.put(line)
    lines.put("")  # the end


def follow(lines: queue.Queue[str], talk: list[str], count: int) -> None:
    """Tell pip's steps as they begin and, every few seconds, how far it is, until it ends."""
    seen, step = 0, "asking the package index"
    began = said = time.monotonic()
    while True:
        with suppress(queue.Empty):
            line = lines.get(timeout=1)
            if not line:
                return
            talk.append(line)
            count -= line.startswith("Ignoring ")  # it is for another Python or system
            if line.startswith(("Collecting ", "Requirement already satisfied")):
                seen += 1
                step = f"{seen} of {count} packages fetched or here"
            elif line.startswith("Installing collected"):
                step = f"{seen} packages here, unpacking them"
                said = 0.0  # a new step is told at once
        now = time.monotonic()
        if now - said >= (EVERY_SECONDS if said else 0):
            said = now
            tell(f"{step}, {now - began:.0f} s so far")


if __name__ == "__main__":
    raise SystemExit(main())
