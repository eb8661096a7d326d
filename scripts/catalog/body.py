"""Renders a card's text as HTML, leads its links, and cleans it of all that could do harm."""

from __future__ import annotations

import re
from collections.abc import Iterable, Sequence
from functools import cache
from html import escape
from typing import Any, NamedTuple

from markdown_it import MarkdownIt
from markdown_it.renderer import RendererHTML
from markdown_it.token import Token

from catalog import clean, gfm
from catalog.colours import highlight
from catalog.links import ANCHOR, SAFE, Links
from registry.cards.card import Card

SUMMARY = 240  # letters
NO_ALT = re.compile(r"<img\b(?![^>]*\balt\s*=)", re.IGNORECASE)
# What makes a wide table or a long line of code reachable by keyboard.
TABLE = 'tabindex="0" role="group" aria-label="Table"'
CODE = TABLE.replace("Table", "Code")


class Rendered(NamedTuple):
    """Safe HTML, the words in it, the first paragraph's, and the title's anchor."""

    html: str
    text: str
    summary: str
    anchor: str = ""


def render(card: Card, links: Links) -> Rendered:
    """Return the body without its title, for a page one folder down."""
    section = card.entry.section
    env: dict[str, Any] = {}  # what footnotes keep between parsing and rendering
    tokens = _parser().parse(source(card), env)
    anchor = _number_headings(tokens)
    tokens = _without_title(tokens)
    gfm.with_emoji(tokens)
    for token in tokens:
        if token.children or token.type == "html_block":
            _pictures(token, section, links)
    html = _parser().renderer.render(tokens, _parser().options, env)
    return Rendered(clean.clean(html, section, links), _words(tokens), _summary(tokens), anchor)


def source(card: Card) -> str:
    """Return what is rendered of a card: all behind its front matter."""
    return card.text[card.where.body :] if card.where else card.text


@cache
def _parser() -> MarkdownIt:
    parser = gfm.parser()
    parser.add_render_rule("table_open", lambda *_: f'<div class="scroll" {TABLE}><table>\n')
    parser.add_render_rule("table_close", lambda *_: "</table></div>\n")
    for name in ("thead", "tbody", "tr"):  # said at once: cards have more cells than all else
        parser.add_render_rule(f"{name}_open", lambda *_, name=name: f"<{name}>\n")
        parser.add_render_rule(f"{name}_close", lambda *_, name=name: f"</{name}>\n")
    for name in ("th", "td"):
        parser.add_render_rule(f"{name}_open", _cell)
        parser.add_render_rule(f"{name}_close", lambda *_, name=name: f"</{name}>\n")
    parser.add_render_rule("fence", _code)
    parser.add_render_rule("code_block", _code)
    return parser


def _code(_: RendererHTML, tokens: Sequence[Token], at: int, *rest: object) -> str:
    token = tokens[at]
    language = (token.info.split() or [""])[0]
    code = highlight(token.content, language)
    return f"<pre {CODE}><code>{code}</code></pre>\n"


def _cell(_: RendererHTML, tokens: Sequence[Token], at: int, *rest: object) -> str:
    """A cell's alignment as a class: the pages allow no styles of their own."""
    token = tokens[at]
    if not token.attrs:
        return f"<{token.tag}>"
    align = str(token.attrs["style"]).removeprefix("text-align:")
    return f'<{token.tag} class="{align}">'


def _without_title(tokens: list[Token]) -> list[Token]:
    """The page has a heading of its own: the card's first `#` line goes."""
    first = bool(tokens) and tokens[0].type == "heading_open" and tokens[0].tag == "h1"
    return tokens[3:] if first else tokens


def _number_headings(tokens: list[Token]) -> str:
    """Levels below the page's own, with none left out, and an anchor for each; the title's."""
    heads = [at for at, token in enumerate(tokens) if token.type == "heading_open"]
    anchors = list(gfm.slugs(_inline(tokens[at + 1]) for at in heads))
    has_title = heads[:1] == [0] and tokens[0].tag == "h1"
    last = 1
    for at, anchor in list(zip(heads, anchors, strict=True))[has_title:]:
        last = max(2, min(int(tokens[at].tag[1]), last + 1))
        tokens[at].attrSet("id", ANCHOR + anchor)  # else clean would not, where it begins so
        tokens[at].tag = tokens[at + 2].tag = f"h{last}"
    return anchors[0] if has_title else ""


def _pictures(token: Token, section: str, links: Links) -> None:
    """Leads pictures; one that would have to be fetched becomes a link to it."""
    for child in token.children or ():
        if child.type == "html_inline":
            child.content = NO_ALT.sub('<img alt=""', child.content)
        target = str(child.attrs.get("src", "")) if child.type == "image" else ""
        if target and links.is_elsewhere(section, target) and SAFE.fullmatch(target):
            child.type = "html_inline"
            name = escape(child.content or "picture")
            child.content = f'<a href="{escape(target)}">Picture: {name}</a>'
    if token.type == "html_block":
        token.content = NO_ALT.sub('<img alt=""', token.content)


def _words(tokens: Iterable[Token]) -> str:
    """Return all words, for the search."""
    parts = [t.content if t.type == "fence" else _inline(t) for t in tokens]
    return " ".join(" ".join(parts).split())


def _inline(token: Token) -> str:
    if token.type != "inline":
        return ""
    kept = ("text", "code_inline", "softbreak", "image")
    return "".join(child.content or " " for child in token.children or () if child.type in kept)


def _summary(tokens: Sequence[Token]) -> str:
    """The first paragraph's words, cut between two of them."""
    texts = (_inline(tokens[i + 1]) for i, t in enumerate(tokens) if t.type == "paragraph_open")
    text = " ".join(next((t for t in texts if t.strip()), "").split())
    return text if len(text) <= SUMMARY else text[:SUMMARY].rpartition(" ")[0].rstrip(",;:") + " …"
