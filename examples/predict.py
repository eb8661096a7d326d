"""Tell the language of a few words: language_of("la mer est calme") is "fr".

Goes with the folder `weights` beside it; needs nothing but Python. To use it from elsewhere:
language_of = runpy.run_path("champion_models/lighthouse-language/predict.py")["language_of"]
"""

from __future__ import annotations

import functools
import json
from pathlib import Path
from typing import Any

Model = dict[str, dict[str, Any]]


def language_of(text: str) -> str:
    """The language that the text most probably is in: de, en, es, fr, it or nl."""
    return best(load(Path(__file__).resolve().parent / "weights"), text)


@functools.lru_cache
def load(folder: Path) -> Model:
    """The model: for each language its unit, order, weights and the weight of what is unseen."""
    files = sorted(folder.glob("*.json"))
    weights = [json.loads(file.read_text(encoding="utf-8")) for file in files]
    return {w["language"]: w for w in sorted(weights, key=lambda w: str(w["language"]))}


def best(model: Model, text: str) -> str:
    """The language with the highest score; the first of the alphabet when several have it."""
    return max(model, key=lambda language: score(model[language], text))


def score(weights: dict[str, Any], text: str) -> int:
    """The log-probability of the text in one language, in thousandths of a nat (natural log)."""
    known, unseen = weights["weights"], weights["unseen"]
    return sum(known.get(g, unseen) for g in grams(text, weights["unit"], weights["order"]))


def grams(text: str, unit: str, order: int) -> list[str]:
    """The runs of 1 to `order` letters (unit "letter", with the blanks around) or words."""
    words = text.lower().split()
    parts: list[str] = words if unit == "word" else list(f" {' '.join(words)} ")
    glue = " " if unit == "word" else ""
    lengths = range(1, order + 1)
    return [glue.join(parts[i : i + n]) for n in lengths for i in range(len(parts) - n + 1)]
