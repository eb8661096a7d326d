"""Sound: length, rate and channels, and a player of its beginning."""

from __future__ import annotations

import io
import struct
import wave

import tinytag

from catalog.preview import blocks
from catalog.preview.blocks import Block
from catalog.preview.ranged import Ranged

KINDS = {"mp3": "audio/mpeg", "flac": "audio/flac", "ogg": "audio/ogg", "opus": "audio/ogg",
         "m4a": "audio/mp4"}  # fmt: skip
PLAYED = 160 * 1024  # bytes of the player


def show(file: Ranged) -> list[Block]:
    ending = file.path.lower().rpartition(".")[2]
    return _wave(file) if ending == "wav" else _packed(file, KINDS[ending])


def _wave(file: Ranged) -> list[Block]:
    with wave.open(io.BufferedReader(file)) as sound:
        rate, channels, width = sound.getframerate(), sound.getnchannels(), sound.getsampwidth()
        frames = sound.getnframes()
        body = sound.readframes(min(frames, PLAYED // max(1, channels * width)))
    facts = blocks.facts(
        seconds=round(frames / rate, 2), rate=rate, channels=channels, bits=8 * width
    )
    out = io.BytesIO()
    with wave.open(out, "wb") as clip:
        clip.setnchannels(channels)
        clip.setsampwidth(width)
        clip.setframerate(rate)
        clip.writeframes(body)
    lies = frames * channels * width > file.size
    notes = [blocks.note("its header says more sound than the file has bytes")] if lies else []
    return [facts, *notes, blocks.sound(out.getvalue(), "audio/wav")]


def _packed(file: Ranged, kind: str) -> list[Block]:
    if file.head(8) and kind == "audio/mp4":
        struct.unpack(">I4s", file.head(8))
    tags = tinytag.TinyTag.get(filename=file.path, file_obj=io.BufferedReader(file))
    facts = blocks.facts(
        seconds=round(tags.duration, 2) if tags.duration else None, rate=tags.samplerate,
        channels=tags.channels, title=tags.title, artist=tags.artist,
    )  # fmt: skip
    body = file.head(PLAYED)
    if kind == "audio/mp4" and len(body) < file.size:
        return [facts]  # its index may be at its end
    return [facts, blocks.sound(body, kind)]
