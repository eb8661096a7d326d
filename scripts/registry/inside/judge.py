"""Says which of two values of a metric is better, by the words in its name."""

from __future__ import annotations

import re
from collections.abc import Mapping

# Long words tell wherever they stand, short ones alone: `test_acc` is one, `accumulated` is none.
LESS = re.compile(
    r"loss|error|perplexity|latency|runtime|entropy"
    r"|(?<![a-z])(?:ppl|[cw]?er|r?mse|r?mae|mape|nll|time|seconds|bpc|bpb|fid|eer)(?![a-z])"
)
MORE = re.compile(
    r"accuracy|precision|recall|bleu|rouge|meteor|score|kappa|reward|throughput|per_second|ndcg"
    r"|(?<![a-z])(?:b?acc|f1|auc|auroc|auprc|chrf|map|mrr|r2|m?iou|dice|psnr|ssim|exact_match|pass|hits?"
    r"|mcc)(?![a-z])"
)
CAMEL = re.compile(r"(?<=[a-z])(?=[A-Z][a-z])")  # in `valLoss`, and not in `mAP`
ALMOST = 1e-12


def direction(name: str) -> int:
    """1 where more is better, -1 where less is, 0 where the name does not tell.

    The last part of the name that tells counts: `test.accuracy.loss` is a loss.
    """
    for part in reversed(re.split(r"[./]", CAMEL.sub("_", name).lower())):
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
