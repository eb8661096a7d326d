"""Lays training runs side by side: their metrics, which is better, and the settings that differ."""

from __future__ import annotations

from registry.cards.library import Library
from registry.entries import Entry
from registry.inside import judge
from registry.inside.run import TrainingRun
from registry.sections import MODELS, RESULTS

WIDEST = 28  # letters of a column
TableRows = list[tuple[str, list[str]]]  # (its name, a cell for each run)


def run_of(entry: Entry) -> Entry:
    """Return the run behind a model, as its card says; any other entry is a run itself."""
    card = Library(entry.root).card(entry) if entry.section == MODELS else None
    value = card.fields.get("training_results") if card else None
    said = value.data[0].data if value and value.kind == "list" else value.data if value else ""
    section, _, name = str(said).partition("/")
    return Entry(section, name, entry.root) if section == RESULTS and name else entry


def metric_rows(compared: list[TrainingRun]) -> TableRows:
    """Return a row for each metric, the best with a star; of two runs also how they differ."""
    return [
        (f"  {name}", _cells(name, values) + _told(name, values))
        for name, values in metrics(compared).items()
    ]


def _cells(name: str, values: list[float | None]) -> list[str]:
    top = judge.best(name, {str(n): v for n, v in enumerate(values) if v is not None})
    return [
        "-" if v is None else f"{v:.6g}{' *' if str(n) in top else ''}"
        for n, v in enumerate(values)
    ]


def _told(name: str, values: list[float | None]) -> list[str]:
    """Of two values: how much better or worse the second is."""
    if len(values) != 2 or values[0] is None or values[1] is None or values[0] == values[1]:
        return []
    change = values[1] - values[0]
    word = {1: "better", -1: "worse", 0: ""}[judge.direction(name) * (1 if change > 0 else -1)]
    return [f"{change:+.3g} {word}".strip()]


def differing(compared: list[TrainingRun]) -> tuple[list[str], int]:
    """Return the settings that are not the same in all runs, and how many are."""
    keys = dict.fromkeys(key for run in compared for key in run.config)
    unlike = [key for key in keys if len({run.config.get(key) for run in compared}) > 1]
    return unlike, len(keys) - len(unlike)


def metrics(compared: list[TrainingRun]) -> dict[str, list[float | None]]:
    names = dict.fromkeys(name for run in compared for name in run.metrics.last)
    return {name: [run.metrics.last.get(name) for run in compared] for name in names}


def laid_out(rows: TableRows) -> list[str]:
    """Columns of equal width, cut where they are very long."""
    cells = [
        [head, *(c if len(c) <= WIDEST or not head else c[: WIDEST - 1] + "…" for c in row)]
        for head, row in rows
    ]
    count = max(map(len, cells))
    widths = [max((len(row[n]) for row in cells if n < len(row)), default=0) for n in range(count)]
    return ["  ".join(c.ljust(w) for c, w in zip(row, widths)).rstrip() for row in cells]  # noqa: B905
