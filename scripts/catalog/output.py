"""Builds the site beside its place, then puts it there whole, over nothing but a site."""

from __future__ import annotations

import os
import shutil
import tempfile
from collections.abc import Iterator
from contextlib import contextmanager
from pathlib import Path

from registry.errors import Refusal

MADE_BY_US = ".catalog"  # in every folder that this command made, and that it may replace


@contextmanager
def replacing(place: Path) -> Iterator[Path]:
    """A new folder to fill; at the end it is at `place`, or nothing changed.

    Raises Refusal when something is there that is no site of ours, OSError when it cannot write.
    """
    refuse_others(place)
    place.parent.mkdir(parents=True, exist_ok=True)
    new = Path(tempfile.mkdtemp(prefix=f".{place.name}.", dir=place.parent))
    try:
        (new / MADE_BY_US).write_text("Made by `make catalog`, which replaces all of it.\n")
        yield new
        new.chmod(0o755)
        refuse_others(place)
        if place.exists():
            old = new.with_name(f"{new.name}.old")
            os.rename(place, old)
            os.rename(new, place)
            shutil.rmtree(old)
        else:
            os.rename(new, place)
    finally:
        shutil.rmtree(new, ignore_errors=True)


def refuse_others(place: Path) -> None:
    if place.is_symlink() or (place.exists() and not place.is_dir()):
        raise Refusal(f"{place} is not a folder: name another one, OUT=folder")
    if place.is_dir() and not (place / MADE_BY_US).is_file() and any(place.iterdir()):
        raise Refusal(
            f"{place} holds files that are no catalog: name an empty or a new folder, OUT=folder"
        )
