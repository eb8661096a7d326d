"""What a word means to pull and push, by section, name or mistake; and what push looks at first."""

from __future__ import annotations

import pytest
from support.oracle import assert_clean, below, expect

from registry import selection
from registry.errors import UsageError
from registry.sections import SECTIONS, SYNCED


@pytest.fixture
def bucket(rclone_bucket):
    """One store is enough for what is asked here."""
    return rclone_bucket


NAMES = [
    "raw_datasets/logs", "raw_datasets/big logs", "processed_datasets/logs clean",
    "champion_models/lang", "champion_models/ünï", "training_results/lang", "training_results/$(x)",
    "experiments/logs-try",
]  # fmt: skip


@pytest.fixture
def root(tmp_path):
    for section in SECTIONS:
        (tmp_path / section).mkdir()
        (tmp_path / section / "template.card.md").touch()
    for name in NAMES:
        (tmp_path / f"{name}.card.md").touch()
    (tmp_path / "champion_models" / "no card").mkdir()
    return tmp_path


@pytest.mark.parametrize(
    ("words", "wanted"),
    [
        (["logs"], ["raw_datasets/logs"]),
        (["raw_datasets/logs"], ["raw_datasets/logs"]),
        (["training_results/"], ["training_results/$(x)", "training_results/lang"]),
        (["big logs"], ["raw_datasets/big logs"]),
        (["raw_datasets/big logs"], ["raw_datasets/big logs"]),
        (["ünï"], ["champion_models/ünï"]),
        (["$(x)"], ["training_results/$(x)"]),
        (["logs champion_models/lang"], ["raw_datasets/logs", "champion_models/lang"]),
        (["logs", "logs"], ["raw_datasets/logs"]),
        (["  logs\n"], ["raw_datasets/logs"]),
        (["raw_datasets/ logs"], ["raw_datasets/big logs", "raw_datasets/logs"]),
        (["no card"], ["champion_models/no card"]),
    ],
)
def test_words_that_name_entries(root, words, wanted):
    assert [str(e) for e in selection.select(words, SYNCED, root)] == wanted


def test_no_words_are_all_that_travels(root):
    selected = {str(e) for e in selection.select([], SYNCED, root)}
    assert selected == {n for n in NAMES if not n.startswith("exp")} | {"champion_models/no card"}


@pytest.mark.parametrize(
    ("word", "says"),
    [
        ("lang", "'lang' is in several sections: name one of "
                 "'champion_models/lang' or 'training_results/lang'"),
        ("log", "Did you mean 'logs' or"),
        ("champion_models/lagn", "Did you mean 'champion_models/lang'"),
        ("zzz", "'zzz' is not an entry here."),
        ("champion_models", "is a section: for all its entries write 'champion_models/'"),
        ("champion_models/lang.card.md", "is a card: name its entry, 'champion_models/lang'"),
        ("../x", "is a path"),
        ("champion_models/../raw_datasets/logs", "is a path"),
        ("champion_models/lang/weights", "is a path"),
        ("/etc", "is a path"),
        ("./raw_datasets/logs/day/1.txt", "is a path: name its entry, 'raw_datasets/logs'"),
        ("raw_datasets/logs.dvc", "is a path: name its entry, 'raw_datasets/logs'"),
        ("~", "is not an entry here"),
        (".", "is not an entry here"),
        ("..", "is a path"),
        ("template", "is not an entry here"),
        ("champion_models/template", "is not an entry here"),
        ("*", "is not an entry here"),
        ("--help", "is not an entry here"),
        ("experiments/logs-try", "never leaves this machine"),
        ("experiments/", "never leaves this machine"),
        ("logs-try/", "'logs-try/' is in experiments/ and never leaves"),
        ("logs-try", "'logs-try' is in experiments/ and never leaves this machine: this is for"),
    ],
)  # fmt: skip
def test_words_that_are_mistakes(root, word, says):
    with pytest.raises(UsageError) as error:
        selection.select([word], SYNCED, root)
    assert says in str(error.value) and str(error.value).count(repr(word)) >= 1


def test_an_absolute_path_names_its_entry(root):
    with pytest.raises(UsageError, match="name its entry, 'raw_datasets/logs'"):
        selection.select([f"{root}/raw_datasets/logs/"], SYNCED, root)


@pytest.mark.parametrize(
    "word", ["", "  ", None, "champion_models/", "raw_datasets/logs lang", "x"]
)
def test_one_entry_is_one(root, word):
    with pytest.raises(UsageError):
        selection.select_one(word, SYNCED, root)


A, B, C = "processed_datasets/a", "champion_models/b ü", "training_results/b ü"


def test_only_what_was_named_is_moved(anna, ben, bucket):
    for name in (A, B, C):
        anna.add(name, {"x y.txt": name.encode(), "ü/1.bin": b"1"})
        ben.card(name)
    run = expect(anna.push("b ü"), 2)
    assert "several sections" in run.err
    assert bucket.keys() == []
    expect(anna.make("push", f"DATASET={B}"), 0)
    assert sorted(bucket.data()) == sorted(below(B, {"x y.txt": b"", "ü/1.bin": b""}))
    expect(anna.push("training_results/", "a"), 0)
    assert bucket.data() == anna.tree()

    expect(ben.pull("champion_models/"), 0)
    assert ben.tree() == anna.tree(B)
    before = ben.tree()
    for word in ("nosuch", "champion_models", "/etc", "../x", f"{A}.card.md", "", "--hepl"):
        run = expect(ben.pull("a", word), 2)
        assert len(run.err.splitlines()) <= 2 and run.out == "", run
    assert ben.tree() == before
    expect(ben.make("pull", "DATASET=a training_results/"), 0)
    assert ben.tree() == anna.tree()
    assert_clean(anna, ben)


def test_from_anywhere_by_path_or_by_make(anna, bucket, tmp_path):
    anna.add(A, {"x": b"1"})
    elsewhere = tmp_path / "some where"
    elsewhere.mkdir()
    from_there = f"cd '{elsewhere}' && "
    expect(anna.run("bash", "-c", f"{from_there} '{anna.path}/push.sh' a"), 0)
    assert bucket.data() == anna.tree()
    anna.delete(A)
    expect(anna.run("bash", "-c", f"{from_there} make -s -C '{anna.path}' pull DATASET=a"), 0)
    assert bucket.data() == anna.tree() != {}
    anna.delete(A)
    expect(anna.run("bash", "-c", "cd champion_models && ../pull.sh a"), 0)
    assert bucket.data() == anna.tree() != {}
    assert list(elsewhere.iterdir()) == []


def test_a_bad_card_is_refused_and_the_others_go_on(anna, bucket):
    anna.add(A, {"x": b"1"})
    anna.add(B, {"x": b"2"})
    anna.add(C, {"x": b"3"})
    anna.delete(f"{C}.card.md")
    anna.write(f"{A}.card.md", b"---\npretty_name: a\n---\n\n# Card: a\n")
    run = expect(anna.push(), 3)
    assert f"{A}: refused" in run.err and "license" in run.err and f"DATASET={A}" in run.err, run
    assert f"{C}: refused" in run.err and f"make card DATASET='{C}'" in run.err, run
    assert bucket.data() == anna.tree(B), run
    assert_clean(anna)


def test_the_rules_of_experiments_come_first_and_stop_no_other_entry(anna, bucket):
    """Nobody pushes experiments, so theirs is not a reason to hold back a model."""
    anna.add(A, {"x": b"1"})
    anna.card("experiments/try")
    anna.write("experiments/try/x", b"scratch")
    for dry in ("1", ""):
        run = expect(anna.push(DRY_RUN=dry), 3)
        lines = run.out.splitlines()
        assert lines[0].startswith("experiments/try.card.md:1: "), run
        assert lines[-1].startswith(A) and "exit code 3" in run.err, run
        assert bucket.data() == ({} if dry else anna.tree(A))


def test_what_is_not_committed_is_listed_after_a_push(anna, bucket):
    anna.add("raw_datasets/r r", {"x": b"1"})
    expect(anna.make("add", "DATASET=r r"), 0)
    anna.add(A, {"x": b"1"})
    run = expect(anna.push(), 0)
    line = next(x for x in run.err.splitlines() if "git add" in x).removeprefix("push: ")
    expect(anna.run("bash", "-ec", line.replace("git commit", "git commit -qm x")
                    .replace(" && git push", "")), 0)  # fmt: skip
    assert anna.git("status", "--porcelain", "--untracked-files=all") == ""
    committed = set(anna.git("-c", "core.quotePath=off", "ls-files").splitlines())
    assert {f"{A}.card.md", "raw_datasets/r r.card.md", "raw_datasets/r r.dvc"} <= committed
    anna.write(f"{A}/x", b"22")
    assert "git add" not in expect(anna.push(), 0).err


def test_a_raw_dataset_that_was_not_added_is_named_with_the_cure(anna, bucket):
    anna.add("raw_datasets/r", {"x": b"1"})
    anna.add(A, {"x": b"1"})
    run = expect(anna.push(), 3)
    assert "raw_datasets/r: refused" in run.err and "make add DATASET=raw_datasets/r" in run.err
    assert bucket.data() == anna.tree(A)  # the rest went
    expect(anna.make("add", "DATASET=r"), 0)
    expect(anna.push(), 0)
    before = bucket.read("raw_datasets_dvc_cache")
    anna.write("raw_datasets/r/x", b"changed")
    run = expect(anna.push(), 3)
    assert "make add DATASET=raw_datasets/r" in run.err, run
    assert bucket.read("raw_datasets_dvc_cache") == before != {}


def test_data_never_gets_into_git(anna):
    for section in SECTIONS:
        anna.add(
            f"{section}/e ü", {"x.txt": b"1", "sub/x.card.md": b"2", "sub/.gitignore": b"!*\n"}
        )
        anna.write(f"{section}/stray.bin", b"3")
        anna.write(f"{section}/no card/y", b"4")
    anna.git("add", "-A")
    staged = set(
        anna.git("-c", "core.quotePath=off", "diff", "--cached", "--name-only").split("\n")
    )
    assert staged - {""} == {f"{section}/e ü.card.md" for section in SECTIONS}
