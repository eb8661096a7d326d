"""Where a public mirror lies: a folder for static hosting, or a prefix of an S3 bucket."""

from __future__ import annotations

import contextlib
import json
import os
import shutil
from dataclasses import dataclass, replace
from pathlib import Path
from typing import Protocol

from registry import files
from registry.errors import Refusal, RegistryError
from registry.publish.allowlist import PUBLIC_FILE, Allowlist
from registry.remote import etag, s3
from registry.remote.location import Remote
from registry.remote.session import Session
from registry.sections import SECTIONS
from registry.transfer import engine, job

TYPES = {".json": "application/json", ".md": "text/markdown; charset=utf-8"}
TEXT = "text/plain; charset=utf-8"


class Target(Protocol):
    """Names are those of `layout`. What is written is there whole, or not at all."""

    @property
    def where(self) -> str: ...

    def read(self, name: str) -> bytes | None: ...

    def write(self, name: str, body: bytes) -> None: ...

    def put(self, name: str, path: Path, is_ours: bool) -> None:
        """A file's bytes; it may be moved where it is ours."""

    def sizes(self, below: str) -> dict[str, int]: ...

    def delete(self, name: str) -> None: ...

    def how_to_open(self) -> str:
        """What lets everybody read it, for a person to paste."""


@dataclass(frozen=True)
class Folder:
    top: Path

    @property
    def where(self) -> str:
        return str(self.top)

    def read(self, name: str) -> bytes | None:
        try:
            return (self.top / name).read_bytes()
        except FileNotFoundError:
            return None

    def write(self, name: str, body: bytes) -> None:
        files.write_whole(self.top / name, body, durable=True)

    def put(self, name: str, path: Path, is_ours: bool) -> None:
        target = self.top / name
        target.parent.mkdir(parents=True, exist_ok=True)
        if is_ours:
            with contextlib.suppress(OSError):  # it is on another disk
                os.replace(path, target)
                return
        with files.whole(target, durable=True) as file, open(path, "rb") as source:
            shutil.copyfileobj(source, file, 2**20)

    def sizes(self, below: str) -> dict[str, int]:
        found = {}
        for folder, names in files.walk(self.top / below):
            for name in names:
                path = Path(folder, name)
                found[path.relative_to(self.top).as_posix()] = path.stat().st_size
        return found

    def delete(self, name: str) -> None:
        path = self.top / name
        path.unlink(missing_ok=True)
        with contextlib.suppress(OSError):  # others are in it
            path.parent.rmdir()

    def how_to_open(self) -> str:
        return f"serve {self.top} as static files"


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


def choose(session: Session, allowed: Allowlist) -> Target:
    """The target that public.yml names. Raises Refusal for one that is in the registry's way."""
    if not allowed.target.startswith("s3://"):
        return Folder(_folder(session.root, allowed.target))
    bucket, _, base = allowed.target.removeprefix("s3://").partition("/")
    own = session.remote
    remote = replace(own, bucket=bucket, base=base, region=allowed.region or own.region)
    if allowed.endpoint or allowed.profile:
        remote = Remote("public", bucket, base, allowed.endpoint, allowed.region, allowed.profile)
    if remote.identity == own.identity or _is_inside(remote, own):
        raise Refusal(
            f"{PUBLIC_FILE}: target {allowed.target} is where the registry keeps its own: "
            "name another bucket, or another prefix"
        )
    return Bucket(replace(session, remote=remote, client=s3.Client(remote)))


def _is_inside(remote: Remote, own: Remote) -> bool:
    """Whether the target is in a folder of the registry's, or the registry in the target."""
    if (remote.address, remote.bucket) != (own.address, own.bucket):
        return False
    ours = [own.key(name, "") for name in (*SECTIONS, "raw_datasets_dvc_cache", ".registry")]
    base = f"{remote.base}/" if remote.base else ""
    return any(base.startswith(one) or one.startswith(base) for one in ours)


def _folder(root: Path, text: str) -> Path:
    top = Path(os.path.normpath(root / Path(text).expanduser()))
    if top == root or any(top.is_relative_to(root / name) for name in SECTIONS):
        raise Refusal(f"{PUBLIC_FILE}: target {text} is in the registry: name a folder beside it")
    if not top.parent.is_dir():
        raise RegistryError(f"{PUBLIC_FILE}: {top.parent} is not there: mount it, or make it")
    return top
