"""Reads the pages of a listing: the objects that are there."""

from __future__ import annotations

from typing import NamedTuple
from urllib.parse import unquote_plus
from xml.etree import ElementTree


class Object(NamedTuple):
    """One row of a listing: `etag` without quotes, `modified` as the store writes it (ISO, UTC).

    `version`: the id of one that is not the current one, in a bucket with versioning. `storage`:
    its storage class, if it was told.
    """

    key: str
    size: int
    etag: str
    modified: str = ""
    version: str = ""
    storage: str = ""

    @property
    def query(self) -> dict[str, str]:
        """What a request has to say besides the key to mean this very version."""
        return {"versionId": self.version} if self.version else {}


def read_page(body: bytes) -> tuple[list[Object], str]:
    """The rows of a listing's page, and the token of the page that follows, "" after the last.

    Raises ParseError, KeyError or ValueError for anything that is not a whole page.
    """
    root = ElementTree.fromstring(body)
    space, name, rest = root.tag.rpartition("ListBucketResult")
    more = root.findtext(f"{space}IsTruncated")
    following = root.findtext(f"{space}NextContinuationToken") or ""
    if not name or rest or more not in ("true", "false") or (more == "true" and not following):
        raise ValueError(root.tag)
    decode = unquote_plus if root.findtext(f"{space}EncodingType") == "url" else str
    rows = []
    for row in root.iter(f"{space}Contents"):
        text = {child.tag[len(space) :]: child.text or "" for child in row}
        key, size, etag = text["Key"], int(text["Size"]), text["ETag"]
        if not 0 <= size < 2**63:
            raise ValueError(size)
        storage, modified = text.get("StorageClass", ""), text["LastModified"]
        rows.append(Object(decode(key), size, etag.strip('"'), modified, storage=storage))
    return rows, following if more == "true" else ""
