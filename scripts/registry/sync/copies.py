"""Finds what a push would send and S3 holds already, under another path of the same entry."""

from __future__ import annotations

from collections import defaultdict
from functools import partial
from typing import TYPE_CHECKING

from registry import parallel
from registry.errors import Unreachable
from registry.index.baseline import Rows
from registry.remote.s3 import Object
from registry.sync import compare
from registry.sync.compare import Plan
from registry.sync.survey import Survey

if TYPE_CHECKING:
    from registry.remote.server_copy import Copier


def make(survey: Survey, files: Rows) -> dict[str, str]:
    """Copy on the server what has the size and ETag of a file that is to be sent to a new path.

    {new path: the path that has its bytes}. What cannot be copied is left to be sent.
    """
    held = {(row.size, row.etag): path for path, row in survey.remote.items() if row.size}
    wanted = {
        path: held[stat.size, tag]
        for path, (stat, tag) in files.items()
        if (stat.size, tag) in held and path not in survey.remote
    }
    if not wanted:
        return {}
    from registry.remote.copy_requests import REQUESTS_AT_ONCE
    from registry.remote.server_copy import Copier

    prefix = survey.session.remote.prefix(survey.entry)
    pairs = [(survey.remote[source], prefix + path) for path, source in wanted.items()]
    done = parallel.over(pairs, partial(_copy, Copier(survey.session.client)), REQUESTS_AT_ONCE)
    is_made = {target[len(prefix) :]: is_copied for (_, target), is_copied in done}
    return {path: source for path, source in wanted.items() if is_made[path]}


def _copy(copier: Copier, pair: tuple[Object, str]) -> bool:
    """Return whether it was copied, with the same ETag, to where nothing was."""
    source, target = pair
    try:
        return copier.client.head(target) is None and copier.copy(source, target) == source.etag
    except Unreachable:
        return False


def really_gone(survey: Survey, plan: Plan) -> list[str]:
    """Return what a push would delete, but for what is here under another path.

    Reads what may be that.
    """
    by_size = defaultdict(list)
    for path in plan[compare.UPLOAD]:
        by_size[survey.local.files[path].size].append(path)
    rows = {path: survey.remote[path] for path in plan[compare.DELETE] if path in survey.remote}
    survey.local_bytes.read((p, row.etag) for row in rows.values() for p in by_size[row.size])
    return [
        path
        for path, row in rows.items()
        if not any(survey.local_bytes.holds(p, row.etag) for p in by_size[row.size])
    ]
