"""Keeps a public mirror at a prefix of an S3 bucket."""

from __future__ import annotations

import json
import shutil
from dataclasses import dataclass
from pathlib import Path

from registry.remote import etag
from registry.remote.location import Remote
from registry.remote.session import Session
from registry.transfer import engine, job

TYPES = {".json": "application/json", ".md": "text/markdown; charset=utf-8"}
TEXT = "text/plain; charset=utf-8"


@dataclass(frozen=True)
class Bucket:
    session: Session  # of the target, not of the registry

    @property
    def remote(self) -> Remote:
        return self.session.remote

    @property
    def where(self) -> str:
        return self.remote.url

    def read(self, name: str) -> bytes | None:
        answer = self.session.client.get(self.remote.key(name))
        return answer.body if answer else None

    def write(self, name: str, body: bytes) -> None:
        kind = next((kind for end, kind in TYPES.items() if name.endswith(end)), TEXT)
        headers = {"content-type": kind}
        if not name.endswith(".files"):  # a cache on the way must not show yesterday's
            headers["cache-control"] = "no-cache"
        self.session.client.put(self.remote.key(name), body, headers)

    def put(self, name: str, path: Path, is_ours: bool) -> None:
        size = path.stat().st_size
        held = job.Content(size, etag.expected(path, size))
        folder, _, last = name.rpartition("/")
        link = path.with_name(f"{path.name}.sent") / last
        link.parent.mkdir(parents=True, exist_ok=True)
        try:
            link.symlink_to(path)
            prefix = self.remote.key(folder, "")
            one = job.Job(link.parent, [last], prefix, 1, lambda _: held, stage=lambda: link.parent)
            engine.upload(self.session, one, lambda _: None)
        finally:
            shutil.rmtree(link.parent)

    def sizes(self, below: str) -> dict[str, int]:
        top = self.remote.key("")
        rows = self.session.client.list(self.remote.key(below))
        return {row.key[len(top) :]: row.size for row in rows}

    def delete(self, name: str) -> None:
        self.session.client.delete(self.remote.key(name))

    def how_to_open(self) -> str:
        policy = {
            "Version": "2012-10-17",
            "Statement": [
                {
                    "Sid": "EverybodyReads",
                    "Effect": "Allow",
                    "Principal": "*",
                    "Action": "s3:GetObject",
                    "Resource": f"arn:aws:s3:::{self.remote.bucket}/{self.remote.key('*')}",
                }
            ],
        }
        return f"a statement in the bucket's policy lets everybody read it:\n{json.dumps(policy)}"
