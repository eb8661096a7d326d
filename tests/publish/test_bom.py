"""A bill of materials: valid by CycloneDX's own schema, each dataset with its hash."""

from __future__ import annotations

import json
from pathlib import Path

import jsonschema
import pytest
import referencing
from support import cards as kit
from support import mirrors

from registry.cards.library import Library
from registry.errors import Refusal
from registry.publish.bom import Bill

SCHEMAS = Path(__file__).resolve().parent.parent / "support" / "vendor"
MODEL, CUT, LOGS = "champion_models/poet", "processed_datasets/cut", "raw_datasets/logs"
DVC = "0123456789abcdef0123456789abcdef"


def valid(bill):
    """By the schema of 1.6."""
    resources = [
        (
            path.name.removeprefix("cyclonedx."),
            referencing.Resource.from_contents(json.loads(path.read_text())),
        )
        for path in SCHEMAS.glob("cyclonedx.*.json")
    ]
    schema = json.loads((SCHEMAS / "cyclonedx.bom-1.6.SNAPSHOT.schema.json").read_text())
    known = referencing.Registry().with_resources(
        [(f"http://cyclonedx.org/schema/{name}", one) for name, one in resources]
    )
    jsonschema.Draft7Validator(schema, registry=known).validate(bill)
    return bill


@pytest.fixture
def root(tmp_path):
    root = kit.make(tmp_path / "r")
    model = kit.good_card(
        MODEL, "base_model: openai-community/gpt2\npipeline_tag: text-generation\n"
    )
    kit.write(root, MODEL, model.replace("cc-by-4.0", "llama3"))
    return root


def bill_of(root, bucket, id):
    library = Library(root)
    return valid(Bill(mirrors.session(bucket, root), library).of(library.ids[id]))


def test_each_dataset_upstream_is_in_it_with_the_hash_it_was_made_from(bucket, root):
    first = mirrors.seal(bucket, CUT, {"x": b"1"}, {LOGS: f"{DVC}.dir"})
    keep_record(bucket, CUT)
    model = mirrors.seal(bucket, MODEL, {"w": b"1"}, {CUT: first})
    mirrors.seal(bucket, CUT, {"x": b"2"}, {LOGS: f"{DVC}.dir"})  # newer than the model
    bill = bill_of(root, bucket, MODEL)
    top = bill["metadata"]["component"]
    assert (top["type"], top["version"]) == ("machine-learning-model", model)
    assert top["licenses"] == [{"license": {"name": "llama3"}}]
    assert top["modelCard"]["modelParameters"]["task"] == "text-generation"
    parts = {part["bom-ref"]: part for part in [top, *bill["components"]]}
    needs = {row["ref"]: row["dependsOn"] for row in bill["dependencies"]}
    cut, logs = f"{CUT}@{first[:12]}", f"{LOGS}@{DVC[:12]}"
    assert needs == {
        f"{MODEL}@{model[:12]}": [cut, "openai-community/gpt2"],
        cut: [logs], logs: [], "openai-community/gpt2": [],
    }  # fmt: skip
    assert parts[cut]["hashes"] == [{"alg": "SHA-256", "content": first}]
    assert parts[logs]["hashes"] == [{"alg": "MD5", "content": DVC}]
    assert parts[cut]["licenses"] == [{"license": {"id": "CC-BY-4.0"}}]
    assert {"ref": cut} in top["modelCard"]["modelParameters"]["datasets"]
    assert bill == bill_of(root, bucket, MODEL)  # the same materials, the same document


def keep_record(bucket, id):
    """What a push notes of the state that it sealed."""
    body = bucket.get(f".registry/{id}.json").replace(b'"token"', b'"earlier"', 1)
    body = body.replace(b'"token": "token"', b'"token": "earlier"')
    bucket.put(f".registry/versions_log/{id}/2026-01-01.json", body)


def test_a_dataset_has_one_too_and_what_was_never_sealed_has_none(bucket, root):
    bill = bill_of(root, bucket, LOGS)
    assert bill["metadata"]["component"]["data"][0]["name"] == LOGS and bill["components"] == []
    with pytest.raises(Refusal, match=f"make pull seal DATASET={CUT}"):
        bill_of(root, bucket, CUT)


def test_one_that_is_broken_is_no_bill():
    with pytest.raises(jsonschema.ValidationError):
        valid({"bomFormat": "CycloneDX", "specVersion": "1.6", "components": [{"name": "x"}]})
