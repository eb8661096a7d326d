"""Says which of two values of a metric is better, by the words in its name."""

from __future__ import annotations

import re
from collections.abc import Mapping

LESS = re.compile(
    r"loss|error|perplexity|ppl|\bw?er\b|wer|cer\b|mse|mae|nll|entropy|latency|seconds|runtime|time\b|bpc|bpb|fid",
    re.IGNORECASE,
)
MORE = re.compile(
    r"acc|f1|auc|precision|recall|bleu|rouge|meteor|chrf|score|\bmap\b|ndcg|mrr|r2|iou|dice|psnr|ssim"
    r"|kappa|reward|throughput|per_second|exact_match|pass@",
    re.IGNORECASE,
)
ALMOST = 1e-12


def direction(name: str) -> int:
    """1 where more is better, -1 where less is, 0 where the name does not tell.

    The last part of the name that tells counts: `test.accuracy.loss` is a loss.
    """
    for part in reversed(re.split(r"[./]", name)):
        if LESS.search(part):
            return -1
        if MORE.search(part):
            return 1
    return 0


def best(name: str, values: Mapping[str, float]) -> set[str]:
    """Return the keys of the best values, if the name tells and not all are equal."""
    way = direction(name)
    if not way or len(values) < 2:
        return set()
    top = max(value * way for value in values.values())
    winners = {key for key, value in values.items() if abs(value * way - top) <= ALMOST}
    return winners if len(winners) < len(values) else set()
