"""Sites for the tests of the catalog: registries that are built, and what is true of every page."""

from __future__ import annotations

import json
import re
from html.parser import HTMLParser
from pathlib import Path
from urllib.parse import unquote, urlsplit

from support.checkout import Checkout
from support.process import Run
from support.template import BASE, SCRATCH


def without_entries(checkout: Checkout) -> Checkout:
    """The same checkout, its base entries taken out."""
    checkout.delete(f"{BASE}.card.md", f"{BASE}.dvc", f"{SCRATCH}.card.md")
    return checkout


def build(checkout: Checkout, *words: str, code: int = 0) -> tuple[Path, Run]:
    """Build a checkout's site beside it, without S3 unless words say otherwise."""
    site = checkout.path.with_name(checkout.path.name + ".site")
    run = checkout.script("build_catalog", f"--out={site}", *(words or ("--offline",)))
    assert run.code == code, run
    return site, run


def write_card(checkout: Checkout, entry: str, body: str, head: str = "") -> Path:
    """A card with its own body, and more lines of front matter."""
    card = checkout.card(entry)
    start = card.read_text().split("---\n")[1]
    name = entry.partition("/")[2]
    card.write_text(f"---\n{start}{head}---\n\n# Card: {name}\n\n{body}\n", encoding="utf-8")
    return card


def commit(checkout: Checkout, subject: str, **env: str) -> str:
    """Commit all that is there; its hash."""
    checkout.env.update(env)
    checkout.git("add", "-A")
    checkout.git("commit", "-qm", subject)
    return checkout.git("rev-parse", "HEAD").strip()


def pages(site: Path) -> list[Path]:
    return sorted(site.rglob("*.html"))


def index(site: Path) -> dict[str, dict]:
    """{id: entry} of index.json."""
    return {e["id"]: e for e in json.loads((site / "index.json").read_text())["entries"]}


class Page(HTMLParser):
    """What a page holds: links, ids, the texts of elements by their start tag."""

    def __init__(self, file: Path) -> None:
        super().__init__(convert_charrefs=True)
        self.file = file
        self.source = file.read_text(encoding="utf-8")
        self.tags: list[tuple[str, dict[str, str | None]]] = []
        self.words: list[str] = []
        self.feed(self.source)

    def handle_starttag(self, tag: str, attrs: list[tuple[str, str | None]]) -> None:
        self.tags.append((tag, dict(attrs)))

    def handle_data(self, data: str) -> None:
        self.words.append(data)

    @property
    def text(self) -> str:
        return " ".join(" ".join(self.words).split())

    def says(self, text: str) -> bool:
        """Whether the page has this text, whatever of it is marked up, and how it is broken."""
        return "".join(text.split()) in "".join("".join(self.words).split())

    @property
    def ids(self) -> list[str]:
        return [attrs["id"] or "" for _, attrs in self.tags if "id" in attrs]

    def all(self, tag: str, attribute: str) -> list[str]:
        return [a[attribute] or "" for t, a in self.tags if t == tag and attribute in a]

    @property
    def targets(self) -> list[str]:
        """Everything that this page would load or lead to."""
        wanted = {("a", "href"), ("link", "href"), ("script", "src"), ("img", "src")}
        return [value for tag, attribute in sorted(wanted) for value in self.all(tag, attribute)]

    @property
    def json_ld(self) -> list[dict]:
        texts = re.findall(
            r'<script type="application/ld\+json">(.*?)</script>', self.source, re.DOTALL
        )
        return [json.loads(text) for text in texts]


def broken_links(site: Path) -> list[str]:
    """Every link of every page that does not lead to a file of the site, or to a part of it."""
    read = {page: Page(page) for page in pages(site)}
    ids = {page: set(parsed.ids) for page, parsed in read.items()}
    broken = []
    for page, parsed in read.items():
        for target in parsed.targets:
            parts = urlsplit(target)
            if parts.scheme in ("https", "http", "mailto", "data"):
                continue
            file = (page.parent / unquote(parts.path)).resolve() if parts.path else page
            anchor = unquote(parts.fragment)
            if not file.is_file() or (anchor and file in ids and anchor not in ids[file]):
                broken.append(f"{page.relative_to(site)}: {target}")
    return broken
