"""Signs what an entry holds, and verifies it: OpenSSF Model Signing, by a key of one's own.

A signature lies in Git, `signatures/<section>/<name>.sig`: a bundle as Sigstore has it, in which
each file of the version stands with its SHA-256. https://github.com/sigstore/model-transparency
"""

from __future__ import annotations

import base64
import json
from importlib import import_module
from pathlib import Path
from typing import Any

from registry import files
from registry.entries import Entry
from registry.errors import Refusal, RegistryError, UsageError
from registry.index import scan
from registry.publish.layout import FileLine

SIGNATURES = "signatures"


def path(entry: Entry) -> Path:
    return entry.root / SIGNATURES / entry.section / f"{entry.name}.sig"


def sign(entry: Entry, key: Path) -> int:
    """Sign what is here of an entry by a private key; how many files that is.

    Raises UsageError for what is no key, Refusal for an entry that is not here.
    """
    signing = library("signing")
    target = path(entry)
    partial = target.with_suffix(".new")
    target.parent.mkdir(parents=True, exist_ok=True)
    try:
        config = signing.Config().set_hashing_config(_hashing(entry))
        try:
            config.use_elliptic_key_signer(private_key=key)
        except (ValueError, TypeError, OSError) as error:
            raise UsageError(f"KEY={key} is no private key of an elliptic curve: {error}") from None
        config.sign(entry.folder, partial)
        partial.replace(target)
    finally:
        partial.unlink(missing_ok=True)
    return len(signed_files(target.read_bytes()))


def verify(entry: Entry, key: Path) -> None:
    """What is here is what was signed by the owner of this public key. Raises Refusal if not."""
    verifying = library("verifying")
    if not path(entry).is_file():
        raise Refusal(f"it has no signature: `make sign DATASET={entry:sh} KEY=private.pem`")
    config = verifying.Config().set_hashing_config(_hashing(entry))
    try:
        config.use_elliptic_key_verifier(public_key=key)
    except (ValueError, TypeError, OSError) as error:
        raise UsageError(f"KEY={key} is no public key of an elliptic curve: {error}") from None
    try:
        config.verify(entry.folder, path(entry))
    except Exception as error:  # the library raises whatever its parts do
        said = str(error) or type(error).__name__
        raise Refusal(f"its signature does not hold: {said[:400]}") from None


def signed_files(bundle: bytes) -> dict[str, str]:
    """Return {path: SHA-256} that a signature speaks of, whoever made it. Raises RegistryError."""
    try:
        payload = json.loads(bundle)["dsseEnvelope"]["payload"]
        rows = json.loads(base64.b64decode(payload))["predicate"]["resources"]
        return {row["name"]: row["digest"] for row in rows if row["algorithm"] == "sha256"}
    except (ValueError, KeyError, TypeError) as error:
        raise RegistryError("it is no signature of a model: make it again") from error


def of_version(entry: Entry, lines: list[FileLine]) -> bytes | None:
    """The entry's signature if it speaks of exactly these files; None for another's, or none."""
    if not path(entry).is_file():
        return None
    bundle = path(entry).read_bytes()
    return bundle if signed_files(bundle) == {x.path: x.sha256 for x in lines} else None


def library(module: str) -> Any:  # noqa: ANN401  # a package that need not be there
    """Return a module of model_signing. Raises RegistryError with the command that installs it."""
    try:
        return import_module(f"model_signing.{module}")
    except ImportError:
        raise RegistryError(
            "the packages for signatures are not installed: `scripts/setup.sh sign` brings them"
        ) from None


def _hashing(entry: Entry) -> Any:  # noqa: ANN401  # the library's own
    """Return how to read exactly what travels: no `.DS_Store`, no `.gitignore`."""
    if not entry.folder.is_dir():
        raise Refusal(f"there is no folder of it here: `make pull DATASET={entry:sh}`")
    scanned = scan.scan(entry.folder, everything=entry.section == "raw_datasets")
    if scanned.blocked:
        raise Refusal(scanned.blocked[0])
    every = {
        Path(folder, name).relative_to(entry.folder).as_posix()
        for folder, names in files.walk(entry.folder)
        for name in names
    }
    left_out = sorted(every - set(scanned.files))
    return (
        library("hashing")
        .Config()
        .set_ignored_paths(paths=left_out, ignore_git_paths=False)
        .set_allow_symlinks(True)
    )
