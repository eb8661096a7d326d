"""Cards as people write them on GitHub, and what of it reaches a page."""

from __future__ import annotations

import random
from functools import partial

import pytest
from support.sites import Page, build, commit, without_entries, write_card

pytest.importorskip("nh3", reason="nh3 is not installed: scripts/setup.sh dev")

from markdown_it import MarkdownIt
from markdown_it.rules_core import inline
from pygments.lexers.python import PythonLexer

from catalog import body, colours, gfm, spans
from catalog.links import Links
from registry.cards import card
from registry.entries import Entry

SETS = "processed_datasets"


@pytest.fixture
def html(tmp_path):
    """html(markdown): what the page of such a card has."""

    def html(markdown: str) -> body.Rendered:
        entry = Entry(SETS, "x", tmp_path)
        entry.card.parent.mkdir(exist_ok=True)
        entry.card.write_text(f"---\npretty_name: X\n---\n\n# Card: x\n\n{markdown}\n", "utf-8")
        return body.render(
            card.parse(entry, entry.card.read_text("utf-8")), Links(tmp_path, (f"{SETS}/x",))
        )

    return html


PIECES = (
    "**", "*", "a", "b1", "_", "`", "[", "](", "x.md", "https://example.org/a?b=1", ")", " ", "\n",
    ".", "(", "é", ";", ":", "!", "&amp;", "\\", "<b>", "|", "-", "www.a.org", "a@b.co", "$", "~~",
    "[^1]", "**a**", "*b*", "`c*`", "[l](m.md)", ":rocket:", "%", "\u00a0", "http://x",
)  # fmt: skip


def test_what_is_read_at_once_is_what_the_library_reads():
    quick, whole, chance = gfm.parser(), gfm.parser(), random.Random(1)
    whole.core.ruler.at("inline", inline)  # the library's own
    whole.normalizeLink = partial(MarkdownIt.normalizeLink, whole)
    read = 0
    for _ in range(20_000):
        text = "".join(chance.choices(PIECES, k=chance.randint(1, 9))).strip()
        if spans.read(text):
            assert quick.render(text) == whole.render(text), text
            read += 1
    assert read > 1000
    assert spans.read("Of **much** and *more*: `a*b`,\nsee [it](x.md), snake_case.")


CODE = (
    "a", "b1", "def ", "class", "from", "import", "in", "not", "print", "self", ".y", ".5", "1.",
    "0x1f", "=", "->", "@d", "(", "]", "{", ":", ",", "\n", "\n    ", "# ", "'a'", '"b"', "rb''",
    "f'{x!r:>3}'", '"""', "match", "case", "type", "_", "lazy", "ä1", "·", "\\", "!=", "__init__",
)  # fmt: skip


def test_python_has_the_colours_that_its_own_lexer_gives(monkeypatch):
    whole, quick, chance = PythonLexer(), colours.QuickPython(), random.Random(1)
    for _ in range(3000):
        code = "".join(chance.choice(CODE) + chance.choice(("", " ")) for _ in range(9))
        monkeypatch.setattr(colours, "_lexer", lambda _: quick)
        coloured = colours.highlight(code, "python")
        monkeypatch.setattr(colours, "_lexer", lambda _: whole)
        assert coloured == colours.highlight(code, "python"), code
    monkeypatch.undo()
    assert colours.highlight("def f(x): return '<b>'", "py").rstrip() == (
        '<span class="k">def</span> <span class="n">f</span>(x): '
        '<span class="k">return</span> <span class="s">&#x27;&lt;b&gt;&#x27;</span>'
    )
    assert colours.highlight("a < b", "no such language") == "a &lt; b"


def test_anchors_are_githubs():
    titles = ["Use it", "Use it", "Use it", "What's `new`?", "A & B", "Größe", "snake_case - x"]
    assert list(gfm.slugs(titles)) == [
        "use-it", "use-it-1", "use-it-2", "whats-new", "a--b", "größe", "snake_case---x",
    ]  # fmt: skip


def test_headings_and_the_title_have_them(html):
    body = html("## Card: x\n\n[up](#card-x) [here](#card-x-1)\n\n## Deep\n\n#### Deeper")
    assert body.anchor == "card-x"
    assert 'id="card-card-x-1"' in body.html and 'href="#card-card-x"' in body.html
    assert '<h3 id="card-deeper">' in body.html  # no level is left out


def test_tasks_alerts_footnotes_and_emoji(html):
    body = html(
        "- [x] pulled\n- [ ] checked\n- plain\n\n> [!WARNING]\n> Mind *this*.\n\n"
        "Said[^1] at 10:30:20 :rocket: and `:rocket:`\n\n[^1]: By Ada."
    ).html
    assert '<li class="task-list-item"><span title="done">☑</span> pulled' in body
    assert '<span title="to do">☐</span> checked' in body and "<li>plain</li>" in body
    assert '<div class="markdown-alert markdown-alert-warning">' in body
    assert 'href="#card-fn1"' in body and 'id="card-fn1"' in body and 'id="card-fnref1"' in body
    assert "10:30:20 🚀 and <code>:rocket:</code>" in body


def test_math_is_drawn_by_the_browser(html):
    body = html("It is $x^2$, costs $5 or $6.\n\n$$\n\\frac{a}{b}\n$$\n").html
    assert '<math display="inline"><mrow><msup><mi>x</mi><mn>2</mn></msup></mrow></math>' in body
    assert "costs $5 or $6." in body
    assert '<math display="block"><mrow><mfrac>' in body
    broken = html("$\\frac{$ and $<img src=x onerror=alert(1)>$ " + "$" + "x" * 3000 + "$").html
    assert "<code>" + "x" * 3000 in broken
    assert "onerror=" not in broken.replace("&lt;img src=x onerror", "") or "<img" not in broken


def test_links_follow_an_entry_that_was_renamed(clone):
    own = without_entries(clone("own"))
    write_card(own, f"{SETS}/old", "## What it is\n\n" + "Words. " * 50)
    write_card(own, f"{SETS}/other", "## What it is\n\nFrom [it](old.card.md#what-it-is).")
    commit(own, "Begin")
    own.git("mv", f"{SETS}/old.card.md", f"{SETS}/new.card.md")
    commit(own, "Rename")
    links = Page(build(own)[0] / SETS / "other.html").all("a", "href")
    assert f"../{SETS}/new.html#card-what-it-is" in links
