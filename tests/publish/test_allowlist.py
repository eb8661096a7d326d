"""public.yml: what it may say, and what is said of one that says something else."""

from __future__ import annotations

import pytest

from registry.errors import RegistryError, UsageError
from registry.publish import allowlist, targets
from registry.publish.allowlist import BadPublicFile
from registry.publish.bucket import Bucket
from registry.publish.folder import Folder
from registry.remote.location import Remote
from registry.remote.s3 import Client
from registry.remote.session import Session

GOOD = b"target: s3://open/data/\nurl: https://data.example.org/x/\nentries:\n- raw_datasets/a\n"


def test_what_is_public():
    allowed = allowlist.parse(GOOD)
    assert (allowed.target, allowed.url) == ("s3://open/data", "https://data.example.org/x")
    assert allowed.entries == {"raw_datasets/a": 4}
    assert allowlist.parse(b"target: ../out\nentries:\n").entries == {}
    assert allowlist.parse(b"target: ../out\nentries: []\nprofile: open\n").profile == "open"


@pytest.mark.parametrize(
    ("text", "line", "says"),
    [
        (b"", 1, "must be `key: value` lines"),
        (b"- a\n", 1, "must be `key: value` lines"),
        (b"target: [x\n", 2, "must be YAML"),
        (b"\xff: x\n", 1, "must be UTF-8"),
        (b"entries: []\n", 1, "must have target and entries"),
        (b"target: s3://b/p\n", 1, "must have target and entries"),
        (b"target:\nentries: []\n", 1, "target must not be empty"),
        (b"target: gs://b/p\nentries: []\n", 1, "must be s3://bucket/prefix or a folder"),
        (b"target: x\nurl: data.example.org\nentries: []\n", 2, "url must be https://"),
        (b"target: x\nentries: raw_datasets/a\n", 2, "entries must be a list"),
        (b"target: x\nentries:\n- a\n", 3, "an entry must be an id"),
        (b"target: x\nentries:\n- {a/b: c}\n", 3, "an entry must be an id"),
        (b"target: x\nentries:\n- a/b\n- a/b\n", 4, "a/b must stand once"),
        (b"target: x\nbucket: y\nentries: []\n", 2, "'bucket' is none of target, entries"),
        (b"target: {a: b}\nentries: []\n", 1, "'target' is none of"),
    ],
)
def test_what_it_may_not_say(text, line, says):
    with pytest.raises(BadPublicFile) as raised:
        allowlist.parse(text)
    assert str(raised.value).startswith(f"public.yml:{line}: ") and says in str(raised.value)


def test_without_the_file_its_cure_is_one_that_is_right(tmp_path):
    with pytest.raises(UsageError) as raised:
        allowlist.read(tmp_path)
    example = str(raised.value).partition("such as\n")[2]
    assert allowlist.parse(example.encode()).target == "s3://our-public-bucket/registry"


OWN = Remote("own", "bucket", "team/registry", "http://127.0.0.1:9")


def target(root, text, **more):
    allowed = allowlist.Allowlist(text, {}, **more)
    return targets.choose(Session(OWN, Client(OWN), root=root), allowed)


def test_where_a_mirror_may_lie(tmp_path):
    root = tmp_path / "r"
    root.mkdir()
    assert target(root, "../public") == Folder(tmp_path / "public")
    assert target(root, "public") == Folder(root / "public")
    mirror = target(root, "s3://bucket/team/public")
    assert isinstance(mirror, Bucket) and mirror.where == "s3://bucket/team/public"
    assert mirror.remote.address == OWN.address  # the registry's own store, by its keys
    assert mirror.remote.identity != OWN.identity
    other = target(root, "s3://bucket/team/registry", endpoint="http://127.0.0.1:8", profile="o")
    assert isinstance(other, Bucket) and other.remote.profile == "o"


@pytest.mark.parametrize(
    ("text", "says"),
    [
        (".", "is in the registry: name a folder beside it"),
        ("raw_datasets/x", "is in the registry"),
        ("../no/such", "is not there: mount it, or make it"),
        ("s3://bucket/team/registry", "is where the registry keeps its own"),
        ("s3://bucket/team/registry/champion_models/x", "keeps its own"),
        ("s3://bucket/team/registry/.registry", "keeps its own"),
        ("s3://bucket/team", "keeps its own"),  # all below it would be everybody's
        ("s3://bucket", "keeps its own"),
    ],
)
def test_a_mirror_is_not_in_the_registrys_way(tmp_path, text, says):
    (tmp_path / "r").mkdir()
    with pytest.raises(RegistryError, match=r"public\.yml: ") as raised:
        target(tmp_path / "r", text)
    assert says in str(raised.value)
