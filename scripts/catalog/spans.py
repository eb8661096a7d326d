"""Reads the text of a block at once where it is written simply, as most cells and sentences are.

That is: words, `code`, **stressed** words, [a link](to/it) and line ends, none inside another. It
gives what the library gives, which looks at each sign with each of its rules, and nothing for a
text that holds any other sign.
"""

from __future__ import annotations

import re

from markdown_it.token import Token

# An address in which nothing has to be encoded.
ADDRESS = re.compile(r"(?:https?://[a-z0-9.-]+(?:/[\w./?=#&~+,:@-]*)?|[\w./#-]*)", re.ASCII)
INNER = r"[^\W_](?:(?:[^\W_]|[ .,%/-])*[^\W_])?"
BEFORE, AFTER = r"(?<![^ \n(])", r"(?![^ \n).,;:])"  # here stars can only begin, or only end
SPAN = re.compile(
    r"(?P<text>(?:[^*_`\[\]<>&\\!~$\n|@:]|:(?!/)|(?<=[^\W_])_(?=[^\W_]))+)"
    rf"|{BEFORE}\*\*(?P<strong>{INNER})\*\*{AFTER}"
    rf"|{BEFORE}\*(?P<em>{INNER})\*{AFTER}"
    r"|`(?P<code>[^`\s](?:[^`\n]*[^`\s])?)`(?!`)"
    rf"|\[(?P<label>{INNER})\]\((?P<href>{ADDRESS.pattern})\)"
    r"|(?<=[^ \t\n])(?P<end>\n)(?=[^ \t\n])",
    re.ASCII,
)
MARKS = {"strong": "**", "em": "*"}


def read(text: str) -> list[Token] | None:
    """Return the tokens of a text; None where it is for the library to read."""
    tokens: list[Token] = []
    at = 0
    for match in SPAN.finditer(text):
        if match.start() != at:
            return None
        at = match.end()
        tokens += _tokens(match)
    return tokens if at == len(text) else None


def _tokens(match: re.Match[str]) -> list[Token]:
    kind = match.lastgroup or ""
    if kind == "text":
        return [Token("text", "", 0, content=match["text"])]
    if kind == "code":
        return [Token("code_inline", "code", 0, content=match["code"], markup="`")]
    if kind == "end":
        return [Token("softbreak", "br", 0)]
    if kind == "href":
        return _pair("link", "a", match["label"], {"href": match["href"]}, "")
    return _pair(kind, kind, match[kind], {}, MARKS[kind])


def _pair(
    name: str, tag: str, words: str, attributes: dict[str, str | int | float], mark: str
) -> list[Token]:
    return [
        Token(f"{name}_open", tag, 1, attrs=attributes, markup=mark),
        Token("text", "", 0, content=words, level=1),
        Token(f"{name}_close", tag, -1, markup=mark),
    ]
