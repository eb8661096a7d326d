"""`make catalog PUBLIC=1`: what the mirror has and nothing else, on pages for static hosting."""

from __future__ import annotations

import json
import re
import shutil

import pytest
from support import mirrors
from support.sites import build, index, pages

from registry.publish import documents, layout
from registry.publish.folder import Folder
from registry.publish.layout import FileLine

DATA, MODEL, SECRET = "processed_datasets/open", "champion_models/open", "processed_datasets/secret"
BODY = b"open to all"


def mirror(checkout, top):
    """A mirror of two entries; the checkout has one more, and other cards by now."""
    target, rows = Folder(top), {}
    for id in (DATA, MODEL):
        line = FileLine(mirrors.sha256(BODY), len(BODY), "sub/a b.txt")
        listed = layout.as_text([line])
        version = mirrors.sha256(listed)
        entry = mirrors.entry(id)
        card = checkout.card(id)
        text = card.read_text().replace("Made by a test.", f"Not made from {SECRET}.", 1)
        if id == MODEL:
            text = text.replace("datasets: [raw_datasets/base]", f"datasets: [{DATA}, {SECRET}]")
        target.write(layout.card(entry), text.encode())
        target.write(layout.blob(line.sha256), BODY)
        target.write(layout.files(entry, version), listed)
        rows[id] = {"version": version, "files": 1, "bytes": len(BODY)}
        card.write_text(text.replace("Not made from", "Not published yet: about"))
    target.write(layout.INDEX, documents.as_text({"entries": rows}))
    checkout.add(SECRET, {"x.txt": b"1"})
    return rows


def test_the_site_of_a_mirror_shows_what_is_public_and_nothing_else(clone):
    checkout = clone("anna")
    top = checkout.path.parent / "public"
    rows = mirror(checkout, top)
    with mirrors.served(top) as url:
        checkout.write("public.yml", f"target: ../public\nurl: {url}/\nentries: []\n".encode())
        checkout.git("add", "-A")
        checkout.git("commit", "-qm", "A subject that nobody shall read")
        site, _ = build(checkout, "--public", "--url=https://example.org/site")
        assert "https://example.org" in (site / "sitemap.xml").read_text()
    assert set(index(site)) == {DATA, MODEL}
    texts = {p: p.read_text(errors="replace") for p in site.rglob("*.*") if p.suffix != ".woff2"}
    whole = "".join(texts.values())
    for private in ("Not published yet", "A subject that", "anna", "make pull", f"{SECRET}.html"):
        assert private not in whole, private
    assert {page.relative_to(site).as_posix() for page in pages(site) if page.parent != site} == {
        f"{DATA}.html", f"{MODEL}.html",
    }  # fmt: skip
    page = (site / f"{MODEL}.html").read_text()
    code = re.sub(r"<[^>]+>", "", page).replace("&#34;", '"').replace("&quot;", '"')
    assert f'urlretrieve("{url}/registry_client.py", "registry_client.py")' in code
    assert f'folder = registry_client.path("{MODEL}")' in code
    assert f"{url}/entries/{MODEL}/{rows[MODEL]['version']}.files" in page
    data = json.loads((site / f"{DATA}.croissant.json").read_text())
    assert data["distribution"][0]["contentUrl"].startswith(f"{url}/blobs/sha256/")
    links = re.findall(r'(?:href|src)="([^"]+)"', "".join(p.read_text() for p in pages(site)))
    assert not [link for link in links if link.startswith(("/", "file:"))]
    assert {link for link in links if "://" in link and not link.startswith(url)} <= {
        link for link in links if "example.org" in link
    }


@pytest.mark.skipif(not shutil.which("chromium"), reason="no Chromium (apt install chromium)")
def test_in_a_browser_from_static_hosting_it_asks_its_own_host_alone(clone):
    playwright = pytest.importorskip("playwright.sync_api")
    checkout = clone("anna")
    top = checkout.path.parent / "public"
    mirror(checkout, top)
    with mirrors.served(top) as url:
        checkout.write("public.yml", f"target: ../public\nurl: {url}\nentries: []\n".encode())
        site, _ = build(checkout, "--public")
    with mirrors.served(site.parent) as host, playwright.sync_playwright() as started:
        options = ["--no-sandbox", "--disable-gpu", "--disable-dev-shm-usage"]
        chromium = started.chromium.launch(executable_path=shutil.which("chromium"), args=options)
        page, wrong = chromium.new_page(), []
        page.on("console", lambda message: wrong.append(message.text))
        page.on("pageerror", lambda error: wrong.append(str(error)))
        page.on("requestfailed", lambda request: wrong.append(f"not there: {request.url}"))
        page.on("request", lambda r: None if r.url.startswith(host) else wrong.append(r.url))
        page.goto(f"{host}/{site.name}/index.html")  # below a folder, as on many hosts
        page.locator("#entries > li a", has_text="open").first.click()
        page.locator("#files", has_text="a b.txt").wait_for()
        assert "registry_client.path(" in page.locator("section.get").inner_text()
        page.get_by_role("link", name="Lineage").first.click()
        page.locator("figure.lineage svg").first.wait_for()
        chromium.close()
    assert wrong == []


def test_what_it_needs_is_said(clone):
    checkout = clone("anna")
    checkout.write("public.yml", b"target: ../public\nentries: []\n")
    assert "has no url" in build(checkout, "--public", code=2)[1].err
    for word in ("--offline", "--preview", "--status"):
        told = build(checkout, "--public", word, code=2)[1].err
        assert "leave STATUS, OFFLINE and PREVIEW out" in told
    checkout.write("public.yml", b"target: x\nurl: http://127.0.0.1:9\nentries: []\n")
    assert "http://127.0.0.1:9/index.json" in build(checkout, "--public", code=1)[1].err
