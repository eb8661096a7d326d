"""Anna and Ben share a registry: every cell of the comparison table, through the real commands."""

from __future__ import annotations

import pytest
from support.oracle import assert_clean, below, expect, marker, put_in_step, until

A = "processed_datasets/a"
FILES = {"x.txt": b"one", "sub folder/ü.txt": b"two", "y.bin": bytes(range(256)), "z.txt": b"zz"}


@pytest.fixture
def shared(anna, ben, bucket):
    """Both have the entry, sealed."""
    put_in_step(bucket, A, FILES, anna, ben)
    return bucket


@pytest.mark.both_stores
def test_a_change_travels_and_comes_back(anna, ben, bucket):
    anna.add(A, FILES)
    expect(anna.push(), 0)
    ben.card(A)
    expect(ben.pull(), 0)
    assert ben.tree() == anna.tree() == bucket.data() == below(A, FILES)
    assert marker(bucket, A)["state"] == "done"
    ben.write(f"{A}/x.txt", b"one more")
    ben.write(f"{A}/new/deep.txt", b"new")
    expect(ben.push(), 0)
    assert bucket.data() == ben.tree()
    expect(anna.pull(), 0)
    assert anna.tree() == ben.tree()
    assert anna.read(f"{A}/x.txt") == b"one more"
    assert_clean(anna, ben)


def test_nothing_to_do_changes_nothing(anna, ben, shared):
    before, anna_before = shared.read(), anna.tree()
    for run in (anna.push(), anna.pull(), ben.push(), ben.pull()):
        expect(run, 0)
    assert shared.read() == before
    assert anna.tree() == ben.tree() == anna_before
    assert_clean(anna, ben)


def test_pull_keeps_unpushed_edits_and_says_so(anna, ben, shared):
    ben.write(f"{A}/x.txt", b"mine, not pushed")
    ben.write(f"{A}/mine.txt", b"mine too")
    anna.write(f"{A}/z.txt", b"Anna's news")
    expect(anna.script("push_entries"), 0)
    expect(ben.pull(), 0)
    assert ben.tree() == below(
        A, {**FILES, "x.txt": b"mine, not pushed", "mine.txt": b"mine too", "z.txt": b"Anna's news"}
    )
    expect(ben.push(), 0)
    assert shared.data() == ben.tree()
    assert_clean(anna, ben)


def test_push_behind_the_registry_is_refused_until_pulled(anna, ben, shared):
    anna.write(f"{A}/z.txt", b"Anna's news")
    expect(anna.script("push_entries"), 0)
    before = shared.read()
    ben.write(f"{A}/x.txt", b"Ben's news")
    run = expect(ben.push(), 3)
    assert "pull" in run.said and A in run.said
    assert shared.read() == before
    assert ben.read(f"{A}/x.txt") == b"Ben's news"
    expect(ben.pull(), 0)
    expect(ben.push(), 0)
    assert shared.data() == below(A, {**FILES, "x.txt": b"Ben's news", "z.txt": b"Anna's news"})
    assert_clean(anna, ben)


@pytest.fixture
def conflict(anna, ben, shared):
    """Both changed x.txt; Anna pushed hers."""
    anna.write(f"{A}/x.txt", b"Anna's")
    expect(anna.script("push_entries"), 0)
    ben.write(f"{A}/x.txt", b"Ben's!")
    return shared


def test_a_conflict_touches_nothing_in_either_direction(anna, ben, conflict):
    before, local = conflict.read(), ben.tree()
    for run in (ben.push(), ben.pull(), ben.push()):
        expect(run, 3)
        assert "x.txt" in run.said and "TAKE=local" in run.said and "reset" in run.said, str(run)
    assert conflict.read() == before
    assert ben.tree() == local
    assert_clean(anna, ben)


def test_a_conflict_resolved_to_mine(anna, ben, conflict):
    expect(ben.pull(A, TAKE="local"), 0)
    assert ben.read(f"{A}/x.txt") == b"Ben's!"
    expect(ben.push(), 0)
    assert conflict.data() == below(A, {**FILES, "x.txt": b"Ben's!"})
    expect(anna.pull(), 0)
    assert anna.tree() == ben.tree()
    assert_clean(anna, ben)


def test_a_conflict_resolved_to_theirs_keeps_mine_in_the_trash(anna, ben, conflict):
    expect(ben.script("reset_entry", A), 0)
    assert ben.tree() == conflict.data() == below(A, {**FILES, "x.txt": b"Anna's"})
    assert b"Ben's!" in ben.trash()
    expect(ben.push(), 0)
    assert conflict.data() == ben.tree()
    assert_clean(anna, ben)


def test_one_refused_entry_does_not_stop_the_others(anna, ben, conflict):
    ben.add("champion_models/m", {"w": b"weights"})
    ben.add("training_results/m", {"log": b"log"})
    run = expect(ben.push(), 3)
    assert A in run.said
    assert conflict.read("champion_models/") == {"champion_models/m/w": b"weights"}
    assert conflict.read("training_results/") == {"training_results/m/log": b"log"}
    for name in ("champion_models/m", "training_results/m"):
        anna.card(name)
    run = expect(ben.pull(), 3)
    expect(anna.pull(), 0)
    assert anna.read("champion_models/m/w") == b"weights"


def test_equal_edits_on_both_sides_are_no_conflict(anna, ben, shared):
    for person in (anna, ben):
        person.write(f"{A}/x.txt", b"the same")
    expect(anna.push(), 0)
    expect(ben.push(), 0)
    assert ben.proxy.count("PUT", "x.txt") == 0
    expect(ben.pull(), 0)
    assert shared.data() == ben.tree() == anna.tree()


def test_a_deleted_file_goes_to_the_others_trash(anna, ben, shared):
    anna.delete(f"{A}/x.txt")
    expect(anna.script("push_entries"), 0)
    assert f"{A}/x.txt" not in shared.data()
    expect(ben.pull(), 0)
    assert ben.tree() == anna.tree() == shared.data()
    assert b"one" in ben.trash()
    expect(ben.push(), 0)
    assert f"{A}/x.txt" not in shared.data(), "a stale file came back"
    assert_clean(anna, ben)


def test_a_file_deleted_there_and_edited_here_is_a_conflict(anna, ben, shared):
    anna.delete(f"{A}/x.txt")
    expect(anna.script("push_entries"), 0)
    ben.write(f"{A}/x.txt", b"Ben's work")
    for run in (ben.push(), ben.pull()):
        expect(run, 3)
    assert ben.read(f"{A}/x.txt") == b"Ben's work"
    assert f"{A}/x.txt" not in shared.data()


def test_a_file_deleted_here_and_changed_there_is_fetched_not_deleted(anna, ben, shared):
    anna.write(f"{A}/x.txt", b"Anna's news")
    expect(anna.script("push_entries"), 0)
    ben.delete(f"{A}/x.txt")
    expect(ben.push(), 3)
    assert shared.data()[f"{A}/x.txt"] == b"Anna's news"
    expect(ben.pull(), 0)
    assert ben.tree() == anna.tree()


def test_a_file_deleted_here_stays_deleted_over_a_pull(anna, ben, shared):
    ben.delete(f"{A}/x.txt")
    run = expect(ben.pull(), 0)
    assert "1 deleted here and not pushed" in run.said
    assert f"{A}/x.txt" not in ben.tree()
    expect(ben.push(), 0)
    assert shared.data() == ben.tree()


def test_deleting_more_than_half_needs_a_word(anna, ben, shared):
    before = shared.read()
    ben.delete(f"{A}/x.txt", f"{A}/y.bin", f"{A}/sub folder")
    run = expect(ben.push(), 3)
    assert "DELETE=1" in run.said
    assert shared.read() == before
    expect(ben.push(A, DELETE="1"), 0)
    assert shared.data() == below(A, {"z.txt": b"zz"})
    before = anna.tree()
    run = expect(anna.pull(), 3)
    assert "DELETE=1" in run.said
    assert anna.tree() == before
    expect(anna.pull(A, DELETE="1"), 0)
    assert anna.tree() == shared.data()
    assert {FILES["x.txt"], FILES["y.bin"]} <= set(anna.trash())
    assert_clean(anna, ben)


@pytest.mark.parametrize("how", ["gone", "empty", "only folders"])
def test_an_entry_that_is_not_here_is_never_a_deletion(anna, ben, shared, how):
    before = shared.read()
    ben.delete(A)
    if how != "gone":
        (ben.path / A / ("sub folder" if how == "only folders" else "")).mkdir(parents=True)
    run = expect(ben.push(A, DELETE="1"), 0, 3)
    assert "not checked out" in run.said, str(run)
    expect(ben.push(), 0, 3)
    assert shared.read() == before
    expect(ben.pull(), 0)
    assert ben.tree() == anna.tree()


def test_an_entry_removed_from_s3_by_hand_is_not_removed_here_nor_pushed_back(anna, ben, shared):
    assert anna.aws("s3", "rm", "--recursive", f"{shared.url}/{A}/").code == 0
    run = expect(ben.push(A, FULL="1"), 3)
    assert "S3 has lost all 4 files" in run.said
    run = expect(ben.pull(A, FULL="1"), 3)
    assert "S3 has lost all 4 files" in run.said
    assert ben.tree() == below(A, FILES)
    ben.write(f"{A}/x.txt", b"edited")
    run = expect(ben.push(), 3)
    assert "S3 has lost all 4 files" in run.said
    assert ben.read(f"{A}/x.txt") == b"edited"
    assert shared.data() == {}


@pytest.fixture
def synced_by_hand(anna, shared, tmp_path):
    """Somebody runs the command that this tool replaces, from a partial folder."""
    partial = tmp_path / "partial"
    (partial / "a").mkdir(parents=True)
    (partial / "a" / "x.txt").write_bytes(b"overwritten by hand")
    (partial / "a" / "z.txt").write_bytes(b"zz")
    url = f"{shared.url}/processed_datasets/"
    assert anna.aws("s3", "sync", "--delete", f"{partial}/", url).code == 0
    return shared


@pytest.mark.both_stores
def test_a_plain_aws_sync_is_noticed_and_costs_nobody_anything(ben, synced_by_hand):
    run = expect(ben.pull(A, FULL="1"), 0)
    assert "outside" in run.said, str(run)
    assert ben.tree() == synced_by_hand.data()
    assert set(FILES.values()) <= ben.contents() | {b"one"}
    assert {FILES["y.bin"], FILES["sub folder/ü.txt"]} <= set(ben.trash())
    assert_clean(ben)


def test_a_plain_aws_sync_does_not_take_unpushed_work(ben, synced_by_hand):
    ben.write(f"{A}/y.bin", b"Ben's work")
    before = synced_by_hand.data()
    for run in (ben.pull(A, FULL="1"), ben.push()):
        expect(run, 3)
        assert "y.bin" in run.said and "TAKE=local" in run.said, str(run)
    assert ben.tree() == below(A, {**FILES, "y.bin": b"Ben's work"})
    assert synced_by_hand.data() == before
    assert_clean(ben)


def test_a_bucket_from_before_is_taken_over_as_it_is(anna, ben, bucket):
    """Plain aws commands filled it: no markers anywhere."""
    for key, content in below(A, FILES).items():
        bucket.put(key, content)
    for person in (anna, ben):
        person.card(A)
        expect(person.pull(), 0)
        assert person.tree() == below(A, FILES)
    anna.write(f"{A}/x.txt", b"changed")
    expect(anna.script("push_entries"), 0)
    assert marker(bucket, A)["state"] == "done"
    expect(ben.pull(), 0)
    assert ben.tree() == anna.tree() == bucket.data()


def test_equal_bytes_of_a_bucket_from_before_get_their_marker(anna, ben, bucket):
    for key, content in below(A, FILES).items():
        bucket.put(key, content)
    anna.add(A, FILES)
    expect(anna.script("seal_entries", A), 0)
    assert marker(bucket, A)["state"] == "done" and marker(bucket, A)["files"] == len(FILES)
    ben.card(A)
    expect(ben.pull(), 0)
    assert ben.tree() == anna.tree()


def test_seal_refuses_what_is_not_equal(anna, bucket):
    for key, content in below(A, FILES).items():
        bucket.put(key, content)
    anna.add(A, {**FILES, "x.txt": b"other"})
    expect(anna.script("seal_entries", A), 2, 3)
    assert marker(bucket, A) == {}


@pytest.mark.both_stores
@pytest.mark.parametrize("name", ["x.txt", "elsewhere.txt"])
def test_two_pushes_at_once_one_wins_whole(anna, ben, shared, name):
    """Ben's whole push happens while Anna's first bytes are on their way."""
    anna.write(f"{A}/x.txt", b"Anna's")
    ben.write(f"{A}/{name}", b"Ben's")
    runs = []
    anna.proxy.when("PUT", rf"/{A}/", nth=1).call(lambda: runs.append(ben.push()))
    runs.append(anna.push())
    assert [expect(run, 0, 3).code for run in runs] == [3, 0], runs
    assert shared.data() == below(A, {**FILES, "x.txt": b"Anna's"})
    assert marker(shared, A)["state"] == "done"
    assert_clean(anna, ben)


@pytest.mark.parametrize("round_", range(3))
def test_two_pushes_started_together_store_one_side(clone, moto_bucket, round_):
    bucket = moto_bucket
    anna, ben = clone("anna", bucket), clone("ben", bucket)
    for person, content in ((anna, b"Anna's"), (ben, b"Ben's")):
        person.add(A, {"x.txt": content, "y.txt": content * 2})
    started = [anna.start("./push.sh"), ben.start("./push.sh")]
    codes = [expect(process.wait(), 0, 3).code for process in started]
    assert 0 in codes
    sides = [anna.tree(), ben.tree()]
    winners = [side for code, side in zip(codes, sides, strict=True) if code == 0]
    assert bucket.data() in winners
    assert len(winners) == 1
    assert marker(bucket, A)["state"] == "done"
    assert_clean(anna, ben)


@pytest.mark.both_stores
def test_a_pull_during_a_push_waits_for_a_whole_state(anna, ben, shared):
    anna.write(f"{A}/x.txt", b"new one")
    anna.write(f"{A}/z.txt", b"new zz")
    runs = []
    anna.proxy.when("PUT", rf"/{A}/", nth=2).call(lambda: runs.append(ben.pull()))
    expect(anna.push(), 0)
    run = expect(runs[0], 1, 3)
    assert "push" in run.said and "anna" in run.said, str(run)
    assert ben.tree() == below(A, FILES)
    expect(ben.pull(), 0)
    assert ben.tree() == anna.tree()
    assert_clean(anna, ben)


@pytest.mark.both_stores
def test_a_push_during_a_pull_gives_the_old_or_the_new_state(anna, ben, shared):
    anna.write(f"{A}/x.txt", b"first news")
    anna.write(f"{A}/z.txt", b"first zz")
    expect(anna.script("push_entries"), 0)

    def push_more():
        anna.write(f"{A}/x.txt", b"second news")
        anna.write(f"{A}/z.txt", b"second zz")
        expect(anna.script("push_entries"), 0)

    ben.proxy.when("GET", rf"/{A}/z.txt", nth=1).call(push_more)
    run = expect(ben.pull(), 0, 1, 3)
    states = [
        below(A, {**FILES, "x.txt": b"second news", "z.txt": b"second zz"}),
        below(A, {**FILES, "x.txt": b"first news", "z.txt": b"first zz"}),
    ]
    assert ben.tree() in (states if run.code == 0 else [*states, below(A, FILES)])
    expect(ben.pull(), 0)
    assert ben.tree() == states[0]
    assert_clean(anna, ben)


@pytest.mark.both_stores
def test_a_listing_of_half_a_push_is_not_put_in_place(anna, ben, shared):
    """The marker said `done`, then a push began, then came the listing: all it lists is fetched
    and verified, and still no state of the entry."""

    def push_half():
        anna.write(f"{A}/x.txt", b"new one")
        anna.write(f"{A}/z.txt", b"new zz")
        sent = anna.proxy.when("PUT", rf"/{A}/[xz]\.txt", nth=2)
        sent.hang()
        push = anna.start("./push.sh")
        until(lambda: sent.fired and has_half())  # both files are on their way at once
        push.kill()
        anna.proxy.clear()

    def has_half():
        return {shared.get(f"{A}/x.txt"), shared.get(f"{A}/z.txt")} & {b"new one", b"new zz"}

    ben.proxy.when("GET", r"list-type=2.*prefix=[^&]*/a/", nth=1).call(push_half)
    run = expect(ben.script("pull_entries", A, FULL="1"), 1, 3)
    assert has_half(), run
    assert marker(shared, A)["state"] == "pushing"
    assert ben.tree() == below(A, FILES)
    expect(anna.push(), 0)
    expect(ben.pull(), 0)
    assert ben.tree() == anna.tree()
    assert_clean(anna, ben)


def test_what_take_local_overrules_on_pull_is_kept_in_s3_by_the_push(anna, ben, conflict):
    """`TAKE=local make pull`, then a plain push: theirs goes to the trash prefix all the same."""
    bucket = conflict
    theirs = bucket.read(f"{A}/")
    expect(ben.pull(TAKE="local"), 0)
    expect(ben.push(), 0)
    assert bucket.data() == ben.tree()
    lost = set(theirs.values()) - set(bucket.read().values())
    assert lost == set()
    assert_clean(ben)
