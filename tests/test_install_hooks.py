"""Git hooks: real git commits and pushes, in a clone, a worktree, beside others' hooks."""

from __future__ import annotations

import hashlib
import os
import re

import pytest
from support import cards as kit
from support import session
from support.oracle import expect


@pytest.fixture
def registry(tmp_path):
    root = kit.make(tmp_path / "r")
    (root / ".venv").symlink_to(session.venv())
    done = kit.run(root, "install_hooks.py")
    assert done.returncode == 0, done
    assert done.stderr == "hooks: installed pre-commit\nhooks: installed pre-push\n"
    return root


def spoil(root, entry="champion_models/poet"):
    kit.write(root, entry, kit.good_card(entry).replace("cc-by-4.0", "nope"))


def test_a_good_commit_passes_and_a_bad_card_does_not(registry):
    kit.write(registry, "raw_datasets/more", kit.good_card("raw_datasets/more"))
    kit.git(registry, "add", "--all")
    kit.git(registry, "commit", "--quiet", "--message=more")
    spoil(registry)
    said = kit.git(registry, "commit", "--all", "--message=bad", code=1)
    assert "champion_models/poet.card.md:3: license must be a license id" in said
    assert kit.git(registry, "log", "--format=%s", "-1") == "more\n"
    kit.git(registry, "commit", "--all", "--no-verify", "--quiet", "--message=bad")


def test_others_bad_cards_are_not_this_commits_business(registry):
    spoil(registry)
    (registry / "notes.txt").write_text("x")
    kit.git(registry, "add", "notes.txt")
    kit.git(registry, "commit", "--quiet", "--message=notes")


def test_data_and_experiments_are_stopped(registry):
    (registry / "champion_models" / "poet").mkdir()
    (registry / "champion_models" / "poet" / "w.bin").write_text("x")
    kit.git(registry, "add", "--force", "champion_models/poet/w.bin")
    assert "data must not be in Git" in kit.git(registry, "commit", "-m", "x", code=1)
    kit.git(registry, "reset", "--quiet")
    kit.write(registry, "experiments/new", kit.good_card("experiments/new"))
    kit.git(registry, "add", "--all")
    assert "must have the line /new/" in kit.git(registry, "commit", "-m", "x", code=1)


def test_a_worktree_is_checked_by_its_own_rules(registry, tmp_path):
    tree = tmp_path / "tree"
    kit.git(registry, "worktree", "add", "--quiet", str(tree), "-b", "side")
    spoil(tree)
    assert "license must be" in kit.git(tree, "commit", "--all", "-m", "bad", code=1)
    kit.write(tree, "champion_models/poet", kit.good_card("champion_models/poet") + "More.\n")
    kit.git(tree, "commit", "--all", "--quiet", "--message=good")


def test_another_branch_without_the_scripts_can_commit(registry):
    kit.git(registry, "checkout", "--quiet", "--orphan", "bare")
    kit.git(registry, "rm", "-r", "--quiet", "--cached", "scripts")
    (registry / "scripts").rename(registry.parent / "scripts-away")
    kit.git(registry, "commit", "--quiet", "--message=bare")


def test_installing_again_changes_nothing(registry):
    hook = registry / ".git" / "hooks" / "pre-commit"
    before = (hook.read_bytes(), hook.stat().st_mtime_ns)
    done = kit.run(registry, "install_hooks.py")
    assert done.returncode == 0 and "is installed already" in done.stderr
    assert (hook.read_bytes(), hook.stat().st_mtime_ns) == before


def test_somebody_elses_hook_stays(registry):
    hook = registry / ".git" / "hooks" / "pre-commit"
    hook.write_text("#!/bin/sh\necho mine\n")
    done = kit.run(registry, "install_hooks.py")
    assert done.returncode == 3 and "is not ours and stays" in done.stderr
    assert hook.read_text() == "#!/bin/sh\necho mine\n"
    line = next(line for line in done.stderr.splitlines() if "scripts/hooks/" in line).strip()
    hook.write_text(f"#!/bin/sh\n{line}\necho mine\n")
    hook.chmod(0o755)
    spoil(registry)
    assert "license must be" in kit.git(registry, "commit", "--all", "-m", "bad", code=1)


def test_a_shared_hooks_folder_is_left_alone(registry, tmp_path):
    shared = tmp_path / "shared"
    shared.mkdir()
    kit.git(registry, "config", "core.hooksPath", str(shared))
    done = kit.run(registry, "install_hooks.py")
    assert done.returncode == 3 and "other repositories share" in done.stderr
    assert os.listdir(shared) == []


def test_hooks_in_a_worktree_are_those_of_the_clone(registry, tmp_path):
    tree = tmp_path / "tree"
    kit.git(registry, "worktree", "add", "--quiet", str(tree), "-b", "side")
    for name in ("pre-commit", "pre-push"):
        (registry / ".git" / "hooks" / name).unlink()
    assert kit.run(tree, "install_hooks.py").returncode == 0
    assert (registry / ".git" / "hooks" / "pre-commit").exists()


def test_the_push_of_a_raw_dataset_that_is_not_in_s3_is_stopped(clone, rclone_bucket, tmp_path):
    anna = clone("anna", rclone_bucket)
    anna.run("git", "init", "--quiet", "--bare", str(tmp_path / "origin.git"))
    anna.git("remote", "add", "elsewhere", str(tmp_path / "origin.git"))
    anna.git("push", "--quiet", "elsewhere", "HEAD:refs/heads/main")
    anna.script("install_hooks")
    digest = hashlib.md5(b"[]").hexdigest() + ".dir"
    text = f"# once {'f' * 32}.dir\nouts:\n- md5: {digest}\n  hash: md5\n  path: x\n"
    anna.write("raw_datasets/x.dvc", text.encode())
    anna.git("add", "raw_datasets/x.dvc")
    anna.git("-c", "core.hooksPath=/dev/null", "commit", "--quiet", "--message=x")
    stopped = anna.run("git", "push", "elsewhere", "HEAD:refs/heads/main")
    assert stopped.code == 1 and "make push DATASET=raw_datasets/x" in stopped.err, stopped
    for told in (  # by the pre-commit framework, which reads git's lines itself
        {"PRE_COMMIT_TO_REF": "HEAD", "PRE_COMMIT_FROM_REF": "HEAD~1"},
        {"PRE_COMMIT_LOCAL_BRANCH": "HEAD"},
    ):
        run = anna.run("scripts/hooks/pre-push", **told)
        assert run.code == 1 and "make push DATASET=raw_datasets/x" in run.err, run
    run = anna.run("scripts/hooks/pre-push", PRE_COMMIT_TO_REF="HEAD", PRE_COMMIT_FROM_REF="HEAD")
    assert run.code == 0, run
    key = f"raw_datasets_dvc_cache/files/md5/{digest[:2]}/{digest[2:]}"
    rclone_bucket.put(key, b"{}")  # it is there, and damaged
    assert anna.run("git", "push", "elsewhere", "HEAD:refs/heads/main").code == 1
    rclone_bucket.put(key, b"[]")
    again = anna.run("git", "push", "elsewhere", "HEAD:refs/heads/main")
    assert again.code == 0, again


def test_a_version_of_another_branch_is_sent_by_the_line_that_is_said(anna, bucket, tmp_path):
    """`make push` would send the version of the branch that is checked out."""
    anna.run("git", "init", "--quiet", "--bare", str(tmp_path / "origin.git"))
    anna.git("remote", "add", "elsewhere", str(tmp_path / "origin.git"))
    anna.git("push", "-q", "elsewhere", "HEAD:refs/heads/second")
    for branch, body in (("first", b"1"), ("second", b"2")):
        anna.git("switch", "-q", "-c", branch)
        anna.add("raw_datasets/r", {"x": body})
        expect(anna.script("add_entry", "raw_datasets/r"), 0)
        anna.git("add", "-A")
        anna.git("commit", "-qm", branch)
    anna.git("switch", "-q", "first")
    expect(anna.script("pull_entries", "raw_datasets/r"), 0)
    expect(anna.script("push_entries", "raw_datasets/r"), 0)
    expect(anna.script("install_hooks"), 0)
    stopped = expect(anna.run("git", "push", "-q", "elsewhere", "second"), 1)
    command = re.search("^  (git checkout second && .*)$", stopped.err, re.MULTILINE)[1]
    expect(anna.run("bash", "-c", command), 0)
    expect(anna.run("git", "push", "-q", "elsewhere", "second"), 0)
