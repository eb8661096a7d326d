"""The tools that are measured: what each one's push and pull is, in a folder of its own."""

from __future__ import annotations

import os
import shutil
import subprocess
import sys
from dataclasses import dataclass, field
from pathlib import Path

ROOT = Path(__file__).resolve().parent.parent
BIN = Path(sys.executable).parent
HERE = Path(__file__).resolve().parent
BASE = "raw_datasets/base"  # every dataset derives from one
KEYS = {"AWS_ACCESS_KEY_ID": "bench-access", "AWS_SECRET_ACCESS_KEY": "bench-secret-key"}
DATA = ("processed_datasets", "champion_models", "training_results")
RCLONE = ["--fast-list", "--use-server-modtime", "--s3-no-check-bucket", "-q"]
CARD = "---\npretty_name: {0}\nlicense: cc0-1.0\n{1}---\n\n# Card: {0}\n{2}"


@dataclass
class Tool:
    """A tool in `folder`, whose data are the section folders there; `prefix` is its own in S3."""

    name: str
    folder: Path
    prefix: str
    endpoint: str = ""
    env: dict[str, str] = field(default_factory=dict)
    has_raw: bool = False  # whether the workload has raw datasets; if not, those stay as they are

    def prepare(self) -> None:
        """Make the folder what the tool needs, without data."""
        self.folder.mkdir(parents=True)

    def command(self, verb: str) -> list[str]:
        """What `push` or `pull` is for this tool."""
        raise NotImplementedError

    def forget(self, data: bool) -> None:
        """As on a new machine: drop all memory, and the data too."""
        if data:
            for section in DATA:
                shutil.rmtree(self.folder / section, ignore_errors=True)

    def environment(self) -> dict[str, str]:
        home = self.folder.with_name(self.folder.name + ".home")
        home.mkdir(exist_ok=True)
        return {
            **{n: v for n, v in os.environ.items() if not n.startswith(("AWS_", "RCLONE_"))},
            **KEYS,
            "HOME": str(home),
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
            "DVC_SITE_CACHE_DIR": str(home / "dvc"),
            "DVC_NO_ANALYTICS": "1",
            "GIT_CONFIG_GLOBAL": os.devnull,
            **self.env,
        }


class Ours(Tool):
    """A clone of this repository as it is in the working copy."""

    def prepare(self) -> None:
        clone(self.folder, f"{self.prefix}/raw_datasets_dvc_cache", self.endpoint)
        self.write_card(BASE, BASE)

    def command(self, verb: str) -> list[str]:
        return ["make", "-s", verb]

    def forget(self, data: bool) -> None:
        sections = (*DATA, "raw_datasets") if self.has_raw else DATA
        for section in sections:
            shutil.rmtree(self.folder / ".registry" / "state" / section, ignore_errors=True)
            for child in (self.folder / section).iterdir() if data else ():
                if child.is_dir():
                    shutil.rmtree(child)
        if data and self.has_raw:
            shutil.rmtree(self.folder / ".dvc" / "cache", ignore_errors=True)

    def write_card(self, entry: str, dataset: str) -> None:
        """The least card that the checks let out; `dataset` is what its entry derives from."""
        section, _, name = entry.partition("/")
        template = (self.folder / section / "template.card.md").read_text()
        heads = [x for x in template.splitlines() if x.startswith("## ") and "(opt" not in x]
        body = "".join(f"\n{head}\n\nMade by the benchmark.\n" for head in heads)
        source = BASE if dataset == entry else dataset
        front = FRONT_MATTER[section].format(name=name, dataset=dataset, source=source)
        text = CARD.format(name, front, body)
        (self.folder / f"{entry}.card.md").write_text(text)


class Original(Tool):
    """How it was done before: dvc, then one `aws s3 sync` per section."""

    def prepare(self) -> None:
        clone(self.folder, f"{self.prefix}/raw_datasets_dvc_cache", self.endpoint)

    def command(self, verb: str) -> list[str]:
        return ["bash", str(HERE / "original.sh"), verb, f"s3://bench/{self.prefix}"]

    forget = Ours.forget


class S5cmd(Tool):
    def command(self, verb: str) -> list[str]:
        here, there = f"{self.folder}/", f"s3://bench/{self.prefix}/"
        if verb == "push":
            return ["s5cmd", "--log", "error", "sync", here, there]
        return ["s5cmd", "--log", "error", "sync", there + "*", here]


@dataclass
class Rclone(Tool):
    transfers: int = 16

    def command(self, verb: str) -> list[str]:
        here, there = str(self.folder), f"b:bench/{self.prefix}"
        hands = [f"--transfers={self.transfers}", f"--checkers={self.transfers}"]
        if verb == "push":
            return ["rclone", "sync", here, there, "--update", *RCLONE, *hands]
        # the registry's own objects are no data of a peer's
        return ["rclone", "sync", there, here, "--exclude", ".registry/**", *RCLONE, *hands]


class Dvc(Tool):
    """All three sections as DVC's own."""

    def prepare(self) -> None:
        clone(self.folder, f"{self.prefix}/raw_datasets_dvc_cache", self.endpoint)
        for section in DATA:
            shutil.rmtree(self.folder / section)

    def command(self, verb: str) -> list[str]:
        if verb == "pull":
            return ["dvc", "pull", "-q"]
        return ["bash", "-c", f"dvc add -q {' '.join(DATA)} && dvc push -q"]

    def forget(self, data: bool) -> None:
        super().forget(data)
        for name in ("cache", "tmp") if data else ("tmp",):
            shutil.rmtree(self.folder / ".dvc" / name, ignore_errors=True)
        shutil.rmtree(self.folder.with_name(self.folder.name + ".home"), ignore_errors=True)


def clone(folder: Path, url: str, endpoint: str) -> None:
    """The tracked files of this working copy, committed, with a remote of its own."""
    folder.mkdir(parents=True)
    words = ["git", "ls-files", "-co", "--exclude-standard"]
    done = subprocess.run(words, cwd=ROOT, check=True, capture_output=True, text=True)
    listed = done.stdout.split("\n")
    for name in filter(None, listed):
        if not name.startswith(("tests/", "examples/store/")) and (ROOT / name).is_file():
            (folder / name).parent.mkdir(parents=True, exist_ok=True)
            shutil.copy2(ROOT / name, folder / name, follow_symlinks=False)
    for sample in [*folder.glob("*/*.card.md"), *folder.glob("*/*.dvc")]:
        if sample.name != "template.card.md":
            sample.unlink()
    rules = folder / "experiments" / ".gitignore"
    ledger = [line for line in rules.read_text().splitlines() if line[0] != "/" or line == "/*"]
    rules.write_text("\n".join([*ledger, ""]))
    (folder / BASE).mkdir()
    (folder / BASE / "readme.txt").write_text("what every other entry derives from\n")
    (folder / ".venv").symlink_to(sys.prefix)
    (folder / ".dvc" / "config.local").write_text(
        "[core]\n    remote = bench\n['remote \"bench\"']\n"
        f"    url = s3://bench/{url}\n    endpointurl = {endpoint}\n    region = us-east-1\n"
    )
    subprocess.run(["git", "init", "-q"], cwd=folder, check=True)
    subprocess.run([BIN / "dvc", "add", "-q", BASE], cwd=folder, check=True)
    for words in (["add", "-A"], ["commit", "-qm", "bench"]):
        subprocess.run(["git", "-c", "user.name=b", "-c", "user.email=b@example.org", *words],
                       cwd=folder, check=True, stdout=subprocess.DEVNULL)  # fmt: skip


_CODE = "code: {repo: https://example.org/code, commit: '0123abc', command: make}\n"
FRONT_MATTER = {  # a model and its training results have one name
    "raw_datasets": "source_url: https://example.org/data\nretrieved: 2026-01-31\n",
    "processed_datasets": "source_datasets: [{source}]\n"
    + _CODE.replace("{", "{{").replace("}", "}}"),
    "champion_models": "datasets: [{dataset}]\ntraining_results: training_results/{name}\n",
    "training_results": "model: champion_models/{name}\n"
    + _CODE.replace("{", "{{").replace("}", "}}"),
}
