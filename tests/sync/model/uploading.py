"""A push's part that moves bytes: touch, `aws s3 sync` over the stage, deletes key by key."""

from __future__ import annotations

from collections.abc import Iterator

from model.disk import Disk, Stop
from model.looking import View
from model.store import Down


def carry(me: Disk, view: View, paths: list[str]) -> Iterator[str]:
    """aws s3 sync over the stage; then every pushed file must still be the planned one."""
    for path in paths:
        yield from touch(me, view, path)
    me.aws = sync(me, paths)
    yield from me.aws
    for path in paths:
        yield f"stat {path} again"
        now = me.files[path].stat() if path in me.files else None
        if me.world.rules.restat and now != view.stats[path]:
            raise Stop(1, "a file changed under the push: push again")
        if now and not me.world.rules.restat:
            view.stats[path] = now


def touch(me: Disk, view: View, path: str) -> Iterator[str]:
    """aws skips a file of the remote's size that is not newer: move its mtime."""
    stored, file = me.world.store.objects.get(path), me.files.get(path)
    if (
        not stored
        or not file
        or stored.content[-1] != file.content[-1]
        or file.mtime > stored.mtime
    ):
        return
    yield f"touch {path}"
    if me.world.rules.touch and path in me.files and me.files[path].stat() == view.stats[path]:
        file = me.files[path]
        file.write(file.content)
        yield f"stat {path} after the touch"
        view.stats[path] = file.stat()


def sync(me: Disk, paths: list[str]) -> Iterator[str]:
    """What aws does, also when its parent has died."""
    store = me.world.store
    for path in paths:
        yield f"aws opens {path}"
        file, stored = me.files.get(path), store.objects.get(path)
        if not file or (
            stored and stored.content[-1] == file.content[-1] and file.mtime <= stored.mtime
        ):
            continue
        first = file.content
        yield f"aws sends {path}"
        body = first if first == file.content else f"({first}+{file.content}){first[-1]}"
        try:
            store.upload(path, body, me.who)
        except Down:
            continue


def remove(me: Disk, view: View, paths: list[str]) -> Iterator[str]:
    for path in paths:
        yield f"HEAD {path}"
        me.world.oracle.looks(me.who)
        if me.world.store.head(path) != view.listing.get(path):
            raise Stop(1, "the registry changed meanwhile")
        yield f"DELETE {path}"
        me.world.store.delete(path, me.who)
