#!/usr/bin/env python3
"""Write the module by which another repository uses this registry, with its addresses filled in.

usage: write_consumer.py --out folder [--alias NAME]

`registry_client.py` is one file of Python's own library; docs/using.md tells how to use it. Renews
one that is there already, and replaces no other file: exit code 3. NAME is an environment variable
that shall mean the same as DATA_REGISTRY, for code that joins paths below a variable of its own.
"""

from __future__ import annotations

import argparse
import contextlib
import json
import re
from pathlib import Path

from registry import console, dvc_file, entries, files, git
from registry.console import say
from registry.entries import ROOT
from registry.errors import Refusal, RegistryError, UsageError
from registry.publish import allowlist
from registry.remote import dvc_config, http, location
from registry.remote.location import Remote
from registry.sections import RAW

SOURCE = ROOT / "consumer" / "registry_client.py"
MARK = "# Where the registry is; `make consumer` fills this in."
PUBLIC = ROOT / allowlist.PUBLIC_FILE
Settings = dict[str, "str | dict[str, str]"]


def main(argv: list[str]) -> int:
    args = _arguments().parse_args(argv)
    if not args.out:
        raise UsageError("where to? Add OUT=folder, of the repository that uses this one")
    if args.alias and not re.fullmatch(r"[A-Za-z_]\w*", args.alias):
        raise UsageError(f"ALIAS={args.alias!r} is no name of an environment variable")
    place = settings(dvc_config.load(ROOT))
    path = write(Path(args.out).expanduser(), {**place, "ALIAS": args.alias})
    print(path)
    for line in next_steps(place):
        say(f"consumer: {line}")
    return 0


def settings(remote: Remote) -> Settings:
    """Return where this registry is, by the names of the module's settings; without any keys."""
    known: Settings = {"MIRROR": mirror(), "COMMIT": git.ask(ROOT, "rev-parse", "HEAD")}
    known["RAW_VERSIONS"] = raw_versions()
    if remote.name == location.EMBEDDED:
        return known
    region = remote.set_region or location.GUESS
    address = http.Address.of(remote, region)
    scheme = "https" if address.is_secure else "http"
    bucket = f"{scheme}://{address.host}{address.path}".rstrip("/")
    place = {"BUCKET": bucket, "PREFIX": remote.base, "REGION": region, "PROFILE": remote.profile}
    return {**known, **place}


def raw_versions() -> dict[str, str]:
    """{"raw_datasets/x": DVC's hash} of the datasets that are one file or folder of their name."""
    versions = {}
    for entry in entries.on_disk(RAW):
        with contextlib.suppress(RegistryError):
            outs = dvc_file.read(entry).outs
            if len(outs) == 1 and outs[0].path == entry.name and not outs[0].elsewhere:
                versions[str(entry)] = outs[0].digest
    return versions


def mirror() -> str:
    """Return the address of the published registry; "" for one that is not.

    Raises BadPublicFile.
    """
    return allowlist.read(ROOT).url if PUBLIC.exists() else ""


def write(folder: Path, values: Settings) -> Path:
    """Write the module into the folder. Raises Refusal where another file has its name."""
    path = folder / SOURCE.name
    if path.exists() and MARK not in text_of(path):
        raise Refusal(f"{path} is another file: move it away, or name another OUT=")
    text = SOURCE.read_text(encoding="utf-8")
    for name, value in values.items():
        said = json.dumps(value, ensure_ascii=False, indent=4)  # which Python reads as well
        setting = re.compile(rf'^({name}(?:: [^=]*)? = )(?:""|{{}})', re.MULTILINE)
        text = setting.sub(r"\g<1>" + said.replace("\\", r"\\"), text, count=1)
    folder.mkdir(parents=True, exist_ok=True)
    files.write_whole(path, text.encode())
    return path


def next_steps(place: Settings) -> list[str]:
    """Return what to type next, there."""
    lines = ["in it: python registry_client.py pin section/name; then commit registry.lock"]
    if not place["MIRROR"] and "BUCKET" not in place:
        lines.append("the embedded store is for this clone only: set DATA_REGISTRY to its folder,")
        lines.append(f"DATA_REGISTRY={ROOT}, or move to a bucket first: make remote URL=s3://…")
    return lines


def text_of(path: Path) -> str:
    return path.read_text(encoding="utf-8", errors="replace") if path.is_file() else ""


def _arguments() -> argparse.ArgumentParser:
    parser = console.parser("write_consumer.py", __doc__)
    parser.add_argument("--out", default="", help="the folder to write registry_client.py into")
    parser.add_argument("--alias", default="", help="another name of DATA_REGISTRY")
    return parser


if __name__ == "__main__":
    raise SystemExit(console.run(main, "consumer"))
