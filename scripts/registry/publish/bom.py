"""Writes a bill of materials: an entry and, through all its cards, what it is made from.

CycloneDX 1.6: models and datasets are components, each with its version and the hash that this is;
what was built on what are dependencies. https://cyclonedx.org/docs/1.6/json/
"""

from __future__ import annotations

import json
import uuid
from dataclasses import dataclass, field
from typing import Any

from registry import dvc_file
from registry.cards import licenses
from registry.cards.card import Card
from registry.cards.library import Library
from registry.cards.vocabulary import words
from registry.entries import Entry
from registry.errors import Refusal
from registry.remote.session import Session
from registry.sections import MODELS, RAW
from registry.sync import history, marker
from registry.sync.marker import Marker

HUB = "https://huggingface.co"
SHOWN = 12  # digits of a version in a reference
Part = dict[str, Any]


@dataclass
class Bill:
    """Of one entry; `parts` and `needs` by reference, `section/name@version`."""

    session: Session
    library: Library
    parts: dict[str, Part] = field(default_factory=dict)
    needs: dict[str, list[str]] = field(default_factory=dict)

    def of(self, entry: Entry) -> Part:
        """Return the document. Raises Refusal for an entry whose version nobody knows."""
        sealed, version = self._newest(entry)
        if not version:
            raise Refusal(f"its version is not known: `make pull seal DATASET={entry:sh}` tells it")
        top = self._add(entry, version, sealed)
        others = [part for ref, part in self.parts.items() if ref != top]
        bill = {
            "bomFormat": "CycloneDX",
            "specVersion": "1.6",
            "version": 1,
            "metadata": {"component": self.parts[top]},
            "components": others,
            "dependencies": [{"ref": ref, "dependsOn": on} for ref, on in self.needs.items()],
        }
        number = uuid.uuid5(uuid.NAMESPACE_URL, json.dumps(bill, sort_keys=True))
        return {**bill, "serialNumber": f"urn:uuid:{number}"}  # the same for the same materials

    def _add(self, entry: Entry, version: str, sealed: Marker | None) -> str:
        """Take an entry's version and what it was made from; its reference."""
        ref = f"{entry}@{version[:SHOWN]}" if version else str(entry)
        if ref in self.parts:
            return ref
        card = self.library.card(entry)
        part = self.parts[ref] = _component(entry, version, card, ref)
        self.needs[ref] = []
        made_from = sealed.made_from if sealed else {}
        for source in licenses.sources_of(card) if card else ():
            below = self._source(source, made_from.get(source, ""))
            if below not in self.needs[ref]:
                self.needs[ref].append(below)
        data = [below for below in self.needs[ref] if self.parts[below]["type"] == "data"]
        if entry.section == MODELS:
            part["modelCard"] = _model_card(card, data)
        return ref

    def _source(self, id: str, version: str) -> str:
        entry = self.library.ids.get(id)
        if entry is None:
            self.parts.setdefault(id, _on_hub(id))
            self.needs.setdefault(id, [])
            return id
        sealed, newest = self._newest(entry)
        if version and version != newest and entry.section != RAW:
            seals = history.seals(self.session.client, entry, 1000)
            sealed = next((one for one in seals if one.version == version), None)
        return self._add(entry, version or newest, sealed)

    def _newest(self, entry: Entry) -> tuple[Marker | None, str]:
        if entry.section == RAW:
            return None, dvc_file.content(entry) if entry.dvc_file.exists() else ""
        sealed, _ = marker.read(self.session.client, entry)
        whole = sealed if sealed and sealed.state == marker.DONE else None
        return whole, whole.version if whole else ""


def _component(entry: Entry, version: str, card: Card | None, ref: str) -> Part:
    is_model = entry.section == MODELS
    part: Part = {
        "type": "machine-learning-model" if is_model else "data",
        "bom-ref": ref,
        "name": str(entry),
        "description": _text(card, "pretty_name") or entry.name,
    }
    if version:
        digest = version.removesuffix(".dir")
        part |= {
            "version": version,
            "hashes": [{"alg": "MD5" if len(digest) == 32 else "SHA-256", "content": digest}],
        }
    named = licenses.names_of(card) if card else []
    if named:
        part["licenses"] = [{"license": _license(name)} for name in named]
    page = _text(card, "source_url")
    if "://" in page:
        part["externalReferences"] = [{"type": "distribution", "url": page}]
    if not is_model:
        part["data"] = [{"type": "dataset", "name": str(entry)}]
    return part


def _model_card(card: Card | None, data: list[str]) -> Part:
    parameters: Part = {"datasets": [{"ref": ref} for ref in data]}
    task = _text(card, "pipeline_tag")
    return {"modelParameters": parameters | ({"task": task} if task else {})}


def _on_hub(id: str) -> Part:
    """Return what only the Hub knows: its hash is not ours to tell."""
    page = {"type": "distribution", "url": f"{HUB}/{id}"}
    return {"type": "data", "bom-ref": id, "name": id, "externalReferences": [page]}


def _license(name: str) -> Part:
    known = {word.lower(): word for word in words("spdx")}
    return {"id": known[name]} if name in known else {"name": name}


def _text(card: Card | None, key: str) -> str:
    texts = card.texts(key) if card else []
    return " ".join(next((text for text, _ in texts), "").split())
