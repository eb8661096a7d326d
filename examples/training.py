"""The training run of the samples: a naive Bayes classifier of languages, tuned on a grid."""

from __future__ import annotations

import json
import math
from collections import Counter
from dataclasses import dataclass
from pathlib import Path
from typing import Any

import predict
import scores
from logs import LANGUAGES, Files
from predict import Model
from scores import Pairs
from snippets import Snippets


@dataclass(frozen=True)
class Config:
    """What a run tries: runs of up to `orders` letters or words, counts plus `smoothings`."""

    unit: str = "letter"
    orders: tuple[int, ...] = (1, 2, 3, 4, 5)
    smoothings: tuple[float, ...] = (0.03, 0.1, 0.3, 1.0, 3.0)


def run(snippets: Snippets, config: Config) -> tuple[Files, Files]:
    """Train one model per point of the grid; the files of the best one and those of the run."""
    tried = [
        _try(snippets, config.unit, order, smoothing)
        for order in config.orders
        for smoothing in config.smoothings
    ]
    best = max(tried, key=lambda trial: trial.accuracy)  # the first of equals: the smaller one
    return _model_files(best.model), _result_files(tried, best, snippets["test"])


@dataclass(frozen=True)
class Trial:
    """One point of the grid, the model trained there and its accuracy on the validation split."""

    unit: str
    order: int
    smoothing: float
    model: Model
    accuracy: float

    def __str__(self) -> str:
        return f"order {self.order} smoothing {self.smoothing:.2f}: validation {self.accuracy:.4f}"


def _try(snippets: Snippets, unit: str, order: int, smoothing: float) -> Trial:
    model = _train(snippets["train"], unit, order, smoothing)
    accuracy = scores.accuracy(_answers(model, snippets["validation"]))
    return Trial(unit, order, smoothing, model, accuracy)


def _train(train: dict[str, list[str]], unit: str, order: int, smoothing: float) -> Model:
    """Weights of all runs, in thousandths of a nat: integers, so that sums are exact anywhere."""
    counts = {
        code: Counter(g for s in snippets for g in predict.grams(s, unit, order))
        for code, snippets in train.items()
    }
    kinds = len(set().union(*counts.values()))
    return {
        code: {"language": code, "unit": unit, "order": order, **_weights(c, smoothing, kinds)}
        for code, c in counts.items()
    }


def _weights(counts: Counter[str], smoothing: float, kinds: int) -> dict[str, Any]:
    total = sum(counts.values()) + smoothing * kinds

    def weight(count: int) -> int:
        return round(1000 * math.log((count + smoothing) / total))

    return {"unseen": weight(0), "weights": {g: weight(counts[g]) for g in sorted(counts)}}


def _answers(model: Model, snippets: dict[str, list[str]]) -> Pairs:
    return [
        (s, code, predict.best(model, s)) for code, sentences in snippets.items() for s in sentences
    ]


def _result_files(tried: list[Trial], best: Trial, test: dict[str, list[str]]) -> Files:
    """What the run leaves behind: configuration, metrics, log, confusion matrix and mistakes."""
    pairs = _answers(best.model, test)
    grid = {k: sorted({getattr(t, k) for t in tried}) for k in ("order", "smoothing")}
    chosen = {"unit": best.unit, "order": best.order, "smoothing": best.smoothing}
    metrics = {"validation": {"accuracy": best.accuracy}, "test": scores.metrics(pairs)}
    log = [
        *map(str, tried),
        f"best is {best}",
        f"test {scores.accuracy(pairs):.4f}, {len(pairs)} snippets",
    ]
    return {
        "config.json": _json({**chosen, "tried": grid}),
        "metrics.json": _json(metrics),
        "logs/training.log": "".join(f"{line}\n" for line in log).encode(),
        "confusion matrix.csv": scores.matrix(pairs),
        **dict(scores.mistakes(pairs)),
    }


def _model_files(model: Model) -> Files:
    weights = {f"weights/{LANGUAGES[c]}.json": _json(model[c], indent=0) for c in model}
    return {"predict.py": Path(predict.__file__).read_bytes(), **weights}


def _json(value: object, indent: int = 2) -> bytes:
    return (json.dumps(value, ensure_ascii=False, indent=indent) + "\n").encode()
