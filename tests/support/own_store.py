"""A person's clone that runs its embedded store itself, as everybody's does after `git clone`.

The store outlives the command that starts it, so that Checkout, which ends whatever a command
leaves running, will not do.
"""

from __future__ import annotations

import contextlib
import os
import secrets
import shutil
import subprocess
from pathlib import Path

from support import session
from support.checkout import Checkout
from support.process import SECONDS, Run

TAG = "TEST_STORE"


class OwnStore(Checkout):
    """A real `git clone` of the tracked files. close() stops the store."""

    def __init__(self, path: Path, samples: bool = True, venv: bool = True) -> None:
        super().__init__(path, samples=samples)
        origin = path.with_name(path.name + ".origin")
        path.rename(origin)
        self.env[TAG] = secrets.token_hex(8)
        subprocess.run(["git", "clone", "-q", origin, path], env=self.env, check=True)
        if venv:
            (path / ".venv").symlink_to(session.venv())
        else:
            shutil.rmtree(path / ".venv", ignore_errors=True)

    def run(self, *command: str, timeout: float = SECONDS, **env: str) -> Run:
        self.let_edits_age()
        env = {**self.env, "TEST_FORKS": self.forks, **env}
        done = subprocess.run(
            command, cwd=self.path, env=env, stdin=subprocess.DEVNULL,
            capture_output=True, text=True, timeout=timeout, check=False,
        )  # fmt: skip
        return Run(list(command), done.returncode, done.stdout, done.stderr, 0, [])

    def alive(self) -> list[str]:
        """The command lines of all that was started here and still runs, the store included."""
        if not os.path.isdir("/proc/self"):  # good enough there: the store's line names its folder
            ps = subprocess.run(
                ["ps", "-A", "-o", "command="], capture_output=True, text=True, check=True
            )
            return [line for line in ps.stdout.splitlines() if str(self.path) in line]
        wanted, lines = f"{TAG}={self.env[TAG]}".encode(), []
        for pid in filter(str.isdigit, os.listdir("/proc")):
            with contextlib.suppress(OSError):
                if wanted in Path(f"/proc/{pid}/environ").read_bytes().split(b"\0"):
                    line = Path(f"/proc/{pid}/cmdline").read_bytes()
                    lines.append(line.replace(b"\0", b" ").decode().strip())
        return [line for line in lines if line]

    @property
    def store(self) -> Path:
        return self.path / ".store"

    def port(self) -> int:
        return int((self.store / "port").read_text())

    def pid(self) -> int:
        return int((self.store / "pid").read_text())

    def close(self) -> None:
        if self.store.exists():
            self.script("serve_store", "stop")
        super().close()
