"""A move takes along: history, kept bytes, what old cards are forgiven, the catalog's links."""

from __future__ import annotations

from support.oracle import assert_clean, below, expect, marker, put_in_step

OLD, NEW, RUN = "champion_models/poet", "champion_models/bard", "training_results/poet"


def commit(person, message="x"):
    person.git("add", "-A")
    person.git("commit", "-qm", message)


def test_what_a_move_takes_along(clone, bucket):
    anna = clone("anna", bucket)
    anna.card(OLD)
    put_in_step(bucket, OLD, {"w.bin": b"first", "x": b"stays"}, anna)
    put_in_step(bucket, RUN, {"log": b"1"}, anna)
    card = anna.path / f"{OLD}.card.md"
    card.write_text(card.read_text().replace("license:", "odd_key: yes\nlicense: nonsense #"))
    card = anna.path / f"{RUN}.card.md"
    card.write_text(card.read_text() + f"\nOf [the poet](../{OLD}.card.md), {OLD}.\n")
    commit(anna, "an old card")
    expect(anna.make("debt"), 0)
    before = anna.read("cards.debt").decode()
    assert f"{OLD}.card.md value" in before, before
    commit(anna, "what it is forgiven")
    first = marker(bucket, OLD)["version"]
    anna.write(f"{OLD}/w.bin", b"second")
    expect(anna.push(OLD), 0)

    expect(anna.script("move_entry", OLD, NEW), 0)
    assert anna.read("cards.debt").decode() == before.replace(OLD, NEW)
    expect(anna.script("check_cards"), 0)
    commit(anna, "moved")
    expect(anna.script("check_cards"), 0)
    assert "went to the trash" in expect(anna.push(), 0).err
    kept = bucket.keys(".registry_trash/kept/")
    assert kept and not [key for key in kept if f"/{OLD}/" in key], kept

    told = expect(anna.script("show_history", NEW), 0).out
    assert first[:12] in told and marker(bucket, NEW)["version"][:12] in told, told
    expect(anna.script("rollback_entry", NEW, TO=first[:12]), 0)
    expect(anna.pull(), 0)
    assert anna.tree(f"{NEW}/") == below(NEW, {"w.bin": b"first", "x": b"stays"})

    expect(anna.make("catalog", "OUT=site"), 0)
    pages = {p.relative_to(anna.path / "site").as_posix(): p.read_text(errors="replace")
             for p in (anna.path / "site").rglob("*.html")}  # fmt: skip
    assert "called otherwise now" in pages[f"{OLD}.html"] and "bard.html" in pages[f"{OLD}.html"]
    assert "champion_models/bard.html" in pages[f"{RUN}.html"]
    assert "champion_models/poet.html" not in pages[f"{RUN}.html"], "no link by way of another"
    assert_clean(anna)
