"""Make the sample registry: entries of every section, the same bytes each time and everywhere.

Writes examples/store/ (what a bucket would hold), the sample raw dataset's .dvc file and
examples/samples.txt (the samples, one section/name per line).
"""

from __future__ import annotations

import argparse
import shutil
from pathlib import Path

import bucket
import logs
import snippets
import training

ROOT = Path(__file__).resolve().parent.parent
RAW = "lighthouse-logs"
PROCESSED = "lighthouse-snippets"
MODEL = "lighthouse-language"
EXPERIMENT = "lighthouse-words"
SAMPLES = (
    f"raw_datasets/{RAW}",
    f"processed_datasets/{PROCESSED}",
    f"champion_models/{MODEL}",
    f"training_results/{MODEL}",
    f"experiments/{EXPERIMENT}",
)


def main(argv: list[str] | None = None) -> int:
    parser = argparse.ArgumentParser(
        description=__doc__, formatter_class=argparse.RawDescriptionHelpFormatter
    )
    parser.add_argument(
        "--root",
        type=Path,
        default=ROOT,
        metavar="DIR",
        help="write below DIR, not in this registry",
    )
    parser.add_argument(
        "--experiment",
        action="store_true",
        help=f"make experiments/{EXPERIMENT} instead: an experiment's data is not in the store",
    )
    args = parser.parse_args(argv)
    print(make_experiment(args.root) if args.experiment else make_samples(args.root))
    return 0


def make_samples(root: Path) -> Path:
    """Make all that is shared, under `root`; the store's folder."""
    store = root / "examples" / "store"
    shutil.rmtree(store, ignore_errors=True)
    raw = logs.make()
    processed = snippets.make(raw)
    model, results = training.run(snippets.read(processed), training.Config())
    bucket.write(root / "raw_datasets" / f"{RAW}.dvc", bucket.put_raw(store, RAW, raw))
    bucket.put(store, "processed_datasets", PROCESSED, processed)
    bucket.put(store, "champion_models", MODEL, model)
    bucket.put(store, "training_results", MODEL, results)
    bucket.write(root / "examples" / "samples.txt", "".join(f"{s}\n" for s in SAMPLES).encode())
    return store


def make_experiment(root: Path) -> Path:
    """Make the experiment, the same run on words instead of letters, under `root`; its folder."""
    config = training.Config(unit="word", orders=(1, 2))
    model, results = training.run(snippets.read(snippets.make(logs.make())), config)
    folder = root / "experiments" / EXPERIMENT
    for path, content in {**model, **results}.items():
        bucket.write(folder / path, content)
    return folder


if __name__ == "__main__":
    raise SystemExit(main())
