"""Builds a registry as teams had them before: cards without front matter, a nested DVC project.

    old = OldRegistry(tmp_path / "old", bucket)

`old.path` is its Git repository, on branch master, with all data in place; the bucket holds what
its scripts pushed: raw data in the layout of DVC 2.x, the other sections by plain aws.
"""

from __future__ import annotations

import hashlib
import json
import os
import subprocess
from pathlib import Path

from support.servers import Bucket

PUSH = """#!/bin/bash
cd raw_datasets && dvc push && cd ..
for section in processed_datasets champion_models training_results; do
  aws s3 sync --delete $section/ s3://{place}/$section/ --exclude '*.card.md'
done
"""
README = "# Our registry\n\nAsk Ines before you push.\n"
TEXTS = {
    "poems.txt": b"one\ntwo\n",
    "letters/from home.txt": b"dear\r\nall\r\n",
    "x.bin": b"\0\1\2",
}
CUTS = {"cuts.jsonl": b'{"cut": 1}\n', "notes/how.md": b"by hand\n"}
MODEL = {"model.bin": bytes(range(256)) * 40}
RUN = {"log.txt": b"loss 0.3\n", "config.yaml": b"seed: 1\n"}
DATA = {
    "raw_datasets/texts": TEXTS,
    "processed_datasets/cuts": CUTS,
    "champion_models/reader": MODEL,
    "training_results/reader": RUN,
}
CARDS = {
    "raw_datasets/texts": "# Texts\n\nFrom https://example.org/texts on 3 May 2021. License: MIT\n",
    "processed_datasets/cuts": "# Cuts\n\nMade from _texts_ by hand.\n",
    "champion_models/reader": "# Reader\n\nFrom elsewhere[^1].\n\n[^1]: The paper says more.\n",
    "training_results/reader": "# Reader, the run\n\nTrained with _train_ and _test_.\n",
    "experiments/first try": "# First try\n\nDid not work.\n",
}


class OldRegistry:
    """The repository at `path`, and what it pushed to a bucket."""

    def __init__(self, path: Path, bucket: Bucket, runs: int = 0) -> None:
        """`runs`: so many runs of training more, each with a card without front matter."""
        self.path, self.bucket = path, bucket
        self.data, self.cards = dict(DATA), dict(CARDS)
        for number in range(runs):
            entry = f"training_results/lauf_{number:02}"
            self.data[entry] = {"log.txt": f"Verlust 0.{number}\n".encode()}
            self.cards[entry] = f"# Lauf {number}\n\nMit _reader_ trainiert, Lizenz unklar.\n"
        path.mkdir(parents=True)
        self.git("init", "-q", "-b", "master")
        self._scripts()
        for entry, text in self.cards.items():
            self.write(f"{entry}.card.md", text.encode())
        for entry, files in self.data.items():
            for name, body in files.items():
                self.write(f"{entry}/{name}", body)
        for section in ("processed_datasets", "champion_models", "training_results"):
            self.write(f"{section}/.gitignore", b"*\n!*.card.md\n!.gitignore\n")
            self.write(f"{section}/template.card.md", b"# Card\n\nSay what it is.\n")
        self.write("experiments/.gitignore", b"first try\n")
        self.write("experiments/first try/data.txt", b"scratch")
        self.git("add", "-A")
        self.git("commit", "-qm", "Our registry")
        self._fill()

    def _scripts(self) -> None:
        place = self.bucket.url.removeprefix("s3://")
        self.write("README.md", README.encode())
        self.write("push.sh", PUSH.format(place=place).encode())
        self.write("docs/sources.md", b"Where our texts are from.\n")
        self.write(".gitignore", b".DS_Store\n*.swp\n")
        self.write("raw_datasets/.dvc/.gitignore", b"/config.local\n/tmp\n/cache\n")
        self.write("raw_datasets/.dvcignore", b"*.part\n")
        self.write("raw_datasets/.gitignore", b"/texts\n")
        endpoint = f"    endpointurl = {self.bucket.server.endpoint}\n"
        url = f"    url = s3://{place}/raw_datasets_dvc_cache\n"
        text = f"[core]\n    remote = s3\n['remote \"s3\"']\n{url}{endpoint}    profile = test\n"
        self.write("raw_datasets/.dvc/config", text.encode())
        self.write("raw_datasets/texts.dvc", self._dvc_file().encode())

    def _dvc_file(self) -> str:
        """As DVC 2.x wrote it: no `hash: md5`."""
        size = sum(map(len, TEXTS.values()))
        return (
            f"outs:\n- md5: {legacy()[0]}\n  size: {size}\n  nfiles: {len(TEXTS)}\n  path: texts\n"
        )

    def _fill(self) -> None:
        """What is in the bucket: legacy objects of DVC, and the mirrored sections."""
        for digest, body in legacy()[1].items():
            self.bucket.put(f"raw_datasets_dvc_cache/{digest[:2]}/{digest[2:]}", body)
        for entry, files in self.data.items():
            if not entry.startswith("raw_datasets/"):
                for name, body in files.items():
                    self.bucket.put(f"{entry}/{name}", body)

    def write(self, path: str, body: bytes) -> None:
        file = self.path / path
        file.parent.mkdir(parents=True, exist_ok=True)
        file.write_bytes(body)

    def git(self, *words: str) -> str:
        who = ("-c", "user.name=Ines", "-c", "user.email=ines@example.org")
        env = {**os.environ, "GIT_CONFIG_GLOBAL": os.devnull}
        return subprocess.run(
            ["git", *who, *words],
            cwd=self.path,
            env=env,
            check=True,
            capture_output=True,
            text=True,
        ).stdout


def legacy() -> tuple[str, dict[str, bytes]]:
    """The hash of TEXTS as DVC 2.x made it, and {hash: object}: text files count with LF alone."""
    objects = {}
    rows = []
    for name, body in sorted(TEXTS.items()):
        is_text = b"\0" not in body
        digest = hashlib.md5(body.replace(b"\r\n", b"\n") if is_text else body).hexdigest()
        objects[digest] = body
        rows.append({"md5": digest, "relpath": name})
    text = json.dumps(rows, sort_keys=True).encode()
    folder = hashlib.md5(text).hexdigest() + ".dir"
    return folder, {**objects, folder: text}
