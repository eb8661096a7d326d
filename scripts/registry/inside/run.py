"""Reads a training run: what it was configured with, its metrics, and how they went."""

from __future__ import annotations

import json
import re
from dataclasses import dataclass, field

from registry.entries import Entry
from registry.errors import Unreachable
from registry.inside import contents, ranges, series
from registry.inside.boards import Boards
from registry.inside.contents import Contents, File
from registry.inside.series import Metrics, Points
from registry.remote.s3 import Client

MOST_REMOTE, MOST_HERE = 400 * 1024, 16 * 2**20  # bytes that are read of a run
FILES = 24  # that are looked into
POINTS, CURVES = 300, 40  # that are kept
CONFIG = re.compile(
    r"(?:^|/)(?:config|hparams|params|args|hyperparameters|training_args)\.(?:json|ya?ml)$"
)
METRICS = re.compile(
    r"(?:^|/)(?:[^/]*(?:metric|result|eval|history|trainer_state|progress|score)[^/]*\.(?:json|csv)"
    r"|[^/]*\.(?:jsonl|ndjson)|[^/]*(?:log|loss)[^/]*\.csv|events\.out\.tfevents\.[^/]+)$",
    re.IGNORECASE,
)
LOGS = re.compile(r"\.log$", re.IGNORECASE)


@dataclass
class TrainingRun:
    """config: {key: value as text}. problems: a line for each file that could not be read."""

    entry: Entry
    config: dict[str, str] = field(default_factory=dict)
    metrics: Metrics = field(default_factory=Metrics)
    problems: list[str] = field(default_factory=list)


def read(entry: Entry, client: Client | None, listed: Contents | None = None) -> TrainingRun:
    """Raises Unreachable only while the files are listed; what cannot be read is a problem."""
    files = (listed or contents.read(entry, client)).files
    run, boards, left = TrainingRun(entry), Boards(), MOST_REMOTE
    of_logs = [file for file in files if LOGS.search(file.path)]
    for file in [f for f in files if CONFIG.search(f.path) or METRICS.search(f.path)][:FILES]:
        left -= _take(run, boards, file, client, left)
    run.metrics.add(boards.metrics())
    for file in of_logs[:2] if not run.metrics.curves else ():
        left -= _take(run, boards, file, client, left)
    settings = {key.rpartition(".")[2] for key in run.config} & {*run.metrics.curves}
    run.metrics.curves = {n: p for n, p in run.metrics.curves.items() if n not in settings}
    run.metrics.last = {n: v for n, v in run.metrics.last.items() if n not in settings}
    run.metrics.curves = {n: _thin(p) for n, p in [*run.metrics.curves.items()][:CURVES]}
    return run


def _take(run: TrainingRun, boards: Boards, file: File, client: Client | None, left: int) -> int:
    """Add what a file says; how many bytes were asked of S3."""
    most = min(file.size or 0, MOST_HERE if file.place else left)
    if most <= 0:
        return 0
    try:
        body = ranges.read(file, client, 0, most)
        if CONFIG.search(file.path):
            run.config |= _config(file.path, body)
        elif series.is_events(file.path):
            boards.add(file.path, series.read(file.path, body))
        else:
            run.metrics.add(series.read(file.path, body))
    except (Unreachable, OSError):
        run.problems.append(f"{file.path}: its bytes could not be read")
    except (ValueError, RecursionError) as error:
        cut = "it is longer than what is read of a run" if most < (file.size or 0) else str(error)
        run.problems.append(f"{file.path}: {cut or type(error).__name__}")
    return 0 if file.place else most


def _config(path: str, body: bytes) -> dict[str, str]:
    if path.endswith(".json"):
        return texts(json.loads(body))
    import yaml

    try:
        return texts(yaml.load(body, Loader=getattr(yaml, "CSafeLoader", yaml.SafeLoader)))
    except yaml.YAMLError as error:
        raise ValueError(str(error).split("\n")[0]) from None


def texts(values: object, name: str = "", depth: int = 0) -> dict[str, str]:
    """Return {"a.b": text} of nested mappings; a list is one text."""
    if isinstance(values, dict) and depth < series.DEEPEST:
        named: dict[str, str] = {}
        for key, value in list(values.items())[: series.MOST]:
            named |= texts(value, f"{name}.{key}" if name else str(key), depth + 1)
        return named
    return (
        {name: values if isinstance(values, str) else json.dumps(values, default=str)[:200]}
        if name
        else {}
    )


def _thin(points: Points) -> Points:
    """At most POINTS of them, by step, the last one with them."""
    ordered = sorted(points, key=lambda point: point[0])
    if len(ordered) <= POINTS:
        return ordered
    every = -(-len(ordered) // (POINTS - 1))
    return [*ordered[:-1:every], ordered[-1]]
