"""Cards: one bad card against the exact list of messages, the whole command, real git."""

from __future__ import annotations

import json
import os
import re
from pathlib import Path

import pytest
from hypothesis import example, given, settings
from hypothesis import strategies as st
from support import cards as kit

from registry.cards import card as cards_card
from registry.cards import repair
from registry.cards.library import Library
from registry.cards.rules import card as rules_card
from registry.cards.rules import entries
from registry.entries import Entry

GOLDEN = Path(__file__).resolve().parent / "golden"


@pytest.fixture(scope="module")
def shared(tmp_path_factory):
    """A registry that tests only read."""
    return kit.make(tmp_path_factory.mktemp("shared") / "r")


@pytest.fixture
def registry(tmp_path):
    return kit.make(tmp_path / "r")


def messages(root, entry, text):
    """The problems of one card with this text, as `line: message`."""
    library = Library(root)
    card = cards_card.parse(Entry(*entry.split("/"), root), text)
    return [f"{p.line}: {p.message}" for p in rules_card.check(card, library)]


def rules_of(root, entry, text):
    library = Library(root)
    card = cards_card.parse(Entry(*entry.split("/"), root), text)
    return {p.rule for p in rules_card.check(card, library)}


def test_good_cards_of_every_section_have_no_problems(shared):
    done = kit.run(shared, "check_cards.py")
    assert (done.returncode, done.stdout) == (0, ""), done
    assert done.stderr == "check-cards: 5 entries, no problems\n"


def test_the_repository_own_cards_have_no_problems():
    library = Library()
    problems = [
        p
        for e in library.entries
        if library.card(e)
        for p in rules_card.check(library.card(e), library)
    ]
    assert problems == []


@pytest.mark.parametrize("format", ["text", "json", "github"])
def test_a_card_that_breaks_every_rule(registry, format):
    """The golden files hold every message; UPDATE_GOLDEN=1 writes them anew."""
    for path in sorted(kit.BAD.glob("*.card.md")):
        kit.write(registry, f"champion_models/{path.name[: -len('.card.md')]}", path.read_bytes())
    (registry / "tags.yml").write_text("[text, drama]\n")
    old = kit.good_card("raw_datasets/old", "status: deprecated\nnew_version: raw_datasets/logs\n")
    kit.write(registry, "raw_datasets/old", old.replace("cc-by-4.0", "cc-by-nc-4.0"))
    done = kit.run(registry, "check_cards.py", "champion_models/", f"--format={format}")
    golden = GOLDEN / f"bad_card.{format}"
    if os.environ.get("UPDATE_GOLDEN"):
        golden.write_text(done.stdout)
    assert done.stdout == golden.read_text()
    assert done.returncode == 1
    assert done.stderr.startswith("check-cards: ")


def test_the_bad_card_breaks_every_rule():
    """Nobody adds a rule without a line that breaks it."""
    broken = {problem["rule"] for problem in json.loads((GOLDEN / "bad_card.json").read_text())}
    assert broken >= {rule.name for rule in rules_card.RULES}


def test_every_message_names_line_and_cure():
    for problem in json.loads((GOLDEN / "bad_card.json").read_text()):
        assert problem["line"] >= 1
        assert ":" in problem["message"] or ". " in problem["message"] or "?" in problem["message"]


BROKEN_FRONT_MATTER = {
    "none": ("# Card: poet\n", 1, "front matter must be there"),
    "not closed": ("---\npretty_name: x\n\n# Card: poet\n", 1, "front matter must end"),
    "after a blank line": ("\n---\npretty_name: x\n---\n", 2, "front matter must be first"),
    "after a byte order mark": (
        "\ufeff---\npretty_name: x\n---\n",
        1,
        "front matter must be first",
    ),
    "any key after blank lines": (
        "\ufeff\n \n---\nsource_url: x\n---\n",
        3,
        "front matter must be first",
    ),
    "after the title": (
        "# Card: poet\n\n---\nlicense: mit\n---\n",
        3,
        "front matter must be first",
    ),
    "a list": ("---\n- a\n---\n", 2, "front matter must be `key: value` lines"),
    "a text": ("---\nhello\n---\n", 2, "front matter must be `key: value` lines"),
    "bad yaml": ("---\nlicense: mit\npretty_name: a: b\n---\n", 3, "front matter must be YAML"),
    "blanks before a key": (
        "---\nlicense: mit\n  pretty_name: a\n---\n",
        3,
        "take away the blanks that this line begins with",
    ),
    "a tab": ("---\nlicense:\n\t- mit\n---\n", 3, "write a space in place of the tab"),
    "a tab behind a key": ("---\nlicense:\tmit\n---\n", 2, "write a space in place of the tab"),
    "a bracket": ("---\nlicense: [mit\n---\n", 3, "front matter must be YAML"),
    "control": ("---\nlicense: mit\ntags: \x01\n---\n", 3, "must not hold control characters"),
    "two documents": ("---\na: b\n--- # x\nc: d\n---\n", 3, "front matter must be one document"),
    "aliases": ("---\ntags: &t [a]\nlanguage: *t\n---\n", 2, "must not use & and *"),
    "deep": ("---\ntags: " + "[" * 100_000 + "\n---\n", 2, "must not be nested this deep"),
    "a list as key": ("---\n? [a]\n: b\n---\n", 2, "a key must be one word"),
}


@pytest.mark.parametrize("case", BROKEN_FRONT_MATTER)
def test_broken_front_matter_is_said_with_its_line(shared, case):
    text, line, start = BROKEN_FRONT_MATTER[case]
    said = messages(shared, "champion_models/poet", text)
    assert any(m.startswith(f"{line}: ") and start in m for m in said), said


def test_what_is_not_utf8_is_said_with_its_line(registry):
    kit.write(registry, "champion_models/poet", b"---\npretty_name: x\nlicense: \xff\n---\n")
    done = kit.run(registry, "check_cards.py", "poet")
    assert done.stdout.startswith("champion_models/poet.card.md:3: the card must be UTF-8")


def test_an_entry_without_card_and_a_card_without_entry(registry):
    (registry / "processed_datasets" / "bare").mkdir()
    (registry / "experiments" / "garbage").mkdir()
    (registry / "raw_datasets" / "logs.dvc").unlink()
    done = kit.run(registry, "check_cards.py")
    assert done.stdout.splitlines() == [
        "processed_datasets/bare.card.md:1: the entry must have a card: "
        "run `make card DATASET=processed_datasets/bare`",
        "raw_datasets/logs.card.md:1: a card of raw_datasets must have a .dvc file beside it: "
        "put its data at raw_datasets/logs and run `make add DATASET=raw_datasets/logs`, "
        "or delete the card",
    ]


def test_data_in_git_is_found_with_the_command_that_takes_it_out(registry):
    data = registry / "champion_models" / "it's me" / "a"
    data.mkdir(parents=True)
    (data / "w.bin").write_bytes(b"1")
    kit.write(registry, "champion_models/it's me", kit.good_card("champion_models/it's me"))
    git_add = ("add", "--force", "champion_models/it's me/a/w.bin")
    kit.git(registry, *git_add)
    done = kit.run(registry, "check_cards.py")
    line = next(line for line in done.stdout.splitlines() if "data must not be in Git" in line)
    command = line.partition("run `")[2].rstrip("`")
    assert os.waitstatus_to_exitcode(os.system(f"cd '{registry}' && {command}")) == 0
    assert "must not be in Git" not in kit.run(registry, "check_cards.py").stdout
    assert (data / "w.bin").read_bytes() == b"1"


NAMES = {
    "NUL": "Windows keeps it",
    "com1.v2": "Windows keeps it",
    "a:b": "it holds ':'",
    "a ": "begins or ends with a space",
    "a.": "ends with a dot",
    "-a": "take it for an option",
    "é" * 101: "longer than 200 bytes",
    "a\u200bb": "do not show",
}


@pytest.mark.parametrize("name", NAMES)
def test_names_that_some_disk_refuses(registry, name):
    kit.write(registry, f"champion_models/{name}", "")
    library = Library(registry)
    problems = list(entries.name_legal(library, library.entries))
    assert len(problems) == 1 and NAMES[name] in problems[0].message


@pytest.mark.parametrize("first, second", [("Logs", "logs"), ("caf\u00e9", "cafe\u0301")])
def test_twins_on_disks_that_fold_names(registry, first, second):
    kit.write(registry, f"raw_datasets/{first}", "")
    kit.write(registry, f"raw_datasets/{second}", "")
    library = Library(registry)
    problems = list(entries.name_legal(library, library.entries))
    assert [p.rule for p in problems] == ["name-legal"]


def test_credentials_in_dvc_config(registry):
    (registry / ".dvc").mkdir()
    config = "['remote \"r\"']\n    url = s3://b/p\n    secret_access_key = abc\n"
    (registry / ".dvc" / "config").write_text(config)
    done = kit.run(registry, "check_cards.py")
    assert done.stdout.startswith(".dvc/config:3: must not hold secret_access_key")


TAGS = {
    b"[text, no, 1.10]": [],
    b"text: what is written\nno: Norwegian\n1.10: a version\n": [],
    b"a: b: c": ["tags.yml:1: must be YAML, as UTF-8: correct it"],
    b"caf\xe9": ["tags.yml:1: must be YAML, as UTF-8: correct it"],
    b"[[a]]": ["tags.yml:1: must be a list of words, or `word: meaning` lines: write it so"],
    b"text": ["tags.yml:1: must be a list of words, or `word: meaning` lines: write it so"],
    b"": ["tags.yml:1: must be a list of words, or `word: meaning` lines: write it so"],
}


@pytest.mark.parametrize("text", TAGS)
def test_tags_yml_is_a_list_of_words(registry, text):
    kit.write(registry, "raw_datasets/logs", kit.good_card("raw_datasets/logs", 'tags: ["no"]\n'))
    (registry / "tags.yml").write_bytes(text)
    assert kit.run(registry, "check_cards.py").stdout.splitlines() == TAGS[text]


def test_staged_judges_what_the_commit_has_and_nothing_else(registry):
    good = kit.good_card("champion_models/poet")
    path = kit.write(registry, "champion_models/poet", good.replace("cc-by-4.0", "cc-by-9"))
    kit.write(registry, "processed_datasets/cut", "not staged")
    kit.git(registry, "add", "champion_models/poet.card.md")
    path.write_text(good)  # put right on disk, but not in the index
    done = kit.run(registry, "check_cards.py", "--staged")
    assert done.stdout.startswith("champion_models/poet.card.md:3: license must be")
    assert "processed_datasets" not in done.stdout
    kit.git(registry, "add", "champion_models/poet.card.md")
    assert kit.run(registry, "check_cards.py", "--staged").returncode == 0


def test_staged_wants_all_that_the_commit_needs(registry):
    """A clone of the commit has what is in the index, and nothing else that is on this disk."""
    kit.write(registry, "raw_datasets/more", kit.good_card("raw_datasets/more"))
    text = kit.good_card("processed_datasets/new").replace("raw_datasets/logs", "raw_datasets/more")
    path = kit.write(registry, "processed_datasets/new", text)
    kit.git(registry, "add", str(path))
    path.unlink()  # what is staged counts
    assert kit.run(registry, "check_cards.py", "--staged").stdout == (
        "processed_datasets/new.card.md:4: source_datasets must be an entry that exists: "
        "'raw_datasets/more'. Its card must be in the commit too: "
        "run `git add -- raw_datasets/more.card.md`\n"
    )
    kit.git(registry, "add", "raw_datasets/more.card.md")
    assert kit.run(registry, "check_cards.py", "--staged").stdout == (
        "raw_datasets/more.card.md:1: a card of raw_datasets must have a .dvc file beside it: "
        "run `git add -- raw_datasets/more.dvc`\n"
    )
    kit.git(registry, "add", "raw_datasets/more.dvc")
    assert kit.run(registry, "check_cards.py", "--staged").returncode == 0
    kit.git(registry, "rm", "--quiet", "--cached", "raw_datasets/more.card.md")
    assert kit.run(registry, "check_cards.py", "--staged").stdout == (
        "raw_datasets/more.card.md:1: the card must be in the commit too: "
        "run `git add -- raw_datasets/more.card.md`\n"
    )


def test_staged_finds_who_still_names_what_the_commit_takes_out(registry):
    kit.git(registry, "rm", "--quiet", "processed_datasets/cut.card.md")
    assert kit.run(registry, "check_cards.py", "--staged").stdout == (
        "champion_models/poet.card.md:4: datasets must be an entry that exists: "
        "'processed_datasets/cut'. Correct it, or give that entry a card\n"
    )


def test_staged_repairs_nothing(registry):
    done = kit.run(registry, "check_cards.py", "--staged", "--fix")
    assert done.returncode == 2 and "leave --staged out" in done.stderr


def test_garbage_of_this_machine_is_no_entry_that_others_know(registry):
    (registry / "experiments" / "junk").mkdir()
    text = kit.good_card("experiments/try").replace("raw_datasets/logs", "experiments/junk")
    kit.write(registry, "experiments/try", text + "\nSee _junk_ and experiments/junk.\n")
    done = kit.run(registry, "check_cards.py", "try")
    assert [line.split(":", 2)[2] for line in done.stdout.splitlines()] == [
        " source_datasets must be an entry that exists: 'experiments/junk'. "
        "Correct it, or give that entry a card",
        " the text must name entries that exist: 'experiments/junk'. "
        "Correct it, or give that entry a card",
        " _junk_ must be an entry's name. Correct it, or give that entry a card",
    ]


def test_words_select_and_wrong_ones_are_usage_errors(shared):
    for word in (
        "poet",
        "champion_models/poet",
        "champion_models/poet.card.md",
        "champion_models/",
    ):
        assert "1 entry" in kit.run(shared, "check_cards.py", word).stderr
    done = kit.run(shared, "check_cards.py", "champion_models/peot")
    assert done.returncode == 2 and "Did you mean 'champion_models/poet'" in done.stderr
    assert kit.run(shared, "check_cards.py", "--format=xml").returncode == 2


def test_quiet_says_nothing_about_good_cards(shared):
    done = kit.run(shared, "check_cards.py", "--quiet")
    assert (done.returncode, done.stdout, done.stderr) == (0, "", "")


def test_a_warning_is_no_error(registry):
    text = kit.good_card("raw_datasets/logs")
    swapped = text.replace(
        "pretty_name: The logs\nlicense: cc-by-4.0\n", "license: cc-by-4.0\npretty_name: The logs\n"
    )
    kit.write(registry, "raw_datasets/logs", swapped)
    done = kit.run(registry, "check_cards.py", "logs")
    assert done.returncode == 0
    assert "2: warning: keys must be in order" in done.stdout


TITLES = {
    "\ufeff# Card: poet\n": None,
    "Card: poet\n====\n": None,
    "Card: peot\n====\n": "1: the title must be `# Card: poet`: '# Card: peot'",
    "#Card: poet\n": "1: the title must be `# Card: poet`: '#Card: poet'",
    "\n## Card: poet\n": "2: the title must be `# Card: poet`: '## Card: poet'",
    "Some words.\n\n# Card: poet\n": "3: the body must start with its title: move this line up",
    "- a\n===\n": "1: the body must start with a title: add `# Card: poet`",
}


@pytest.mark.parametrize("text", TITLES)
def test_titles_however_they_are_written(shared, text):
    said = [m for m in messages(shared, "champion_models/poet", text) if "title" in m]
    assert said == ([TITLES[text]] if TITLES[text] else [])


@pytest.mark.parametrize("title", ["#Card: poet", "## Card: poet", "**Card:** poet"])
def test_a_title_of_another_form_is_repaired(shared, title):
    card = cards_card.parse(Entry("champion_models", "poet", shared), f"{title}\n\nWords.\n")
    assert repair.fixed(card)[0] == "# Card: poet\n\nWords.\n"


def test_underlined_headings_are_headings(shared):
    text = kit.good_card("raw_datasets/logs")
    assert messages(shared, "raw_datasets/logs", re.sub(r"## (.*)", r"\1\n---", text)) == []


def test_other_sections_are_allowed_and_order_is_kept(shared):
    text = kit.good_card("raw_datasets/logs")
    assert messages(shared, "raw_datasets/logs", text + "\n## History\n\nLong.\n") == []
    parts = text.split("\n## ")
    turned = "\n## ".join([parts[0], parts[2], parts[1], *parts[3:]])
    assert rules_of(shared, "raw_datasets/logs", turned) == {"section-order"}


def test_what_stands_in_code_and_comments_is_not_read(shared):
    text = kit.good_card("raw_datasets/logs").rstrip()
    code = "```\n# Card: other\n[x](nowhere.md) _no_such_entry_\n```\n"
    rest = "<!-- [y](gone.md) TODO -->\n`_a_b_ TODO`\n"
    assert messages(shared, "raw_datasets/logs", f"{text}\n\n{code}\n{rest}") == []


def test_a_circle_is_named(registry):
    for name, source in (("a", "b"), ("b", "c"), ("c", "a")):
        text = kit.good_card(f"processed_datasets/{name}")
        text = text.replace("raw_datasets/logs", f"processed_datasets/{source}")
        kit.write(registry, f"processed_datasets/{name}", text)
    done = kit.run(registry, "check_cards.py", "processed_datasets/")
    way = (
        "processed_datasets/a > processed_datasets/b > processed_datasets/c > processed_datasets/a"
    )
    assert f"lineage must not go in a circle: {way}" in done.stdout
    assert done.stdout.count("circle") == 3


def test_links_into_data_that_is_not_here_are_let_be(registry):
    text = kit.good_card("raw_datasets/logs").rstrip() + "\n\n![plot](logs/plot.png)\n"
    assert rules_of(registry, "raw_datasets/logs", text) == set()
    (registry / "raw_datasets" / "logs").mkdir()
    assert rules_of(registry, "raw_datasets/logs", text) == {"link"}


FIXES = {
    "crlf": (lambda t: t.replace("\n", "\r\n"), "line ends are LF"),
    "bom": (lambda t: "\ufeff" + t, "the front matter is first"),
    "order": (
        lambda t: t.replace("license: cc-by-4.0\n", "").replace(
            "---\n\n# C", "license: cc-by-4.0\n---\n\n# C"
        ),
        "keys are in order",
    ),
    "title": (lambda t: t.replace("# Card: cut", "# Card: old"), "the title is `# Card: cut`"),
    "optional": (
        lambda t: t.replace("## What it is", "## What it is (optional)"),
        "'## What it is' is not (optional)",
    ),
    "quoting": (lambda t: t.replace('"0123456"', "0123456"), 'code: quoted "0123456"'),
}


@pytest.mark.parametrize("name", FIXES)
def test_each_repair_gives_the_good_card_back(registry, name):
    spoil, said = FIXES[name]
    good = kit.good_card("processed_datasets/cut").replace("4f2a91c", '"0123456"')
    path = kit.write(registry, "processed_datasets/cut", spoil(good))
    assert kit.run(registry, "check_cards.py", "cut").stdout
    done = kit.run(registry, "check_cards.py", "--fix", "cut")
    assert path.read_bytes() == good.encode()
    assert f"fixed: processed_datasets/cut.card.md: {said}" in done.stderr
    assert (done.returncode, done.stdout) == (0, "")


def test_comments_go_with_their_keys(shared):
    text = "---\n# head\nlicense: mit\n# of the name\npretty_name: x # beside\n# tail\n---\n"
    card = cards_card.parse(Entry("raw_datasets", "a", shared), text)
    assert repair.fixed(card)[0] == (
        "---\n# head\n# of the name\npretty_name: x # beside\nlicense: mit\n# tail\n---\n"
    )


# Texts that look like cards, and any others: no text may bring the checker down.
PIECES = st.sampled_from(
    ["---\n", "pretty_name: ", "license: mit\n", "tags: [", "]\n", "code:\n", "  commit: 0123456\n",
     "# Card: x\n", "## What it is (optional)\n", "TODO", "<!--", "-->", "```\n", "`", "_a_b_",
     "raw_datasets/x", "[a](b)", "#Card: x\n", "\n===\n", "\n--- \n",
     "\r\n", "\ufeff", "no", "1.10", "&a ", "*a", "{", "}", "- ", "? ",
     "\n", " ", ": ", "| \n", "\x00", "é", "# ", "---", "'", '"', "datasets: champion_models/a\n"]
)  # fmt: skip
TEXTS = st.one_of(st.text(), st.lists(PIECES, max_size=40).map("".join),
                  st.lists(PIECES, max_size=20).map(lambda p: "---\n" + "".join(p)))  # fmt: skip


@settings(max_examples=300, deadline=None)
@given(text=TEXTS)
@example(text="---\n\x08\ufeff\n---")  # refused by YAML before its first event
@example(text="---\nlicense: 1.10\npretty_name: no\n---\n# Card: y\n## A (optional)\ntext")
def test_no_text_crashes_and_fix_twice_is_fix_once(shared, text):
    entry = Entry("champion_models", "poet", shared)
    card = cards_card.parse(entry, text)
    list(rules_card.check(card, Library(shared)))
    once, _ = repair.fixed(card)
    twice, done = repair.fixed(cards_card.parse(entry, once))
    assert (twice, done) == (once, [])
    list(rules_card.check(cards_card.parse(entry, once), Library(shared)))
