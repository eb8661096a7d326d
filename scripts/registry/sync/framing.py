"""Recognises a file that was stored with its upload's chunk framing around the bytes.

Newer AWS clients send a checksum behind the body, in chunks. A store that does not know that keeps
the framing as content, with an ETag that is right for it: nothing but the bytes themselves tells.
"""

from __future__ import annotations

import os
import re
from pathlib import Path

_SIGNATURE = rb"(?:;chunk-signature=[0-9a-f]{64})?"
_HEAD = re.compile(rb"([0-9a-fA-F]{1,16})" + _SIGNATURE + rb"\r\n")
_TAIL = re.compile(rb"\r\n0" + _SIGNATURE + rb"\r\n(?:x-amz-[a-z0-9-]+:[^\r\n]*\r\n)*(?:\r\n)?\Z")
_LONGEST_HEAD, _LONGEST_TAIL = 120, 1024


def is_framed(file: Path) -> bool:
    """Return whether it begins with a chunk's size and ends as the last chunk does.

    Raises OSError.
    """
    with open(file, "rb") as bytes_here:
        head = _HEAD.match(bytes_here.read(_LONGEST_HEAD))
        size = bytes_here.seek(0, os.SEEK_END)
        if not head or head.end() + int(head[1], 16) >= size:
            return False
        bytes_here.seek(max(0, size - _LONGEST_TAIL))
        return _TAIL.search(bytes_here.read()) is not None
