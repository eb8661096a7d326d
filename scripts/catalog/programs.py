"""Writes what programs read: index.json, the data of search and lineage, the sitemap, the feed."""

from __future__ import annotations

import json
from collections.abc import Iterable
from typing import Any, NamedTuple
from xml.sax.saxutils import escape

from catalog.collect import Collection
from catalog.item import Item
from catalog.moments import instant
from catalog.relations import Edge

NEWEST = 50  # items of the feed


class News(NamedTuple):
    """One thing that happened to an entry."""

    when: str
    item: Item
    who: str
    what: str
    key: str


def index(collection: Collection) -> str:
    """Every entry with all its facts, for programs; a promise: keys are added, not changed."""
    listed = [_entry(item) for item in collection.items]
    whole = {"format": 1, "commit": collection.commit, "date": collection.when, "entries": listed}
    return json.dumps(whole, indent=1, ensure_ascii=False) + "\n"


def _entry(item: Item) -> dict[str, Any]:
    when, who = item.updated
    return {
        "id": item.id,
        "section": item.entry.section,
        "name": item.entry.name,
        "page": item.page,
        "summary": item.summary,
        "bytes": item.size,
        "files": item.files,
        "version": item.version,
        "updated": when,
        "updated_by": who,
        "pushed": item.push._asdict() if item.push else None,
        "card": item.facts(),
        "made_from": [link._asdict() for link in item.made_from],
        "used_by": [link._asdict() for link in item.used_by],
        "problems": len(item.problems),
        "metrics": item.run.metrics.last if item.run else {},
        **({"here": item.here} if item.here else {}),
    }


def row(item: Item) -> dict[str, Any]:
    """Return what the front page's search, filters and sort need of an entry."""
    when, who = item.updated
    status = ["deprecated" if item.is_deprecated else "active"]
    return {
        "id": item.id,
        "section": item.entry.section,
        "title": item.title,
        "summary": item.summary,
        "tags": item.all("tags"),
        "license": item.license,
        "languages": item.all("language"),
        "status": [*status, "with problems"] if item.problems else status,
        "size": item.size or 0,
        "files": item.files or 0,
        "updated": instant(when),
        "who": who,
        "here": item.here.partition(":")[0],
    }


def script(name: str, value: object) -> str:
    """A value for the pages' scripts: as a script, since file:// lets pages fetch nothing."""
    return f"window.{name} = {in_html(value)};\n"


def in_html(value: object) -> str:
    """JSON that can stand inside a <script>: no `</script>` and no `<!--` can be in it."""
    text = json.dumps(value, ensure_ascii=False, separators=(",", ":"))
    return text.replace("<", "\\u003c").replace("\u2028", "\\u2028").replace("\u2029", "\\u2029")


def texts(items: Iterable[Item]) -> list[list[str]]:
    """[id, words of the card] of each, for the search."""
    return [[item.id, item.text] for item in items]


def graph(items: Iterable[Item], edges: Iterable[Edge]) -> dict[str, Any]:
    """Nodes and edges of a lineage picture."""
    nodes = [[i.id, i.title, i.page, int(i.is_deprecated)] for i in items]
    return {"nodes": nodes, "edges": [[e.source, e.target, e.words] for e in edges]}


def files(item: Item) -> list[int | str]:
    """Of each file three values: how many letters, as JavaScript counts them, its folder has in
    common with that of the file before; the rest of its path; its size (-1: not known)."""
    rows: list[int | str] = []
    last = ""
    for raw, size, *_ in item.contents.files:
        path = raw.encode("utf-8", "surrogateescape").decode("utf-8", "replace")
        folder = path[: path.rfind("/") + 1]
        same = folder if last == folder else ""
        rows += (
            len(same.encode("utf-16-le")) // 2,
            path[len(same) :],
            -1 if size is None else size,
        )
        last = folder
    return rows


def sitemap(collection: Collection, base: str) -> str:
    """https://www.sitemaps.org/protocol.html; `base` ends with a slash."""
    pages = [("", collection.when), ("lineage.html", collection.when)]
    pages += [(item.page, item.updated[0]) for item in collection.items]
    rows = "".join(
        f" <url><loc>{escape(base + page)}</loc>"
        f"{f'<lastmod>{when}</lastmod>' if when else ''}</url>\n"
        for page, when in pages
    )
    return (
        '<?xml version="1.0" encoding="UTF-8"?>\n'
        f'<urlset xmlns="http://www.sitemaps.org/schemas/sitemap/0.9">\n{rows}</urlset>\n'
    )


def news(items: Iterable[Item], most: int = NEWEST) -> list[News]:
    """Return what changed last, newest first: pushes of data and commits of cards."""
    newest = []
    for item in items:
        newest += [News(c.when, item, c.who, c.subject, c.commit) for c in item.changes[:most]]
        push = item.push
        if push and push.when and push.who:
            newest.append(News(push.when, item, push.who, "data pushed", f"push-{push.when}"))
    return sorted(newest, key=lambda n: (-instant(n.when), n.item.id, n.key))[:most]
