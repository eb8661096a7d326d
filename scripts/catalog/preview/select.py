"""Chooses which files of an entry are looked into, and by which format's module."""

from __future__ import annotations

from collections import defaultdict

from registry.inside import series
from registry.inside.contents import File

MOST = 8  # files of one entry
ALIKE = 4  # of one format
# In the order in which they tell most of an entry; a format's first file before another's second.
FORMATS = {
    "table": "csv tsv",
    "json_lines": "jsonl ndjson",
    "columnar": "parquet arrow feather",
    "image": "png jpg jpeg gif webp bmp tif tiff",
    "audio": "wav mp3 flac ogg opus m4a",
    "tensors": "safetensors gguf",
    "event_file": "tfevents",
    "json_text": "json geojson",
    "text": "txt md log py yaml yml toml cfg ini sh sql xml html htm svg rst tex srt vtt conf",
    "notebook": "ipynb",
    "pickled": "pkl pickle pt pth ckpt joblib",
    "array": "npy npz",
    "archive": "zip tar tgz gz bz2 xz",
    "hexadecimal": "",
}
BY_ENDING = {ending: name for name, endings in FORMATS.items() for ending in endings.split()}


def choose(files: list[File]) -> list[tuple[File, str]]:
    """Return (file, format) of the files that tell most, in the order of their paths."""
    kinds: dict[str, list[File]] = defaultdict(list)
    for file in files:
        if file.size and (file.place or file.key):
            kinds[format_of(file.path)].append(file)
    for alike in kinds.values():
        alike.sort(key=lambda file: (file.path.count("/"), file.path))
    chosen: list[tuple[File, str]] = []
    for turn in range(ALIKE):
        chosen += [(kinds[n][turn], n) for n in FORMATS if turn < len(kinds.get(n, ()))]
    return sorted(chosen[:MOST])


def format_of(path: str) -> str:
    """By the name alone; what it does not tell, the file's first bytes do."""
    if series.is_events(path):
        return "event_file"
    _, dot, ending = path.rpartition("/")[2].rpartition(".")
    return BY_ENDING.get(ending.lower(), "hexadecimal") if dot else "hexadecimal"
