"""Parses a `.dvc` file, all that DVC takes: as YAML, never by a search in its text.

An import names another MD5 first, and a comment may hold an old one.
"""

from __future__ import annotations

import re

from registry import conflict
from registry.dvc_outs import BadDvcFile, DvcFile, Out, how_to_mend

# What `dvc add` writes: read without starting a YAML parser, since every command reads them all.
_USUAL = re.compile(
    r"outs:\n- md5: ([0-9a-f]{32}(?:\.dir)?)\n  size: (\d{1,18})\n(?:  nfiles: (\d{1,18})\n)?"
    r"  hash: md5\n  path: ([A-Za-z_][\w.-]*)\n",
    re.ASCII,
)
_CONFLICT = re.compile(r"^(<<<<<<<|>>>>>>>)( |$)", re.MULTILINE)


def parse(content: bytes, path: str) -> DvcFile:
    """Return what a `.dvc` file at `section/name.dvc` says. Raises BadDvcFile."""
    try:
        text = content.decode("utf-8-sig")
    except UnicodeDecodeError as error:
        line = content.count(b"\n", 0, error.start) + 1
        raise BadDvcFile(path, line, f"is not UTF-8: {how_to_mend(path)}") from None
    usual = _USUAL.fullmatch(text)
    if usual:
        digest, size, files, name = usual.groups()
        return DvcFile((Out(name, digest, False, int(size), int(files) if files else None),))
    if mark := _CONFLICT.search(text):
        line = text.count("\n", 0, mark.start()) + 1
        raise BadDvcFile(path, line, conflict.cure(path))
    from registry import dvc_schema  # the YAML parser takes longer to load than to run

    return dvc_schema.DvcReader(path).file(text)
