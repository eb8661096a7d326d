"""Kills one of our commands at its n-th system call that matters, without a hook in its code.

Every Python that the command starts finds `inject/sitecustomize.py` on its path. That counts
the calls, over all processes of the run, in a log; at the n-th it kills the whole process group
before the call is made. A run with n=0 counts only.

    log = crash_at.Log(tmp_path / "steps")
    anna.script("push_entries", **log.env())         # how many steps are there?
    for n in range(1, len(log.steps()) + 1):
        anna.script("push_entries", **log.env(n))
"""

from __future__ import annotations

from dataclasses import dataclass
from pathlib import Path

from support.session import INJECT


@dataclass(frozen=True)
class Log:
    """The file that counts; each env() starts it anew."""

    path: Path

    def env(self, at: int = 0, only: str = "scripts/", sign: str = "KILL") -> dict[str, str]:
        """Variables for a run that stops at step `at`; `only` counts scripts named so.

        sign: KILL for the whole group, INT for Ctrl-C.
        """
        self.path.write_bytes(b"")
        return {
            "PYTHONPATH": str(INJECT),
            "CRASH_LOG": str(self.path),
            "CRASH_AT": str(at),
            "CRASH_ONLY": only,
            "CRASH_SIGN": sign,
        }

    def steps(self) -> list[str]:
        """What was counted, such as `os.rename .registry/state/x`."""
        return [line.strip() for line in self.path.read_text(errors="replace").splitlines()]
