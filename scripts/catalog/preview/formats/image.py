"""Pictures: format, size and a thumbnail, made anew from the pixels."""

from __future__ import annotations

import copy  # noqa: F401  # a child can open no module any more: GIF asks for this one late,
import io

from PIL import Image, ImageCms, ImageOps  # noqa: F401  # and Lab colours for ImageCms

from catalog.preview import blocks
from catalog.preview.blocks import Block
from catalog.preview.ranged import Ranged

FORMATS = ("PNG", "JPEG", "GIF", "WEBP", "BMP", "TIFF")
SIDE = 320
PIXELS = 40_000_000  # of a picture that is unpacked
Image.MAX_IMAGE_PIXELS = None  # its size is looked at here, before a pixel is read
WIDE = ("I", "F")  # modes with more than the 256 shades that a screen has
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
        return [facts, _thumbnail(image)]


def within(body: bytes) -> Block:
    """A picture that another file holds."""
    with Image.open(io.BytesIO(body), formats=FORMATS) as image:
        if image.width * image.height > PIXELS:
            return blocks.note(f"a picture of more than {PIXELS:,} pixels: it is not shown")
        return _thumbnail(image)


def _thumbnail(image: Image.Image) -> Block:
    small, out = _small(image), io.BytesIO()
    small.save(out, "WEBP", quality=75)
    return blocks.picture(out.getvalue(), "image/webp", *small.size)


def _small(image: Image.Image) -> Image.Image:
    """A thumbnail as a viewer shows it: turned as the camera says, from its darkest to its
    brightest where that is not said by the format."""
    image.draft("RGB", (SIDE, SIDE))
    image.seek(0)
    whole = _in_shades(image) if image.mode.partition(";")[0] in WIDE else image
    whole.thumbnail((SIDE, SIDE))
    turned = ImageOps.exif_transpose(whole)
    return turned.convert("RGBA" if "A" in turned.mode or turned.mode == "P" else "RGB")


def _in_shades(image: Image.Image) -> Image.Image:
    wide = image.convert("F")
    low, high = wide.getextrema()
    scale = 255 / (high - low) if high > low else 0.0
    return wide.point(lambda value: value * scale - low * scale).convert("L")
