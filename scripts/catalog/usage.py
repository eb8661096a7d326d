"""Tells what to type to have an entry and to use it, where its card does not."""

from __future__ import annotations

import json
import re
import shlex

from catalog.item import Item
from registry.sections import SECTIONS

HEADING = re.compile(r"^##+ .*\b(?:load|use)\b.*$", re.IGNORECASE | re.MULTILINE)
PYTHON = re.compile(
    r"^(`{3,}|~{3,})(?:python|py)\b[^\n]*\n(.*?)^\1[ \t]*$", re.DOTALL | re.MULTILINE
)

ANYWHERE = """\
from urllib.request import urlretrieve; urlretrieve({url}, "registry_client.py")
import registry_client
folder = registry_client.path({id})"""
PIPELINE = """\
from transformers import pipeline
model = pipeline({task}, model={id})
print(model("…"))"""
SENTENCES = """\
from sentence_transformers import SentenceTransformer
model = SentenceTransformer({id})
print(model.encode("…"))"""
FILES = """\
from pathlib import Path
folder = Path({id})
print(*(file for file in folder.rglob("*") if file.is_file()), sep="\\n")"""


def pull(item: Item) -> str:
    """Return the command that brings it here; "" for what never leaves a machine."""
    if SECTIONS[item.entry.section].travels == "never":
        return ""
    return f"make pull DATASET={shlex.quote(item.id)}"


def python(item: Item, mirror: str = "") -> str:
    """Lines that run from the top of the registry, "" where the card, below, has its own; of a
    public mirror, anywhere."""
    if mirror:
        return ANYWHERE.format(url=_quoted(f"{mirror}/registry_client.py"), id=_quoted(item.id))
    if _in_card(item):
        return ""
    return _by_library(item).format(id=_quoted(item.id), task=_quoted(item.first("pipeline_tag")))


def _in_card(item: Item) -> bool:
    """Return whether there is a Python block below a heading such as "How to load it"."""
    shown = item.card.shown if item.card else ""
    heading = HEADING.search(shown)
    if not heading:
        return False
    rest = shown[heading.end() :]
    after = re.search(r"^## ", rest, re.MULTILINE)
    return bool(PYTHON.search(rest[: after.start()] if after else rest))


def _by_library(item: Item) -> str:
    library = item.first("library_name")
    if library == "sentence-transformers":
        return SENTENCES
    return PIPELINE if library == "transformers" and item.first("pipeline_tag") else FILES


def _quoted(text: str) -> str:
    """As a literal of Python with double quotes."""
    return json.dumps(text, ensure_ascii=False)
