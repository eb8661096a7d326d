"""What came of looking into an entry's files, for its page."""

from __future__ import annotations

from dataclasses import dataclass, field

from catalog.preview.blocks import Block


@dataclass
class Preview:
    """What is in one file, as blocks. read: bytes of it, of `size`. where: "in S3", or here."""

    path: str
    size: int
    read: int
    where: str
    blocks: list[Block]

    @property
    def lasts(self) -> bool:
        """Whether another look would bring the same: S3 answered, and the file was read in time."""
        return not any(block.get("passing") for block in self.blocks)


@dataclass
class Previews:
    """Those of an entry; `why` says why there are none."""

    files: list[Preview] = field(default_factory=list)
    why: str = ""
