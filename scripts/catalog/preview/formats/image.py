"""Pictures: format, size and a thumbnail, made anew from the pixels."""

from __future__ import annotations

import io

from PIL import Image

from catalog.preview import blocks
from catalog.preview.blocks import Block
from catalog.preview.ranged import Ranged

FORMATS = ("PNG", "JPEG", "GIF", "WEBP", "BMP", "TIFF")
SIDE = 320
PIXELS = 40_000_000  # of a picture that is unpacked
Image.MAX_IMAGE_PIXELS = PIXELS // 2  # PIL raises at twice that
Image.init()


def show(file: Ranged) -> list[Block]:
    with Image.open(io.BufferedReader(file), formats=FORMATS) as image:
        width, height = image.size
        facts = blocks.facts(
            format=image.format, width=width, height=height, colours=image.mode,
            frames=getattr(image, "n_frames", 1) if file.size <= file.left else None,
        )  # fmt: skip
        if width * height > PIXELS:
            return [facts, blocks.note(f"more than {PIXELS:,} pixels: no thumbnail is made of it")]
        if file.size > file.left:
            return [facts, blocks.note("larger than what is read of an entry: no thumbnail")]
        image.draft("RGB", (SIDE, SIDE))
        image.seek(0)
        image.thumbnail((SIDE, SIDE))
        small = image.convert("RGBA" if "A" in image.mode or image.mode == "P" else "RGB")
        out = io.BytesIO()
        small.save(out, "WEBP", quality=75)
    return [facts, blocks.picture(out.getvalue(), "image/webp", *small.size)]
