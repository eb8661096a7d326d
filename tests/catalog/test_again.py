"""What a build takes over from the site before: pages whose inputs are the same, and no other."""

from __future__ import annotations

import shutil
from pathlib import Path

import pytest
from support.checkout import Checkout
from support.sites import Page, commit, without_entries, write_card

pytest.importorskip("nh3", reason="nh3 is not installed: scripts/setup.sh dev")

from catalog import collect, output, renamed, site
from catalog.folder import SiteFolder
from catalog.kept import Kept, key_of
from catalog.pushes import Push

SETS, DOT = "processed_datasets", b"GIF89a"


class Site:
    """A checkout's site, built in this process again and again."""

    def __init__(self, own: Checkout) -> None:
        self.root, self.place = own.path, own.path.with_name("site")
        self.file = own.path.with_name("kept.json")

    def page(self, letter: str) -> Path:
        return self.place / SETS / f"{letter}.html"

    def build(self, maker: str = "these") -> set[str]:
        """The letters of the pages that are new; all are as in a site made from nothing."""
        before = self._times()
        self._write(self.place, Kept(self.file, maker))
        after = self._times()
        fresh = self.place.with_name("fresh")
        self._write(fresh, Kept())
        assert texts(self.place) == texts(fresh)
        shutil.rmtree(fresh)
        return {letter for letter in after if after[letter] != before.get(letter)}

    def _write(self, place: Path, kept: Kept) -> int:
        collection = collect.collect(self.root, kept=kept)
        with output.replacing(place) as new:
            folder = SiteFolder(new, place, kept)
            site.write(collection, folder, "")
        kept.save()
        return folder.rendered

    def _times(self) -> dict[str, int]:
        return {p.stem: p.stat().st_mtime_ns for p in (self.place / SETS).glob("?.html")}


def texts(site: Path) -> dict[str, bytes]:
    return {str(f.relative_to(site)): f.read_bytes() for f in site.rglob("*") if f.is_file()}


def test_only_pages_whose_inputs_changed_are_written_again(clone):
    own = without_entries(clone("own"))
    write_card(own, f"{SETS}/a", "## What it is\n\nSee [b](b.card.md), [c](c.card.md#x).\n")
    write_card(own, f"{SETS}/b", "## What it is\n\n![A dot](../dot.gif)\n")
    write_card(own, f"{SETS}/d", f"## What it is\n\nBut for [b](../{SETS}/b.card.md) alone.\n")
    own.write("dot.gif", DOT)
    commit(own, "Begin")
    made = Site(own)
    assert made.build() == {"a", "b", "d"}
    assert made.build() == set()
    own.write("dot.gif", DOT + b" ")
    assert made.build() == {"b"}
    commit(own, "A picture")  # that concerns no page of an entry
    assert made.build() == set()

    write_card(own, f"{SETS}/c", "## x\n\nNew.\n")
    assert made.build() == {"a", "c"}  # a links to it
    own.write(f"{SETS}/c.card.md", (own.path / f"{SETS}/c.card.md").read_bytes() + b"\nMore.\n")
    assert made.build() == {"c"}
    card = own.path / f"{SETS}/d.card.md"
    card.write_text(card.read_text().replace("raw_datasets/base", f"{SETS}/c"))
    assert {"c", "d"} <= made.build()  # c is used by d now

    commit(own, "More")
    own.git("mv", f"{SETS}/b.card.md", f"{SETS}/e.card.md")
    commit(own, "b is called e")
    assert made.build() == {"a", "b", "c", "d", "e"}  # c has a history now
    assert "../processed_datasets/e.html" in Page(made.page("a")).all("a", "href")
    assert "url=../processed_datasets/e.html" in made.page("b").read_text()  # the old address
    own.delete(f"{SETS}/c.card.md")
    assert "a" in made.build() and not made.page("c").exists()


def test_what_somebody_else_did_to_a_page_or_to_what_is_kept_is_not_taken_over(clone):
    own = without_entries(clone("own"))
    for letter in "ab":
        write_card(own, f"{SETS}/{letter}", "## What it is\n\nA.\n")
    made = Site(own)
    assert made.build() == {"a", "b"}
    text = made.page("a").read_text()
    made.page("a").write_text(text.replace("What", "That"))
    made.page("b").unlink()
    made.page("b").symlink_to(made.page("a"))
    assert made.build() == {"a", "b"}
    assert made.page("a").read_text() == text and not made.page("b").is_symlink()
    for broken in (b"", b"[]", b"{", b'{"maker": "these", "kinds": 3}', b"\xff"):
        made.file.write_bytes(broken)
        assert made.build() == set()  # rendered, and as they were
    assert made._write(made.place, Kept(made.file, "others")) == 2


def test_former_names_lead_to_where_an_entry_is_now():
    left = {"s/b": Push(0, 0, moved="s/c"), "s/c": Push(0, 0, moved="s/d"), "s/x": Push(1, 1)}
    known = {"s/d", "s/x", "s/again"}
    by_git = {"s/a": "s/b", "s/again": "s/d", "s/lost": "s/gone", "s/y": "s/z", "s/z": "s/y"}
    assert renamed.names(by_git, left, known) == {"s/a": "s/d", "s/b": "s/d", "s/c": "s/d"}


def test_what_is_no_plain_value_is_no_part_of_a_key():
    assert key_of(1, [Push(0, 0)]) == key_of(1, [Push(0, 0)]) != key_of(1, [Push(0, 1)])
    with pytest.raises(TypeError, match="not plain enough"):
        key_of(object())
