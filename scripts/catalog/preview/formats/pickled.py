"""Pickles and PyTorch's files: names and sizes. They are never unpickled, never run."""

from __future__ import annotations

import io
import pickletools
import zipfile

from catalog.preview import blocks
from catalog.preview.blocks import Block
from catalog.preview.formats import archive
from catalog.preview.ranged import Ranged

MOST = 256 * 1024  # bytes of the program that are looked at
NAMES = 60
TEXTS = ("SHORT_BINUNICODE", "BINUNICODE", "BINUNICODE8", "UNICODE", "BINSTRING", "SHORT_BINSTRING")


def show(file: Ranged) -> list[Block]:
    if file.head(4) != b"PK\x03\x04":
        return _named(file.head(MOST), len(file.head(MOST)) < file.size)
    with zipfile.ZipFile(io.BufferedReader(file)) as whole:
        programs = [i for i in whole.infolist() if i.filename.endswith("data.pkl")]
        named: list[Block] = []
        for info in programs[:1]:
            with whole.open(info) as opened:
                body = opened.read(MOST)
            named = _named(body, len(body) < info.file_size)
        return [*named, *archive.of_zip(whole)]


def _named(body: bytes, is_cut: bool) -> list[Block]:
    """Return what a pickle would import, and the texts in it, read as a list of steps."""
    imports: dict[str, None] = {}
    texts: dict[str, None] = {}
    last: list[str] = []
    try:
        for step, value, _ in pickletools.genops(io.BytesIO(body)):
            if step.name == "GLOBAL":
                imports[str(value).replace(" ", ".")] = None
            elif step.name == "STACK_GLOBAL":
                imports[".".join(last[-2:])] = None
            elif step.name in TEXTS:
                last = [*last[-1:], str(value)]
                texts[str(value)] = None
    except ValueError:
        if not is_cut and not imports and not texts:
            raise
    names = [name for name in texts if not any(name in imported for imported in imports)]
    shown = [blocks.note("a pickle is a program: it was not run, these are the names in it")]
    tables = {"it would import": list(imports), "names in it": names}
    shown += [blocks.table((h,), [[name] for name in n[:NAMES]]) for h, n in tables.items() if n]
    return shown
