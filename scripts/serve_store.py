"""Start or stop the embedded store, this machine's own S3 server for trying things out.

usage: serve_store.py start | stop

It starts by itself when a command needs it; its data stay in .store/ when it is stopped.
"""

from __future__ import annotations

import shlex

from registry import console
from registry.errors import UsageError
from registry.remote.embedded import BUCKET, Store


def main(argv: list[str]) -> int:
    if argv not in (["start"], ["stop"]):
        raise UsageError("usage: serve_store.py start | stop")
    return start() if argv == ["start"] else stop()


def start() -> int:
    store = Store()
    console.say(store.ensure() or "store: running")
    print(
        f"s3://{BUCKET} at {store.process.endpoint}, process {store.process.pid()}, "
        "files in .store/data"
    )
    print("\nFor another clone on this machine to use it, type there:")
    print(
        f"  make remote URL=s3://{BUCKET} ENDPOINT={store.process.endpoint} "
        f"PROFILE={store.as_remote().profile} "
        f"CREDENTIALS={shlex.quote(str(store.credentials))} LOCAL=1"
    )
    return 0


def stop() -> int:
    console.say("store: stopped" if Store().process.stop() else "store: was not running")
    return 0


if __name__ == "__main__":
    raise SystemExit(console.run(main, "store"))
