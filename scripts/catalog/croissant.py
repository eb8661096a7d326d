"""Describes a dataset in Croissant, the JSON-LD that dataset searches and loaders read.

https://docs.mlcommons.org/croissant/docs/croissant-spec-1.1.html; the tests validate it with
MLCommons' own package.
"""

from __future__ import annotations

import re
from typing import Any

from catalog import distribution
from catalog.distribution import Mirror
from catalog.item import Item
from catalog.moments import instant
from registry.cards.formats import TODO, URL
from registry.sections import PROCESSED, RAW

DATASETS = (RAW, PROCESSED)
VERSION = "http://mlcommons.org/croissant/1.1"
_TERMS = (
    "citeAs column equivalentProperty extract field fileProperty fileObject fileSet format includes"
    " isLiveDataset jsonPath key md5 parentField path recordSet references regex repeated replace"
    " samplingRate separator source subField transform"
)
CONTEXT: dict[str, Any] = {
    "@language": "en",
    "@vocab": "https://schema.org/",
    **{term: f"cr:{term}" for term in _TERMS.split()},
    "conformsTo": "dct:conformsTo",
    "cr": "http://mlcommons.org/croissant/",
    "data": {"@id": "cr:data", "@type": "@json"},
    "dataType": {"@id": "cr:dataType", "@type": "@vocab"},
    "dct": "http://purl.org/dc/terms/",
    "examples": {"@id": "cr:examples", "@type": "@json"},
    "rai": "http://mlcommons.org/croissant/RAI/",
    "sc": "https://schema.org/",
}


def describe(item: Item, url: str, mirror: Mirror | None = None) -> dict[str, Any] | None:
    """Return the description of a dataset whose page is at `url`; None for what is no dataset.

    `mirror`: where its files are, if it is published.
    """
    if item.entry.section not in DATASETS or item.card is None:
        return None
    when, who = item.updated
    described = {
        "@context": CONTEXT,
        "@type": "sc:Dataset",
        "conformsTo": VERSION,
        "name": _title(item),
        "alternateName": item.id,
        "description": item.summary if _is_known(item.summary) else _title(item),
        "license": _license(item),
        "url": url,
        "identifier": item.id,
        "version": _version(item) + (f"+{mirror.version[:12]}" if mirror else ""),
        "keywords": _known(item, "tags") + _known(item, "task_categories"),
        "inLanguage": _known(item, "language"),
        "creator": {
            "@type": "sc:Organization",
            "name": _first(item, "contact") or who or "unknown",
        },
        "dateModified": when,
        "datePublished": _day(item) or (item.changes[-1].when if item.changes else ""),
        "isBasedOn": [link.id for link in item.made_from] + _links(item, "source_url"),
        "citeAs": _first(item, "citation"),
        "size": f"{item.size} B" if item.size is not None else "",
        "distribution": distribution.published(mirror)
        if mirror and mirror.url
        else [distribution.here(item)],
    }
    return {key: value for key, value in described.items() if value}


def _is_known(text: str) -> bool:
    """Return whether a text says something: a blank that nobody filled in does not."""
    return bool(text) and not TODO.search(text)


def _known(item: Item, key: str) -> list[str]:
    return [text for text in item.all(key) if _is_known(text)]


def _first(item: Item, key: str) -> str:
    return next(iter(_known(item, key)), "")


def _title(item: Item) -> str:
    return item.title if _is_known(item.title) else item.entry.name


def _day(item: Item) -> str:
    """The day the data were fetched, if it is one."""
    day = _first(item, "retrieved")
    return day if re.fullmatch(r"\d{4}-\d\d-\d\d", day) and instant(day) else ""


def _license(item: Item) -> str | list[str]:
    """One text, or all of several: none of them is left out."""
    named = [text for text in item.licenses if _is_known(text)]
    every = _links(item, "license_link") if len(named) < 2 else []
    every = every[:1] or named
    return every[0] if len(every) == 1 else every


def _links(item: Item, key: str) -> list[str]:
    """The texts of a field that are addresses, and not files of this repository."""
    return [text for text in _known(item, key) if URL.fullmatch(text) and "://" in text]


def _version(item: Item) -> str:
    """Datasets here have no numbers: the day of the last change, as major.minor.patch."""
    day = item.updated[0][:10].split("-")
    return ".".join(str(int(part)) for part in day) if len(day) == 3 else "0.0.0"
