"""An entry leaves this checkout: the same for one that is removed and for a sample that goes."""

from __future__ import annotations

from registry import ledger, state, trash
from registry.entries import Entry


def take_out(entry: Entry) -> None:
    """The folder to the trash; card, `.dvc` file, baseline and ledger line gone."""
    if entry.folder.is_dir():
        aside = trash.new(entry, "removed")
        aside.parent.mkdir(parents=True)
        entry.folder.rename(aside)
    entry.card.unlink(missing_ok=True)
    entry.dvc_file.unlink(missing_ok=True)
    state.forget(entry)
    if entry.section == ledger.SECTION:
        ledger.drop(entry)
