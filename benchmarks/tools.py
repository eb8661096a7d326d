"""What a tool is to the benchmark, the peers that need no clone, and the limits."""

from __future__ import annotations

import os
import sys
from dataclasses import dataclass, field
from pathlib import Path

import graves

BIN = Path(sys.executable).parent
HERE = Path(__file__).resolve().parent
KEYS = {"AWS_ACCESS_KEY_ID": "bench-access", "AWS_SECRET_ACCESS_KEY": "bench-secret-key"}
DATA = ("processed_datasets", "champion_models", "training_results")
RAW = "raw_datasets"
NOT_OURS = ("AWS_", "RCLONE_", "PYTHON")  # settings of whoever runs the benchmark
RCLONE = ["--fast-list", "--use-server-modtime", "--s3-no-check-bucket", "-q"]


@dataclass
class Tool:
    """A tool in `folder`, whose data are the section folders there; `prefix` is its own in S3."""

    name: str
    folder: Path
    prefix: str
    endpoint: str = ""
    env: dict[str, str] = field(default_factory=dict)
    only: tuple[str, ...] = ("",)  # it takes part in cases with one of these in their name
    has_raw: bool = False  # whether the workload has raw datasets; if not, those stay as they are

    def prepare(self) -> None:
        """Make the folder what the tool needs, without data."""
        self.folder.mkdir(parents=True)

    def command(self, verb: str) -> list[str]:
        """What `push` or `pull` is for this tool."""
        raise NotImplementedError

    def forget(self, data: bool) -> None:
        """As on a new machine: drop all memory, and the data too."""
        for section in (*DATA, *((RAW,) if self.has_raw else ())) if data else ():
            self.drop(section)

    def drop(self, path: str) -> None:
        """Take a folder of its own away."""
        graves.bury(self.folder / path, self.folder)

    @property
    def home(self) -> Path:
        return self.folder.with_name(self.folder.name + ".home")

    def environment(self) -> dict[str, str]:
        self.home.mkdir(exist_ok=True, parents=True)
        return {
            **{
                n: v
                for n, v in os.environ.items()
                if not n.startswith(("AWS_", "RCLONE_", "PYTHON"))
            },
            **KEYS,
            "HOME": str(self.home),
            "PATH": f"{BIN}{os.pathsep}{os.environ['PATH']}",
            "AWS_DEFAULT_REGION": "us-east-1",
            "AWS_EC2_METADATA_DISABLED": "true",
            "AWS_ENDPOINT_URL": self.endpoint,
            "S3_ENDPOINT_URL": self.endpoint,
            "RCLONE_CONFIG": os.devnull,
            "RCLONE_CONFIG_B_TYPE": "s3",
            "RCLONE_CONFIG_B_PROVIDER": "Other",
            "RCLONE_CONFIG_B_LIST_VERSION": "2",
            "RCLONE_CONFIG_B_ENV_AUTH": "true",
            "RCLONE_CONFIG_B_ENDPOINT": self.endpoint,
            "DVC_SITE_CACHE_DIR": str(self.home / "dvc"),
            "DVC_NO_ANALYTICS": "1",
            "GIT_CONFIG_GLOBAL": os.devnull,
            **self.env,
        }


class S5cmd(Tool):
    def command(self, verb: str) -> list[str]:
        here, remote = f"{self.folder}/", f"s3://bench/{self.prefix}/"
        if verb == "push":
            return ["s5cmd", "--log", "error", "sync", here, remote]
        return ["s5cmd", "--log", "error", "sync", remote + "*", here]


@dataclass
class Rclone(Tool):
    transfers: int = 16

    def command(self, verb: str) -> list[str]:
        here, remote = str(self.folder), f"b:bench/{self.prefix}"
        hands = [f"--transfers={self.transfers}", f"--checkers={self.transfers}"]
        if verb == "push":
            return ["rclone", "sync", here, remote, "--update", *RCLONE, *hands]
        return ["rclone", "sync", remote, here, *RCLONE, *hands]


@dataclass
class Limit(Tool):
    """No peer: it neither looks nor verifies, it only shows how quick a cold pull could be."""

    source: Path = Path()
    only: tuple[str, ...] = ("cold pull",)


class Copy(Limit):
    def command(self, verb: str) -> list[str]:
        return ["cp", "-r", *map(str, sorted(self.source.iterdir())), str(self.folder)]


class BareGet(Limit):
    def command(self, verb: str) -> list[str]:
        paths = self.folder.with_name(f"{self.folder.name}.paths")
        if not paths.exists():
            files = (p for p in self.source.rglob("*") if p.is_file())
            paths.write_text("\n".join(str(p.relative_to(self.source)) for p in files))
        url = f"{self.endpoint}/bench/{self.prefix}/"
        return [sys.executable, str(HERE / "bare_get.py"), url, str(self.folder), str(paths)]
