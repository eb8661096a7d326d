"""Say where the registry is, or point it somewhere else.

usage: set_remote.py        with URL=s3://bucket/prefix in the environment to set it, and
                            ENDPOINT=, PROFILE=, REGION= where needed; LOCAL=1 for this machine only

One place holds it: DVC's remote config, `.dvc/config`, or `.dvc/config.local` with LOCAL=1.
CREDENTIALS=file names a credentials file, with LOCAL=1 only.
"""

from __future__ import annotations

from registry import console, options
from registry.console import say
from registry.entries import ROOT
from registry.errors import UsageError
from registry.remote import connect, credentials, dvc_config, location
from registry.remote.settings import Choice

VARIABLES = ("URL", "ENDPOINT", "PROFILE", "REGION", "CREDENTIALS")


def main(argv: list[str]) -> int:
    values = {name.lower(): options.text(name) for name in VARIABLES}
    local = options.flag("LOCAL")
    if not any(values.values()):
        return show()
    if not values["url"]:
        raise UsageError("URL=s3://bucket/prefix is missing")
    if values["credentials"] and not local:
        raise UsageError("CREDENTIALS names a file of this machine: add LOCAL=1")
    remote = Choice(**values).as_remote()
    connect.prove(remote)  # before anything is written: a mistyped place changes nobody's
    path = dvc_config.write(ROOT, remote, local)
    say(f"remote: {remote.url} is in {path.relative_to(ROOT)}")
    say("remote: reached. Next: " + ("make pull" if local else f"commit {path.relative_to(ROOT)}"))
    return 0


def show() -> int:
    connect.ensure_store()
    remote = dvc_config.load()
    print(f"registry:    {remote.url}")
    if remote.name == location.EMBEDDED:
        print("             (the embedded store of this clone; files in .store/data)")
    for label, value in (("endpoint", remote.endpoint), ("region", remote.region)):
        if value:
            print(f"{label + ':':12} {value}")
    print(f"credentials: {credentials.find(remote).source}")
    print(f"raw data:    {remote.url}/{location.DVC_FOLDER} (DVC)")
    return 0


if __name__ == "__main__":
    raise SystemExit(console.run(main, "remote"))
