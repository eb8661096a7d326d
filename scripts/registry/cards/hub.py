"""Writes a card as the README.md of a Hugging Face repository.

On the Hub `raw_datasets/x` would be the dataset x of a stranger called raw_datasets. So every
reference to an entry becomes the Hub id that this entry's own card gives as its source, or goes;
the body then says in words what it was built on, with links where the registry is on the web.
"""

from __future__ import annotations

import os
import re
from collections.abc import Callable
from urllib.parse import quote, unquote

from registry.cards import edit, markdown
from registry.cards.card import Card
from registry.cards.hub_keys import HUB_KEYS
from registry.cards.library import Library
from registry.cards.rules.links import SCHEME
from registry.cards.schema import BY_NAME, FITS, OURS
from registry.sections import SECTIONS

HUB_URL = re.compile(r"https://huggingface\.co/(?:datasets/)?([\w.-]+/[\w.-]+)/?")
LINK = re.compile(r"(!?)\[([^\]\n]*)\]\(\s*<?([^)\s>]+)>?[^)\n]*\)")
# The targets of links and images in their other forms: `[name]: target` and HTML.
TARGET = re.compile(
    r"(^ {0,3}\[(?!\^)[^\]\n]+\]:\s*<?|<(?:img|a)\b[^<>]*?\b(?:src|href)\s*=\s*[\"'])([^\s>\"']+)",
    re.MULTILINE | re.IGNORECASE,
)
PROVENANCE = "## Provenance"


def readme(card: Card, library: Library, web: str) -> str:
    """Return the README.md; `web` is the url of this registry's files on the web, or ""."""
    return "\n".join([_front_matter(card, library, web), _body(card, library, web).strip(), ""])


def _front_matter(card: Card, library: Library, web: str) -> str:
    """The Hub's own keys, without references to entries."""
    lines = ["---"]
    for key, value in card.fields.items():
        field = BY_NAME.get(key)
        if key in HUB_KEYS:
            lines.append(card.text[card.fields.starts[key] : value.end].rstrip())
        if not field or field.source == OURS:
            continue
        texts = [text for text, _ in card.texts(key)]
        if field.kind == "link":  # a file of this registry is none of the Hub's repository
            texts = [text if SCHEME.match(text) else f"{web}/{text}" for text in texts]
            texts = [text for text in texts if not text.startswith("/")]
        if field.kind in FITS:
            texts = [hub for text in texts for hub in _on_hub(text, library)]
        if texts:
            source = edit.value_of(key, texts)
            lines.append(f"{key}: {source if value.kind == 'list' else source.strip('[]')}")
    return "\n".join([*lines, "---", ""])


def _on_hub(text: str, library: Library) -> list[str]:
    """The Hub id of a reference: its own when it is one, that of the entry's source, or none."""
    if text.partition("/")[0] not in SECTIONS:
        return [text]
    card = library.card(library.ids[text]) if text in library.ids else None
    for source, _ in card.texts("source_url") if card else []:
        match = HUB_URL.fullmatch(source)
        if match:
            return [match.group(1)]
    return []


def _body(card: Card, library: Library, web: str) -> str:
    """The text, its relative links made absolute or plain, and a section on where it comes from."""

    def link(match: re.Match[str]) -> str:
        picture, text, target = match.groups()
        where = _elsewhere(target, card, web, bool(picture))
        return f"{picture}[{text}]({where})" if where else text

    def target(match: re.Match[str]) -> str:
        picture = match[1].lower().startswith("<img")
        return match[1] + (_elsewhere(match[2], card, web, picture) or "#provenance")

    body = card.text[card.where.body if card.where else 0 :]
    body = _replaced(_replaced(body, LINK, link), TARGET, target)
    facts = _facts(card, library, web)
    return f"{body.rstrip()}\n\n{PROVENANCE}\n\n{facts}" if facts else body


def _replaced(body: str, pattern: re.Pattern[str], new: Callable[[re.Match[str]], str]) -> str:
    """The body with `new` for every relative link that is not in code or in a comment."""
    hidden = markdown.blank(markdown.blank(body, markdown.HIDDEN), markdown.CODE)

    def judged(match: re.Match[str]) -> str:
        keep = SCHEME.match(match[match.lastindex or 0]) or hidden[match.end() - 1].isspace()
        return match.group() if keep else new(match)

    return pattern.sub(judged, body)


def _elsewhere(target: str, card: Card, web: str, picture: bool) -> str:
    """A relative link as it is right in the entry's own Hub repository; "" when nothing is."""
    path = os.path.normpath(os.path.join(card.entry.section, unquote(target)))
    if path.startswith(f"{card.entry}/"):  # in the entry itself, whose files go along
        return quote(path[len(str(card.entry)) + 1 :], safe="/#?=&")
    base = re.sub(r"/(blob/|src/(?=branch/))", "/raw/", web) if picture else web
    return f"{base}/{quote(path, safe='/#?=&')}" if web else ""


def _facts(card: Card, library: Library, web: str) -> str:
    """A list of what the Hub has no key for."""
    rows = []
    for key in card.fields:
        field = BY_NAME.get(key)
        if field and field.kind in FITS:
            rows += [(key, _named(text, library, web)) for text, _ in card.texts(key)]
        elif field and field.source == OURS and field.kind != "code":
            rows += [(key, text) for text, _ in _scalars(card, key)]
    code = card.fields.get("code")
    if code and code.kind == "mapping":
        here = web.partition("/blob/")[0] or "our registry"
        for key, value in code.data.items():
            rows.append((f"code {key}", here if value.data == "." else f"`{value.data}`"))
    return "\n".join(f"- {key.replace('_', ' ')}: {text}" for key, text in rows)


def _scalars(card: Card, key: str) -> list[tuple[str, int]]:
    value = card.fields[key]
    return [(value.data, value.line)] if value.kind in ("text", "date") else card.texts(key)


def _named(text: str, library: Library, web: str) -> str:
    """An entry as a reader elsewhere can understand it: its name, its card, what it came from."""
    if text.partition("/")[0] not in SECTIONS:
        return text
    card = library.card(library.ids[text]) if text in library.ids else None
    title = next((name for name, _ in card.texts("pretty_name")), text) if card else text
    shown = f"[{title}]({web}/{text}.card.md)" if web else f"{title} (`{text}` of our registry)"
    source = next((url for url, _ in card.texts("source_url")), "") if card else ""
    return f"{shown}, from {source}" if source.startswith("http") else shown
