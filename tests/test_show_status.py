"""`make status` over every state that an entry can be in, as exact text and as JSON."""

from __future__ import annotations

import json
import re
import shutil
import socket

import pytest
from support.oracle import assert_clean, assert_in_time, expect, marker
from support.servers import MOTO

P, M, R, RAW, X = (
    "processed_datasets", "champion_models", "training_results", "raw_datasets", "experiments",
)  # fmt: skip
FILES = {"a.txt": b"one", "b.txt": b"two", "c.txt": b"three"}
# What happened to b.txt: (here, in S3) -> the state of the entry, and its changes.
CELLS = {
    ("same", "same"): ("up to date", {}),
    ("changed", "same"): ("changed here", {"changed here": ["b.txt"]}),
    ("gone", "same"): ("changed here", {"changed here": ["b.txt"]}),
    ("same", "changed"): ("newer in S3", {"newer in S3": ["b.txt"]}),
    ("same", "gone"): ("newer in S3", {"newer in S3": ["b.txt"]}),
    ("changed", "changed"): ("conflict", {"conflict": ["b.txt"]}),
    ("changed", "equally"): ("up to date", {}),
    ("changed", "gone"): ("conflict", {"conflict": ["b.txt"]}),
    ("gone", "changed"): ("newer in S3", {"newer in S3": ["b.txt"]}),
    ("gone", "gone"): ("up to date", {}),
}
on_one = pytest.mark.parametrize("server", [MOTO], indirect=True)


def status(checkout, *words, code=0, **env):
    """(parsed JSON by entry, the whole) of one run."""
    run = expect(checkout.script("show_status", "--json", *words, **env), code)
    whole = json.loads(run.out)
    return {row["entry"]: row for row in whole["entries"]}, whole


def text(checkout, *words, code=0, **env):
    """The lines of one run, without what differs from run to run: ages, commits."""
    run = expect(checkout.script("show_status", *words, **env), code)
    host = re.escape(socket.gethostname())
    lines = re.sub(r"(now|[ \d]\d[mhdwy]) ([0-9a-f]{7}|-{1}) ", "AGE COMMIT_ ", run.out)
    lines = re.sub(r"since \d\d \w{3} \d\d:\d\d", "since THEN", lines)
    told = rf"on {host} since [\d-]+ [\d:]+ UTC is dead; else wait for it"
    wrapped = told.replace(" ", r"[\s#]+")
    return re.sub(wrapped, "on HOST since TIME is dead; else wait for it", lines).splitlines()


def share(anna, ben, entries):
    """Anna pushes these entries, Ben pulls them, both have committed the cards."""
    for name, files in entries.items():
        anna.add(name, files)
        ben.card(name)
    for person in (anna, ben):
        person.git("add", "-A")
        person.git("commit", "-qm", "Cards")
    expect(anna.script("push_entries"), 0)
    expect(ben.script("pull_entries", "processed_datasets/"), 0)


def test_each_cell_of_the_comparison_table(anna, ben, bucket):
    names = {cell: f"{P}/{'-'.join(cell)}" for cell in CELLS}
    share(anna, ben, dict.fromkeys(names.values(), FILES))
    for (here, in_s3), name in names.items():
        for person, what, new in ((ben, here, b"Ben's!!"), (anna, in_s3, b"Anna's!")):
            if what in ("changed", "equally"):
                person.write(f"{name}/b.txt", b"Ben's!!" if what == "equally" else new)
            elif what == "gone":
                person.delete(f"{name}/b.txt")
    expect(anna.script("push_entries"), 0)
    remote, local, memory = bucket.read(), ben.tree(), ben.state()
    rows, _ = status(ben)
    for cell, (state, changes) in CELLS.items():
        row = rows[names[cell]]
        listed = {kind: change["paths"] for kind, change in row["changes"].items()}
        assert (row["state"], listed) == (state, changes), cell
        assert row["here"]["files"] == (2 if cell[0] == "gone" else 3)
        assert row["there"]["files"] == (2 if cell[1] == "gone" else 3)
    assert status(ben)[0] == rows  # also from its notes
    assert (bucket.read(), ben.tree(), ben.state()) == (remote, local, memory)
    assert_clean(ben)


@pytest.fixture
def everything(anna, ben, bucket):
    """Ben's checkout with an entry in every state that one of the mirrored sections can have."""
    edited = {"edited": b"mine, not pushed", "clash": b"mine"}
    names = ["away", "busy", "clash", "edited", "fine", "fresh", "gone", "half", "news"]
    share(anna, ben, {f"{P}/{name}": FILES for name in names})
    for name in ("news", "clash"):
        anna.write(f"{P}/{name}/b.txt", b"Anna's news")
    expect(anna.script("push_entries"), 0)
    for name, content in edited.items():
        ben.write(f"{P}/{name}/b.txt", content)
    ben.delete(f"{P}/away", f"{P}/fresh.card.md")
    ben.git("commit", "-qam", "No card for fresh")
    for name, state in (("busy", "pushing"), ("half", "torn")):
        pushed = {**marker(bucket, f"{P}/{name}"), "state": state, "who": "anna"}
        bucket.put(f".registry/{P}/{name}.json", json.dumps(pushed).encode())
    bucket.delete(f".registry/{P}/gone.json", *(f"{P}/gone/{path}" for path in FILES))
    ben.add(f"{P}/new", {"w.bin": bytes(5000)})
    anna.add(f"{M}/theirs", FILES)
    expect(anna.script("push_entries", f"{M}/theirs"), 0)
    ben.card(f"{R}/promised")
    ben.add(f"{R}/odd", FILES)
    (ben.path / R / "odd" / "way-out").symlink_to("/etc/hostname")
    ben.add(f"{X}/kept", {"n": b"12"})
    expect(ben.script("check_experiments", "--fix"), 0, 1)
    ben.write(f"{X}/junk/n", bytes(3 * 2**20))
    ben.git("add", "-A")
    ben.git("commit", "-qm", "More cards")
    ben.card(f"{P}/new").write_text(ben.card(f"{P}/new").read_text() + "\nMore.\n")
    return ben


EVERYTHING = """\
                                  here      in S3  last push
raw_datasets/
  base     not here                  -    1     0  AGE COMMIT_ home
processed_datasets/
  away     not here                  -    3    11  AGE COMMIT_ anna
  busy     being pushed        3    11    3    11  by anna since THEN
  clash    conflict            3    12    3    19  AGE COMMIT_ anna
  edited   changed here        3    24    3    11  AGE COMMIT_ anna
  fine     up to date          3    11    3    11  AGE COMMIT_ anna
  fresh    no card             3    11    3    11  AGE COMMIT_ anna
  gone     removed upstream    3    11    0     0
  half     torn push           3    11    3    11  AGE COMMIT_ anna
  new      not pushed          1  4.9K    0     0
  news     newer in S3         3    11    3    19  AGE COMMIT_ anna
champion_models/
  theirs   no card                   -    3    11  AGE COMMIT_ anna
training_results/
  odd      cannot be stored    3    11    0     0
  promised nothing in S3             -    0     0
experiments/
  junk     garbage             1  3.0M          -
  kept     kept                1     2          -
  scratch  kept                      -          -

17 entries: 1 cannot be stored, 1 being pushed, 1 torn push, 1 conflict, 1
removed upstream, 2 no card, 1 newer in S3, 1 changed here, 1 not pushed, 2 not
here, 1 nothing in S3, 1 up to date, 2 kept, 1 garbage; here 30 files, 3.0 MiB;
in S3 28 files, 115 bytes
next:
  # cannot be stored: way-out: a link out of the entry: put a copy in its place
  ls -ld -- training_results/odd/way-out
  # only if the push by anna on HOST since TIME is dead; else wait for it
  make unlock DATASET=processed_datasets/busy
  make push DATASET=processed_datasets/half   # make it whole from what is here
  # or accept what S3 holds of it
  make seal DATASET=processed_datasets/half CONFIRM=half
  make push DATASET=processed_datasets/clash TAKE=local   # keep yours
  make reset DATASET=processed_datasets/clash   # or take what S3 holds
  # it was removed for everybody: what is here goes to the trash
  make remove DATASET=processed_datasets/gone CONFIRM=gone
  make card DATASET=processed_datasets/fresh   # begin its card
  # S3 holds it, Git has no card of it: begin one, unless git fetch brings it
  make card DATASET=champion_models/theirs
  # fetch it
  make pull DATASET='raw_datasets/base processed_datasets/away processed_datasets/news'
  # send what is here
  make push DATASET='processed_datasets/edited processed_datasets/new'
  # nobody else sees it before
  git add -- processed_datasets/new.card.md && git commit
"""


@on_one
def test_every_state_as_text(everything):
    remote_before = everything.state()
    assert text(everything) == EVERYTHING.splitlines()
    assert text(everything) == EVERYTHING.splitlines()  # and again, from its notes
    assert everything.state() == remote_before
    rows, whole = status(everything)
    assert {name: row["states"] for name, row in rows.items()} == {
        "raw_datasets/base": ["not here"],
        f"{P}/away": ["not here"],
        f"{P}/busy": ["being pushed"],
        f"{P}/clash": ["conflict"],
        f"{P}/edited": ["changed here"],
        f"{P}/fine": ["up to date"],
        f"{P}/fresh": ["no card"],
        f"{P}/gone": ["removed upstream"],
        f"{P}/half": ["torn push"],
        f"{P}/news": ["newer in S3"],
        f"{P}/new": ["not pushed", "not committed"],
        f"{M}/theirs": ["no card", "not here"],
        f"{R}/odd": ["cannot be stored", "not pushed"],
        f"{R}/promised": ["nothing in S3"],
        f"{X}/junk": ["garbage"],
        f"{X}/kept": ["kept"],
        f"{X}/scratch": ["kept"],
    }
    assert whole["totals"]["states"]["no card"] == 2
    assert whole["totals"]["there"] == {"files": 28, "bytes": 115}
    assert rows[f"{P}/fine"]["pushed"]["who"] == "anna"
    assert re.fullmatch("[0-9a-f]{40}", rows[f"{P}/fine"]["pushed"]["commit"])
    steps = {step["command"]: step["why"] for step in whole["next"]}
    assert "S3 holds it, Git has no card of it" in steps["make card DATASET=champion_models/theirs"]
    assert_clean(everything)


@on_one
def test_what_it_says_to_type_does_it(everything):
    """The steps for what is new on one side, typed as they are shown."""
    _, whole = status(everything)
    for step in whole["next"]:
        if step["command"].startswith(("make pull", "make push DATASET='")):
            command = step["command"].replace("raw_datasets/base ", "")
            expect(everything.run("bash", "-c", command.replace("make", "make -s", 1)), 0)
    rows, _ = status(everything)
    for name in (f"{P}/away", f"{P}/news", f"{P}/edited"):
        assert rows[name]["states"] == ["up to date"], name
    assert rows[f"{P}/new"]["states"] == ["not committed"]


@on_one
def test_offline_it_shows_what_is_known_here_and_fails(everything):
    status(everything)
    everything.proxy.when("", "").answer(403)
    rows, whole = status(everything, code=1)
    assert "403" in whole["problem"] or "ExpiredToken" in whole["problem"]
    now = {name: row["state"] for name, row in rows.items() if name.startswith(P)}
    assert now == {
        f"{P}/away": "not here",
        f"{P}/busy": "unchanged here",
        f"{P}/clash": "changed here",
        f"{P}/edited": "changed here",
        f"{P}/fine": "unchanged here",
        f"{P}/fresh": "no card",
        f"{P}/gone": "unchanged here",
        f"{P}/half": "unchanged here",
        f"{P}/new": "not compared",
        f"{P}/news": "unchanged here",
    }
    everything.proxy.clear()
    assert status(everything)[0][f"{P}/fine"]["state"] == "up to date"


def test_nobody_listens(clone, moto_bucket):
    anna = clone("anna", moto_bucket)
    anna.add(f"{P}/a", FILES)
    healthy = expect(anna.script("show_status"), 0)
    anna.close()
    run = expect(anna.script("show_status"), 1)
    assert_in_time(run.seconds, 10, healthy)
    assert "not compared" in run.out
    assert "S3 could not be asked" in run.err
    assert "0 bytes; what S3 has of 1 entry is not known" in " ".join(run.out.split())


@on_one
def test_nothing_changed_costs_one_request_and_no_other_program(anna, ben, bucket):
    share(anna, ben, {f"{P}/{name}": FILES for name in "abcdef"})
    first, _ = status(ben)
    ben.proxy.requests.clear()
    for name in ("aws", "dvc"):
        ben.write(f"fake/{name}", b"#!/bin/sh\ntouch $0.was-started\nexit 1\n").chmod(0o755)
    fakes = str(ben.path / "fake")
    again, _ = status(ben, AWS=f"{fakes}/aws", PATH=f"{fakes}:{ben.env['PATH']}")
    assert again == first
    assert [(r.method, r.path.partition("?")[0]) for r in ben.proxy.requests] == [
        ("GET", f"/{bucket.server.bucket}/")
    ]
    assert not list((ben.path / "fake").glob("*.was-started"))


@on_one
def test_what_a_stranger_wrote_shows_with_full(anna, ben, bucket):
    share(anna, ben, {f"{P}/a": FILES})
    bucket.put(f"{P}/a/b.txt", b"by hand")
    assert status(ben)[0][f"{P}/a"]["state"] == "up to date"
    row = status(ben, FULL="1")[0][f"{P}/a"]
    assert row["state"] == "newer in S3"
    assert row["said"].startswith("changed outside this tool after anna sealed it")


@on_one
def test_a_bucket_filled_by_hand(ben, bucket):
    ben.card(f"{P}/a")
    ben.card(f"{P}/b")
    for name, body in FILES.items():
        bucket.put(f"{P}/a/{name}", body)
        bucket.put(f"{P}/b/{name}", body)
        ben.write(f"{P}/b/{name}", body)
    rows, _ = status(ben, f"{P}/")
    cells = [(row["states"], row["there"]) for row in rows.values()]
    size = {"files": 3, "bytes": 11}
    assert cells == [(["not here", "not committed"], size), (["not committed"], size)]


@on_one
def test_raw_datasets(anna, ben, bucket):
    names = ["added", "changed", "fine", "news", "away"]
    for name in names:
        anna.add(f"{RAW}/{name}", {**FILES, "c.txt": name.encode()})
    expect(anna.run(".venv/bin/dvc", "add", "-q", *(f"{RAW}/{name}" for name in names)), 0)
    expect(anna.push(*(f"{RAW}/{name}" for name in names if name != "added")), 0)
    for path in (anna.path / RAW).glob("*.dvc"):
        shutil.copy(path, ben.path / RAW)
        ben.card(f"{RAW}/{path.stem}")
    present = [f"{RAW}/{name}" for name in names[1:4]]
    expect(ben.pull(*present), 0)
    anna.write(f"{RAW}/news/b.txt", b"Anna's news")
    expect(anna.run(".venv/bin/dvc", "add", "-q", f"{RAW}/news"), 0)
    expect(anna.push(f"{RAW}/news"), 0)
    shutil.copy(anna.path / RAW / "news.dvc", ben.path / RAW)
    ben.write(f"{RAW}/changed/b.txt", b"Ben's")
    ben.add(f"{RAW}/new", FILES)
    ben.git("add", "-A")
    ben.git("commit", "-qm", "Raw datasets")
    for _ in range(2):
        rows, _ = status(ben, *(f"{RAW}/{name}" for name in [*names, "new"]))
        assert {name.partition("/")[2]: row["states"] for name, row in rows.items()} == {
            "added": ["not pushed"],
            "away": ["not here"],
            "changed": ["not added"],
            "fine": ["up to date"],
            "new": ["not added"],
            "news": ["newer in S3"],
        }
    assert rows[f"{RAW}/changed"]["changes"] == {"changed here": {"files": 1, "paths": ["b.txt"]}}
    assert rows[f"{RAW}/away"]["there"] == {"files": 3, "bytes": 10}
    assert rows[f"{RAW}/fine"]["pushed"]["who"] == "ben.home"
    assert status(anna, f"{RAW}/added")[0][f"{RAW}/added"]["state"] == "not pushed"


def test_wrong_words(clone):
    anna = clone("anna")
    assert "nothing-of-the-kind" in expect(anna.script("show_status", "nothing-of-the-kind"), 2).err
    assert "--tall" in expect(anna.script("show_status", "--tall"), 2).err
    wrong = expect(anna.script("show_status", "--format=xml"), 2)
    assert wrong.err == "status: FORMAT='xml': the choices are text, json\n"
