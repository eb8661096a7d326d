"""A registry with sealed entries, made without commands, and a reader of its public mirror."""

from __future__ import annotations

import contextlib
import hashlib
import http.server
import json
import threading
from collections.abc import Iterator
from dataclasses import replace
from pathlib import Path

from registry.entries import Entry
from registry.index.listing import Objects
from registry.index.path_ids import Numbers
from registry.publish import layout
from registry.publish.layout import FileLine
from registry.remote.session import Session
from registry.sync import marker, versions
from support.servers import Bucket

COMMIT = "4f2a91c0" * 5


def seal(
    bucket: Bucket, id: str, files: dict[str, bytes], made_from: dict[str, str] | None = None
) -> str:
    """Have the registry hold exactly these files as the entry's sealed version; that version."""
    entry, client = Entry(*id.split("/")), bucket.client
    prefix = client.remote.prefix(entry)
    for row in client.list(prefix):
        client.delete(row.key)
    for path, body in files.items():
        client.put(prefix + path, body)
    listed = Objects(Numbers())
    listed.update((row.key[len(prefix) :], row) for row in client.list(prefix))
    text = layout.as_text([FileLine(sha256(b), len(b), p) for p, b in files.items()])
    client.put(versions.list_key(client.remote, entry, sha256(text)), text)
    done = marker.Marker(marker.DONE, "token", commit=COMMIT).sealing(listed)
    done = done.of_version(sha256(text)).made_from_these(made_from or {})
    client.put(client.remote.marker(entry), marker.body(done))
    return sha256(text)


def entry(id: str) -> Entry:
    return Entry(*id.split("/"))


def session(bucket: Bucket, root: Path) -> Session:
    return Session(bucket.client.remote, bucket.client, root=root)


def at(bucket: Bucket, base: str) -> Session:
    """The same store, at another place."""
    other = Bucket(bucket.server, base)
    return Session(other.client.remote, other.client)


def read(top: Path) -> dict[str, dict[str, bytes]]:
    """{id: {path: bytes}} of a mirror in a folder, as a stranger finds them by its index. Fails for
    anything that is not whole."""
    index = top / layout.INDEX
    told = json.loads(index.read_text())["entries"] if index.exists() else {}
    return {id: entry_of(top, id) for id in told}


def entry_of(top: Path, id: str) -> dict[str, bytes]:
    """{path: bytes} of an entry's newest version."""
    latest = json.loads((top / f"entries/{id}/latest.json").read_text())
    listed = (top / f"entries/{id}/{latest['version']}.files").read_bytes()
    assert latest["version"] == sha256(listed) or id.startswith("raw_datasets/")
    contents = {}
    for line in layout.parse(listed, id):
        contents[line.path] = (top / layout.blob(line.sha256)).read_bytes()
        assert sha256(contents[line.path]) == line.sha256
    assert latest["files"] == len(contents)
    return contents


def sha256(body: bytes) -> str:
    return hashlib.sha256(body).hexdigest()


@contextlib.contextmanager
def served(folder: Path, closed: tuple[str, ...] = ()) -> Iterator[str]:
    """The folder over plain HTTP, its listings too; what `closed` begins with is not given out."""

    class Handler(http.server.SimpleHTTPRequestHandler):
        def __init__(self, *args: object) -> None:
            super().__init__(*args, directory=str(folder))  # type: ignore[arg-type]

        def do_GET(self) -> None:
            if closed and not self.path.endswith("/") and self.path.lstrip("/").startswith(closed):
                self.send_error(403)
            else:
                super().do_GET()

        def log_message(self, *args: object) -> None: ...

    server = http.server.ThreadingHTTPServer(("127.0.0.1", 0), Handler)
    thread = threading.Thread(target=server.serve_forever, kwargs={"poll_interval": 0.05})
    thread.start()
    try:
        yield f"http://127.0.0.1:{server.server_port}"
    finally:
        server.shutdown()
        thread.join()
        server.server_close()


def beside(session: Session, base: str) -> Session:
    """A session of another place in the same bucket."""
    from registry.remote import s3

    remote = replace(session.remote, base=base)
    return replace(session, remote=remote, client=s3.Client(remote))
