"""Every field of the front matter: tables of good and bad values, and what is said of the bad."""

from __future__ import annotations

import frontmatter
import pytest

from registry.cards import card as cards_card
from registry.cards import edit
from registry.cards.kinds import KINDS
from registry.cards.schema import BY_NAME, CODE_KEYS, FIELDS, ORDER
from registry.cards.vocabulary import words
from registry.entries import Entry

# field: (good values, {bad value: what is said}); values as YAML source.
VALUES = {
    "pretty_name": (["A name", '"no"', "'1.10'"], {
        "no": 'YAML reads a yes or no: quote it, "no"',
        "1.10": 'YAML reads a number: quote it, "1.10"',
        "0123456": 'YAML reads a number: quote it, "0123456"',
        "2026-01-31": 'YAML reads a date: quote it, "2026-01-31"',
        "1:30": 'YAML reads a number: quote it, "1:30"',
        "12e3": 'YAML reads a number: quote it, "12e3"',
        "": "must not be empty", "~": "must not be empty", '" "': "must not be empty",
        "[a]": "must be a text, not a list", "{a: b}": "must be a text, not a mapping",
    }),
    "license": (["mit", "cc-by-4.0", "[mit, apache-2.0]", "other"], {
        "MIT": "Did you mean 'mit'?", "Apache 2": "Did you mean 'apache-2.0'?",
        "zzz": "For another one write `other`",
    }),
    "license_name": (["acme-1.0"], {"": "must not be empty"}),
    "license_link": (["https://a.org/l", "LICENSE", "docs/LICENSE.txt"], {"a b": "must be a url"}),
    "language": (["en", "[en, de]", "deu", "code", "multilingual", '"no"'], {
        "no": "quote it", "english": "must be ISO 639 codes", "[en, xx]": "'xx'", "EN": "'EN'",
    }),
    "tags": (["[text, a-b, v1.2]", "text"], {
        "[Text]": "Write text", "[a b]": "Write a-b", "[1.5]": "quote it",
        "[]": "must not be empty", "[🤗]": "or delete it",
    }),
    "contact": (["Ada <ada@example.org>"], {"": "must not be empty"}),
    "status": (["active", "deprecated"], {"deprecate": "Did you mean 'deprecated'?", "x": "'x'"}),
    "deprecated_notice": (["Use the other."], {"yes": "quote it"}),
    "new_version": (["raw_datasets/b"], {"b": "Add its section", "[raw_datasets/b]": "not a list"}),
    "source_url": (["https://a.org/x?y=1", "s3://b/k", "examples/a.py", "doi:10.1234/x.y"], {
        "see the wiki": "must be a url", "https://": "must be a url", "http://a b": "must be a url",
    }),
    "retrieved": (["2026-01-31", '"2026-01-31"'], {
        "31.1.2026": "YYYY-MM-DD", "2026-02-30": "YYYY-MM-DD", "2026-1-3": "YYYY-MM-DD",
        "2026-01-31 10:00:00": "YYYY-MM-DD", "2026": "quote it", "20260131": "quote it",
    }),
    "model": (["champion_models/a", "[champion_models/a, experiments/b]"], {
        "a": "Add its section", "champion_model/a": "Did you mean 'champion_models'?",
    }),
    "source_datasets": (["[raw_datasets/a, processed_datasets/b]"], {
        "[a/b/c]": "section/name",
        "raw_datasets/a, raw_datasets/b": "Write [raw_datasets/a, raw_datasets/b]",
    }),
    "datasets": (["[processed_datasets/b]"], {"[]": "must not be empty", "[1]": "quote it"}),
    "training_results": (["training_results/a"], {"https://wandb.ai/x": "section/name"}),
    "base_model": (["openai-community/gpt2", "gpt2", "champion_models/a"], {
        "a b": "an id on the Hub", "champion_models/a/b": "section/name",
    }),
    "library_name": (["transformers"], {"a b": "must be one word"}),
    "pipeline_tag": (["text-generation"], {"text generation": "Did you mean 'text-generation'?"}),
    "metrics": (["[accuracy, f1]"], {"[0.5]": "quote it", "[{a: b}]": "not a mapping"}),
    "code": (["{repo: ., commit: abcdef0, command: make}",
              "{repo: git@github.com:a/b.git, commit: 4f2a91c, command: make}"], {
        "abc": "must have lines of its own", "{repo: ., commit: abcdef0}": "must have command",
        "{repo: ., commit: 1234567, command: a}": 'commit must be a text, but YAML reads a number',
        "{repo: ., commit: HEAD, command: a}": "7 to 40 hex digits",
        "{repo: ., commit: ABCDEF0, command: a}": "7 to 40 hex digits",
        "{repo: my code, commit: abcdef0, command: a}": "a repository's url",
        "{repo: ., commit: abcdef0, command: a, comit: b}": "must not have comit",
    }),
    "hardware": (["1 x A100"], {"8": "quote it"}),
    "citation": (["Me, 2026"], {"2026": "quote it"}),
    "size_categories": (["n<1K", "[1K<n<10K]"], {"10000": "quote it", "1K": "a size class"}),
    "task_categories": (["[text-generation]"], {"[generation]": "a task id of the Hub"}),
    "personal_sensitive_information": (["None known."], {"no": "quote it"}),
    "preview": (["true", "false"], {"maybe": "must be true or false", '"false"': "without quotes"}),
}  # fmt: skip
GOOD = [(name, value) for name, (good, _) in VALUES.items() for value in good]
BAD = [(name, value, said) for name, (_, bad) in VALUES.items() for value, said in bad.items()]


def card_with(name, value):
    return cards_card.parse(Entry("raw_datasets", "x"), f"---\n{name}: {value}\n---\n")


def said_of(name, value):
    card = card_with(name, value)
    assert card.broken == []
    return [message for _, message in KINDS[BY_NAME[name].kind](card.fields[name])]


def test_every_field_has_a_table():
    assert list(VALUES) == list(BY_NAME)


@pytest.mark.parametrize("name, value", GOOD)
def test_good_values(name, value):
    assert said_of(name, value) == []


@pytest.mark.parametrize("name, value, said", BAD)
def test_bad_values(name, value, said):
    messages = said_of(name, value)
    assert any(said in message for message in messages), messages
    assert all(message.startswith("must ") or message.split()[1] == "must" for message in messages)


@pytest.mark.parametrize("field", FIELDS, ids=lambda field: field.name)
def test_the_example_of_each_field_is_a_good_value(field):
    assert said_of(field.name, field.example) == []


def test_each_field_is_for_some_section_and_has_a_source():
    for field in FIELDS:
        assert field.sections and field.kind in KINDS and field.source
        assert not set(field.required) & set(field.optional)
    assert list(ORDER) == [field.name for field in FIELDS]


@pytest.mark.parametrize("name, value", GOOD)
def test_python_frontmatter_reads_the_same(name, value):
    card = card_with(name, value)
    read = _texts(frontmatter.loads(card.text).metadata[name])
    assert _plain(card.fields[name]) == (read.lower() if read in ("True", "False") else read)


@pytest.mark.parametrize(
    "text",
    ["a", "no", "1.10", "a: b", "a #b", "a, b", "[x]", "- a", "", "é", "'q'", '"', "a\nb",
     "0123456", "2026-01-31", "#", "&a", "*b", "%", "@", "`", "a]", "{", "1e5", "~",
     "a\\b", "\t", "x:", "?"],
)  # fmt: skip
def test_written_values_are_read_as_they_were_meant(text):
    for source in (edit.scalar(text), f"[{edit.scalar(text)}, b]"):
        value = card_with("pretty_name", source).fields["pretty_name"]
        first = value.data[0] if value.kind == "list" else value
        assert (first.kind, first.data) == ("text", text)


def test_vocabularies_are_sorted_out():
    assert {"mit", "other", "llama3.1"} <= set(words("licenses"))
    assert {"en", "deu", "no", "code"} <= set(words("languages"))
    assert list(CODE_KEYS) == ["repo", "commit", "command"]
    for name in ("licenses", "languages", "tasks", "size_categories"):
        assert len(set(words(name))) == len(words(name)) > 10


def _plain(value):
    if value.kind == "list":
        return [_plain(item) for item in value.data]
    if value.kind == "mapping":
        return {key: _plain(item) for key, item in value.data.items()}
    return value.data


def _texts(value):
    if isinstance(value, list):
        return [_texts(item) for item in value]
    if isinstance(value, dict):
        return {key: _texts(item) for key, item in value.items()}
    return str(value)
