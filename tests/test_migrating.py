"""docs/migrating.md, gone step by step: from a repository and its bucket, a bucket, folders."""

from __future__ import annotations

import json

import pytest
from support.checkout import Checkout
from support.old_registry import CARDS, DATA, OldRegistry, legacy
from support.oracle import assert_clean, expect
from support.process import Run

from registry.sync import marker

MIRRORED = {e: files for e, files in DATA.items() if not e.startswith("raw_datasets/")}
SECTIONS = ("raw_datasets", "processed_datasets", "champion_models", "training_results")


@pytest.fixture
def old(tmp_path, moto_bucket):
    return OldRegistry(tmp_path / "old", moto_bucket)


@pytest.fixture
def fresh(clone, moto_bucket):
    """A clone as everybody makes one, with keys in ~/.aws."""
    here = clone("fresh", samples=True)
    keys = here.home / ".aws" / "credentials"
    keys.parent.mkdir(exist_ok=True)
    keys.write_text(open(moto_bucket.server.credentials_file).read())  # noqa: SIM115
    here.git("remote", "add", "origin", "https://example.org/data-registry")
    return here


def everything() -> dict[str, bytes]:
    return {f"{e}/{name}": body for e, files in DATA.items() for name, body in files.items()}


def test_a_repository_and_its_bucket(fresh, old, moto_bucket):
    before, stored = fresh.git("rev-parse", "HEAD").strip(), moto_bucket.read()
    run = expect(fresh.make("init", f"FROM={old.path}", "DRY_RUN=1"), 0)
    for word in (
        "5 cards",
        "1 .dvc file",
        "README.md",
        "raw_datasets/.dvc/config",
        moto_bucket.url,
    ):
        assert word in run.err, run
    assert fresh.git("rev-parse", "HEAD").strip() == before and moto_bucket.read() == stored
    assert fresh.git("status", "--porcelain") == ""

    run = expect(fresh.make("init", f"FROM={old.path}"), 0)
    assert fresh.git("status", "--porcelain") == "" and moto_bucket.read() == stored
    parents = fresh.git("log", "--format=%P", "-1", "--first-parent", "--merges").split()
    assert parents == [before, old.git("rev-parse", "HEAD").strip()]
    for entry, text in CARDS.items():
        assert fresh.read(f"{entry}.card.md") == text.encode()
    assert fresh.read("docs/sources.md") and b"data-registry" in fresh.read("README.md")
    assert {"*.swp", "/.venv"} <= set(fresh.read(".gitignore").decode().splitlines())
    assert not (fresh.path / "raw_datasets/.dvc").exists()
    assert fresh.git("remote", "get-url", "origin").strip() == str(old.path)
    expect(fresh.run("bash", "-c", line_of(run, "no push moves its branch")), 0)
    assert old.git("rev-parse", "master") == fresh.git("rev-parse", "HEAD")

    expect(fresh.make("pull"), 0)
    assert fresh.tree() == everything()
    expect(fresh.make("status"), 0)
    expect(fresh.make("verify"), 0)
    expect(fresh.make("push"), 0)
    assert moto_bucket.data() == {k: v for k, v in everything().items() if k[:4] != "raw_"}
    fresh.write("processed_datasets/cuts/more.jsonl", b"{}\n")
    expect(fresh.make("push"), 0)
    assert moto_bucket.get("processed_datasets/cuts/more.jsonl") == b"{}\n"
    assert_clean(fresh)


def test_everybody_else_types_git_pull(fresh, old, moto_bucket, clone):
    """In the checkout that they have, with all data in place: nothing is fetched again."""
    old.git("clone", "-q", "--bare", ".", "../hub.git")
    old.git("remote", "add", "origin", "../hub.git")
    old.git("push", "-q", "-u", "origin", "master:ours")
    run = expect(fresh.make("init", f"FROM={old.path}"), 0)
    hub = str(old.path.parent / "hub.git")
    assert f"origin is to be {hub}, of which that is a checkout" in run.err, run
    expect(fresh.run("bash", "-c", line_of(run, "they type git pull")), 0)
    assert fresh.git("status", "-sb").strip() == "## ours...origin/ours"
    old.git("pull", "-q", "--ff-only")
    theirs = Checkout.__new__(Checkout)
    theirs.__dict__ = {**fresh.__dict__, "path": old.path}
    (old.path / ".venv").symlink_to((fresh.path / ".venv").resolve())
    for digest, body in legacy()[1].items():  # what Git ignores stays when the project goes
        old.write(f"raw_datasets/.dvc/cache/{digest[:2]}/{digest[2:]}", body)
    old.write("raw_datasets/.dvc/tmp/lock", b"")
    run = theirs.make("pull")
    assert "exit code 3" in run.err and f"`{cure_of(run)}` takes it out" in run.err, run
    assert theirs.tree("raw_datasets/texts") == {
        k: v for k, v in everything().items() if "raw_" in k
    }
    expect(theirs.run("bash", "-c", cure_of(run)), 0)
    expect(theirs.make("pull"), 0)
    told = expect(theirs.make("status", "FORMAT=json"), 0).out
    assert "problems" in expect(theirs.make("check-cards"), 0).err
    states = {row["entry"]: row["state"] for row in json.loads(told)["entries"]}
    assert states.pop("experiments/first try") == "kept"
    assert set(states.values()) == {"up to date"}, states
    assert theirs.tree() == {**everything(), "experiments/first try/data.txt": b"scratch"}
    assert all((old.path / f".dvc/cache/{d[:2]}/{d[2:]}").is_file() for d in legacy()[1])


def line_of(run: Run, about: str) -> str:
    """A line of what comes next, as it stands: what it is for is a comment there."""
    return next(line for line in run.err.splitlines() if line.endswith(about))


def cure_of(run: Run) -> str:
    return next(part for part in run.err.split("`") if part.startswith("mkdir -p .dvc/cache"))


def test_the_first_day_needs_no_expert(fresh, tmp_path, moto_bucket):
    """Seventy cards without front matter: all commands of a day, hooks and Git, in their order."""
    old = OldRegistry(tmp_path / "old", moto_bucket, runs=65)
    spare = (old.path / "raw_datasets/texts.dvc").read_text().replace("path: texts", "path: spare")
    old.write("raw_datasets/spare.dvc", spare.encode())  # a version that never had a card
    old.git("add", "-A")
    old.git("commit", "-qm", "A spare copy")
    run = expect(fresh.make("init", f"FROM={old.path}"), 0)
    old.git("checkout", "-q", "-b", "aside")
    assert "tolerated, listed in cards.debt" in run.err, run
    assert b"retrieved: TODO" in fresh.read("raw_datasets/spare.card.md"), "nobody knows when"
    expect(fresh.make("hooks"), 0)
    run = expect(fresh.make("debt"), 0)
    assert "tolerated" in run.err and "not tolerated" not in run.err, run
    assert fresh.git("status", "--porcelain") == ""
    expect(fresh.make("pull"), 0)
    expect(fresh.make("status"), 0)
    assert "0 differences" in expect(fresh.make("verify"), 0).err
    expect(fresh.make("check-cards"), 0)
    expect(fresh.make("check-experiments"), 0)

    fresh.write("processed_datasets/cuts/more.jsonl", b"{}\n")
    run = expect(fresh.make("push"), 0)
    assert "processed_datasets/cuts: 1 file sent" in run.out, run
    card = "processed_datasets/cuts.card.md"
    fresh.write(card, fresh.read(card) + b"\nMehr davon seit heute.\n")
    shared = "git commit -qam 'More cuts' && git push -q -u origin HEAD:master"
    expect(fresh.run("bash", "-c", shared), 0)

    fresh.write("raw_datasets/texts/new.txt", b"more\n")
    expect(fresh.make("add", "DATASET=texts"), 0)
    refused = expect(fresh.run("bash", "-c", "git commit -qam 'New texts' && git push -q"), 1)
    assert "make push DATASET=raw_datasets/texts" in refused.err, refused
    expect(fresh.make("push"), 0)
    expect(fresh.run("git", "push", "-q"), 0)

    run = expect(fresh.make("check-cards"), 0)
    assert run.out == "" and "70 of them without front matter: `make adopt` begins it" in run.err
    expect(fresh.make("adopt", "LICENSE=mit"), 0)
    expect(fresh.make("check-cards"), 0)
    assert "taken out as mended" in expect(fresh.make("debt"), 0).err
    expect(fresh.make("check-cards"), 0)
    assert fresh.read("cards.debt").count(b"front-matter") == 0
    expect(fresh.run("bash", "-c", "git commit -qam 'Front matter' && git push -q"), 0)
    assert old.git("log", "-1", "--format=%s", "master").strip() == "Front matter"
    fresh.write("processed_datasets/cuts/last.jsonl", b"{}\n")
    expect(fresh.make("push"), 0)
    assert_clean(fresh)


def test_it_can_be_undone(fresh, old):
    fresh.write(".dvc/config.local", b"[core]\n    autostage = true\n")
    fresh.git("update-ref", "refs/remotes/origin/main", "HEAD")
    fresh.git("branch", "-q", "-u", "origin/main")
    words = ("rev-parse HEAD", "remote -v", "ls-files", "branch --show-current",
             "rev-parse --abbrev-ref @{upstream}")  # fmt: skip
    before = {f: fresh.git(*f.split()) for f in words}
    tree = fresh.tree()
    expect(fresh.make("init", f"FROM={old.path}"), 0)
    expect(fresh.make("init", "UNDO=1"), 0)
    assert {f: fresh.git(*f.split()) for f in before} == before
    assert fresh.git("status", "--porcelain") == "" and fresh.tree() == tree
    assert fresh.read(".dvc/config.local") == b"[core]\n    autostage = true\n"
    assert "nothing to undo" in expect(fresh.make("init", "UNDO=1"), 2).err
    expect(fresh.make("init", f"FROM={old.path}"), 0)
    fresh.git("commit", "-q", "--allow-empty", "-m", "more")
    run = expect(fresh.make("init", "UNDO=1"), 2)
    assert f"git reset --hard {before['rev-parse HEAD'][:12]}" in run.err


def test_what_cannot_be_taken_over_changes_nothing(fresh, old, tmp_path, moto_bucket):
    (tmp_path / "folder").mkdir()
    (tmp_path / "empty").mkdir()
    fresh.run("git", "init", "-q", str(tmp_path / "empty"))
    head, stored = fresh.git("rev-parse", "HEAD"), moto_bucket.read()
    old.git("clone", "-q", "--depth", "1", f"file://{old.path}", str(tmp_path / "shallow"))
    old.git("worktree", "add", "-q", "--detach", str(tmp_path / "detached"))
    for where, said in (
        ("/nowhere", "cannot be read as a Git repository"),
        (
            str(tmp_path / "folder"),
            "is no Git repository: for folders of data see docs",
        ),
        (str(tmp_path / "empty"), "has no commit yet"),
        (str(old.path / "docs"), f"is a folder of a repository: FROM={old.path} is all of it"),
        (str(tmp_path / "shallow"), f"git -C {tmp_path}/shallow fetch --unshallow"),
        (str(tmp_path / "detached"), f"git -C {tmp_path}/detached switch"),
        (str(fresh.path), "clone that and work there"),
        ("--upload-pack=x", "cannot be read"),
        ("ext::sh -c touch% pwned", "cannot be read"),
    ):
        run = expect(fresh.script("init_registry", FROM=where), 2)
        assert said in run.err, run
        assert "and the repository exists" not in run.err, "half of Git's advice is no reason"
    fresh.write("docs/sources.md", b"mine, not in Git")
    assert "docs/sources.md" in expect(fresh.make("init", f"FROM={old.path}"), 2).err
    assert fresh.read("docs/sources.md") == b"mine, not in Git"
    fresh.delete("docs/sources.md")
    old.write("raw_datasets/.dvc/config", b"[core]\n")
    old.git("commit", "-qam", "no remote")
    assert (
        "URL=s3://bucket/prefix is missing" in expect(fresh.make("init", f"FROM={old.path}"), 2).err
    )
    run = expect(fresh.make("init", f"FROM={old.path}", f"URL={moto_bucket.url}",
                            "ENDPOINT=http://127.0.0.1:9"), 2)  # fmt: skip
    assert "nothing was touched" in run.err
    assert fresh.git("rev-parse", "HEAD") == head and fresh.git("status", "--porcelain") == ""
    assert moto_bucket.read() == stored and not list(fresh.path.rglob("pwned"))


def words(bucket) -> list[str]:
    return [f"URL={bucket.url}", f"ENDPOINT={bucket.server.endpoint}", "PROFILE=test"]


def test_a_bucket_alone(fresh, moto_bucket):
    for entry, files in MIRRORED.items():
        for name, body in files.items():
            moto_bucket.put(f"{entry}/{name}", body)
    moto_bucket.put("elsewhere/x", b"not ours")
    moto_bucket.put("processed_datasets/bad:name/x", b"1")
    run = expect(fresh.make("init", *words(moto_bucket)), 0)
    assert "3 cards begun" in run.err, run
    assert "no card for processed_datasets/bad:name: it cannot be an entry's name" in run.err, run
    for told in (fresh.script("check_cards", "--remote"), fresh.script("show_status", FULL="1")):
        assert "since it holds ':': rename it in S3, or `make remove" in told.said, told
        assert "make card DATASET=processed_datasets/bad" not in told.said, "that is refused"
    assert fresh.git("status", "--porcelain") == ""
    expect(fresh.make("pull"), 0)
    assert fresh.tree() == {k: v for k, v in everything().items() if k[:4] != "raw_"}
    expect(fresh.make("status"), 0)
    expect(fresh.make("verify"), 0)
    fresh.write("processed_datasets/cuts/more.jsonl", b"{}\n")
    expect(fresh.make("push"), 0)
    assert moto_bucket.get("processed_datasets/cuts/more.jsonl") == b"{}\n"
    assert moto_bucket.get("elsewhere/x") == b"not ours"


def test_folders_on_a_disk(fresh, moto_bucket, tmp_path):
    for entry, files in DATA.items():
        for name, body in files.items():
            fresh.write(f"{entry}/{name}", body)
    expect(fresh.make("init", *words(moto_bucket)), 0)
    assert fresh.git("status", "--porcelain") == "" and fresh.tree() == everything()
    expect(fresh.make("add", "DATASET=texts"), 0)
    expect(fresh.make("push"), 0)
    assert moto_bucket.data() == {k: v for k, v in everything().items() if k[:4] != "raw_"}
    expect(fresh.make("verify"), 0)
    assert fresh.tree() == everything()


def test_of_a_move_that_is_not_over_one_name_gets_a_card(fresh, old, moto_bucket):
    """Others wait for it by Git, so S3 lists both; also where the old card comes from Git."""
    a, b = (f"processed_datasets/{name}" for name in ("old-name", "new-name"))
    known, later = next(iter(MIRRORED)), "champion_models/later"
    for entry in (a, b, later):
        moto_bucket.put(f"{entry}/x", b"1")
    for entry, new in ((a, b), (known, later)):
        mark = marker.Marker(marker.DONE, "t", "Ann", "her-box", marker.now(), moved=new)
        moto_bucket.put(f".registry/{entry}.json", marker.body(mark))
    fresh.write(f"{a}/x", b"1")
    run = expect(fresh.make("init", f"FROM={old.path}", "DRY_RUN=1"), 0)
    assert f"no card for {a}: it was moved to {b}" in run.err, run
    assert f"no card for {later}: it was {known}, and its card comes by `git push`" in run.err, run
    assert f"1 card begun, with blanks to fill in: {b}" in run.err, run

    where = f"ENDPOINT={moto_bucket.server.endpoint}"
    expect(fresh.make("init", f"URL={moto_bucket.url}", where, "PROFILE=test"), 0)
    cards = fresh.git("ls-files", "*.card.md")
    assert f"{b}.card.md" in cards and f"{a}.card.md" not in cards, cards
    told = expect(fresh.script("show_status"), 0).said
    assert f"make card DATASET={a}" not in told and "rename what was moved" in told, told
    told = expect(fresh.script("show_status", FULL="1"), 0).said
    assert f"{a}: 1 file, 1 byte, newest of 2" in told and f"in S3, moved to {b}: " in told, told

    run = expect(fresh.pull(), 0)  # what was here under the old name, and never in step with S3
    assert f"renamed to {b}" in run.err and fresh.tree(a) == {}, run
    assert fresh.read(f"{b}/x") == b"1"
    assert f"{a}.card.md" not in fresh.script("check_cards", "--remote").out
    expect(fresh.make("remove", f"DATASET={a}", "CONFIRM=old-name"), 0)
    assert moto_bucket.keys(f"{a}/") == [] and moto_bucket.keys(f"{b}/") == [f"{b}/x"]
