"""Finds how entries hang together: what each is made from and what uses it, as their cards say."""

from __future__ import annotations

from collections import deque
from typing import NamedTuple

from catalog.item import Item, Link

MOST = 60  # entries in the picture of one


class Relation(NamedTuple):
    """A field that names entries, and its words for both ends.

    `comes_first`: the named entry stands before this one in a picture, as its source does; a run
    stands before the model that it made.
    """

    key: str
    of_this: str
    of_that: str
    comes_first: bool = True


MADE_BY, MADE = "made by this run", "model of this run"
RELATIONS = (
    Relation("source_datasets", "derived from", "source of"),
    Relation("datasets", "trained on", "training data of"),
    Relation("base_model", "tuned from", "base of"),
    Relation("training_results", MADE_BY, MADE),
    Relation("model", MADE_BY, MADE, False),
)


class Edge(NamedTuple):
    """From what comes first to what was made of it; `words` as the later one would say it."""

    source: str
    target: str
    words: str


def connect(items: dict[str, Item]) -> list[Edge]:
    """Fill in `made_from` and `used_by` of every item; the edges, without doubles."""
    edges: dict[tuple[str, str], Edge] = {}
    for item in items.values():
        for relation in RELATIONS:
            for other in item.all(relation.key):
                if other in items and other != item.id:
                    edge = _edge(item.id, other, relation)
                    edges.setdefault(edge[:2], edge)
    for edge in edges.values():
        items[edge.target].made_from.append(Link(edge.words, edge.source))
        items[edge.source].used_by.append(Link(_seen_from_source(edge), edge.target))
    return sorted(edges.values())


def _edge(this: str, that: str, relation: Relation) -> Edge:
    ends = (that, this) if relation.comes_first else (this, that)
    return Edge(*ends, relation.of_this)


def _seen_from_source(edge: Edge) -> str:
    for relation in RELATIONS:
        if relation.of_this == edge.words:
            return relation.of_that
    return edge.words


class Lineage:
    """Edges by their ends, to ask what an entry comes from and what comes from it."""

    def __init__(self, edges: list[Edge]) -> None:
        self.edges = edges
        self._by_end: tuple[dict[str, list[Edge]], ...] = ({}, {})
        for edge in edges:
            self._by_end[1].setdefault(edge.target, []).append(edge)
            self._by_end[0].setdefault(edge.source, []).append(edge)

    def around(self, start: str, most: int = MOST) -> tuple[list[Edge], bool]:
        """Return the edges of all that `start` is made from and all that is made from it.

        Of more than about `most` the nearest; whether that was all.
        """
        before, all_before = self._follow(start, 1, most // 2)
        after, all_after = self._follow(start, 0, most // 2)
        return sorted({*before, *after}), all_before and all_after

    def _follow(self, start: str, end: int, most: int) -> tuple[set[Edge], bool]:
        """Breadth first, from edges that have an entry at `end` to those at their other end."""
        seen, waiting, edges = {start}, deque([start]), set[Edge]()
        while waiting:
            for edge in self._by_end[end].get(waiting.popleft(), ()):
                other = edge[1 - end]
                if other not in seen and len(seen) > most:
                    return edges, False
                edges.add(edge)
                if other not in seen:
                    seen.add(other)
                    waiting.append(other)
        return edges, True
