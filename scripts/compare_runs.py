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

from registry import console, selection
from registry.entries import ROOT
from registry.errors import RegistryError, Unreachable, UsageError
from registry.inside import beside, judge
from registry.inside import run as runs
from registry.inside.run import TrainingRun
from registry.remote import connect
from registry.remote.s3 import Client
from registry.sections import EXPERIMENTS, MODELS, RESULTS

FLAGS = ("--offline", "--json", "--format=json", "--format=text")


def main(argv: list[str]) -> int:
    cut = argv.index("--") if "--" in argv else len(argv)
    flags = [word for word in argv[:cut] if word.startswith("--")]
    for word in flags:
        if word not in FLAGS:
            raise UsageError(f"{word} is not known: FORMAT=json or FORMAT=text, or see --help")
    named = [word for word in argv if word not in (*flags, "--") and word.strip()]
    chosen = selection.select(named, (RESULTS, MODELS, EXPERIMENTS)) if named else []
    if len(chosen) < 2:
        raise UsageError(
            'which runs? Name at least two, DATASET="training_results/a training_results/b"'
        )
    client = None if "--offline" in flags else ask()
    compared = [runs.read(beside.run_of(entry), client) for entry in chosen]
    names = [str(entry) for entry in chosen]
    if {"--json", "--format=json"} & {*flags}:
        print(json.dumps(as_json(names, compared), indent=1))
    else:
        show(names, compared)
    for run in compared:
        for problem in run.problems:
            console.say(f"compare: {run.entry}: {problem}")
    return tell_missing(compared)


def ask() -> Client:
    try:
        return connect.connect(ROOT)[0].client
    except Unreachable as error:
        raise RegistryError(f"{error}\n  OFFLINE=1 compares what is here") from None


def show(names: list[str], compared: list[TrainingRun]) -> None:
    settings, same = beside.differing(compared)
    rows = [("", names)]
    rows += [("settings that differ", [])] if settings else []
    rows += [(f"  {key}", [run.config.get(key, "-") for run in compared]) for key in settings]
    rows += [("metrics", [])]
    rows += beside.metric_rows(compared)
    for line in beside.laid_out(rows):
        print(line)
    if same:
        are = "setting is" if same == 1 else "settings are"
        console.say(f"compare: {same} {are} the same in all")


def as_json(names: list[str], compared: list[TrainingRun]) -> dict[str, object]:
    rows = zip(names, compared, strict=True)
    table = beside.metrics(compared)
    best = {}
    for metric, values in table.items():
        known = {n: v for n, v in zip(names, values, strict=True) if v is not None}
        best[metric] = sorted(judge.best(metric, known))
    return {
        "runs": [{"entry": n, "run": str(r.entry), "config": r.config} for n, r in rows],
        "settings_that_differ": beside.differing(compared)[0],
        "metrics": table,
        "best": best,
    }


def tell_missing(compared: list[TrainingRun]) -> int:
    empty = [run for run in compared if not run.metrics.last]
    for run in empty:
        console.say(
            f"compare: {run.entry} has no metrics that are read: put a metrics.json into it, "
            "or a CSV with a column `step`"
        )
    sys.stdout.flush()
    return 1 if len(empty) == len(compared) else 0


if __name__ == "__main__":
    raise SystemExit(console.run(main, "compare"))
