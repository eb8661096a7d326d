"""A pipe in the place of a file hangs no reader of cards: it is named, or it is as if absent."""

from __future__ import annotations

import os

from support import cards as kit


def test_pipes_hang_no_reader_of_cards(tmp_path):
    root = kit.make(tmp_path / "r")
    for name in ("champion_models/pipe.card.md", "champion_models/template.card.md", "tags.yml",
                 "cards.debt", "raw_datasets/pipe.dvc", "experiments/.gitignore"):  # fmt: skip
        (root / name).unlink(missing_ok=True)
        os.mkfifo(root / name)
    for words in (["check_cards.py"], ["check_cards.py", "--fix"], ["adopt_cards.py"],
                  ["check_experiments.py"], ["record_debt.py"],
                  ["make_card.py", "champion_models/x"]):  # fmt: skip
        done = kit.run(root, *words)  # a reader that waits is a TimeoutExpired
        assert done.returncode in (0, 1, 2, 3) and "Traceback" not in done.stderr, done
