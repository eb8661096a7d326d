"""`make init`: a clone becomes a registry of one's own, and takes newer versions over later."""

from __future__ import annotations

import subprocess

import pytest
from support.checkout import Checkout
from support.oracle import assert_clean, below, expect
from support.servers import Bucket
from support.template import BASE, BASE_DVC, ROOT

A = "processed_datasets/ours ü"


@pytest.fixture
def bucket(moto_bucket):
    """An empty place in a bucket, on the store that is strict."""
    return moto_bucket


def init(here: Checkout, bucket: Bucket, endpoint: str = "", code: int = 0):
    """`make init` with the keys in ~/.aws, as people have them."""
    keys = here.home / ".aws" / "credentials"
    keys.parent.mkdir(exist_ok=True)
    keys.write_text(open(bucket.server.credentials_file).read())  # noqa: SIM115
    words = [f"URL={bucket.url}", f"ENDPOINT={endpoint or bucket.server.endpoint}", "PROFILE=test"]
    return expect(here.make("init", *words), code)


def add_ours(here: Checkout) -> None:
    """An entry of our own, and the raw dataset that its card names."""
    here.card(BASE)
    here.write(f"{BASE}.dvc", BASE_DVC.encode())
    here.add(A, {"x": b"1"})


def test_a_clone_becomes_a_registry(clone, bucket):
    anna = clone("anna", samples=True)
    run = init(anna, bucket)
    assert "5 sample entries taken out" in run.err and "make card" in run.err, run
    assert bucket.keys() == []  # the proof took away what it wrote
    assert anna.git("status", "--porcelain") == ""
    assert anna.git("log", "-1", "--format=%s").strip() == "Start our registry"
    listed = set(anna.git("ls-files").splitlines())
    sections = {p for p in listed if "/" in p and p.split("/")[0] in SECTIONS}
    assert sections == {f"{s}/{n}" for s in SECTIONS for n in (".gitignore", "template.card.md")}
    expect(anna.script("check_cards"), 0)
    expect(anna.script("check_experiments"), 0)
    expect(anna.pull(), 0)

    add_ours(anna)
    anna.write(f"{A}/x y.txt", b"1")
    expect(anna.push(), 0)
    assert bucket.data() == below(A, {"x": b"1", "x y.txt": b"1"})
    before = anna.git("status", "--porcelain")
    assert "not samples" in init(anna, bucket, code=2).err
    assert anna.git("status", "--porcelain") == before
    assert_clean(anna)


SECTIONS = ("raw_datasets", "processed_datasets", "champion_models", "training_results",
            "experiments")  # fmt: skip


def test_a_bucket_that_cannot_be_written_changes_nothing(clone, bucket):
    anna = clone("anna", samples=True)
    anna.point_at(bucket)
    anna.proxy.when("PUT").answer(403, "AccessDenied")
    (anna.path / ".dvc" / "config.local").unlink()
    before = anna.git("status", "--porcelain")
    run = init(anna, bucket, anna.proxy.endpoint, code=2)
    assert "AccessDenied" in run.err, run
    assert anna.git("status", "--porcelain") == before == ""
    assert not (anna.path / ".dvc" / "config.local").exists()
    expect(anna.make("init"), 2)
    expect(anna.make("init", "URL=nonsense"), 2)
    assert anna.git("status", "--porcelain") == ""


@pytest.fixture
def registry(clone, bucket):
    """Ours, started from a clone of upstream, with a dataset and an experiment of our own."""
    upstream, ours = clone("upstream", samples=True), clone("ours", samples=True)
    shutil_clone(upstream, ours)
    init(ours, bucket)
    add_ours(ours)
    ours.card("experiments/try")
    expect(ours.script("check_experiments", "--fix"), 1)  # in the ledger; not in Git yet
    ours.git("add", "-A")
    ours.git("commit", "-qm", "Start our registry")
    return upstream, ours


def begin_history(ours: Checkout, *words: str) -> None:
    """Another .git in the place of the clone's, which says what clones of the tests ignore."""
    rules = ours.read(".git/info/exclude")
    ours.delete(".git")
    ours.git(*words)
    ours.write(".git/info/exclude", rules)


def shutil_clone(upstream: Checkout, ours: Checkout) -> None:
    begin_history(ours, "clone", "-q", "--bare", str(upstream.path), ".git")
    ours.git("config", "core.bare", "false")
    ours.git("reset", "-q")
    ours.git("remote", "remove", "origin")
    ours.git("remote", "add", "upstream", str(upstream.path))
    assert ours.git("status", "--porcelain") == ""


def upstream_goes_on(upstream: Checkout) -> None:
    """A later version: other scripts, a changed sample, a new sample, a new ledger line."""
    for path in ("pull.sh", "champion_models/lighthouse-language.card.md"):
        upstream.write(path, upstream.read(path) + b"\n# later\n")
    later = ["processed_datasets/later", "experiments/later"]
    for entry in later:
        upstream.card(entry)
    names = upstream.read("examples/samples.txt").decode().split() + later
    upstream.write("examples/samples.txt", "\n".join([*names, ""]).encode())
    upstream.write("experiments/.gitignore", upstream.read("experiments/.gitignore") + b"/later/\n")
    upstream.git("add", "-A")
    upstream.git("commit", "-qm", "Later")


def test_a_plain_merge_of_later_scripts_has_no_conflict(registry):
    """As the README says; a sample that changed needs `make update`."""
    upstream, ours = registry
    upstream.write("pull.sh", upstream.read("pull.sh") + b"\n# later\n")
    upstream.git("commit", "-qam", "Later")
    ours.git("fetch", "-q", "upstream")
    ours.git("merge", "-q", "--no-edit", "upstream/main")
    assert ours.read("pull.sh").endswith(b"# later\n")
    assert ours.git("status", "--porcelain") == ""


def test_an_update_that_cannot_be(registry):
    """Never taken for "there is nothing newer"; nothing is half merged afterwards."""
    upstream, ours = registry
    upstream.write("NEWS", b"1")
    upstream.git("add", "-A")
    upstream.git("commit", "-qm", "Later")
    ours.write("NEWS", b"ours, and not in Git")
    before = ours.git("rev-parse", "HEAD")
    run = expect(ours.make("update"), 2)
    assert "git fetch upstream" in run.err and "newest" not in run.err, run
    ours.git("fetch", "-q", "upstream")
    for value in ("upstream/nosuch", "$(touch pwned)", "--abort"):
        assert "newest" not in expect(ours.make("update", f"FROM={value}"), 2).err
    run = expect(ours.make("update"), 2)
    assert "overwritten by merge: NEWS" in run.err and "git merge upstream/main" in run.err, run
    assert ours.read("NEWS") == b"ours, and not in Git"
    assert ours.git("rev-parse", "HEAD") == before
    ours.delete("NEWS")
    assert ours.git("status", "--porcelain") == ""
    assert "merged" in expect(ours.make("update"), 0).err
    assert "newest" in expect(ours.make("update"), 0).err


def test_an_update_leaves_later_samples_out(registry):
    upstream, ours = registry
    before = set(ours.git("ls-files").splitlines())
    config = ours.read(".dvc/config")
    upstream_goes_on(upstream)
    ours.git("fetch", "-q", "upstream")
    run = expect(ours.make("update"), 0)
    assert "merged upstream/main" in run.err, run
    assert set(ours.git("ls-files").splitlines()) == before
    assert ours.git("status", "--porcelain") == ""
    assert ours.read("pull.sh").endswith(b"# later\n")
    assert ours.read(".dvc/config") == config
    ledger = ours.read("experiments/.gitignore").decode().splitlines()
    assert [x for x in ledger if x.startswith("/") and x != "/*"] == ["/try/"]
    assert len(ours.git("log", "-1", "--format=%P").split()) == 2
    expect(ours.script("check_cards"), 0)
    expect(ours.script("check_experiments"), 0)
    assert "newest version already" in expect(ours.make("update", "FROM=upstream/main"), 0).err


def test_an_update_that_needs_a_person(registry):
    upstream, ours = registry
    upstream_goes_on(upstream)
    ours.git("fetch", "-q", "upstream")
    ours.write("pull.sh", ours.read("pull.sh") + b"\n# ours\n")
    assert "pull.sh" in expect(ours.make("update"), 2).err  # not committed
    ours.git("commit", "-qam", "Ours")
    run = expect(ours.make("update"), 2)
    assert "pull.sh" in run.err and "git merge --abort" in run.err, run
    assert "lighthouse" not in run.err
    ours.git("merge", "--abort")
    assert ours.git("status", "--porcelain") == ""
    for ref in ("nosuch/main", "--help", "-n", "$(touch pwned)"):
        expect(ours.make("update", f"FROM={ref}"), 2, 0)
    assert ours.git("status", "--porcelain") == ""


def test_the_list_of_samples_is_what_is_tracked():
    """Or init would refuse a fresh clone."""
    listed = subprocess.run(["git", "ls-files"], cwd=ROOT, capture_output=True, text=True).stdout
    cards = {x.removesuffix(".card.md") for x in listed.split() if x.endswith(".card.md")}
    here = {x for x in cards if x.split("/")[0] in SECTIONS and not x.endswith("/template")}
    assert here == set((ROOT / "examples" / "samples.txt").read_text().split())


@pytest.mark.parametrize("start", ["at once", "after init"])
def test_an_update_of_a_copy_without_history(clone, bucket, start):
    """As a template button makes one: the same files, another first commit."""
    upstream, ours = clone("upstream", samples=True), clone("ours", samples=True)
    upstream.git("commit", "-q", "--allow-empty", "-m", "An older version")
    if start == "at once":
        init(ours, bucket)
    begin_history(ours, "init", "-q", "-b", "main")
    ours.git("add", "-A")
    ours.git("commit", "-qm", "Initial commit")
    if start == "after init":
        init(ours, bucket)
    add_ours(ours)
    ours.git("add", "-A")
    ours.git("commit", "-qm", "Ours")
    upstream_goes_on(upstream)
    ours.git("remote", "add", "upstream", str(upstream.path))
    ours.git("fetch", "-q", "upstream")
    before = set(ours.git("ls-files").splitlines())
    run = expect(ours.make("update"), 0)
    assert "no history in common" in run.err and "merged upstream/main" in run.err, run
    assert "git push" not in run.err, "there is nowhere to push to yet"
    assert ours.read("pull.sh").endswith(b"# later\n")
    assert set(ours.git("ls-files").splitlines()) == before
    assert ours.git("status", "--porcelain") == "" and ours.git("replace", "-l") == ""
    assert "newest" in expect(ours.make("update"), 0).err
    upstream.write("push.sh", upstream.read("push.sh") + b"\n# later still\n")
    upstream.git("commit", "-qam", "Later still")
    ours.git("fetch", "-q", "upstream")
    assert "no history" not in expect(ours.make("update"), 0).err
    assert ours.read("push.sh").endswith(b"# later still\n")
    expect(ours.script("check_cards"), 0)


def test_an_update_from_something_else(registry, tmp_path):
    _, ours = registry
    ours.run("git", "init", "-q", str(tmp_path / "other"))
    ours.run("git", "-C", str(tmp_path / "other"), "commit", "-q", "--allow-empty", "-m", "x")
    ours.git("fetch", "-q", str(tmp_path / "other"), "HEAD:refs/remotes/upstream/main")
    run = expect(ours.make("update"), 2)
    assert "no version of it is like" in run.err
    assert ours.git("status", "--porcelain") == "" and ours.git("replace", "-l") == ""
