"""Reads Markdown as people write it on GitHub: task lists, alerts, footnotes, math, emoji, anchors.

Source: https://docs.github.com/en/get-started/writing-on-github
"""

from __future__ import annotations

import re
from collections.abc import Iterable, Iterator, Sequence
from functools import lru_cache
from html import escape

from linkify_it import LinkifyIt  # type: ignore[import-untyped]
from linkify_it.main import Match  # type: ignore[import-untyped]
from markdown_it import MarkdownIt
from markdown_it.renderer import RendererHTML
from markdown_it.rules_core import StateCore
from markdown_it.token import Token
from mdit_py_plugins.dollarmath import dollarmath_plugin
from mdit_py_plugins.footnote import footnote_plugin

from catalog import spans

MARKS = ("://", "@", "www.", "WWW.")  # one of them is in every address
LONGEST = 2000  # letters of a formula
EMOJI = re.compile(r":[a-z0-9_+-]+:")
NO_SLUG = re.compile(r"[^\w\- ]")
OPTIONS = {"linkify": True, "tasklists": True, "alerts": True}


def parser() -> MarkdownIt:
    made = Markdown("commonmark", OPTIONS)
    made.enable(["table", "strikethrough", "linkify"])
    made.linkify = Autolinks()
    made.core.ruler.at("inline", _read_lines)
    made.use(footnote_plugin, inline=False)
    made.use(dollarmath_plugin, allow_space=False, allow_digits=False, allow_blank_lines=False)
    for rule in ("math_inline", "math_block", "math_inline_double", "math_block_label"):
        made.add_render_rule(rule, _math)
    made.add_render_rule("list_item_open", _item)
    made.add_render_rule("footnote_block_open", lambda *_: '<hr><ol class="footnotes">\n')
    made.add_render_rule("footnote_block_close", lambda *_: "</ol>\n")
    return made


class Markdown(MarkdownIt):
    """Takes an address as it is where nothing of it has to be encoded, for that is seen at once."""

    def normalizeLink(self, url: str) -> str:  # the library's name
        return url if spans.ADDRESS.fullmatch(url) else super().normalizeLink(url)


def _read_lines(state: StateCore) -> None:
    """What stands in the blocks; most of it is written simply, and read quickly."""
    for token in state.tokens:
        if token.type == "inline":
            token.children = spans.read(token.content)
            if token.children is None:
                token.children = []
                state.md.inline.parse(token.content, state.md, state.env, token.children)


class Autolinks(LinkifyIt):  # type: ignore[misc]  # it ships no types
    """Finds the addresses in a text that GitHub makes links of; README.md and train.py are none.

    Most texts have none, which is seen at once, and looking for them takes long.
    """

    def pretest(self, text: str) -> bool:
        return any(mark in text for mark in MARKS)

    def test(self, text: str) -> bool:
        return self.pretest(text) and super().test(text)

    def match(self, text: str) -> list[Match] | None:
        matches = super().match(text) or ()
        return [f for f in matches if f.schema or f.text.lower().startswith("www.")] or None


def slugs(titles: Iterable[str]) -> Iterator[str]:
    """GitHub's anchor of each heading: of those alike the second is x-1, the third x-2."""
    seen: dict[str, int] = {}
    for title in titles:
        slug = NO_SLUG.sub("", title.strip().lower()).replace(" ", "-")
        count = seen.get(slug, -1) + 1
        seen[slug] = count
        yield f"{slug}-{count}" if count else slug


def with_emoji(tokens: Sequence[Token]) -> None:
    """`:rocket:` as its picture, where it is text."""
    for token in tokens:
        for child in token.children or ():
            if child.type == "text" and EMOJI.search(child.content):
                import emoji  # its table takes longer to load than most cards to render

                child.content = emoji.emojize(child.content, language="alias")


def _item(_: RendererHTML, tokens: Sequence[Token], at: int, *rest: object) -> str:
    """A box to tick becomes a letter: pages have no forms."""
    done = tokens[at].meta.get("checked") if tokens[at].meta else None
    if done is None:
        return "<li>" if "id" not in tokens[at].attrs else f'<li id="{tokens[at].attrs["id"]}">'
    box = '<span title="done">☑</span>' if done else '<span title="to do">☐</span>'
    return f'<li class="task-list-item">{box} '


def _math(_: RendererHTML, tokens: Sequence[Token], at: int, *rest: object) -> str:
    """A formula as MathML, which browsers draw themselves; one that is none as it was written."""
    is_block = "block" in tokens[at].type or "double" in tokens[at].type
    return _mathml(tokens[at].content.strip(), "block" if is_block else "inline")


@lru_cache(1000)
def _mathml(source: str, display: str) -> str:
    try:
        if len(source) > LONGEST:
            raise ValueError
        from latex2mathml.converter import convert

        return str(convert(source, display=display))
    except Exception:  # a formula can be broken in any way; whoever reads the page sees it
        return f"<code>{escape(source)}</code>"
