"""Reads metrics out of the files that training leaves: JSON, CSV, JSON lines, logs, event files."""

from __future__ import annotations

import csv
import json
import math
import re
from collections import Counter
from collections.abc import Callable, Iterable
from dataclasses import dataclass, field

from registry.inside import events

STEPS = ("step", "global_step", "_step", "iteration", "iter", "epoch", "batch")
NAMED = re.compile(r"([A-Za-z_][\w/@.%-]*?)\s*[:= ]\s*(-?\d+(?:\.\d+)?(?:[eE][-+]?\d+)?)(?![\w.])")
FEWEST = 5  # lines of a log that are alike
DEEPEST, MOST = 6, 200
LONGEST_CELL = 10_000
SEPARATORS = ",;\t"
Points = list[tuple[float, float]]  # (step, value)


@dataclass
class Metrics:
    """last: {name: value} at the end. curves: {name: points}."""

    last: dict[str, float] = field(default_factory=dict)
    curves: dict[str, Points] = field(default_factory=dict)

    def add(self, other: Metrics) -> None:
        """Take what another file says, too; the first word on a name counts."""
        self.last = {**other.last, **self.last}
        self.curves = {**other.curves, **self.curves}


def read(path: str, body: bytes) -> Metrics:
    """Return what a file says, nothing if it says none.

    Raises ValueError for one that is broken.
    """
    name = path.rpartition("/")[2].lower()
    if is_events(path):
        return _of_events(body)
    for ending, reader in READERS.items():
        if name.endswith(ending):
            return reader(body.decode("utf-8-sig", "replace"))
    return Metrics()


def is_events(path: str) -> bool:
    """Return whether it is a file of TensorBoard's."""
    return "tfevents" in path.rpartition("/")[2].lower()


def of_records(records: Iterable[dict[str, object]]) -> Metrics:
    """Curves out of records that each are a step."""
    metrics = Metrics()
    for at, record in enumerate(records):
        step = next((s for key in STEPS if (s := number(record.get(key))) is not None), float(at))
        for name, value in flat(record).items():
            if name not in STEPS:
                metrics.curves.setdefault(name, []).append((step, value))
    metrics.curves = {n: points for n, points in metrics.curves.items() if len(points) > 1}
    metrics.last = {name: points[-1][1] for name, points in metrics.curves.items()}
    return metrics


def flat(values: object, name: str = "", depth: int = 0) -> dict[str, float]:
    """Return {"a.b": number} of the numbers in nested mappings."""
    if isinstance(values, dict) and depth < DEEPEST:
        numbers: dict[str, float] = {}
        for key, value in list(values.items())[:MOST]:
            numbers |= flat(value, f"{name}.{key}" if name else str(key), depth + 1)
        return numbers
    value = number(values)
    return {name: value} if value is not None and name else {}


def number(value: object) -> float | None:
    """Return the finite number that a value is, or that its text says; None for any other."""
    if isinstance(value, bool) or not isinstance(value, (int, float, str)):
        return None
    try:
        finite = float(value)
    except (ValueError, OverflowError):
        return None
    return finite if math.isfinite(finite) else None


def _of_json(text: str) -> Metrics:
    whole = json.loads(text)
    history = whole.get("log_history") if isinstance(whole, dict) else whole
    if isinstance(history, list):
        return of_records(row for row in history if isinstance(row, dict))
    return Metrics(last={n: v for n, v in flat(whole).items() if not isinstance(v, str)})


def _of_json_lines(text: str) -> Metrics:
    rows = []
    for line in text.splitlines():
        try:
            rows.append(json.loads(line))
        except ValueError:
            continue  # the last one may be cut
    rows = [row for row in rows if isinstance(row, dict)]
    return of_records(rows) if any(step in row for row in rows[:1] for step in STEPS) else Metrics()


def _of_csv(text: str) -> Metrics:
    """A table with a column of steps; any other table is data."""
    csv.field_size_limit(LONGEST_CELL)
    lines = text.splitlines()
    mark = max(SEPARATORS, key=lines[0].count) if lines else ","
    try:
        rows: list[dict[str, object]] = [
            {key.strip(): v for key, v in row.items() if key}
            for row in csv.DictReader(lines, delimiter=mark)
        ]
    except csv.Error as error:
        raise ValueError(str(error)) from None
    named = {key.lower() for key in rows[0]} if rows else set()
    return of_records(rows) if named & {*STEPS} else Metrics()


def _of_log(text: str) -> Metrics:
    """Lines that say the same names with other numbers, such as `epoch 3 loss 0.12`."""
    lines = [NAMED.findall(line[:1000]) for line in text.splitlines()]
    shapes = Counter(tuple(name for name, _ in line) for line in lines if line)
    usual, count = shapes.most_common(1)[0] if shapes else ((), 0)
    if count < FEWEST:
        return Metrics()
    metrics = of_records(dict(line) for line in lines if tuple(n for n, _ in line) == usual)
    return Metrics(curves=metrics.curves)  # guessed: good enough to look at, not to judge by


def _of_events(body: bytes) -> Metrics:
    """Of each step the last value, by step."""
    tags: dict[str, dict[float, float]] = {}
    for tag, step, value in events.numbers_in(body):
        if math.isfinite(value):
            tags.setdefault(tag, {})[float(step)] = value
    curves = {tag: sorted(points.items()) for tag, points in tags.items()}
    return Metrics({tag: points[-1][1] for tag, points in curves.items()}, curves)


READERS: dict[str, Callable[[str], Metrics]] = {
    ".json": _of_json, ".jsonl": _of_json_lines, ".ndjson": _of_json_lines, ".csv": _of_csv,
    ".log": _of_log,
}  # fmt: skip
