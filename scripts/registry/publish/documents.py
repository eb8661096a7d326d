"""Writes the texts of a public mirror: the newest of an entry, the index, what was taken out."""

from __future__ import annotations

import json
from collections.abc import Mapping
from pathlib import Path
from typing import Any

from registry.cards.card import Card
from registry.errors import RegistryError
from registry.publish import layout
from registry.publish.layout import FileLine
from registry.publish.targets import Target

Told = dict[str, Any]


def latest(version: str, commit: str, lines: list[FileLine], card: Card, before: Told) -> Told:
    """Return what latest.json says of an entry. `before`: what it said; its versions are kept."""
    kept = [old for old in before.get("versions", []) if old != version]
    return {
        "version": version,
        "files": len(lines),
        "bytes": sum(line.size for line in lines),
        "commit": commit,
        "status": _first(card, "status") or "active",
        "notice": _first(card, "deprecated_notice"),
        "successor": _first(card, "new_version"),
        "versions": [version, *kept],
    }


def row(told: Mapping[str, Any]) -> Told:
    """Return what index.json says of an entry."""
    return {key: told[key] for key in ("version", "files", "bytes")}


def read(target: Target, name: str) -> Told:
    """Return a document of the mirror's; {} where there is none.

    Raises RegistryError for no document.
    """
    body = target.read(name)
    try:
        told = json.loads(body) if body is not None else {}
    except ValueError:
        told = None
    if not isinstance(told, dict):
        raise RegistryError(f"{target.where}/{name} is not what a mirror has: delete it, run again")
    return told


def client(root: Path, url: str) -> bytes:
    """The consumer module with this mirror's address, and no other: a stranger has no more."""
    text = (root / "consumer" / layout.CLIENT).read_text(encoding="utf-8")
    filled = text.replace('\nMIRROR = ""', f"\nMIRROR = {json.dumps(url)}", 1)
    assert filled != text
    return filled.encode()


def as_text(told: Told) -> bytes:
    return (json.dumps(told, indent=1, ensure_ascii=False) + "\n").encode()


def _first(card: Card, key: str) -> str:
    return " ".join(next((text for text, _ in card.texts(key)), "").split())
