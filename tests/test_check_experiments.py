"""Experiments: the ledger in experiments/.gitignore against real git."""

from __future__ import annotations

import re

import pytest
from support import cards as kit
from support.oracle import expect

from registry.cards.library import Library
from registry.cards.rules import remote
from registry.entries import Entry
from registry.experiments import ledger
from registry.experiments.rules import in_s3
from registry.experiments.state import State

LEDGER = "experiments/.gitignore"


@pytest.fixture
def registry(tmp_path):
    return kit.make(tmp_path / "r")


def check(root, *words):
    done = kit.run(root, "check_experiments.py", *words)
    assert done.returncode == (1 if done.stdout else 0), done
    return done.stdout.splitlines()


def text_of(root):
    return (root / LEDGER).read_text()


def test_a_committed_experiment_has_no_problems(registry):
    assert check(registry) == []
    assert check(registry, "--staged") == []
    done = kit.run(registry, "check_experiments.py", "--quiet")
    assert (done.returncode, done.stdout, done.stderr) == (0, "", "")


def test_a_new_experiment_wants_its_line_and_a_commit(registry):
    kit.write(registry, "experiments/new", kit.good_card("experiments/new"))
    assert check(registry) == [
        "experiments/new.card.md:1: experiments/.gitignore must have the line /new/ for this "
        "experiment: run `make check-experiments FIX=1`",
        "experiments/new.card.md:1: must be in Git: run `git add -- experiments/new.card.md "
        "experiments/.gitignore` and commit it",
    ]
    assert check(registry, "--staged") == []  # not this commit's business
    before = text_of(registry)
    done = kit.run(registry, "check_experiments.py", "--fix")
    assert "fixed: experiments/.gitignore: added /new/" in done.stderr
    assert text_of(registry) == before + "/new/\n"
    kit.commit(registry)
    assert check(registry) == []


def test_the_line_must_be_committed_too(registry):
    kit.write(registry, "experiments/new", kit.good_card("experiments/new"))
    kit.run(registry, "check_experiments.py", "--fix")
    kit.git(registry, "add", "experiments/new.card.md")
    assert check(registry, "--staged") == [
        f"{LEDGER}:{len(text_of(registry).splitlines())}: the line /new/ must be in Git: "
        f"run `git add -- {LEDGER}` and commit"
    ]
    kit.git(registry, "commit", "--quiet", "--message=card")
    assert [line for line in check(registry) if "the line /new/ must be in Git" in line]


def test_a_line_without_a_card_is_left_over(registry):
    path = registry / LEDGER
    path.write_text(path.read_text() + "/moved/\n/try/plots\n")
    lines = check(registry)
    numbers = [int(line.split(":")[1]) for line in lines]
    total = len(path.read_text().splitlines())
    assert numbers == [total - 1, total] and all("must have a card" in line for line in lines)
    done = kit.run(registry, "check_experiments.py", "--fix")
    assert done.returncode == 0
    assert "removed /moved/" in done.stderr and "/moved/" not in text_of(registry)
    assert "/try/\n" in text_of(registry)


def test_a_line_that_stands_twice(registry):
    path, before = registry / LEDGER, text_of(registry)
    path.write_text(before + "/gone/\n/gone/\n/try/\n")
    assert [line.split(": ", 1)[1].partition(":")[0] for line in check(registry)] == [
        "/try/ must stand once", "/gone/ must stand once", "/gone/ must stand once"]  # fmt: skip
    kit.run(registry, "check_experiments.py", "--fix")
    assert sorted(text_of(registry).splitlines()) == sorted(before.splitlines())


def test_a_ledger_with_windows_line_ends(registry):
    path = registry / LEDGER
    path.write_bytes(path.read_bytes().replace(b"\n", b"\r\n"))
    kit.write(registry, "experiments/new", kit.good_card("experiments/new"))
    before = path.read_bytes()
    kit.run(registry, "check_experiments.py", "--fix")
    assert path.read_bytes() == before + b"/new/\r\n"
    kit.commit(registry)
    assert check(registry) == []


def test_the_catch_all_is_no_line_of_an_experiment(registry):
    text = text_of(registry).replace("/try/\n", "")
    (registry / LEDGER).write_text(text)
    assert "must have the line /try/" in check(registry)[0]


def test_garbage_must_be_ignored_and_cards_must_not(registry):
    (registry / LEDGER).write_text("/try/\n")
    assert "must begin with /* and !/.gitignore and !/*.card.md" in check(registry)[0]
    kit.run(registry, "check_experiments.py", "--fix")
    (registry / "experiments" / "junk").mkdir()
    (registry / "experiments" / "junk" / "x").write_text("x")
    assert "junk" not in kit.git(registry, "status", "--porcelain", "--untracked-files=all")
    (registry / LEDGER).write_text(text_of(registry) + "try.card.md\n")
    assert any("must not ignore experiments/try.card.md" in line for line in check(registry))


def test_garbage_in_git_is_found_with_the_command_that_takes_it_out(registry):
    for name in ("junk", "try"):
        (registry / "experiments" / name).mkdir()
        (registry / "experiments" / name / "w.bin").write_text("x")
    (registry / "experiments" / "loose.txt").write_text("x")
    kit.git(registry, "add", "--force", "experiments/junk", "experiments/try/w.bin",
            "experiments/loose.txt")  # fmt: skip
    assert check(registry) == [
        f"experiments/{name}:1: must not be in Git (1 file): run "
        f"`git rm -r --cached --quiet -- experiments/{name}`"
        for name in ("junk", "loose.txt", "try")
    ]


@pytest.mark.parametrize("name", ["a[b]c", "star*", "#hash", "!bang", "a b", "é", "back\\slash"])
def test_names_that_mean_something_in_a_gitignore(registry, name):
    kit.write(registry, f"experiments/{name}", kit.good_card(f"experiments/{name}"))
    kit.run(registry, "check_experiments.py", "--fix")
    kit.commit(registry)
    assert check(registry) == []
    again = text_of(registry)
    assert kit.run(registry, "check_experiments.py", "--fix").returncode == 0
    assert text_of(registry) == again


def test_fix_keeps_everything_else_byte_for_byte(registry):
    path = registry / LEDGER
    odd = path.read_bytes() + b"# my note\r\n\n/gone/\n# \xff end"
    path.write_bytes(odd)
    kit.run(registry, "check_experiments.py", "--fix")
    assert path.read_bytes() == odd.replace(b"/gone/\n", b"")


def test_a_registry_without_a_commit_yet(tmp_path):
    root = kit.make(tmp_path / "r")
    kit.git(root, "update-ref", "-d", "HEAD")
    assert all("must be in Git" in line for line in check(root))
    assert check(root, "--staged") == []


def test_outside_git_it_says_so(registry):
    (registry / ".git").rename(registry / "no-git")
    done = kit.run(registry, "check_experiments.py")
    assert done.returncode == 1 and "not a git repository" in done.stderr
    assert "Traceback" not in done.stderr


def test_experiments_in_s3_are_named_once(tmp_path):
    state = State(tmp_path, [], "", keys=["a/x", "a/y", "b/z"])
    assert [p.path for p in in_s3(state)] == ["experiments/a", "experiments/b"]


def test_cards_and_bytes_in_s3(tmp_path):
    root = kit.make(tmp_path / "r")
    library = Library(root)
    keys = {
        "processed_datasets/": ["cut/a", "cut/b", "stray/x", *(f"{n}.txt" for n in range(70))],
        "champion_models/": [],
        "training_results/": ["poet-run/log"],
    }
    problems = list(
        remote.check(library, library.entries, keys.__getitem__, lambda v: v, "{} {}".format)
    )
    assert [(p.path, p.rule) for p in problems] == [
        ("raw_datasets/logs.card.md", "remote-bytes"),
        ("processed_datasets/stray.card.md", "remote-card"),
        ("processed_datasets/", "remote-loose"),
        ("champion_models/poet.card.md", "remote-bytes"),
    ]
    loose = next(p.message for p in problems if p.rule == "remote-loose")
    assert "70 files are not (0.txt, 1.txt, 10.txt and 67 more): move them" in loose
    poet = [Entry("champion_models", "poet", root)]
    asked = []
    one = list(
        remote.check(library, poet, lambda f: asked.append(f) or [], lambda v: v, "{} {}".format)
    )
    assert asked == ["champion_models/poet/"] and [p.rule for p in one] == ["remote-bytes"]
    cure = "run `make push DATASET=champion_models/poet` where its files are, or delete the card"
    assert one[0].message.endswith(cure)


def test_remote_asks_the_real_store(rclone_bucket, clone):
    anna = clone("anna", rclone_bucket)
    rclone_bucket.put("processed_datasets/bare/x.txt", b"1")
    for name in ("a.txt", "b c.txt"):
        rclone_bucket.put(f"processed_datasets/{name}", b"1")
    rclone_bucket.put("experiments/secret/x.txt", b"1")
    digest = "0123456789abcdef0123456789abcdef.dir"
    anna.write("raw_datasets/x.dvc", f"outs:\n- md5: {digest}\n  path: x\n".encode())
    anna.card("raw_datasets/x")
    run = anna.script("check_cards", "--remote")
    assert "raw_datasets/x.card.md:1: S3 must hold its version whole, and does not: run" in run.out
    assert "bare.card.md:1: what is in S3 (1 file, 1 byte, newest of 2" in run.out
    cure = re.search(r"move them into one by `(.*?)`", run.out)[1]
    expect(anna.run("bash", "-c", cure), 0)  # as it stands
    again = anna.script("check_cards", "--remote").out
    assert "remote-loose" not in again and "and 2 files are not" not in again
    assert "processed_datasets/loose.card.md:1: what is in S3 (2 files" in again
    run = anna.script("check_experiments", "--remote")
    assert "experiments/secret:1: must not be in S3" in run.out


def test_the_escaped_line_is_one_line():
    assert ledger.line_for("a*b?[c]") == "/a\\*b\\?\\[c\\]/"
