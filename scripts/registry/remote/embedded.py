"""Runs the embedded store, an S3 server on this machine for a clone without a bucket.

`rclone serve s3` on `.store/data`, on loopback only. Everything it needs is in `.store/`, which
Git ignores: the data, the keys (made at first start, mode 600), the port, the log.
"""

from __future__ import annotations

import fcntl
import os
import secrets
import shutil
from pathlib import Path

from registry import files
from registry.entries import ROOT
from registry.errors import RegistryError
from registry.remote import config_file, location, s3
from registry.remote.store_process import StoreProcess

BUCKET = "registry"
PROFILE = location.EMBEDDED


class Store:
    """The store of one clone: its data, its keys, its process, and how DVC gets there."""

    def __init__(self, root: Path = ROOT) -> None:
        self.root, self.folder = root, root / ".store"
        self.process = StoreProcess(self.folder)

    @property
    def credentials(self) -> Path:
        return self.folder / "credentials"

    def as_remote(self) -> location.Remote:
        return location.Remote(
            location.EMBEDDED, BUCKET, "", self.process.endpoint, "", PROFILE, str(self.credentials)
        )

    def ensure(self) -> str:
        """Start it unless it runs; returns what there is to say about that, often nothing.

        However many commands ask at once, one of them starts it. Raises RegistryError when it
        does not come up.
        """
        self.folder.mkdir(exist_ok=True)
        files.keep_to_oneself(self.folder)
        with open(self.folder / "starting", "w") as gate:
            fcntl.flock(gate, fcntl.LOCK_EX)
            if self.process.is_up() and self._answers():
                self._tell_dvc()
                return ""
            self.process.stop()
            self._fill()
            self._make_keys()
            said = self.process.choose_port()
            self.process.start(self._environment(), self._answers)
            self._tell_dvc()
            return said

    def _answers(self) -> bool:
        try:
            s3.Client(self.as_remote(), patience=1).request("GET", "", {"max-keys": "1"})
        except RegistryError:
            return False
        return True

    def _fill(self) -> None:
        """A new store gets the samples, all of them or, after a crash, none yet."""
        target = self.folder / "data" / BUCKET
        if target.exists():
            return
        half = self.folder / "data.half"
        shutil.rmtree(half, ignore_errors=True)
        samples = self.root / "examples" / "store"
        if samples.is_dir():
            shutil.copytree(samples, half)
        else:
            half.mkdir()
        target.parent.mkdir(exist_ok=True)
        half.rename(target)

    def _make_keys(self) -> None:
        if self.credentials.exists():
            return
        text = (
            f"[{PROFILE}]\n"
            f"aws_access_key_id = {secrets.token_hex(10).upper()}\n"
            f"aws_secret_access_key = {secrets.token_hex(20)}\n"
        )
        new = self.folder / "credentials.new"
        new.unlink(missing_ok=True)
        with open(os.open(new, os.O_CREAT | os.O_EXCL | os.O_WRONLY, 0o600), "w") as file:
            file.write(text)
        new.rename(self.credentials)

    def _environment(self) -> dict[str, str]:
        """rclone's settings: by environment, so that no key is ever on a command line.

        The hasher overlay remembers each object's MD5; without it every listing would read
        every byte again.
        """
        lines = self.credentials.read_text().splitlines()[1:]
        access, secret = (line.partition(" = ")[2] for line in lines)
        own = {
            "RCLONE_CONFIG": str(self.folder / "rclone.conf"),
            "RCLONE_CACHE_DIR": str(self.folder / "cache"),
            "RCLONE_AUTH_KEY": f'"{access},{secret}"',
            "RCLONE_CONFIG_STORE_TYPE": "hasher",
            "RCLONE_CONFIG_STORE_REMOTE": str(self.folder / "data"),
            "RCLONE_CONFIG_STORE_HASHES": "md5",
            "RCLONE_CONFIG_STORE_MAX_AGE": "off",
        }
        (self.folder / "rclone.conf").touch()
        kept = {k: v for k, v in os.environ.items() if not k.startswith("RCLONE_")}
        return {**kept, **own}

    def _tell_dvc(self) -> None:
        """Note in `.dvc/config.local`, where Git does not look, how to reach it from here."""
        path = self.root / ".dvc" / "config.local"
        options = {
            "url": f"s3://{BUCKET}/{location.DVC_FOLDER}",
            "endpointurl": self.process.endpoint,
            # relative to the file: no folder's name can break it, and a clone may be moved
            "credentialpath": os.path.relpath(self.credentials, path.parent),
            "profile": PROFILE,
        }
        config_file.update(path, {f'remote "{location.EMBEDDED}"': options})
