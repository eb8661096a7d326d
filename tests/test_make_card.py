"""New cards: from the templates, with what can be known, and never over another."""

from __future__ import annotations

import datetime
import os
import pty
import subprocess
import sys
import time

import pytest
from support import cards as kit

from registry.cards import card as cards_card
from registry.entries import Entry
from registry.sections import SECTIONS


@pytest.fixture
def registry(tmp_path):
    return kit.make(tmp_path / "r")


@pytest.fixture
def code(tmp_path):
    """A repository with code: one commit, a remote with a password in its url."""
    path = tmp_path / "code"
    path.mkdir()
    kit.git(path, "init", "--quiet", "--initial-branch=main")
    (path / "run.py").write_text("print(1)\n")
    kit.commit(path)
    kit.git(path, "remote", "add", "origin", "https://me:secret@example.org/acme/code.git")
    return path


def made(root, *words):
    done = kit.run(root, "make_card.py", *words)
    assert done.returncode == 0, done
    path = root / done.stdout.strip()
    section, _, name = done.stdout.strip().removesuffix(".card.md").partition("/")
    return cards_card.parse(Entry(section, name, root), path.read_text()), done


@pytest.mark.parametrize("section", SECTIONS)
def test_a_blank_card_of_each_section_is_named_blank_by_blank(registry, section):
    card, _ = made(registry, f"{section}/new")
    if section == "raw_datasets":
        kit.write(registry, f"{section}/new", card.text)
    done = kit.run(registry, "check_cards.py", f"{section}/new")
    assert done.returncode == 1
    left = [line for line in done.stdout.splitlines() if "must be filled in" not in line]
    others = ("(optional)", "must be an entry that exists", "a link must lead somewhere",
              "the text must name entries")  # fmt: skip
    assert all(any(other in line for other in others) for line in left), left
    assert len(done.stdout.splitlines()) - len(left) >= card.text.count("TODO") - 6
    assert "<name>" not in card.text and "# Card: new\n" in card.text


def test_raw_datasets_get_the_day(registry):
    card, _ = made(registry, "raw_datasets/new")
    assert card.value("retrieved").data == str(datetime.date.today())


def test_sources_hand_down_license_tags_and_languages(registry):
    more = "language: [en, de]\ntags: [logs, text]\n"
    kit.write(registry, "raw_datasets/logs", kit.good_card("raw_datasets/logs", more))
    other = kit.good_card("raw_datasets/other", "language: fr\ntags: text\n")
    kit.write(registry, "raw_datasets/other", other.replace("cc-by-4.0", "mit"))
    one, _ = made(registry, "processed_datasets/one", "--from", "raw_datasets/logs")
    assert one.texts("license")[0][0] == "cc-by-4.0"
    two, _ = made(registry, "processed_datasets/two", "--from", "raw_datasets/logs other")
    texts = {key: [text for text, _ in two.texts(key)] for key in two.fields}
    assert texts["source_datasets"] == ["raw_datasets/logs", "raw_datasets/other"]
    assert (texts["language"], texts["tags"]) == (["en", "de", "fr"], ["logs", "text"])
    assert texts["license"] == ["TODO"]  # they do not agree: a person decides
    model, _ = made(registry, "champion_models/m", "--from", "processed_datasets/one")
    assert model.texts("datasets")[0][0] == "processed_datasets/one"


def test_code_gives_repository_and_commit_without_password(registry, code):
    card, done = made(registry, "processed_datasets/new", "--code", str(code))
    commit = kit.git(code, "rev-parse", "HEAD").strip()
    assert card.value("code.repo").data == "https://example.org/acme/code.git"
    assert (card.value("code.commit").kind, card.value("code.commit").data) == ("text", commit)
    assert "secret" not in card.text + done.stdout + done.stderr
    assert "is on no remote branch" in done.stderr
    (code / "run.py").write_text("print(2)\n")
    assert "changes that are not committed" in made(
        registry, "experiments/new", "--code", str(code))[1].stderr  # fmt: skip
    here, _ = made(registry, "training_results/new", "--code", ".")
    assert here.value("code.repo").data == "."


def test_a_remote_that_is_a_folder_is_left_for_the_person(registry, code):
    kit.git(code, "remote", "set-url", "origin", "/srv/git/code.git")
    card, done = made(registry, "processed_datasets/new", "--code", str(code))
    assert card.value("code.repo").data == "TODO"
    assert "has no remote that others can reach" in done.stderr


@pytest.mark.parametrize("section", ["raw_datasets", "champion_models"])
def test_no_code_for_cards_that_name_none(registry, code, section):
    done = kit.run(registry, "make_card.py", f"{section}/new", "--code", str(code))
    assert done.returncode == 2 and f"an entry of {section} names no code" in done.stderr
    assert not (registry / section / "new.card.md").exists()


def test_what_is_in_the_folder_becomes_a_comment(registry):
    folder = registry / "processed_datasets" / "new"
    folder.mkdir()
    (folder / "a.txt").write_bytes(b"x" * 2048)
    card, _ = made(registry, "new")
    assert f"\n# 1 file, 2.0 KiB on {datetime.date.today()}\n---\n" in card.text


def test_an_experiment_gets_its_line(registry):
    made(registry, "experiments/new")
    assert (registry / "experiments" / ".gitignore").read_text().endswith("/try/\n/new/\n")
    made(registry, "experiments/newer")
    done = kit.run(registry, "check_experiments.py")
    assert all("must be in Git" in line for line in done.stdout.splitlines())


def test_the_keys_stand_in_order(registry, code):
    more = "language: en\ntags: [logs]\n"
    kit.write(registry, "raw_datasets/logs", kit.good_card("raw_datasets/logs", more))
    made(registry, "experiments/new", "--from", "raw_datasets/logs", "--code", str(code))
    assert "keys must be in order" not in kit.run(registry, "check_cards.py").stdout


REFUSED = {
    "champion_models/poet": (3, "is there already"),
    "models/a": (2, "is not section/name"),
    "champion_models/": (2, "is not section/name"),
    "champion_models/a/b": (2, "is not section/name"),
    "champion_models/template": (2, "is not section/name"),
    "champion_models/NUL": (2, "Windows keeps it"),
    "champion_models/POET": (2, "another differs in case"),
    "nowhere": (2, "which entry? Add DATASET=section/name"),
    "": (2, "which entry? Add DATASET=section/name"),
    "champion_models/../a": (2, "is not section/name"),
}


@pytest.mark.parametrize("word", REFUSED)
def test_what_is_refused_leaves_everything_as_it_was(registry, word):
    code, said = REFUSED[word]
    done = kit.run(registry, "make_card.py", word)
    assert (done.returncode, done.stdout) == (code, "") and said in done.stderr, done
    assert kit.git(registry, "status", "--porcelain") == ""


@pytest.mark.parametrize(
    "words, said",
    [
        (["--from", "raw_datasets/none"], "is not an entry here"),
        (
            ["--from", "raw_datasets/bare"],
            "must have a card: `make card DATASET=raw_datasets/bare`",
        ),
        (["--from", "champion_models/poet"], "cannot derive from it"),
        (["--code", "/nowhere"], "must be a git repository with a commit"),
    ],
)
def test_wrong_options_make_no_card(registry, words, said):
    (registry / "raw_datasets" / "bare").mkdir()
    done = kit.run(registry, "make_card.py", "processed_datasets/new", *words)
    assert done.returncode == 2 and said in done.stderr
    assert not (registry / "processed_datasets" / "new.card.md").exists()


def test_raw_datasets_have_no_sources(registry):
    done = kit.run(registry, "make_card.py", "raw_datasets/new", "--from", "raw_datasets/logs")
    assert done.returncode == 2 and "has no sources" in done.stderr


def test_on_a_terminal_it_asks_until_the_answer_is_good(registry):
    answers = ["Nice name", "foo", "mit", "raw_datasets/none", "raw_datasets/logs", ".", "HEAD",
               "1234567", ""]  # fmt: skip
    said = _on_a_terminal(registry, "processed_datasets/new", answers)
    text = (registry / "processed_datasets" / "new.card.md").read_text()
    card = cards_card.parse(Entry("processed_datasets", "new", registry), text)
    assert card.texts("pretty_name")[0][0] == "Nice name"
    assert card.texts("license")[0][0] == "mit"
    assert card.texts("source_datasets")[0][0] == "raw_datasets/logs"
    assert (card.value("code.commit").kind, card.value("code.commit").data) == ("text", "1234567")
    assert card.value("code.command").data == "TODO"
    for allowed in ("vocab/licenses.txt; here: cc-by-4.0\r\n", "one of: raw_datasets/logs, proc"):
        assert allowed in said
    for problem in ("must be a license id", "must be an entry that exists", "7 to 40 hex digits"):
        assert problem in said


def _on_a_terminal(root, entry, answers):
    """What the script says on a terminal of its own, given these lines."""
    master, slave = pty.openpty()
    command = [sys.executable, str(root / "scripts" / "make_card.py"), entry]
    person = subprocess.Popen(
        command, stdin=slave, stdout=slave, stderr=slave, cwd=root, env=kit.clean(root)
    )
    os.close(slave)
    os.write(master, "".join(f"{answer}\n" for answer in answers).encode())
    said, end = b"", time.monotonic() + 300
    while time.monotonic() < end:
        try:
            piece = os.read(master, 65536)
        except OSError:  # the other end was closed
            break
        if not piece:
            break
        said += piece
    assert person.wait(timeout=300) == 0, said
    os.close(master)
    return said.decode()
