"""Lists what a bucket with versioning still has of objects that were overwritten or deleted."""

from __future__ import annotations

from collections.abc import Iterator
from urllib.parse import unquote_plus
from xml.etree import ElementTree

from registry.remote.s3 import Client, Object

NO_VERSION = ("", "null")  # of what was written while versioning was off


def read(client: Client, prefix: str) -> Iterator[Object]:
    """Yield every version of every object below the prefix: of one key the newest first.

    Nothing where the store keeps no versions. Raises Denied where they may not be listed.
    """
    query = {"versions": "", "prefix": prefix, "encoding-type": "url", "max-keys": "1000"}
    while True:
        try:
            rows, following = _page(client.request("GET", "", query).body)
        except (ElementTree.ParseError, KeyError, ValueError):
            return  # another answer than this list: a store that has no versions
        yield from rows
        if not following:
            return
        query |= following


def _page(body: bytes) -> tuple[list[Object], dict[str, str]]:
    """The rows of a page, and what asks for the page that follows, {} after the last."""
    root = ElementTree.fromstring(body)
    space, name, rest = root.tag.rpartition("ListVersionsResult")
    if not name or rest:
        raise ValueError(root.tag)
    decode = unquote_plus if root.findtext(f"{space}EncodingType") == "url" else str
    rows = []
    for row in root.iter(f"{space}Version"):
        text = {child.tag[len(space) :]: child.text or "" for child in row}
        if (version := text.get("VersionId", "")) not in NO_VERSION:
            key, etag = decode(text["Key"]), text["ETag"].strip('"')
            rows.append(Object(key, int(text["Size"]), etag, text["LastModified"], version))
    if root.findtext(f"{space}IsTruncated") != "true":
        return rows, {}
    key = decode(root.findtext(f"{space}NextKeyMarker") or "")
    version = root.findtext(f"{space}NextVersionIdMarker") or ""
    if not key:
        raise ValueError("a page that follows, and no word of which")
    return rows, {"key-marker": key, "version-id-marker": version}
