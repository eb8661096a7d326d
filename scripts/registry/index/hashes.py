"""Remembers what was read of files: {(path, ETag): same, not or unknown}."""

from __future__ import annotations

from pathlib import Path
from typing import NamedTuple

from registry.index import stats
from registry.index.path_ids import Numbers
from registry.index.stats import Stat
from registry.index.table import Table
from registry.remote import etag

_SAID = (None, False, True)


class Said(NamedTuple):
    """Whether a path's bytes are those of this ETag; None if it cannot tell."""

    etag: str
    same: bool | None


class _Layer(Table[Said]):
    """{path: Said}, of one ETag for each path."""

    COLUMNS = ("tags", "said")
    tags: bytearray
    said: bytearray

    def put(self, number: int, row: Said) -> None:
        self.set_tag(number, row.etag)
        self.said[number] = _SAID.index(row.same)

    def take(self, path: str, number: int) -> Said:
        return Said(self.tag(number), _SAID[self.said[number]])


class Verdicts:
    """{(path, ETag): verdict}; nearly always one ETag for a path, sometimes two."""

    def __init__(self, numbers: Numbers) -> None:
        self._numbers = numbers
        self._layers: list[_Layer] = []

    def __contains__(self, pair: tuple[str, str]) -> bool:
        return self._find(pair) is not None

    def get(self, pair: tuple[str, str]) -> bool | None:
        answer = self._find(pair)
        return answer.same if answer else None

    def __setitem__(self, pair: tuple[str, str], same: bool | None) -> None:
        path, tag = pair
        for layer in self._layers:
            said = layer.get(path)
            if said is None or said.etag == tag:
                layer[path] = Said(tag, same)
                return
        self._layers.append(_Layer(self._numbers))
        self._layers[-1][path] = Said(tag, same)

    def _find(self, pair: tuple[str, str]) -> Said | None:
        path, tag = pair
        for layer in self._layers:
            said = layer.get(path)
            if said and said.etag == tag:
                return said
        return None


def same_bytes(
    path: str | Path, stat: Stat, tag: str, also: etag.Also | None = None
) -> bool | None:
    """Whether the file that has this very stat holds the bytes of the ETag; None: cannot tell.

    `also`: another hash that takes the bytes in passing; it has all of them if the answer is True.
    """
    if stats.stat_of(path) != stat:
        return False
    same = etag.matches(path, stat.size, tag, also)
    return same if stats.stat_of(path) == stat else False
