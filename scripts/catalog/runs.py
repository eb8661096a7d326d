"""Puts training runs side by side: those of one model, and all runs and models of the registry."""

from __future__ import annotations

from collections import Counter, defaultdict
from collections.abc import Iterable
from typing import Any, NamedTuple

from catalog.item import Item
from registry.humanize import plural
from registry.inside import judge
from registry.sections import MODELS, RESULTS

ALIKE = 8  # runs of one model on its page: as many colours as there are
COLUMNS = 8  # metrics of the table of all
MOST_SETTINGS = 40
HEADLINES = 3  # metrics of an entry in the list


class Cell(NamedTuple):
    """A value as people read it, and to sort by; "" and None for no value."""

    text: str
    value: float | None
    is_best: bool


class MetricRow(NamedTuple):
    """A line of a table. way: 1 where more is better, -1 where less is, 0 where nobody knows."""

    name: str
    way: int
    cells: list[Cell]


def assign(items: dict[str, Item]) -> None:
    """A model has the metrics of the run that its card names."""
    for item in items.values():
        if item.entry.section == MODELS:
            named = (items.get(id) for id in item.all("training_results"))
            item.run = next((run.run for run in named if run and run.run), None)


class Alike:
    """The runs of a registry, by the models that they are of."""

    def __init__(self, items: Iterable[Item]) -> None:
        self._by_id, self._of_model = dict[str, Item](), defaultdict[str, list[Item]](list)
        for run in items:
            if run.entry.section != MODELS and has_metrics(run):
                self._by_id[run.id] = run
                for model in {*run.all("model")}:
                    self._of_model[model].append(run)

    def of(self, item: Item) -> list[Item]:
        """Return the runs that belong beside an entry, its own first: those of the same model."""
        if not has_metrics(item):
            return []
        is_model = item.entry.section == MODELS
        models = [item.id] if is_model else item.all("model")
        own = item.all("training_results") if is_model else [item.id]
        beside = {run.id: run for model in models for run in self._of_model[model]}
        beside |= {id: self._by_id[id] for id in own if id in self._by_id}
        return sorted(beside.values(), key=lambda run: (run.id not in own, run.id))[:ALIKE]


def has_metrics(item: Item) -> bool:
    return item.run is not None and bool(item.run.metrics.last or item.run.metrics.curves)


def side_by_side(runs: list[Item]) -> list[MetricRow]:
    """Return a row for each metric, a cell for each run; first those that say most."""
    last = [run.run.metrics.last if run.run else {} for run in runs]
    names = sorted({name for values in last for name in values}, key=_rank)
    return [MetricRow(n, judge.direction(n), _cells(n, [v.get(n) for v in last])) for n in names]


def verdict(runs: list[Item], rows: list[MetricRow]) -> str:
    """Return in how many of the metrics that can be judged each run is best, most first; "" where
    nothing is to be told."""
    judged = [[cell.is_best for cell in row.cells] for row in rows if row.way]
    judged = [row for row in judged if any(row)]
    if len(runs) < 2 or not judged:
        return ""
    counts = Counter({at: sum(row[at] for row in judged) for at in range(len(runs))})
    said = ", ".join(f"{runs[at].title} in {count}" for at, count in counts.most_common() if count)
    return f"Best of {plural(len(judged), 'metric')} whose better side is known: {said}."


def settings(runs: list[Item]) -> list[tuple[str, list[str]]]:
    """Return (setting, its value in each run) of those that are not the same in all."""
    said = [run.run.config if run.run else {} for run in runs]
    keys = dict.fromkeys(key for config in said for key in config)
    rows = [(key, [config.get(key, "") for config in said]) for key in keys]
    return [(key, values) for key, values in rows if len({*values}) > 1][:MOST_SETTINGS]


def _cells(name: str, values: list[float | None]) -> list[Cell]:
    known = {str(at): value for at, value in enumerate(values) if value is not None}
    top = judge.best(name, known)
    return [
        Cell("" if value is None else f"{value:.6g}", value, str(at) in top)
        for at, value in enumerate(values)
    ]


def curves(runs: list[Item]) -> dict[str, Any]:
    """Return what curves.js draws: {title, series: {metric: [[step, value], …]}} of each run."""
    return {
        "runs": [
            {"title": r.title, "id": r.id, "series": r.run.metrics.curves} for r in runs if r.run
        ]
    }


def in_overview(items: Iterable[Item]) -> list[Item]:
    return [i for i in items if has_metrics(i) and i.entry.section in (RESULTS, MODELS)]


def overview(items: Iterable[Item]) -> tuple[list[Item], list[tuple[str, int]], list[list[Cell]]]:
    """(entries, metrics with their ways, a line of cells of each entry) of all with metrics."""
    shown = in_overview(items)
    last = [i.run.metrics.last if i.run else {} for i in shown]
    counts = Counter(name for values in last for name in values)
    names = sorted(counts, key=lambda n: (-counts[n], *_rank(n)))[:COLUMNS]
    columns = [_cells(name, [values.get(name) for values in last]) for name in names]
    rows = [[column[at] for column in columns] for at in range(len(shown))]
    return shown, [(name, judge.direction(name)) for name in names], rows


def headlines(item: Item) -> list[tuple[str, str]]:
    """Return (metric, value) of the few that say most."""
    last = item.run.metrics.last if item.run else {}
    told = sorted((name for name in last if judge.direction(name)), key=_rank)
    return [(name, f"{last[name]:.4g}") for name in told[:HEADLINES]]


def _rank(name: str) -> tuple[object, ...]:
    """Return what can be judged comes first, what is said of the whole, and of the test split."""
    return (
        not judge.direction(name),
        name.count(".") + name.count("/"),
        "test" not in name,
        "val" not in name,
        name,
    )
