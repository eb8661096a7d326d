"""Tells which objects lie in an archive of S3, which gives nothing back at once.

Source: https://docs.aws.amazon.com/AmazonS3/latest/userguide/archived-objects.html
"""

from __future__ import annotations

from collections.abc import Iterable, Iterator

from registry import parallel
from registry.remote.s3 import Client, Object

# Storage classes of what is in an archive, or may be: only its head tells.
DOUBTFUL = {"GLACIER", "DEEP_ARCHIVE", "INTELLIGENT_TIERING"}


def find(client: Client, rows: Iterable[Object]) -> Iterator[Object]:
    """Yield those of a listing's rows that have to be restored before anybody can read them."""
    doubtful = (row for row in rows if row.storage in DOUBTFUL)
    for row, is_cold in parallel.ask(doubtful, lambda row: holds(client, row)):
        if is_cold:
            yield row


def holds(client: Client, row: Object) -> bool:
    """Return whether an archive has it, by its head."""
    head = client.head(row.key)
    return head is not None and head.is_archived
