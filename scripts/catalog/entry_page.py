"""What the page of an entry is made from: plain values, and nothing that is not among them.

So their digest tells whether the page would come out as it is. The template sees no more.
"""

from __future__ import annotations

from collections.abc import Iterable
from typing import Any, NamedTuple

from markupsafe import Markup

from catalog import croissant, facts, programs, relations, runs, usage
from catalog.collect import Collection
from catalog.item import Item, Link


class Frame(NamedTuple):
    """What all pages have in common. offline: whether S3 told nothing; the others as Collection."""

    name: str
    web: str
    mirror: str
    offline: bool
    status: bool
    base: str
    has_runs: bool


def frame(collection: Collection, base: str) -> Frame:
    has_runs = bool(runs.in_overview(collection.items))
    return Frame(
        collection.name,
        collection.web,
        collection.mirror,
        bool(collection.offline),
        collection.status,
        base,
        has_runs,
    )


class Near(NamedTuple):
    """Another entry as a page names it, and what it is to this one."""

    title: str
    page: str
    id: str
    words: str = ""


class EntryPages:
    """The pages' values, entry by entry."""

    def __init__(self, collection: Collection, base: str) -> None:
        self._collection, self._base = collection, base
        self._by_id = {item.id: item for item in collection.items}
        self._lineage = relations.Lineage(collection.edges)
        self._alike = runs.Alike(collection.items)

    def context(self, item: Item) -> dict[str, Any]:
        mirror, published = self._collection.mirror, self._collection.published.get(item.id)
        data = croissant.describe(item, self._base + item.page, published)
        return {
            "top": "../",
            "item": item,
            "card": item.card.text if item.card else "",
            "facts": facts.read(item),
            "pull": "" if mirror else usage.pull(item),
            "python": usage.python(item, mirror),
            "croissant": Markup(programs.in_html(data)) if data else "",
            "successor": self._near(item.first("new_version")),
            "made_from": self._all_near(item.made_from),
            "used_by": self._all_near(item.used_by),
            "published": published.version if published else "",
            "clones": self._collection.clones,
            **self._picture(item),
            **self._runs(item),
        }

    def _near(self, id: str, words: str = "") -> Near | None:
        item = self._by_id.get(id)
        return Near(item.title, item.page, id, words) if item else None

    def _all_near(self, links: Iterable[Link]) -> list[Near | None]:
        return [self._near(link.id, link.words) for link in links]

    def _picture(self, item: Item) -> dict[str, Any]:
        """The lineage around it."""
        edges, is_all = self._lineage.around(item.id)
        near = {item.id, *(end for edge in edges for end in edge[:2])}
        graph = programs.graph((self._by_id[id] for id in sorted(near)), edges)
        return {
            "graph": Markup(programs.in_html(graph)) if edges else "",
            "is_dashed": any(edge.words == relations.MADE_BY for edge in edges),
            "is_all": is_all,
        }

    def _runs(self, item: Item) -> dict[str, Any]:
        """The runs beside it."""
        beside = self._alike.of(item)
        metrics = runs.side_by_side(beside)
        return {
            "runs": [Near(run.title, run.page, run.id) for run in beside],
            "metrics": metrics,
            "verdict": runs.verdict(beside, metrics),
            "settings": runs.settings(beside),
            "series": Markup(programs.in_html(runs.curves(beside))) if beside else "",
        }
