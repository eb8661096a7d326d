"""Chooses where a public mirror lies: a folder for static hosting, or a prefix of an S3 bucket."""

from __future__ import annotations

import os
from dataclasses import replace
from pathlib import Path
from typing import Protocol

from registry.errors import Refusal, RegistryError
from registry.publish.allowlist import PUBLIC_FILE, Allowlist
from registry.publish.bucket import Bucket
from registry.publish.folder import Folder
from registry.remote import s3
from registry.remote.location import Remote
from registry.remote.session import Session
from registry.sections import SECTIONS


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
        """Return what lets everybody read it, for a person to paste."""


def choose(session: Session, allowed: Allowlist) -> Target:
    """Return the target that public.yml names.

    Raises Refusal for one that is in the registry's way.
    """
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
    """Return whether the target is in a folder of the registry's, or the registry in the target."""
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
