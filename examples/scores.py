"""How good a model's answers are: metrics, a confusion matrix and the mistakes."""

from __future__ import annotations

import csv
import io
from collections import Counter
from collections.abc import Iterator
from typing import Any

from logs import LANGUAGES

Pairs = list[tuple[str, str, str]]  # snippet, its language, the model's answer


def metrics(pairs: Pairs) -> dict[str, Any]:
    """Accuracy over all, by number of words and by language (that is recall); macro F1."""
    lengths = sorted({len(s.split()) for s, _, _ in pairs})
    by_words = {n: accuracy([p for p in pairs if len(p[0].split()) == n]) for n in lengths}
    by_language = {c: accuracy([p for p in pairs if p[1] == c]) for c in LANGUAGES}
    f1 = round(sum(_f1(pairs, c) for c in LANGUAGES) / len(LANGUAGES), 4)
    return {
        "snippets": len(pairs),
        "accuracy": accuracy(pairs),
        "macro_f1": f1,
        "accuracy_by_words": by_words,
        "accuracy_by_language": by_language,
    }


def accuracy(pairs: Pairs) -> float:
    """The share of right answers, from 0 to 1."""
    return round(sum(truth == answer for _, truth, answer in pairs) / len(pairs), 4)


def _f1(pairs: Pairs, code: str) -> float:
    hits = sum(truth == answer == code for _, truth, answer in pairs)
    return 2 * hits / sum((truth == code) + (answer == code) for _, truth, answer in pairs)


def matrix(pairs: Pairs) -> bytes:
    """How often each language (rows) was taken for each (columns)."""
    table, counts = io.StringIO(), Counter((truth, answer) for _, truth, answer in pairs)
    writer = csv.writer(table, lineterminator="\n")
    writer.writerow(["is \\ taken for", *LANGUAGES])
    writer.writerows([row, *(counts[row, column] for column in LANGUAGES)] for row in LANGUAGES)
    return table.getvalue().encode()


def mistakes(pairs: Pairs) -> Iterator[tuple[str, bytes]]:
    """For each language its snippets that were taken for another, and for which."""
    for code, name in LANGUAGES.items():
        wrong = [f"{s}\t{answer}\n" for s, truth, answer in pairs if code == truth != answer]
        yield f"mistakes/{name}.txt", "".join(wrong).encode()
