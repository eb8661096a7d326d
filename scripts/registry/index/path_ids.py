"""Gives each path of an entry a number, so that tables compare at the speed of memory."""

from __future__ import annotations

from struct import Struct
from struct import error as Unfit

TAG = Struct("<16sI")  # the MD5, and the number of parts; 0: not in parts
_WORD = 2**32 - 1  # in place of the number of parts: an ETag that is no MD5, noted as it is
_NONE = TAG.pack(b"", 2**32 - 2)  # the empty ETag
_WHOLE = bytes(4)  # no parts


class Numbers(dict[str, int]):
    """{path: number}; asking for a path that is new gives it the next number.

    Also gives ETags the cells that stand for them: equal cells are equal ETags.
    """

    def __init__(self) -> None:
        super().__init__()
        self._words: dict[str, int] = {}
        self._texts: list[str] = []

    def __missing__(self, path: str) -> int:
        number = self[path] = len(self)
        return number

    def of(self, paths: list[str]) -> list[int] | range:
        """Return the numbers of several paths, new or not, each named once."""
        first = len(self)
        if self.keys().isdisjoint(paths):
            self.update(zip(paths, range(first, first + len(paths)), strict=True))
            return range(first, len(self))
        return list(map(self.__getitem__, paths))

    def cell(self, tag: str) -> bytes:
        """Return what stands for an ETag."""
        if not tag:
            return _NONE
        try:
            digest = bytes.fromhex(tag[:32])
            if digest.hex() == tag and len(digest) == 16:  # as most are
                return digest + _WHOLE
            cell = TAG.pack(digest, int(tag[33:] or 0))
            if self.text(cell) == tag:
                return cell
        except (ValueError, IndexError, Unfit):
            pass
        word = self._words.setdefault(tag, len(self._texts))
        if word == len(self._texts):
            self._texts.append(tag)
        return TAG.pack(word.to_bytes(16, "little"), _WORD)

    def text(self, cell: bytes | bytearray) -> str:
        if cell[16:] == _WHOLE:
            return str(cell[:16].hex())
        digest, parts = TAG.unpack(cell)
        if parts == _WORD:
            return self._texts[int.from_bytes(digest, "little")]
        return "" if cell == _NONE else f"{digest.hex()}-{parts}"

    def texts(self, cells: bytes) -> list[str]:
        """Return the ETags of many cells."""
        parted = TAG.iter_unpack(cells)
        return [self.text(TAG.pack(d, parts)) if parts else d.hex() for d, parts in parted]

    def words(self, cells: bytes) -> list[tuple[int, str]]:
        """Return (where, ETag) of the cells that mean nothing to other Numbers."""
        if not self._words:
            return []
        every = ((at, cells[at : at + TAG.size]) for at in range(0, len(cells), TAG.size))
        return [(at, self.text(cell)) for at, cell in every if TAG.unpack(cell)[1] == _WORD]
