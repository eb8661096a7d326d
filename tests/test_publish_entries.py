"""`make publish` as people type it: plan, refusals by name, a stranger's reading, taking out."""

from __future__ import annotations

import json

import pytest
from support import mirrors

from registry.publish import layout

GOOD, STRICT = "processed_datasets/open", "processed_datasets/strict"
RAW = "raw_datasets/logs"
FILES = {"a.txt": b"seen by all", "sub/b.bin": bytes(range(256))}
NONE = "personal_sensitive_information: none\n"


@pytest.fixture
def ready(anna):
    """A raw dataset and two made from it, one under a license that gives more than it may."""
    anna.add(RAW, {"raw.txt": b"raw"})
    said(anna, RAW, "retrieved", NONE + "retrieved")
    assert anna.make("add", f"DATASET={RAW}").code == 0
    anna.add(GOOD, FILES)
    anna.add(STRICT, {"c.txt": b"not for all"})
    for id in (GOOD, STRICT):
        said(anna, id, "raw_datasets/base", RAW)
    said(anna, STRICT, "license: cc0-1.0", "license: cc-by-nd-4.0")
    said(anna, STRICT, f"[{RAW}]", f"[{GOOD}, acme/secret]")
    commit(anna)
    assert anna.push().code == 0
    return anna


def said(checkout, id, old, new):
    path = checkout.path / f"{id}.card.md"
    text = path.read_text()
    assert old in text
    path.write_text(text.replace(old, new, 1))


def commit(checkout):
    checkout.git("add", "-A")
    checkout.git("commit", "-qm", "x", "--allow-empty")


def publish(checkout, url, *ids, **env):
    names = "".join(f"- {id}\n" for id in ids)
    text = f"target: ../public\nurl: {url}\nentries:\n{names}"
    checkout.write("public.yml", text.encode())
    commit(checkout)
    return checkout.script("publish_entries", **env)


def test_publish_is_planned_refused_by_name_read_back_and_taken_out_again(ready):
    top = ready.path.parent / "public"
    with mirrors.served(top) as url:
        plan = publish(ready, url, RAW, GOOD, STRICT, "raw_datasets/lost", DRY_RUN="1")
        assert plan.code == 3 and not top.exists(), plan
        assert f"{GOOD}: version " in plan.out and "2 to bring (267 bytes)" in plan.out
        run = publish(ready, url, RAW, GOOD, STRICT, "raw_datasets/lost")
        assert run.code == 3, run
        assert f"{STRICT}: refused: \n  its license gives more than it may: acme/secret" in run.err
        assert "public.yml:7 names no entry of this registry." in run.err
        assert f"publish: 2 entries public at {url}" in run.err
        assert mirrors.read(top) == {GOOD: FILES, RAW: {"raw.txt": b"raw"}}
        data = json.loads((top / layout.INDEX).read_text())["entries"]
        assert data[RAW]["version"].endswith(".dir") and data[GOOD]["bytes"] == 267
        again = publish(ready, url, RAW, GOOD)
        assert again.code == 0 and again.out.count("public already") == 2, again
        assert "public.yml does not name it" not in again.out
        out = publish(ready, url, GOOD)
        assert out.code == 0 and f"{RAW}: out of the index" in out.out, out
        assert mirrors.read(top) == {GOOD: FILES}
    public = f"{place(ready)}-public"
    ready.write("public.yml", f"target: {public}\nentries: [{GOOD}]\n".encode())
    closed = ready.script("publish_entries")  # the store's keys open it, and nothing else
    assert closed.code == 1 and "nobody was told of what cannot be read" in closed.err, closed
    assert '"Action": "s3:GetObject"' in closed.err and f"{GOOD}: failed: " in closed.err
    assert ready.strays() == []


def test_without_public_yml_it_says_what_that_is(anna):
    run = anna.script("publish_entries")
    assert run.code == 2 and "public.yml says what is public, and is not there" in run.err


def place(checkout):
    line = next(
        x for x in (checkout.path / ".dvc/config.local").read_text().splitlines() if "url" in x
    )
    return line.partition(" = ")[2].removesuffix("/raw_datasets_dvc_cache")
