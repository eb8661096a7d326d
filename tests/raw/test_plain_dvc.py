"""Data of this repository that only plain dvc serves is named, never passed over in silence."""

from __future__ import annotations

import pytest
from support.oracle import expect


@pytest.mark.parametrize("folder", ["", "raw_datasets/"])
def test_a_pipeline_is_named_with_commands_that_serve_it(anna, bucket, folder):
    stage = b"stages:\n  make:\n    cmd: echo made > made.txt\n    outs:\n    - made.txt\n"
    anna.write(f"{folder}dvc.yaml", stage)
    expect(anna.run(".venv/bin/dvc", "repro", f"{folder}dvc.yaml"), 0)
    status = expect(anna.script("show_status"), 0)
    doctor = anna.script("run_doctor")
    for run in (status.err, doctor.out):
        assert run.count(f"{folder}dvc.yaml: only plain dvc brings and sends") == 1, run
    pull, push = status.err.split(" -> ")[1].strip().split(", ")
    expect(anna.run("bash", "-c", push), 0)
    assert b"made\n" in bucket.read("raw_datasets_dvc_cache").values()
    anna.delete(f"{folder}made.txt", ".dvc/cache")
    expect(anna.run("bash", "-c", pull), 0)
    assert anna.read(f"{folder}made.txt") == b"made\n"


def test_a_dvc_file_at_the_top_is_named(anna):
    anna.write("big file.bin", b"1")
    expect(anna.run(".venv/bin/dvc", "add", "-q", "big file.bin"), 0)
    assert ".venv/bin/dvc pull 'big file.bin.dvc'" in expect(anna.script("show_status"), 0).err


def test_where_there_is_none_nothing_is_said(anna):
    assert "plain dvc" not in expect(anna.script("show_status"), 0).err
