"""Gives code its colours, of which the pages have five: what has none becomes no element.

Most of Python are names and signs without a colour. They are read many at once, where Pygments
tries its forty patterns at each.
"""

from __future__ import annotations

from functools import cache
from html import escape
from itertools import groupby
from keyword import kwlist, softkwlist
from typing import Any

from pygments.lexer import inherit, words
from pygments.lexers import get_lexer_by_name
from pygments.lexers.python import PythonLexer
from pygments.token import Comment, Keyword, Name, Number, Operator, String, Text
from pygments.util import ClassNotFound

TOKEN_CLASSES = {
    Comment: "c",
    Keyword: "k",
    Keyword.Type: "m",
    Name.Attribute: "n",
    Name.Builtin: "n",
    Name.Builtin.Pseudo: "",
    Name.Class: "n",
    Name.Function: "n",
    Name.Namespace: "n",
    Name.Tag: "k",
    Number: "m",
    Operator.Word: "k",
    String: "s",
}


def highlight(code: str, language: str) -> str:
    """Code as safe HTML, in colours where the language is known."""
    lexer = _lexer(language.lower())
    if not lexer:
        return escape(code)
    coloured = ((_class(kind), text) for kind, text in lexer.get_tokens(code))
    runs = groupby(coloured, key=lambda token: token[0])
    return "".join(_element(name, "".join(text for _, text in run)) for name, run in runs)


def _element(name: str, text: str) -> str:
    return f'<span class="{name}">{escape(text)}</span>' if name else escape(text)


@cache
def _class(kind: Any) -> str:  # noqa: ANN401  # pygments ships no types
    """The nearest one's among the kind and those that it is a sort of."""
    while kind is not None:
        if kind in TOKEN_CLASSES:
            return TOKEN_CLASSES[kind]
        kind = kind.parent
    return ""


@cache
def _lexer(language: str) -> Any:  # noqa: ANN401
    try:
        lexer = get_lexer_by_name(language) if language else None
    except ClassNotFound:
        return None
    return QuickPython() if type(lexer) is PythonLexer else lexer


def _words_with_meaning() -> str:
    """Names that Pygments tells from others: keywords, builtins, and what begins a rule of its."""
    rules = (rule for state in ("keywords", "builtins") for rule in PythonLexer.tokens[state])
    listed = {word for rule in rules if isinstance(rule[0], words) for word in rule[0].words}
    return "|".join(sorted({*listed, *kwlist, *softkwlist, "lazy", "__\\w*"}))


NAME = rf"(?!(?:{_words_with_meaning()})\b)[A-Za-z_][A-Za-z0-9_]*(?![\w\"'\x80-\U0010ffff])"
SIGN = r"[\[\]{}(),;:=+*/%<>&^|~-]|\.(?!\d)"
PLAIN = rf"(?:{NAME}|{SIGN})(?:[ \t]*(?:{NAME}|{SIGN}))*"


class QuickPython(PythonLexer):  # type: ignore[misc]
    """Yields the colours of Python's own lexer."""

    tokens = {"root": [(PLAIN, Text), inherit]}  # noqa: RUF012  # the library's way
