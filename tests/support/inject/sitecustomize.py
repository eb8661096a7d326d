"""Loaded by every Python of a run that crash_at.py started: counts steps and kills at one.

The steps are Python's own audit events (https://docs.python.org/3/library/audit_events.html)
that change a disk or start a program, and fsync and calls into the C library, which have none.
"""

import ctypes
import os
import signal
import sys

LOG = os.environ.get("CRASH_LOG", "")
WIDTH = 160  # bytes per line of the log, so that its size is the count
STEPS = {
    "os.rename", "os.remove", "os.link", "os.symlink", "os.mkdir", "os.rmdir", "os.truncate",
    "os.utime", "os.chmod", "subprocess.Popen", "os.posix_spawn", "os.exec", "os.setxattr",
}  # fmt: skip
LIBC = {"renameat2", "renameatx_np", "renamex_np", "syncfs"}
IGNORED = ("/proc/", "/dev/", "/sys/")


def install() -> None:
    find = ctypes.CDLL.__getitem__
    ctypes.CDLL.__getitem__ = lambda library, name: (
        Counted(find(library, name)) if name in LIBC else find(library, name)
    )
    for name in ("fsync", "sync", "ftruncate"):
        setattr(os, name, counted(getattr(os, name), f"os.{name}"))
    sys.addaudithook(audit)


def audit(event: str, args: tuple) -> None:
    if event in STEPS:
        step(event, args[:2])
    elif event == "open" and writes(*args):
        step(event, args[:1])


def step(what: str, args: tuple) -> None:
    text = " ".join([what, *map(short, args)]).replace("\n", " ")
    line = text.encode("utf-8", "backslashreplace")[: WIDTH - 1]
    fd = os.open(LOG, os.O_WRONLY | os.O_APPEND | os.O_CLOEXEC)
    os.write(fd, line.ljust(WIDTH - 1) + b"\n")
    count = os.lseek(fd, 0, os.SEEK_CUR) // WIDTH
    os.close(fd)
    if count == int(os.environ["CRASH_AT"]):
        end(signal.Signals[f"SIG{os.environ['CRASH_SIGN']}"])


def end(sign: signal.Signals) -> None:
    """For a fork, getpgrp() is the group of who asked for it, and 0 is its own."""
    if sign == signal.SIGKILL:
        os.killpg(os.getpgrp(), sign)
    os.killpg(0, sign)


def writes(path: object, mode: object, flags: int) -> bool:
    if not isinstance(path, (str, bytes)) or os.fsdecode(path).startswith(IGNORED):
        return False
    return os.fsdecode(path) != LOG and bool(flags & (os.O_WRONLY | os.O_RDWR | os.O_CREAT))


def counted(function, name):
    def call(*args, **kwargs):
        step(name, args)
        return function(*args, **kwargs)

    return call


class Counted:
    """A C function, counted when called; its types are set on the real one."""

    def __init__(self, function):
        self.__dict__["function"] = function

    def __setattr__(self, name, value):
        setattr(self.function, name, value)

    def __getattr__(self, name):
        return getattr(self.function, name)

    def __call__(self, *args):
        step(f"libc {self.function.__name__}", args)
        return self.function(*args)


def short(value: object) -> str:
    text = os.fsdecode(value) if isinstance(value, bytes) else str(value)
    return text.removeprefix(os.getcwd() + "/")


# sys.argv is not there yet: the command line is in sys.orig_argv.
if LOG and os.environ.get("CRASH_ONLY", "") in " ".join(sys.orig_argv):
    install()
