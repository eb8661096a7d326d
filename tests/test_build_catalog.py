"""The catalog's files: what every page says, that it says it safely, and what programs read."""

from __future__ import annotations

import hashlib
import html
import importlib.util
import json
import re
import resource
import subprocess
import sys
from pathlib import Path
from xml.etree import ElementTree

import pytest
from support import hostile, many
from support.checkout import Checkout
from support.servers import Bucket
from support.sites import (
    Page,
    broken_links,
    build,
    commit,
    index,
    pages,
    without_entries,
    write_card,
)  # fmt: skip

from registry import forge
from registry.entries import Entry
from registry.sync import marker

for package in ("jinja2", "nh3", "tinyhtml5", "mlcroissant"):
    if importlib.util.find_spec(package) is None:  # looked for only: some take a second to import
        pytest.skip(f"{package} is not installed: scripts/setup.sh dev", allow_module_level=True)

ROOT = Path(__file__).resolve().parent.parent
VENDORED = (ROOT / "scripts/catalog/static/vendor", ROOT / "tests/support/vendor")
PNG = bytes.fromhex(
    "89504e470d0a1a0a0000000d4948445200000001000000010806000000"
    "1f15c4890000000a49444154789c6300010000050001 0d0a2db4".replace(" ", "")
)
DATA, SETS, MODELS, RUNS = (
    "raw_datasets", "processed_datasets", "champion_models", "training_results",
)  # fmt: skip
TWO_OUTS = b"""outs:
- md5: 0123456789abcdef0123456789abcdef.dir
  size: 1024
  nfiles: 2
  hash: md5
  path: logs
- md5: fedcba9876543210fedcba9876543210
  size: 1024
  hash: md5
  path: more.txt
"""
ATOM = "{http://www.w3.org/2005/Atom}"
MAP = "{http://www.sitemaps.org/schemas/sitemap/0.9}"


@pytest.fixture
def own(clone) -> Checkout:
    """A checkout without entries."""
    return without_entries(clone("own"))


@pytest.fixture(scope="module")
def forty(tmp_path_factory: pytest.TempPathFactory) -> Path:
    """The site of forty made-up entries and a hostile one."""
    checkout = without_entries(Checkout(tmp_path_factory.mktemp("forty") / "forty"))
    many.fill(checkout.path, 40)
    evil(checkout)
    words = ("--offline", "--url=https://example.org/registry", "--preview", f"{SETS}/evil")
    return build(checkout, *words)[0]


def evil(checkout: Checkout) -> None:
    card = write_card(checkout, f"{SETS}/evil", hostile.BODY, hostile.HEAD)
    for name, body in hostile.FILES.items():
        checkout.write(f"{SETS}/evil/{name}", body)
    title = json.dumps(hostile.TITLE)
    card.write_text(re.sub("pretty_name: .*", f"pretty_name: {title}", card.read_text()))
    commit(checkout, hostile.SUBJECT, GIT_AUTHOR_NAME="<b>Eve</b>")


# What pages say.


def test_an_entry_page_says_what_the_card_says(own):
    write_card(
        own, f"{DATA}/logs",
        "## What it is\n\nLogs of *seas*.\n\n| a | b |\n|---|--:|\n| 1 | 2 |\n\n"
        "```python\nimport this\n```\n\n![A dot](../dot.png)\n",
        "language: [en, de]\ntags: [sea]\n",
    )  # fmt: skip
    own.write("dot.png", PNG)
    own.write(f"{DATA}/logs.dvc", TWO_OUTS)
    site, _ = build(own)
    page = Page(site / DATA / "logs.html")
    assert "Logs of <em>seas</em>." in page.source
    assert '<th class="right">b</th>' in page.source
    assert '<span class="k">import</span>' in page.source
    assert "2.0 KiB in 3 files" in page.text
    assert "make pull DATASET=raw_datasets/logs" in page.text
    picture = next(src for src in page.all("img", "src") if "pictures" in src)
    assert (site / DATA / picture).read_bytes() == PNG
    entry = index(site)[f"{DATA}/logs"]
    assert (entry["bytes"], entry["files"]) == (2048, 3)
    assert entry["summary"] == "Logs of seas."
    assert entry["card"]["language"] == ["en", "de"]


def test_every_fact_of_a_card_is_on_its_page(own):
    head = (
        "contact: ada@example.org\nlibrary_name: transformers\npipeline_tag: text-generation\n"
        "metrics: [perplexity]\nbase_model: openai-community/gpt2\n"
    )
    write_card(own, f"{MODELS}/poet", "## What it does\n\nRhymes.", head)
    page = Page(build(own)[0] / MODELS / "poet.html")
    for fact in ("ada@example.org", "transformers", "text-generation", "perplexity", "gpt2"):
        assert fact in page.text
    assert page.says('pipeline("text-generation", model="champion_models/poet")')


def test_lineage_is_told_from_both_ends(own):
    write_card(own, f"{DATA}/a", "## What it is\n\nA.")
    write_card(own, f"{SETS}/b", "## What it is\n\nB.")
    write_card(own, f"{MODELS}/c", "## What it does\n\nC.")
    write_card(own, f"{RUNS}/c", "## What was run\n\nC.")
    for entry, key, other in (
        (f"{SETS}/b", "source_datasets", f"{DATA}/a"),
        (f"{MODELS}/c", "datasets", f"{SETS}/b"),
        (f"{MODELS}/c", "training_results", f"{RUNS}/c"),
        (f"{RUNS}/c", "model", f"{MODELS}/c"),
    ):
        card = own.path / f"{entry}.card.md"
        text, count = re.subn(rf"(?m)^{key}: .*$", f"{key}: {other}", card.read_text())
        assert count == 1
        card.write_text(text)
    site, _ = build(own)
    rows = index(site)
    assert rows[f"{DATA}/a"]["used_by"] == [{"words": "source of", "id": f"{SETS}/b"}]
    assert rows[f"{SETS}/b"]["made_from"] == [{"words": "derived from", "id": f"{DATA}/a"}]
    assert rows[f"{MODELS}/c"]["made_from"] == [
        {"words": "trained on", "id": f"{SETS}/b"},
        {"words": "made by this run", "id": f"{RUNS}/c"},
    ]
    assert rows[f"{RUNS}/c"]["used_by"] == [{"words": "model of this run", "id": f"{MODELS}/c"}]
    text = (site / "data" / "lineage.js").read_text()
    graph = json.loads(text.removeprefix("window.LINEAGE = ").removesuffix(";\n"))
    assert [edge[:2] for edge in graph["edges"]] == [
        [f"{SETS}/b", f"{MODELS}/c"], [f"{DATA}/a", f"{SETS}/b"], [f"{RUNS}/c", f"{MODELS}/c"],
    ]  # fmt: skip


def test_history_follows_a_rename_and_asks_git_once(own, tmp_path):
    write_card(own, f"{SETS}/old", "## What it is\n\n" + "A line that stays.\n" * 20)
    commit(own, "Begin", GIT_AUTHOR_NAME="Ada")
    own.git("mv", f"{SETS}/old.card.md", f"{SETS}/new.card.md")
    second = commit(own, "Call it new", GIT_AUTHOR_NAME="Bob")
    for number in range(8):
        write_card(own, f"{SETS}/other-{number}", "## What it is\n\nMore.")
    own.env["GIT_TRACE"] = str(tmp_path / "trace")
    site, _ = build(own)
    page = Page(site / SETS / "new.html")
    assert re.search(r"Call it new Bob, \w{8} .* Begin Ada", page.text)
    assert index(site)[f"{SETS}/new"]["updated_by"] == "Bob"
    assert second[:8] in page.text
    asked = re.findall(r"built-in: git log", (tmp_path / "trace").read_text())
    assert len(asked) == 2  # all of the history, and what is checked out


def test_a_deprecated_entry_names_its_successor(own):
    head = f"status: deprecated\ndeprecated_notice: It leaked.\nnew_version: {SETS}/new\n"
    write_card(own, f"{SETS}/old", "## What it is\n\nOld.", head)
    write_card(own, f"{SETS}/new", "## What it is\n\nNew.")
    site, _ = build(own)
    page = Page(site / SETS / "old.html")
    assert "Deprecated. It leaked. Use new instead." in page.text
    assert "../processed_datasets/new.html" in page.all("a", "href")
    front = Page(site / "index.html")
    assert "Use new instead." in front.text


def test_problems_are_those_of_check_cards(own):
    write_card(own, f"{SETS}/bad", "## What it is\n\nTODO", "tags: [Bad Tag]\n")
    commit(own, "Bad")
    checked = own.script("check_cards", "--format=json", f"{SETS}/bad")
    problems = json.loads(checked.out)
    assert problems
    page = Page(build(own)[0] / SETS / "bad.html")
    for problem in problems:
        assert page.says(problem["message"].replace("`", ""))
    assert "<code>make check-cards FIX=1</code>" in page.source


def test_a_broken_card_still_has_a_page(own):
    (own.path / SETS / "torn.card.md").write_text("---\npretty_name: [\n---\n# Card: torn\n")
    (own.path / SETS / "latin.card.md").write_bytes(b"---\npretty_name: caf\xe9\n---\n")
    (own.path / SETS / "empty.card.md").write_bytes(b"")
    site, _ = build(own)
    assert "front matter must be YAML" in Page(site / SETS / "torn.html").text
    assert "must be UTF-8" in Page(site / SETS / "latin.html").text
    assert (site / SETS / "empty.html").exists()


def test_garbage_and_templates_are_not_shown(own):
    own.write("experiments/scratch/x.bin", b"1")
    own.card("experiments/kept")
    site, _ = build(own)
    assert list(index(site)) == ["experiments/kept"]
    assert "make pull" not in Page(site / "experiments" / "kept.html").text


def test_a_registry_without_entries_or_commits(own):
    subprocess.run(["rm", "-rf", own.path / ".git"], check=True)
    own.git("init", "-q")
    site, _ = build(own)
    assert "No entries yet" in Page(site / "index.html").text
    assert broken_links(site) == []


def test_odd_names_have_pages_that_links_find(own):
    for name in ("ü", "a b", "50%", "q?x", "c#1", "x'y", "a&b"):
        write_card(own, f"{SETS}/{name}", "## What it is\n\nOdd.", f"tags: [{'x'}]\n")
    site, _ = build(own)
    assert len(index(site)) == 7
    assert broken_links(site) == []


HUB, LAB = "https://github.com/acme/registry", "https://gitlab.acme.org/a/b/c"
ORIGINS = {
    "git@github.com:acme/registry.git": (HUB, [f"{HUB}.git", "git@github.com:acme/registry.git"]),
    "https://github.com/acme/registry.git": (HUB, [f"{HUB}.git"]),
    "https://user:secret@github.com/acme/registry": (HUB, [f"{HUB}.git"]),
    "ssh://git@gitlab.acme.org/a/b/c.git": (LAB, [f"{LAB}.git", "ssh://git@gitlab.acme.org/a/b/c.git"]),
    "ssh://git:secret@gitlab.acme.org:2222/a/b/c.git": (
        LAB, [f"{LAB}.git", "ssh://git@gitlab.acme.org:2222/a/b/c.git"]),
    "https://gitlab.acme.org:8443/a/b/c/": (
        "https://gitlab.acme.org:8443/a/b/c", ["https://gitlab.acme.org:8443/a/b/c.git"]),
    "git@gitlab.acme.org:2222/c.git": (
        "https://gitlab.acme.org/2222/c",
        ["https://gitlab.acme.org/2222/c.git", "git@gitlab.acme.org:2222/c.git"]),
    "https://me:secret@git.acme.org/data/registry.git": (
        "", ["https://git.acme.org/data/registry.git"]),
    "git@git.acme.org:registry.git": ("", ["git@git.acme.org:registry.git"]),
    "/srv/git/registry.git": ("", []),
    "file:///srv/git/registry.git": ("", []),
    "https://evil.example/x;reboot": ("", []),
    "git@github.com:a/$(reboot)": ("https://github.com/a/$(reboot)", []),
    "https://github.com/a/`id`": ("https://github.com/a/`id`", []),
    'https://evil.example/x"><script>': ("", []),
}  # fmt: skip


@pytest.mark.parametrize("origin", ORIGINS)
def test_the_addresses_of_a_repository(origin):
    web, clones = ORIGINS[origin]
    assert forge.repository(origin) == web
    assert list(forge.clone_urls(origin)) == clones


@pytest.mark.parametrize("origin", [*ORIGINS][:5:2])
def test_links_to_the_repository(own, origin):
    web, clones = ORIGINS[origin]
    own.git("remote", "add", "origin", origin)
    write_card(own, f"{SETS}/a", "## What it is\n\n[code](../Makefile) and [data](a/x.txt)")
    commit(own, "One")
    page = Page(build(own)[0] / SETS / "a.html")
    code = [href for href in page.all("a", "href") if href.endswith("/Makefile")]
    files = f"{web}/-/blob" if "gitlab" in web else f"{web}/blob"
    assert code == ([f"{files}/HEAD/Makefile"] if web else [])
    assert not any("x.txt" in href for href in page.all("a", "href"))
    assert "secret" not in page.source
    for clone in clones:
        assert page.says(f"git clone {clone}")
    assert page.says(f"make pull DATASET={SETS}/a")


# What S3 and this machine say.


def test_sizes_and_pushers_come_from_the_markers(clone, rclone_bucket: Bucket):
    own = clone("own", rclone_bucket)
    for name in ("sealed", "plain", "nothing"):
        own.card(f"{SETS}/{name}")
    sealed_by_us = Entry(SETS, "sealed", own.path)
    done = marker.Marker(marker.DONE, "t", "Ada", "box", "2031-05-06T07:08:09Z", "f" * 40, 7, 5_000)
    marker.write(rclone_bucket.client, sealed_by_us, done, "", False)
    busy = marker.Marker(marker.PUSHING, "t", "Bob", "gpu", "2031-05-06T07:08:09Z")
    marker.write(rclone_bucket.client, Entry(MODELS, "unknown", own.path), busy, "", False)
    rclone_bucket.put(f"{SETS}/plain/a.txt", b"12345")
    rclone_bucket.put(f"{SETS}/plain/b.txt", b"678")
    site, run = build(own, "--status")
    rows = index(site)
    sealed, plain = rows[f"{SETS}/sealed"], rows[f"{SETS}/plain"]
    assert (sealed["bytes"], sealed["files"], sealed["updated_by"]) == (5_000, 7, "Ada")
    assert sealed["updated"] == "2031-05-06T07:08:09Z"
    assert (plain["bytes"], plain["files"]) == (8, 2)
    assert rows[f"{SETS}/nothing"]["bytes"] is None
    assert "being pushed by Bob" in Page(site / MODELS / "unknown.html").text
    assert "nothing in the store" in Page(site / SETS / "nothing.html").text
    assert "6 May 2031 by Ada" in Page(site / SETS / "sealed.html").text
    assert "could not be asked" not in run.said + Page(site / "index.html").text


def test_without_s3_it_is_built_all_the_same_and_says_so(clone, rclone_bucket: Bucket):
    own = clone("own", rclone_bucket)
    own.card(f"{SETS}/a")
    own.proxy.stop()
    site, run = build(own, "--status")
    assert "S3 could not be asked" in run.err
    page = Page(site / SETS / "a.html")
    assert "The store could not be asked" in page.text
    assert "not known, the store was not asked" in page.text


def test_status_tells_what_is_here(own):
    own.add(f"{SETS}/here", {"x.txt": b"123"})
    own.card(f"{SETS}/away")
    site, _ = build(own, "--offline", "--status")
    assert index(site)[f"{SETS}/here"]["here"] == "here, never compared: 1 file, 3 bytes"
    assert index(site)[f"{SETS}/away"]["here"] == "not here"
    assert "On this machine not here" in Page(site / SETS / "away.html").text
    assert "here" not in index(build(own)[0])[f"{SETS}/away"]


def test_status_tells_a_change(clone, rclone_bucket: Bucket):
    own = clone("own", rclone_bucket)
    own.add(f"{SETS}/a", {"x.txt": b"123"})
    commit(own, "One")
    assert own.script("push_entries").code == 0
    assert index(build(own, "--status")[0])[f"{SETS}/a"]["here"].startswith("here: 1 file")
    own.write(f"{SETS}/a/x.txt", b"1234")
    site, _ = build(own, "--status")
    assert index(site)[f"{SETS}/a"]["here"] == "touched here: 1 file, 4 bytes"
    assert index(site)[f"{SETS}/a"]["pushed"]["who"] == "own"


# Safe, whole and valid.


def test_nothing_that_a_card_says_becomes_code(forty):
    for page in map(Page, pages(forty)):
        for tag, attributes in page.tags:
            assert not any(name.startswith("on") for name in attributes), (page.file, attributes)
            assert "style" not in attributes
            assert tag not in ("iframe", "object", "embed", "base", "style", "video")
        assert page.all("meta", "http-equiv") == ["Content-Security-Policy"]
        scripts = page.all("script", "src") + page.all("link", "href")
        assert not [s for s in scripts if "evil" in s and not s.startswith("../data/files/")]
    page = Page(forty / SETS / "evil.html")
    outside = [t for t in page.targets if not re.match(r"(\.\./|[\w.-]+\.json$|#)", t)]
    safe = ("https://evil.example/pixel2.png", "https://good.example/", "https://example.org/code")
    assert set(outside) == {*safe}
    assert "https://evil.example/pixel2.png" not in page.all("img", "src")
    assert page.ids.count("main") == page.ids.count("theme") == 1
    assert "49" not in re.sub(r"\d{3,}|\d4\d", "", page.all("title", "x").__str__())
    assert "root:" not in page.source


def test_every_link_leads_somewhere(forty):
    assert broken_links(forty) == []


def test_every_page_is_valid_html(forty):
    from tinyhtml5.parser import HTMLParser

    for page in pages(forty):
        parser = HTMLParser()
        parser.parse(page.read_text(encoding="utf-8"))
        assert parser.errors == [], page
        ids = Page(page).ids
        assert len(ids) == len(set(ids)), page


def test_the_same_registry_gives_the_same_site(own):
    many.fill(own.path, 12)
    site, _ = build(own)
    before = {p: p.read_bytes() for p in site.rglob("*") if p.is_file()}
    build(own)
    assert {p: p.read_bytes() for p in site.rglob("*") if p.is_file()} == before


@pytest.mark.skipif(not (ROOT / f"{DATA}/lighthouse-logs.card.md").exists(), reason="no samples")
def test_the_sample_registry(clone):
    site, _ = build(clone("samples", samples=True))
    assert len(index(site)) == 5
    assert all(entry["problems"] == 0 for entry in index(site).values())
    assert broken_links(site) == []


# What programs read.


@pytest.mark.filterwarnings("ignore::DeprecationWarning:rdflib")
def test_croissant_is_valid_for_every_dataset(forty):
    import mlcroissant

    described = [page for page in pages(forty) if Page(page).json_ld]
    datasets = [entry for entry in index(forty) if entry.startswith((DATA, SETS))]
    assert len(described) == len(datasets) == 21
    for page in described:
        (data,) = Page(page).json_ld
        assert json.loads(page.with_suffix(".croissant.json").read_text()) == data
        dataset = mlcroissant.Dataset(jsonld=data)  # raises for what is wrong
        assert dataset.metadata.ctx.issues.errors == set()
        assert data["url"] == f"https://example.org/registry/{page.relative_to(forty)}"


def test_sitemap_and_feed(own):
    own.card(f"{SETS}/a")
    commit(own, "First", GIT_AUTHOR_DATE="2026-01-02T03:04:05Z")
    own.card(f"{SETS}/b")
    commit(own, "Second & <b>", GIT_AUTHOR_DATE="2026-02-02T03:04:05Z")
    site, _ = build(own, "--offline", "--url=https://example.org/x/")
    places = [e.text for e in ElementTree.parse(site / "sitemap.xml").iter(f"{MAP}loc")]
    assert len(places) == 4
    for place in places:
        assert (site / (place.removeprefix("https://example.org/x/") or "index.html")).is_file()
    feed = ElementTree.parse(site / "feed.xml").getroot()
    assert feed.findtext(f"{ATOM}id") == "https://example.org/x/"
    titles = [e.findtext(f"{ATOM}title") for e in feed.iter(f"{ATOM}entry")]
    assert titles == ["b: Second & <b>", "a: First"]
    ids = [e.findtext(f"{ATOM}id") for e in feed.iter(f"{ATOM}entry")]
    assert len(set(ids)) == 2
    assert feed.findtext(f"{ATOM}updated", "").startswith("2026-02-02T03:04:05")
    assert not (build(own)[0] / "sitemap.xml").exists()


# Where it goes.


def test_a_new_site_replaces_the_old_one_whole(own):
    own.card(f"{SETS}/a")
    site, _ = build(own)
    (own.path / SETS / "a.card.md").unlink()
    own.card(f"{SETS}/b")
    build(own)
    assert [p.name for p in (site / SETS).glob("*.html")] == ["b.html"]
    assert [p.name for p in site.parent.iterdir() if ".site" in p.name] == [site.name]


def test_it_replaces_nothing_but_a_site(own):
    precious = own.path.with_name("own.site") / "thesis.tex"
    precious.parent.mkdir()
    precious.write_text("years of work")
    _, run = build(own, code=3)
    assert "no catalog" in run.err
    assert precious.read_text() == "years of work"
    assert own.script("build_catalog", "--offline", "--out=.").code == 3
    assert own.script("build_catalog", "--offline", "--out=Makefile").code == 3
    link = own.path.with_name("link")
    link.symlink_to(precious.parent)
    assert own.script("build_catalog", "--offline", f"--out={link}").code == 3


def test_an_address_must_be_one(own):
    run = own.script("build_catalog", "--offline", "--url=javascript:alert(1)")
    assert run.code == 2
    assert "URL=" in run.err


# Speed, and what came from others.


def test_a_thousand_entries_take_less_than_ten_seconds_of_cpu(own, monkeypatch):
    """Where ten million turns of a loop take 0.12 s: that is measured beside it."""
    monkeypatch.setattr(own, "forks", "")  # whose time is counted elsewhere
    many.fill(own.path, 1000)
    commit(own, "A thousand")
    before = cpu(resource.RUSAGE_CHILDREN)
    site, _ = build(own)
    spent = cpu(resource.RUSAGE_CHILDREN) - before
    assert len(index(site)) == 1000
    before = cpu(resource.RUSAGE_SELF)
    for _ in range(10_000_000):
        pass
    loop = cpu(resource.RUSAGE_SELF) - before
    assert spent < 10 * max(loop / 0.12, 1), loop
    before = cpu(resource.RUSAGE_CHILDREN)
    assert "nothing changed" in build(own)[1].err
    assert cpu(resource.RUSAGE_CHILDREN) - before < 2 * max(loop / 0.12, 1), loop


def test_it_is_built_again_when_anything_changed_and_only_then(clone, rclone_bucket: Bucket):
    own = without_entries(clone("own", rclone_bucket))
    (own.path / "dot.png").write_bytes(PNG)
    write_card(own, f"{SETS}/a", "## What it is\n\n![A dot](../dot.png)\n")
    rclone_bucket.put(f"{SETS}/a/x.txt", b"1")
    commit(own, "Begin")
    site, run = build(own, "--url=https://example.org/")
    assert "nothing changed" not in run.err

    def changes(*words: str) -> bool:
        run = build(own, *(words or ("--url=https://example.org/",)))[1]
        return "nothing changed" not in run.err

    assert not changes()
    (own.path / "dot.png").write_bytes(PNG + b" ")
    assert changes() and not changes()
    rclone_bucket.put(f"{SETS}/a/y.txt", b"22")  # nobody sealed it: the listing tells
    assert changes() and not changes()
    assert index(site)[f"{SETS}/a"]["files"] == 2
    done = marker.Marker(marker.DONE, "t", "Bo", "box", "2026-11-20T10:00:00Z", "", 1, 1)
    marker.write(rclone_bucket.client, Entry(SETS, "a", own.path), done, "", False)
    assert changes() and not changes()
    write_card(own, f"{SETS}/b", "## What it is\n\nAnother.\n")
    assert "1 of 2 pages anew" in build(own, "--url=https://example.org/")[1].err
    assert changes("--preview", f"{SETS}/a") and changes()
    (site / "index.html").write_text("somebody else's")
    assert changes() and not changes("--url=https://example.org/")


def cpu(who):
    used = resource.getrusage(who)
    return used.ru_utime + used.ru_stime


def test_the_general_lines_of_python_run(own):
    own.add(f"{SETS}/a", {"x.txt": b"1", "sub/y.txt": b"2"})
    source = Page(build(own)[0] / SETS / "a.html")
    code = re.search(r'id="python">(.*?)</code>', source.source, re.DOTALL).group(1)
    assert 'class="k">import' in code  # in colours
    code = html.unescape(re.sub("<[^>]*>", "", code))
    done = subprocess.run(
        [sys.executable, "-c", code], cwd=own.path, check=True, capture_output=True, text=True
    )
    assert sorted(done.stdout.split()) == [f"{SETS}/a/sub/y.txt", f"{SETS}/a/x.txt"]


@pytest.mark.parametrize("folder", VENDORED, ids=lambda f: f.relative_to(ROOT).parts[0])
def test_vendored_files_are_those_that_are_named(folder):
    said = (folder / "VENDORED.md").read_text()
    files = [f for f in folder.iterdir() if f.name != "VENDORED.md" and "LICENSE" not in f.name]
    assert files
    for file in files:
        assert hashlib.sha256(file.read_bytes()).hexdigest() in said, file.name
        assert (folder / f"LICENSE-{file.name.partition('.')[0]}.txt").exists()
