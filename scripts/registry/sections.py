"""Names the five sections: what each holds and how its bytes travel."""

from __future__ import annotations

from typing import NamedTuple


class Section(NamedTuple):
    """One top-level folder of entries.

    travels: "dvc" (versioned, DVC's remote), "mirror" (S3 prefix of the same name) or
    "never" (stays on this machine).
    keeps_days: for how long S3 keeps what a push replaces or deletes, so that `make rollback`
    can bring it back.
    """

    name: str
    holds: str
    travels: str
    keeps_days: int = 0


SECTIONS = {
    section.name: section
    for section in (
        Section("raw_datasets", "base datasets, not derived", "dvc"),
        Section("processed_datasets", "datasets derived from others", "mirror"),
        Section("champion_models", "the models in use", "mirror", keeps_days=14),
        Section("training_results", "logs, configs and metrics of training runs", "mirror"),
        Section("experiments", "scratch datasets and models", "never"),
    )
}

MIRRORED = tuple(s.name for s in SECTIONS.values() if s.travels == "mirror")
SYNCED = tuple(s.name for s in SECTIONS.values() if s.travels != "never")
EVERY = tuple(SECTIONS)
RAW, PROCESSED, MODELS, RESULTS, EXPERIMENTS = EVERY
