"""The live line on a real terminal, plain lines in a log, and the summary that stays."""

from __future__ import annotations

import re
import threading

import pytest
from support.oracle import expect
from support.servers import MOTO
from support.terminal import in_terminal

from registry import progress
from registry.humanize import human_bytes, human_seconds

P, M = "processed_datasets/a", "champion_models/m"
LIVE = re.compile(
    r"(sent|fetched|read) [\d.]+ \S+ of [\d.]+ \S+, (\d+ of )?\d+ files?, [\d.]+ \S+/s(, .* left)?"
)
on_one = pytest.mark.parametrize("server", [MOTO], indirect=True)


def screen(sent):
    """The lines that stay: what comes after the last erasure in each."""
    lines = sent.replace("\r\n", "\n").split("\n")
    return [re.split(r"\r\x1b\[K", line)[-1] for line in lines if line]


def live(sent):
    """The live lines that were drawn and taken away again."""
    drawn = re.findall(r"\r\x1b\[K([^\r\n]*)", sent)
    return [line for line in drawn if LIVE.match(line) or line.startswith(("sent ", "fetched "))]


@pytest.fixture
def two(anna, ben):
    """Two entries of Anna's with 3 MB in 12 files each; Ben has the cards."""
    for name in (P, M):
        anna.add(name, {f"{n:02}.bin": bytes([n]) * 250_000 for n in range(12)})
        ben.card(name)
    return anna, ben


@on_one
def test_on_a_terminal(two, bucket):
    anna, ben = two
    code, sent = in_terminal(anna, ".venv/bin/python", "scripts/push_entries.py", P, M)
    assert code == 0, sent
    assert screen(sent)[-1].startswith(
        "push: 2 entries up to date in S3, 24 files sent (5.7 MiB) in "
    )
    assert live(sent), sent
    code, pulled = in_terminal(ben, ".venv/bin/python", "scripts/pull_entries.py", P, M)
    assert code == 0, pulled
    assert screen(pulled)[1:] == [
        f"{P}: 12 files fetched",
        f"{M}: 12 files fetched",
        screen(pulled)[-1],
    ]
    room = r"pull: 5\.7 MiB of disk needed for 2 entries, [\d.]+ \S+ free"
    assert re.fullmatch(room, screen(pulled)[0])
    summary = r"pull: 2 entries up to date, 24 files fetched \(5\.7 MiB\) in (\d+\.\d|\d+) s"
    summary += r" \([\d.]+ \S+/s, [\d,]+ files/s\)"
    assert re.fullmatch(summary, screen(pulled)[-1])
    for line in (*live(sent), *live(pulled)):
        assert LIVE.fullmatch(line) and len(line) < 80, line
    assert "Completed" not in sent + pulled  # aws's own progress


@on_one
def test_in_a_narrow_terminal_no_live_line_wraps(two):
    anna, _ = two
    code, sent = in_terminal(anna, ".venv/bin/python", "scripts/push_entries.py", P, M, columns=30)
    assert code == 0
    assert live(sent) and max(map(len, live(sent))) < 30


@on_one
def test_a_terminal_that_does_not_tell_its_width(two):
    anna, _ = two
    code, sent = in_terminal(anna, ".venv/bin/python", "scripts/push_entries.py", P, M, columns=0)
    assert code == 0
    assert live(sent) and all(LIVE.fullmatch(line) for line in live(sent)), sent


@on_one
def test_in_a_log(two):
    anna, ben = two
    run = expect(anna.script("push_entries", P, M), 0)
    assert "\r" not in run.said and "\x1b" not in run.said
    assert run.out.splitlines() == [f"{P}: 12 files sent", f"{M}: 12 files sent"]
    run = expect(ben.script("pull_entries", P), 0)
    room = r"pull: 2\.9 MiB of disk needed, .* free\n"
    assert re.fullmatch(room + r"pull: 1 entry up to date, .*\n", run.err)
    ben.write(f"{P}/00.bin", b"changed")
    run = expect(ben.script("reset_entry", P), 0)
    assert re.match(
        rf"reset: {P}: 1 file brought back \(244\.1 KiB\) in [\d.]+ s; the old", run.err
    )
    run = expect(ben.script("verify_entries", P), 0)
    assert re.match(
        r"verify: 1 entry read \(2\.9 MiB\) in [\d.]+ s, 0 differences$", run.err.strip()
    )


@on_one
def test_a_failure_comes_after_the_live_line(two, bucket):
    anna, ben = two
    expect(anna.script("push_entries", P), 0)
    expect(ben.script("pull_entries", P), 0)
    ben.write(f"{P}/00.bin", b"changed")
    ben.proxy.when("GET", r"/00\.bin").answer(403)
    code, sent = in_terminal(ben, ".venv/bin/python", "scripts/reset_entry.py", P)
    assert code == 1
    assert screen(sent)[-1].startswith(("reset: aws s3 sync: ", "reset: 00.bin: "))


def test_many_hands_write_whole_lines(monkeypatch, capfd):
    monkeypatch.setattr(progress, "LOG_SECONDS", 0.0)
    meter = progress.Meter("fetched", 800, 8000)

    def work(name):
        for count in range(1, 101):
            meter.moved(name, count * 10)
        meter.finished(100)

    hands = [threading.Thread(target=work, args=(f"e{n}",)) for n in range(8)]
    for hand in hands:
        hand.start()
    for hand in hands:
        hand.join()
    meter.close()
    lines = capfd.readouterr().err.splitlines()
    assert len(lines) == 808
    assert all(LIVE.fullmatch(line) for line in lines)
    assert lines[-1].startswith("fetched 7.8 KiB of 7.8 KiB, 800 of 800 files, ")


def test_the_count_never_exceeds_the_whole():
    meter = progress.Meter("sent", 1, 100)
    meter.moved("a", 400)  # a file that was sent again
    assert meter._text(meter.began + 2).startswith(
        "sent 100 bytes of 100 bytes, 1 file, 50 bytes/s"
    )


def test_units_for_people():
    sizes = (0, 1, 1023, 1536, 5 * 2**20, 3 * 2**30, 2**50)
    assert [human_bytes(size) for size in sizes] == [
        "0 bytes", "1 byte", "1023 bytes", "1.5 KiB", "5.0 MiB", "3.0 GiB", "1024.0 TiB",
    ]  # fmt: skip
    times = (0.04, 9.94, 59, 75, 3600, 7384)
    assert [human_seconds(time) for time in times] == [
        "0.0 s", "9.9 s", "59 s", "1 min 15 s", "1 h 0 min", "2 h 3 min",
    ]  # fmt: skip
