"""`make sign` and `make verify SIGNED=1`, with the package that they install."""

from __future__ import annotations

import base64
import json
import os
import subprocess
import sys

import pytest
from support.template import ROOT

from registry.entries import Entry
from registry.errors import RegistryError
from registry.publish import signatures
from registry.publish.layout import FileLine

ENTRY = "champion_models/x"


def bundle(files):
    rows = [{"name": n, "digest": d, "algorithm": "sha256"} for n, d in files.items()]
    payload = json.dumps({"predicate": {"resources": rows}}).encode()
    return json.dumps({"dsseEnvelope": {"payload": base64.b64encode(payload).decode()}}).encode()


def test_a_signature_is_of_one_version_and_published_with_no_other(tmp_path):
    entry = Entry(*ENTRY.split("/"), tmp_path)
    lines = [FileLine("ab" * 32, 1, "w.bin"), FileLine("cd" * 32, 2, "sub/ü")]
    assert signatures.of_version(entry, lines) is None
    place = signatures.path(entry)
    place.parent.mkdir(parents=True)
    place.write_bytes(bundle({"w.bin": "ab" * 32, "sub/ü": "cd" * 32}))
    assert signatures.of_version(entry, lines) == place.read_bytes()
    assert signatures.of_version(entry, lines[:1]) is None
    place.write_bytes(b"{}")
    with pytest.raises(RegistryError, match="no signature of a model"):
        signatures.of_version(entry, lines)


def test_without_a_key_it_says_how_to_make_one(anna):
    anna.add(ENTRY, {"w.bin": b"1"})
    run = anna.script("sign_entry", ENTRY)
    assert run.code == 2 and "openssl ecparam" in run.err and "-pubout" in run.err
    run = anna.script("verify_entries", SIGNED="1")
    assert run.code == 2 and "by whose key? KEY=public.pem" in run.err


def test_without_its_packages_it_says_how_to_get_them(anna, tmp_path):
    broken = tmp_path / "model_signing.py"
    broken.write_text("raise ImportError\n")
    anna.add(ENTRY, {"w.bin": b"1"})
    run = anna.script("sign_entry", ENTRY, KEY="x.pem", PYTHONPATH=str(tmp_path))
    assert run.code == 1 and "`scripts/setup.sh sign` brings them" in run.err


@pytest.mark.network
@pytest.mark.skipif(
    not {"CI", "SIGNING_PACKAGES"} & set(os.environ), reason="needs a package index; set CI=1"
)
def test_what_is_signed_is_verified_and_what_changed_is_not(anna, tmp_path):
    """With the pinned packages, in a place of their own."""
    packages = os.environ.get("SIGNING_PACKAGES") or install(tmp_path / "packages")
    env = {"PYTHONPATH": packages}
    anna.add(ENTRY, {"w.bin": b"1", "sub/ü b": b"", "sub/c": b"3", ".DS_Store": b"litter"})
    anna.add("training_results/x", {"log": b"1"})
    assert anna.push().code == 0
    key, public, other = (str(tmp_path / name) for name in ("private.pem", "public.pem", "o.pem"))
    for name in (other, key):
        openssl("ecparam", "-name", "prime256v1", "-genkey", "-noout", "-out", name)
        openssl("ec", "-in", name, "-pubout", "-out", public)
    run = anna.script("sign_entry", ENTRY, KEY=key, **env)
    assert run.code == 0 and f"3 files of {ENTRY} signed" in run.err, run
    signed = anna.read(f"signatures/{ENTRY}.sig")
    assert set(signatures.signed_files(signed)) == {"w.bin", "sub/ü b", "sub/c"}

    def verify(*words, by=public):
        return anna.script("verify_entries", *words, SIGNED="1", KEY=by, **env)

    anna.write(f"{ENTRY}/sub/.DS_Store", b"more litter")
    run = verify(ENTRY)
    assert run.code == 0 and "1 signature" in run.err, run
    unsigned = verify("training_results/x")
    assert unsigned.code == 3 and "it has no signature: `make sign" in unsigned.err
    openssl("ec", "-in", other, "-pubout", "-out", other)
    assert "its signature does not hold" in verify(ENTRY, by=other).err
    assert "is no public key" in verify(ENTRY, by=f"{anna.path}/README.md").err
    anna.write(f"{ENTRY}/w.bin", b"2")
    anna.delete(f"{ENTRY}/sub/c")
    changed = verify(ENTRY)
    assert changed.code == 1 and "w.bin" in changed.err and "sub/c" in changed.err, changed
    assert anna.script("sign_entry", ENTRY, KEY=public, **env).code == 2


def install(folder):
    words = ["-m", "pip", "install", "-q", "--require-hashes", "--no-deps", "--target", folder]
    subprocess.run([sys.executable, *words, "-r", ROOT / "requirements-sign.txt"], check=True)
    return str(folder)


def openssl(*words):
    subprocess.run(["openssl", *words], check=True, capture_output=True)
