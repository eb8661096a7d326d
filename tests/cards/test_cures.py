"""What a check proposes, typed as it stands, ends its finding."""

from __future__ import annotations

import re
from dataclasses import replace

import pytest
from support.oracle import expect

A, RAW = "processed_datasets/a", "raw_datasets/r"
CHECKS = {
    "cards": ["check_cards"], "staged": ["check_cards", "--staged"],
    "experiments": ["check_experiments"], "doctor": ["run_doctor"],
    "hooks": ["install_hooks"],
}  # fmt: skip
CONFLICT = b"<<<<<<< HEAD\nouts: []\n=======\nouts:\n- path: r\n>>>>>>> theirs\n"


def crlf(anna):
    anna.write(f"{A}.card.md", anna.read(f"{A}.card.md").replace(b"\n", b"\r\n"))


def fence(anna):
    anna.write(f"{A}.card.md", anna.read(f"{A}.card.md").replace(b"---\n", b"--- # x\n", 1))


def order(anna):
    text = anna.read(f"{A}.card.md").split(b"\n")
    text[1], text[2] = text[2], text[1]
    anna.write(f"{A}.card.md", b"\n".join(text))


def no_card(anna):
    anna.delete(f"{A}.card.md")


def data_in_git(anna):
    anna.git("add", "-f", f"{A}/x")


def not_staged(anna):
    anna.card("training_results/it")
    text = anna.read(f"{A}.card.md") + b"\nSee `training_results/it`.\n"
    anna.write(f"{A}.card.md", text)
    anna.git("add", f"{A}.card.md")


def no_line(anna):
    anna.card("experiments/kept")


def not_in_git(anna):
    anna.card("experiments/kept")
    expect(anna.script("check_experiments", "--fix"), 0, 1)


def garbage_in_git(anna):
    anna.write("experiments/junk/n", b"1")
    anna.git("add", "-f", "experiments/junk/n")


def no_ledger(anna):
    anna.delete("experiments/.gitignore")
    (anna.path / "experiments" / ".gitignore").mkdir()


def torn_dvc_file(anna):
    anna.card(RAW)
    anna.write(f"{RAW}.dvc", b"outs:\n- path: r\n  hash: md5\n")
    anna.git("add", "-A")
    anna.git("commit", "-qm", "r")
    anna.write(f"{RAW}.dvc", b"outs: [")


def unverified(anna):
    local = anna.path / ".dvc" / "config.local"
    local.write_text(local.read_text().replace("verify = true", "verify = false"))


def grown_debt(anna):
    anna.write("cards.debt", f"{A}.card.md title 1\n".encode())
    anna.git("add", "-A")
    anna.git("commit", "-qm", "debt")
    anna.write("cards.debt", f"{A}.card.md title 3\n".encode())


def shared_hooks(anna):
    anna.git("config", "core.hooksPath", str(anna.home / "hooks"))


CASES = [
    (crlf, "cards", "must end with LF"), (fence, "cards", "must be --- alone"),
    (order, "cards", "keys must be in order"), (no_card, "cards", "must have a card"),
    (data_in_git, "cards", "data must not be in Git"),
    (not_staged, "staged", "must be in the commit too"),
    (no_line, "experiments", "must have the line"), (not_in_git, "experiments", "must be in Git"),
    (garbage_in_git, "experiments", "must not be in Git"),
    (no_ledger, "experiments", "must be a file"), (torn_dvc_file, "cards", "is not YAML"),
    (unverified, "doctor", "verify: off"), (data_in_git, "doctor", "must not be in Git"),
    (grown_debt, "cards", "may only shrink"), (shared_hooks, "hooks", "share: nothing was written"),
]  # fmt: skip


def finding(anna, check, said):
    """The lines about it, with the cure that doctor writes below."""
    lines = [line for stream in (check.out, check.err) for line in stream.splitlines()]
    return " ".join(
        line + (f" `{after.strip()[3:]}`" if after.strip().startswith("-> ") else "")
        for line, after in zip(lines, [*lines[1:], ""], strict=True)
        if said in line
    )


@pytest.mark.parametrize("server", ["moto"], indirect=True)
@pytest.mark.parametrize(("spoil", "how", "said"), CASES, ids=lambda x: getattr(x, "__name__", x))
def test_what_a_finding_proposes_ends_it(anna, bucket, spoil, how, said):
    anna.add(A, {"x": b"1"})
    anna.git("add", "-A")
    anna.git("commit", "-qm", "a")
    spoil(anna)
    told = finding(anna, anna.script(*CHECKS[how]), said)
    assert told, anna.script(*CHECKS[how])
    commands = re.findall(r"`([^`]+)`", told)
    if spoil is no_ledger:
        (anna.path / "experiments" / ".gitignore").rmdir()  # the first half, in words
    typed = [c for c in dict.fromkeys(commands) if c.startswith(("make ", "git ", ".venv"))]
    for command in typed:
        expect(anna.run("bash", "-c", command), 0, 2)  # a check that repairs may find other things
    if spoil is not_in_git:
        anna.git("commit", "-qm", "kept")
    assert not finding(anna, anna.script(*CHECKS[how]), said), typed


@pytest.mark.parametrize("side", ["--ours", "--theirs"])
def test_a_conflict_in_a_dvc_file_is_ended_by_the_side_that_is_typed(anna, bucket, side):
    anna.card(RAW)
    anna.write(f"{RAW}.dvc", b"outs:\n- path: r\n  hash: md5\n")
    anna.git("add", "-A")
    anna.git("commit", "-qm", "r")
    anna.git("checkout", "-q", "-b", "theirs")
    anna.write(f"{RAW}.dvc", b"outs:\n- path: r\n  hash: md5\n  size: 2\n")
    anna.git("commit", "-qam", "theirs")
    anna.git("checkout", "-q", "-")
    anna.write(f"{RAW}.dvc", b"outs:\n- path: r\n  hash: md5\n  size: 1\n")
    anna.git("commit", "-qam", "ours")
    assert anna.run("git", "merge", "-q", "theirs").code == 1
    told = finding(anna, anna.script("check_cards"), "a merge conflict")
    take = next(c for c in re.findall(r"`([^`]+)`", told) if side in c)
    add = next(c for c in re.findall(r"`([^`]+)`", told) if c.startswith("git add"))
    expect(anna.run("bash", "-c", f"{take} && {add}"), 0)
    assert not finding(anna, anna.script("check_cards"), "a merge conflict")
    assert anna.read(f"{RAW}.dvc").endswith(b"size: 1\n" if side == "--ours" else b"size: 2\n")


def test_versioning_and_uploads_are_mended_by_what_doctor_says(clone, moto_server):
    bucket = replace(moto_server, bucket="proposes").new_bucket()
    bucket.client.request("PUT", "")
    anna = clone("anna", bucket)
    assert anna.aws("s3api", "create-multipart-upload", "--bucket", "proposes", "--key",
                    f"{bucket.base}/{A}/a b").code == 0  # fmt: skip
    for subject in ("versioning", "uploads"):
        told = finding(anna, anna.script("run_doctor"), f"{subject}: ")
        command = re.search(r"`(?:unless it still runs: )?([^`]+)`", told)[1]
        expect(anna.run("bash", "-c", f". .venv/bin/activate; {command}"), 0)
        again = anna.script("run_doctor").out
        assert re.search(rf"^ok +{subject}: ", again, re.MULTILINE), again
