"""Compare training runs: which settings differ, their metrics side by side, and which is better.

usage: compare_runs.py [--offline] [--json] section/name section/name ...

Reads the configuration (config.json, hparams.yaml, …) and the metrics (metrics.json, CSV and JSON
lines with steps, TensorBoard's event files, logs) of each, from S3 or from here, in part, without
downloading it. A model stands for the run that its card names. A `*` is the best value, where the
name of the metric tells which way is better. --json (FORMAT=json) is for programs.
Exit code: 0 compared, 1 nothing to compare or S3 could not be asked, 2 wrong usage.
"""

from __future__ import annotations

import json
import sys

from registry import console, entries
from registry.cards.library import Library
from registry.entries import ROOT, Entry
from registry.errors import RegistryError, Unreachable, UsageError
from registry.inside import judge
from registry.inside import run as runs
from registry.inside.run import TrainingRun
from registry.remote import connect
from registry.remote.s3 import Client
from registry.sections import EXPERIMENTS, MODELS, RESULTS

FLAGS = ("--offline", "--json", "--format=json", "--format=text")
WIDEST = 28  # letters of a column


def main(argv: list[str]) -> int:
    cut = argv.index("--") if "--" in argv else len(argv)
    flags = [word for word in argv[:cut] if word.startswith("--")]
    for word in flags:
        if word not in FLAGS:
            raise UsageError(f"{word} is not known: FORMAT=json or FORMAT=text, or see --help")
    named = [word for word in argv if word not in (*flags, "--") and word.strip()]
    chosen = entries.select(named, (RESULTS, MODELS, EXPERIMENTS)) if named else []
    if len(chosen) < 2:
        raise UsageError(
            'which runs? Name at least two, DATASET="training_results/a training_results/b"'
        )
    client = None if "--offline" in flags else ask()
    found = [runs.read(of(entry), client) for entry in chosen]
    names = [str(entry) for entry in chosen]
    if {"--json", "--format=json"} & {*flags}:
        print(json.dumps(as_json(names, found), indent=1))
    else:
        show(names, found)
    for run in found:
        for problem in run.problems:
            console.say(f"compare: {run.entry}: {problem}")
    return tell_missing(found)


def ask() -> Client:
    try:
        return connect.connect(ROOT)[0].client
    except Unreachable as error:
        raise RegistryError(f"{error}\n  OFFLINE=1 compares what is here") from None


def of(entry: Entry) -> Entry:
    """The run behind a model, as its card says; any other entry is a run itself."""
    card = Library(entry.root).card(entry) if entry.section == MODELS else None
    value = card.fields.get("training_results") if card else None
    said = value.data[0].data if value and value.kind == "list" else value.data if value else ""
    section, _, name = str(said).partition("/")
    return Entry(section, name, entry.root) if section == RESULTS and name else entry


def show(names: list[str], found: list[TrainingRun]) -> None:
    settings, same = differing(found)
    rows = [("", names)]
    rows += [("settings that differ", [])] if settings else []
    rows += [(f"  {key}", [run.config.get(key, "-") for run in found]) for key in settings]
    rows += [("metrics", [])]
    for name, values in metrics(found).items():
        top = judge.best(name, {str(n): v for n, v in enumerate(values) if v is not None})
        cells = [
            "-" if v is None else f"{v:.6g}{' *' if str(n) in top else ''}"
            for n, v in enumerate(values)
        ]
        rows.append((f"  {name}", cells + told(name, values)))
    for line in laid_out(rows):
        print(line)
    if same:
        console.say(f"compare: {same} settings are the same in all")


def told(name: str, values: list[float | None]) -> list[str]:
    """Of two values: how much better or worse the second is."""
    if len(values) != 2 or values[0] is None or values[1] is None or values[0] == values[1]:
        return []
    change = values[1] - values[0]
    word = {1: "better", -1: "worse", 0: ""}[judge.direction(name) * (1 if change > 0 else -1)]
    return [f"{change:+.3g} {word}".strip()]


def differing(found: list[TrainingRun]) -> tuple[list[str], int]:
    """The settings that are not the same in all runs, and how many are."""
    keys = dict.fromkeys(key for run in found for key in run.config)
    unlike = [key for key in keys if len({run.config.get(key) for run in found}) > 1]
    return unlike, len(keys) - len(unlike)


def metrics(found: list[TrainingRun]) -> dict[str, list[float | None]]:
    names = dict.fromkeys(name for run in found for name in run.metrics.last)
    return {name: [run.metrics.last.get(name) for run in found] for name in names}


def laid_out(rows: list[tuple[str, list[str]]]) -> list[str]:
    """Columns of equal width, cut where they are very long."""
    cells = [
        [head, *(c if len(c) <= WIDEST or not head else c[: WIDEST - 1] + "…" for c in row)]
        for head, row in rows
    ]
    count = max(map(len, cells))
    widths = [max((len(row[n]) for row in cells if n < len(row)), default=0) for n in range(count)]
    return ["  ".join(c.ljust(w) for c, w in zip(row, widths)).rstrip() for row in cells]  # noqa: B905


def as_json(names: list[str], found: list[TrainingRun]) -> dict[str, object]:
    rows = zip(names, found, strict=True)
    table = metrics(found)
    best = {}
    for metric, values in table.items():
        known = {n: v for n, v in zip(names, values, strict=True) if v is not None}
        best[metric] = sorted(judge.best(metric, known))
    return {
        "runs": [{"entry": n, "run": str(r.entry), "config": r.config} for n, r in rows],
        "settings_that_differ": differing(found)[0],
        "metrics": table,
        "best": best,
    }


def tell_missing(found: list[TrainingRun]) -> int:
    empty = [run for run in found if not run.metrics.last]
    for run in empty:
        console.say(
            f"compare: {run.entry} has no metrics that are read: put a metrics.json into it, "
            "or a CSV with a column `step`"
        )
    sys.stdout.flush()
    return 1 if len(empty) == len(found) else 0


if __name__ == "__main__":
    raise SystemExit(console.run(main, "compare"))
