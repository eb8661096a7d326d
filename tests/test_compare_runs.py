"""`make compare`, and how metrics are read out of what training leaves."""

from __future__ import annotations

import json
import struct

import pytest
from support.events import event
from support.oracle import expect

from registry.inside import judge, series
from registry.inside.boards import Boards

R, M = "training_results", "champion_models"
FILES = {
    "config.json": b'{"lr": 0.1, "model": {"layers": 4}, "seed": 1}',
    "metrics.json": b'{"test": {"accuracy": 0.9, "loss": 0.5}}',
    "mistakes.csv": b"text,label\nx,1\n",
}


def test_curves_are_read_from_each_form():
    points = [(1.0, 0.5), (2.0, 0.25), (3.0, 0.125)]
    rows = [{"step": step, "loss": value} for step, value in points]
    events = b"".join(event(int(s), "loss", v, as_tensor=s == 2) for s, v in points)
    bodies = {
        "log.csv": "step, loss\n" + "".join(f"{s},{v}\n" for s, v in points),
        "log.jsonl": "\n".join(map(json.dumps, rows)) + '\n{"step": 4, "lo',
        "trainer_state.json": json.dumps({"log_history": rows}),
    }
    for path, text in bodies.items():
        metrics = series.read(f"a/{path}", text.encode())
        assert (metrics.curves, metrics.last) == ({"loss": points}, {"loss": 0.125}), path
    assert series.read("events.out.tfevents.1.host", events).curves == {"loss": points}
    assert series.read("events.out.tfevents.1.host", events[:-9]).curves == {"loss": points[:2]}
    lying = struct.pack("<Q", 2**62) + bytes(40)
    assert series.read("events.out.tfevents.1.host", lying).curves == {}
    log = "".join(f"[12:00] epoch {n}: loss={1 / n:.2f}, acc 0.{n}\n" for n in range(1, 8))
    assert series.read("train.log", b"starts\n" + log.encode()).curves["loss"][1] == (2.0, 0.5)
    assert series.read("train.log", log.encode()).last == {}  # a guess judges nobody


def test_training_that_went_on_is_one_curve_and_each_folder_its_own():
    files = Boards()

    def add(path: str, *points: tuple[int, float]) -> None:
        body = b"".join(event(step, "loss", value) for step, value in points)
        files.add(path, series.read(path, body))

    add("logs/train/events.out.tfevents.1.host", (0, 4.0), (1, 3.0), (2, 9.0), (3, float("nan")))
    assert files.metrics().curves == {"loss": [(0, 4.0), (1, 3.0), (2, 9.0)]}
    add("logs/train/events.out.tfevents.2.host", (2, 2.0), (3, 1.0))
    add("logs/hparams/events.out.tfevents.1.host")
    assert files.metrics().curves == {"loss": [(0, 4.0), (1, 3.0), (2, 2.0), (3, 1.0)]}
    add("logs/test/events.out.tfevents.1.host", (0, 5.0))
    assert files.metrics().last == {"train/loss": 1.0, "test/loss": 5.0}


def test_tables_of_spreadsheets_are_curves():
    rows = "\ufeffstep;loss\r\n1;0.5\r\n2;0.25\r\n"
    assert series.read("log.csv", rows.encode()).curves == {"loss": [(1.0, 0.5), (2.0, 0.25)]}


def test_what_is_no_metric_is_none():
    assert series.read("words.csv", b"word,count\na,1\n") == series.Metrics()
    assert series.read("rows.jsonl", b'{"text": "a", "n": 1}\n') == series.Metrics()
    metrics = series.read("metrics.json", b'{"a": {"b": 1}, "name": "x", "ok": true, "nan": NaN}')
    assert metrics.last == {"a.b": 1.0}
    with pytest.raises(ValueError):
        series.read("metrics.json", b"{")
    with pytest.raises(ValueError, match="field larger"):
        series.read("log.csv", b"step,loss\n" + b"1" * 20_000 + b"\n")


def test_names_tell_which_way_is_better():
    for more in ("valAcc", "mAP50", "rougeL", "F1Score", "train_samples_per_second"):
        assert judge.direction(more) == 1, more
    for less in ("valLoss", "rmse", "epoch_time", "val_er"):
        assert judge.direction(less) == -1, less
    for untold in ("confidence", "layer2_norm", "accumulated", "indices", "officer", "transfer"):
        assert judge.direction(untold) == 0, untold
    assert [judge.direction(n) for n in ("test.accuracy", "loss", "val_f1", "WER", "seed")] == [
        1, -1, 1, -1, 0,
    ]  # fmt: skip
    assert judge.best("loss", {"a": 0.5, "b": 0.4, "c": 0.4}) == {"b", "c"}
    assert judge.best("loss", {"a": 1.0, "b": 1.0}) == judge.best("seed", {"a": 1, "b": 2}) == set()


def test_two_runs_are_compared_without_fetching_them(clone, rclone_bucket):
    anna = clone("anna", rclone_bucket)
    better = {**FILES, "config.json": FILES["config.json"].replace(b"0.1", b"0.3"),
              "metrics.json": b'{"test": {"accuracy": 0.95, "loss": 0.6}}'}  # fmt: skip
    for name, files in (("a", FILES), ("b", better)):
        for path, body in files.items():
            rclone_bucket.put(f"{R}/{name}/{path}", body)
        anna.card(f"{R}/{name}")
    anna.card(f"{M}/b")  # which stands for the run that its card names
    run = expect(anna.make("compare", f"DATASET={R}/a {M}/b"), 0)
    lines = [" ".join(line.split()) for line in run.out.splitlines()]
    assert lines == [
        f"{R}/a {M}/b", "settings that differ", "lr 0.1 0.3", "metrics",
        "test.accuracy 0.9 0.95 * +0.05 better", "test.loss 0.5 * 0.6 +0.1 worse",
    ]  # fmt: skip
    assert "2 settings are the same in all" in run.err
    assert not (anna.path / R / "a").exists()
    run = expect(anna.script("compare_runs", "--json", f"{R}/a", f"{R}/b"), 0)
    assert json.loads(run.out)["best"] == {"test.accuracy": [f"{R}/b"], "test.loss": [f"{R}/a"]}
    assert "Name at least two" in expect(anna.script("compare_runs", f"{R}/a"), 2).err
