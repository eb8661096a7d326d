"""Cards for the Hub: huggingface_hub's own card classes read them, offline."""

from __future__ import annotations

import re

import pytest
from huggingface_hub import DatasetCard, DatasetCardData, ModelCard, ModelCardData, metadata_load
from support import cards as kit

from registry.cards.library import Library
from registry.forge import web_url
from registry.sections import SECTIONS

STRANGER = re.compile(rf"(?:{'|'.join(SECTIONS)})/")


@pytest.fixture
def registry(tmp_path):
    return kit.make(tmp_path / "r")


def exported(root, tmp_path, entry):
    out = tmp_path / "out" / entry
    done = kit.run(root, "export_card.py", "--out", str(out), entry)
    assert done.returncode == 0, done
    assert done.stdout == f"{out}/README.md\n"
    return out / "README.md"


@pytest.mark.parametrize("entry", kit.ENTRIES)
def test_every_card_is_one_for_the_hub(registry, tmp_path, entry):
    path = exported(registry, tmp_path, entry)
    model = entry.startswith("champion_models/")
    card = (ModelCard if model else DatasetCard).load(path)
    data = card.data.to_dict()
    assert isinstance(card.data, ModelCardData if model else DatasetCardData)
    assert data["license"] == "cc-by-4.0" and data["pretty_name"].startswith("The ")
    assert metadata_load(path) == data
    assert f"# Card: {entry.partition('/')[2]}" in card.text
    assert not STRANGER.search(str(data))


def test_the_card_itself_also_passes(registry):
    """Without an export: a card's front matter is a Hub README's front matter."""
    for entry in kit.ENTRIES:
        card = DatasetCard.load(registry / f"{entry}.card.md")
        assert card.data.license == "cc-by-4.0"


def test_our_own_cards_pass_too():
    library = Library()
    for entry in library.entries:
        if entry.card.exists():
            assert DatasetCard(entry.card.read_text()).data.license


def test_references_become_hub_ids_where_there_are_any(registry, tmp_path):
    raw = kit.good_card("raw_datasets/logs")
    hub = "https://huggingface.co/datasets/acme/logs"
    kit.write(registry, "raw_datasets/logs", raw.replace("https://example.org/logs.tar.gz", hub))
    card = DatasetCard.load(exported(registry, tmp_path, "processed_datasets/cut"))
    assert card.data.to_dict()["source_datasets"] == ["acme/logs"]
    assert (
        f"- source datasets: The logs (`raw_datasets/logs` of our registry), from {hub}"
        in card.text
    )
    model = ModelCard.load(exported(registry, tmp_path, "champion_models/poet"))
    assert "datasets" not in model.data.to_dict()
    assert "- datasets: The cut (`processed_datasets/cut` of our registry)" in model.text


def test_links_lead_to_the_registry_on_the_web_or_become_words(registry, tmp_path):
    text = kit.good_card("processed_datasets/cut") + (
        "\nSee [logs](../raw_datasets/logs.card.md), [plot](cut/a.png), [there](https://e.org/x).\n"
        "`[code](../x.md)`\n\n```\n[more](../y.md)\n```\n"
    )
    (registry / "x.md").write_text("x")
    kit.write(registry, "processed_datasets/cut", text)
    body = exported(registry, tmp_path / "1", "processed_datasets/cut").read_text()
    assert "See logs, [plot](a.png), [there](https://e.org/x)." in body
    assert "`[code](../x.md)`" in body and "[more](../y.md)" in body
    kit.git(registry, "remote", "add", "origin", "https://me:pw@github.com/acme/reg.git")
    body = exported(registry, tmp_path / "2", "processed_datasets/cut").read_text()
    web = "https://github.com/acme/reg/blob/HEAD"
    assert f"See [logs]({web}/raw_datasets/logs.card.md), [plot](a.png)" in body
    assert f"[The logs]({web}/raw_datasets/logs.card.md)" in body and "pw" not in body


def test_no_form_of_link_leads_to_a_stranger(registry, tmp_path):
    """`../raw_datasets/x` on the Hub would be the repository of a user called raw_datasets."""
    (registry / "plot.png").write_text("x")
    (registry / "TERMS.md").write_text("x")
    text = kit.good_card(
        "processed_datasets/cut", "license_name: ours\nlicense_link: TERMS.md\n"
    ).replace("cc-by-4.0", "other")
    text += (
        "\n[logs][1], <a href='../raw_datasets/logs.card.md'>b</a>, ![p](../plot.png),\n"
        '<img width="9" src="../plot.png"> <IMG src="cut/a%20b.png">\n\n'
        "[1]: ../raw_datasets/logs.card.md\n[2]: https://e.org/x\n\n"
        "`[3]: ../x`\n"
    )
    kit.write(registry, "processed_datasets/cut", text)
    body = exported(registry, tmp_path / "1", "processed_datasets/cut").read_text()
    assert "license_name: ours\n" in body and "license_link" not in body
    assert "[1]: #provenance\n[2]: https://e.org/x\n" in body and "`[3]: ../x`" in body
    assert "<a href='#provenance'>b</a>, p,\n" in body and '<IMG src="a%20b.png">' in body
    kit.git(registry, "remote", "add", "origin", "https://github.com/acme/reg.git")
    body = exported(registry, tmp_path / "2", "processed_datasets/cut").read_text()
    web = "https://github.com/acme/reg"
    assert f"license_link: {web}/blob/HEAD/TERMS.md\n" in body
    assert f"[1]: {web}/blob/HEAD/raw_datasets/logs.card.md\n" in body
    assert f"![p]({web}/raw/HEAD/plot.png)" in body
    assert f'src="{web}/raw/HEAD/plot.png"' in body


def test_nothing_is_replaced_and_no_bad_card_goes_out(registry, tmp_path):
    path = exported(registry, tmp_path, "champion_models/poet")
    before = path.read_bytes()
    again = kit.run(registry, "export_card.py", "--out", str(path.parent), "poet")
    assert again.returncode == 3 and path.read_bytes() == before
    bad = kit.good_card("champion_models/poet").replace("cc-by-4.0", "nope")
    kit.write(registry, "champion_models/poet", bad)
    done = kit.run(registry, "export_card.py", "--out", str(tmp_path / "new"), "poet")
    assert (
        done.returncode == 1
        and "run `make check-cards DATASET=champion_models/poet`" in done.stderr
    )
    assert not (tmp_path / "new").exists()
    assert kit.run(registry, "export_card.py", "poet").returncode == 2


@pytest.mark.parametrize(
    "remote, url",
    [
        ("git@github.com:a/b.git", "https://github.com/a/b/blob/HEAD"),
        ("https://tok@github.com/a/b", "https://github.com/a/b/blob/HEAD"),
        ("ssh://git@gitlab.com/a/g/b.git", "https://gitlab.com/a/g/b/-/blob/HEAD"),
        ("/srv/git/b.git", ""),
        ("git@git.example.org:a/b.git", ""),
    ],
)
def test_where_a_remote_shows_its_files(remote, url):
    assert web_url(remote) == url
