"""make consumer: the module with this registry's addresses, and the commands of docs/using.md."""

from __future__ import annotations

import re
from pathlib import Path

import pytest
from support.consumer import App, tree
from support.oracle import expect
from support.template import ROOT

X = "champion_models/lighthouse-language"
FILES = {"weights.json": b"{}", "sub/a": b"1"}
DOCS = (ROOT / "docs" / "using.md").read_text()


def test_every_command_of_the_docs(anna, bucket, tmp_path, monkeypatch):
    """As a colleague types them, with the keys of a profile."""
    anna.add(X, FILES)
    expect(anna.script("push_entries", X), 0)
    write, use = re.findall(r"```sh\n(.*?)```", DOCS, re.S)
    keys = {"AWS_SHARED_CREDENTIALS_FILE": bucket.server.credentials_file}
    app = App(tmp_path / "app").entered(monkeypatch)
    anna.git("init", "-q", str(app.folder))
    (app.folder / "registry_client.py").unlink()
    expect(anna.run("bash", "-ec", write, **keys), 0)
    app.env |= keys
    run = app.start("-c", f"import subprocess; subprocess.run({['bash', '-ec', use]}, check=True)")
    out, err = run.communicate(timeout=600)
    assert run.returncode == 0, err
    assert f"{X}: every byte is right" in out
    assert (app.folder / ".gitattributes").read_text() == "registry.lock merge=union\n"
    lines = re.search(r"```python\n(.*?)```", DOCS, re.S)[1]
    run = app.start("-c", f"import sys; sys.path.insert(0, '.')\n{lines}print(folder)")
    assert tree(Path(run.communicate(timeout=600)[0].strip())) == FILES
    place = f"{anna.path / X}\n"  # the checkout that pushed it is that version
    assert app.run("pull", DATA_REGISTRY=str(anna.path)) == (0, place, "")


def test_its_addresses_are_the_registrys(anna, bucket, tmp_path):
    public = "target: ../public\nurl: https://data.example.org/r/  # ours\nentries: []\n"
    (anna.path / "public.yml").write_text(public)
    said = expect(anna.script("write_consumer", "--out=new folder", "--alias=MODELS"), 0)
    text = (anna.path / "new folder" / "registry_client.py").read_text()
    settings = dict(re.findall(r'^([A-Z]+) = "(.*?)"', text, re.M))
    assert settings == {
        "MIRROR": "https://data.example.org/r",
        "BUCKET": f"{anna.proxy.endpoint}/{bucket.server.bucket}",
        "PREFIX": bucket.base,
        "REGION": "us-east-1",
        "PROFILE": bucket.server.profile,
        "ALIAS": "MODELS",
        "COMMIT": anna.git("rev-parse", "HEAD").strip(),
        "LOCK": "registry.lock",
        "RAW": "raw_datasets/",
        "DVC": "raw_datasets_dvc_cache/",
        "NOTHING": settings["NOTHING"],
    }
    assert re.search(r'"raw_datasets/base": "[0-9a-f]{32}"', text)
    assert said.out == "new folder/registry_client.py\n"
    expect(anna.script("write_consumer", "--out=new folder"), 0)  # renewed
    (anna.path / "registry_client.py").write_text("mine")
    refused = expect(anna.script("write_consumer", "--out=."), 3)
    assert "registry_client.py is another file: move it away" in refused.err
    assert anna.read("registry_client.py") == b"mine"


@pytest.mark.parametrize("words", [[], ["--out=x", "--alias=no name"]])
def test_what_cannot_be_meant(clone, words):
    here = clone("anna")
    expect(here.script("write_consumer", *words), 2)


def test_the_embedded_store_is_for_its_clone_only(clone):
    here = clone("anna")
    said = expect(here.script("write_consumer", "--out=app"), 0)
    assert f"set DATA_REGISTRY to its folder,\nconsumer: DATA_REGISTRY={here.path}" in said.err
    assert 'BUCKET = ""' in (here.path / "app" / "registry_client.py").read_text()
