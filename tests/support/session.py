"""What all processes of one run of the tests have in common: a folder, made once."""

from __future__ import annotations

import atexit
import fcntl
import functools
import os
import shutil
import subprocess
import sys
import sysconfig
import tempfile
import time
from collections.abc import Callable
from pathlib import Path

STAND_IN = Path(__file__).resolve().parent / "stand_in"
INJECT = STAND_IN.parent / "inject"
NAME = "TEST_SESSION"
_held: list[int] = []  # by this process, to its end


def begin() -> None:
    """By the process that starts the others, before it does."""
    if NAME not in os.environ:
        folder = tempfile.mkdtemp(prefix="registry-tests-")
        os.environ[NAME] = folder
        atexit.register(_end, folder, os.getpid())


def _end(folder: str, owner: int) -> None:
    if os.getpid() == owner:  # not a fork of it
        log = Path(folder, "forks", "log")
        sys.stderr.write(log.read_text() if log.exists() else "")  # empty, if all went well
        shutil.rmtree(folder, ignore_errors=True)


def once(name: str, make: Callable[[Path], None]) -> Path:
    """session/name, made by the first process that asks for it."""
    begin()
    made = Path(os.environ[NAME], name)
    with open(f"{made}.lock", "wb") as lock:
        fcntl.flock(lock, fcntl.LOCK_EX)
        if not made.exists():
            make(made.with_name(f"{name}.half"))
            made.with_name(f"{name}.half").rename(made)
    return made


@functools.lru_cache(maxsize=1)
def venv() -> Path:
    """The .venv of the clones. Its Python can have commands run in forks, see stand_in/."""
    return once("venv", _make_venv) if sys.platform == "linux" else Path(sys.prefix)


def _make_venv(folder: Path) -> None:
    (folder / "bin").mkdir(parents=True)
    for one in (*Path(sys.prefix).iterdir(), *Path(sys.prefix, "bin").iterdir()):
        name = one.relative_to(sys.prefix)
        if name.name not in ("bin", "python") and not name.name.startswith("python3"):
            (folder / name).symlink_to(one)
    bin_ = folder / "bin"
    first = Path(sys.base_prefix, "bin", f"python{sysconfig.get_python_version()}")
    text = (STAND_IN / "python").read_text().replace("{real}", sys.executable)
    text = text.replace("{inject}", str(INJECT))
    (bin_ / "python").write_text(f"#!{first} -ISE\n{text}")
    (bin_ / "python").chmod(0o755)
    for name in () if " " in str(bin_) else ("aws", "dvc"):  # typed, these begin with it
        _, rest = Path(sys.prefix, "bin", name).read_text().split("\n", 1)
        (bin_ / name).unlink()
        (bin_ / name).write_text(f"#!{folder.with_suffix('')}/bin/python\n{rest}")
        (bin_ / name).chmod(0o755)
    for name in ("python3", f"python{sysconfig.get_python_version()}"):
        (bin_ / name).symlink_to("python")


@functools.lru_cache(maxsize=1)
def forks(scripts: Path) -> str:
    """The socket of what runs commands in forks; "": each is to be started."""
    if not hasattr(os, "pidfd_open") or os.environ.get("SWEEP") == "full":
        return ""
    folder = once("forks", lambda half: _start_forks(half, scripts))
    return str(folder / "socket") if _hold(folder) else ""


def _start_forks(half: Path, scripts: Path) -> None:
    half.mkdir()
    os.mkfifo(half / "life")
    # No fork may keep this HOME: each puts its own in the place of what modules made of it.
    env = {
        "HOME": f"{half}/home",
        "LANG": "C.UTF-8",
        "PYTHONDONTWRITEBYTECODE": "1",
        "TEST_RUN": "0" * 16,
    }
    words = [STAND_IN / "forks.py", half / "socket", half / "life", scripts]
    with open(half / "log", "wb") as log:
        server = subprocess.Popen(
            [sys.executable, *words], stdin=subprocess.DEVNULL, stdout=log, stderr=log, cwd="/",
            env=env, start_new_session=True,
        )  # fmt: skip
    while not _hold(half) and server.poll() is None:
        time.sleep(0.01)


def _hold(folder: Path) -> bool:
    """There are forks for as long as a process of the tests holds this; False: they are gone."""
    try:
        _held.append(os.open(folder / "life", os.O_WRONLY | os.O_NONBLOCK))
    except OSError:
        return False
    return True
