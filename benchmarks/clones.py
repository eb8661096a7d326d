"""The tools that work in a clone of this repository: its own commands, the original way, DVC."""

from __future__ import annotations

import shutil
import subprocess
import sys
from pathlib import Path

import graves
from tools import BIN, DATA, HERE, RAW, Tool

ROOT = HERE.parent
BASE = "raw_datasets/base"  # every dataset derives from one
CARD = "---\npretty_name: {0}\nlicense: cc0-1.0\n{1}---\n\n# Card: {0}\n{2}"
_CODE = "code: {{repo: https://example.org/code, commit: '0123abc', command: make}}\n"
FRONT_MATTER = {  # a model and its training results have one name
    "raw_datasets": "source_url: https://example.org/data\nretrieved: 2026-01-31\n",
    "processed_datasets": "source_datasets: [{source}]\n" + _CODE,
    "champion_models": "datasets: [{dataset}]\ntraining_results: training_results/{name}\n",
    "training_results": "model: champion_models/{name}\n" + _CODE,
}


class Clone(Tool):
    """A clone of this repository as it is in the working copy, committed, with its own remote."""

    def prepare(self) -> None:
        _copy_tracked_files(self.folder)
        _leave_out_samples(self.folder)
        (self.folder / BASE).mkdir()
        (self.folder / BASE / "readme.txt").write_text("what every other entry derives from\n")
        (self.folder / ".venv").symlink_to(sys.prefix)
        (self.folder / ".dvc" / "config.local").write_text(
            "[core]\n    remote = bench\n['remote \"bench\"']\n"
            f"    url = s3://bench/{self.prefix}/raw_datasets_dvc_cache\n"
            f"    endpointurl = {self.endpoint}\n    region = us-east-1\n"
        )
        self._run("git", "init", "-q")
        self.add_raw([BASE])
        self._commit()

    def add_raw(self, entries: list[str]) -> None:
        """Put raw datasets under DVC."""
        if entries:
            self._run(str(BIN / "dvc"), "add", "-q", *entries)

    def _commit(self) -> None:
        self._run("git", "add", "-A")
        who = ["-c", "user.name=b", "-c", "user.email=b@example.org"]
        self._run("git", *who, "commit", "-qm", "bench")

    def forget(self, data: bool) -> None:
        sections = (*DATA, *((RAW,) if self.has_raw else ()))
        for section in sections:
            self.drop(f".registry/state/{section}")
            for child in (self.folder / section).iterdir() if data else ():
                if child.is_dir():
                    self.drop(f"{section}/{child.name}")
        if self.has_raw:  # DVC remembers what it saw on a remote
            graves.bury(self.home, self.folder)
            self.drop(".dvc/tmp")
        if data and self.has_raw:
            self.drop(".dvc/cache")

    def _run(self, *words: str) -> None:
        environment = self.environment()
        subprocess.run(
            words, cwd=self.folder, env=environment, check=True, stdout=subprocess.DEVNULL
        )


class Ours(Clone):
    def prepare(self) -> None:
        super().prepare()
        self.write_card(BASE, BASE)

    def command(self, verb: str) -> list[str]:
        return ["make", "-s", verb]

    def write_cards(self, entries: list[str]) -> None:
        dataset = next(entry for entry in entries if entry.startswith("processed_datasets/"))
        for entry in entries:
            self.write_card(entry, dataset)

    def write_card(self, entry: str, dataset: str) -> None:
        """The least card that the checks let out; `dataset` is what its entry derives from."""
        section, _, name = entry.partition("/")
        template = (self.folder / section / "template.card.md").read_text()
        heads = [x for x in template.splitlines() if x.startswith("## ") and "(opt" not in x]
        body = "".join(f"\n{head}\n\nMade by the benchmark.\n" for head in heads)
        source = BASE if dataset == entry else dataset
        front = FRONT_MATTER[section].format(name=name, dataset=dataset, source=source)
        (self.folder / f"{entry}.card.md").write_text(CARD.format(name, front, body))


class Original(Clone):
    """How it was done before: dvc, then one `aws s3 sync` per section."""

    def command(self, verb: str) -> list[str]:
        return ["bash", str(HERE / "original.sh"), verb, f"s3://bench/{self.prefix}"]


class Dvc(Clone):
    """All three sections as DVC's own."""

    def prepare(self) -> None:
        super().prepare()
        for section in DATA:
            shutil.rmtree(self.folder / section)
        (self.folder / ".dvcignore").unlink()  # it keeps DVC from those
        self._commit()  # what Git tracks DVC would not take

    def command(self, verb: str) -> list[str]:
        if verb == "pull":
            return ["dvc", "pull"]
        return ["bash", "-c", f"dvc add {' '.join(DATA)} && dvc push"]

    def forget(self, data: bool) -> None:
        for section in DATA if data else ():
            self.drop(section)
        for child in (self.folder / RAW).iterdir() if data and self.has_raw else ():
            if child.is_dir():
                self.drop(f"{RAW}/{child.name}")
        for name in ("cache", "tmp") if data else ("tmp",):
            self.drop(f".dvc/{name}")
        graves.bury(self.home, self.folder)


def _copy_tracked_files(folder: Path) -> None:
    words = ["git", "ls-files", "-co", "--exclude-standard"]
    done = subprocess.run(words, cwd=ROOT, check=True, capture_output=True, text=True)
    for name in filter(None, done.stdout.split("\n")):
        if not name.startswith(("tests/", "examples/store/")) and (ROOT / name).is_file():
            (folder / name).parent.mkdir(parents=True, exist_ok=True)
            shutil.copy2(ROOT / name, folder / name, follow_symlinks=False)


def _leave_out_samples(folder: Path) -> None:
    for sample in [*folder.glob("*/*.card.md"), *folder.glob("*/*.dvc")]:
        if sample.name != "template.card.md":
            sample.unlink()
    rules = folder / "experiments" / ".gitignore"
    kept = [line for line in rules.read_text().splitlines() if line[0] != "/" or line == "/*"]
    rules.write_text("\n".join([*kept, ""]))
