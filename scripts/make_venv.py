"""Make or renew .venv from a hash-pinned requirements file, one process at a time.

usage: make_venv.py requirements.txt

Runs on the machine's own Python, before any package is there: standard library only.
"""

from __future__ import annotations

import fcntl
import shutil
import subprocess
import sys
import time
from pathlib import Path

ROOT = Path(__file__).resolve().parent.parent
VENV = ROOT / ".venv"


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
    print(
        f"setup: installing {count} pinned packages into .venv, once (about a minute)", flush=True
    )
    if not works():
        shutil.rmtree(VENV, ignore_errors=True)
        subprocess.run([sys.executable, "-m", "venv", VENV], check=True)
    pip = [str(VENV / "bin" / "python"), "-m", "pip", "--disable-pip-version-check", "install"]
    options = ["--require-hashes", "--no-warn-script-location", "--progress-bar", "off"]
    show([*pip, *options, "-r", str(wanted)], count)
    shutil.copyfile(wanted, VENV / wanted.name)
    print(f"setup: done in {time.monotonic() - began:.0f} s", flush=True)


def show(command: list[str], count: int) -> None:
    """Run pip and turn its talk into one counting line (a line per 20 packages in a log).

    Raises CalledProcessError, after printing pip's last lines, when pip fails.
    """
    talk: list[str] = []
    seen = 0
    with subprocess.Popen(
        command, stdout=subprocess.PIPE, stderr=subprocess.STDOUT, text=True
    ) as pip:
        for line in pip.stdout or ():
            if line.startswith("Ignoring "):  # it is for another Python or system
                count -= 1
                continue
            talk.append(line)
            if line.startswith("Collecting "):
                seen += 1
                if sys.stdout.isatty():
                    print(f"\rsetup: {seen} of {count} packages", end="", flush=True)
                elif seen % 20 == 0:
                    print(f"setup: {seen} of {count} packages", flush=True)
            elif line.startswith("Installing collected"):
                print(
                    "\nsetup: unpacking" if sys.stdout.isatty() else "setup: unpacking", flush=True
                )
    if pip.returncode:
        print("".join(talk[-15:]), file=sys.stderr)
        raise subprocess.CalledProcessError(pip.returncode, "pip install")


if __name__ == "__main__":
    raise SystemExit(main())
