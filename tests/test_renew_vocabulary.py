"""`make vocab FROM=file`: the Hub's lists, renewed from files of the Hub's own form."""

from __future__ import annotations

import datetime

import pytest
from support import cards as kit

from registry.cards import hub_lists
from registry.cards.vocabulary import FOLDER, words

TASKS = """
export const OTHER = { "not-this": { name: "x" } };
/// the order matters { here: {
export const PIPELINE_DATA = {
\t"fly-to-moon": { name: "Fly {to: {", subtasks: [{ type: "a", deep: { x: 1 } }] }, // no: {
\trobotics: {
\t\tname: 'It\\'s {',
\t\tsubtasks: [
\t\t\t{ type: "grasping" },
\t\t],
\t},
%s\tother: { color: "blue" },
} satisfies Record<string, PipelineData>;
export const LATER = { "nor-this": {} };
"""
MANY = "".join(
    f'\t"{word}": {{}},\n' for word in words("tasks") if word not in ("robotics", "other")
)
LICENSES = """| Fullname | License identifier (to use in repo card) |
| --- | --- |
| Moon license | `moon-1.0` |
"""


@pytest.fixture
def registry(tmp_path):
    return kit.make(tmp_path / "r", entries=())


def vocab(root, name):
    return (root / "scripts/registry/cards/vocab" / f"{name}.txt").read_text()


def test_tasks_come_from_the_hubs_own_source(registry, tmp_path):
    (tmp_path / "pipelines.ts").write_text(TASKS % MANY)
    done = kit.run(registry, "renew_vocabulary.py", str(tmp_path / "pipelines.ts"))
    assert done.returncode == 0
    assert "came: fly-to-moon, none went" in done.stderr
    text = vocab(registry, "tasks")
    assert text.splitlines()[2].startswith(f"# Taken on {datetime.date.today()} from pipelines.ts")
    tasks = [w for line in text.splitlines() if line[0] != "#" for w in line.split()]
    assert tasks[:2] == ["fly-to-moon", "robotics"] and tasks[-1] == "other"
    assert set(tasks) == {*words("tasks"), "fly-to-moon"}
    card = kit.good_card("raw_datasets/logs", "task_categories: [fly-to-moon]\n")
    kit.write(registry, "raw_datasets/logs", card)
    assert "must be a task id" not in kit.run(registry, "check_cards.py").stdout


def test_licenses_come_from_the_table_and_languages_only_grow(registry, tmp_path):
    rows = "".join(f"| x | `{word}` |\n" for word in words("licenses"))
    (tmp_path / "licenses.md").write_text(LICENSES + rows)
    done = kit.run(registry, "renew_vocabulary.py", str(tmp_path / "licenses.md"))
    assert "came: moon-1.0, none went" in done.stderr and "moon-1.0" in vocab(registry, "licenses")
    (tmp_path / "l.ts").write_text('var LANGUAGES_ISO_639_3 = [{ code: "qqz", name: "Q" }];')
    done = kit.run(registry, "renew_vocabulary.py", str(tmp_path / "l.ts"))
    assert "came: qqz, none went" in done.stderr
    assert {"multilingual", "en", "qqz"} <= set(vocab(registry, "languages").split())


def test_what_is_cut_off_or_of_another_kind_changes_nothing(registry, tmp_path):
    before = vocab(registry, "tasks")
    for name, text, said, code in (
        ("short.ts", TASKS % "", "3 words, and there are 57 now: it is cut off", 1),
        ("other.md", "# Hello\n", "holds none of the Hub's lists: those are in pipelines.ts", 1),
        ("latin.ts", None, "is not text", 1),
        ("gone.ts", "", "no such file", 2),
    ):
        path = tmp_path / name
        if text != "":
            path.write_bytes(b"caf\xe9" if text is None else text.encode())
        done = kit.run(registry, "renew_vocabulary.py", str(path))
        assert (done.returncode, said in done.stderr) == (code, True), done
    assert vocab(registry, "tasks") == before
    assert kit.run(registry, "renew_vocabulary.py").returncode == 2


@pytest.mark.parametrize("each", [*hub_lists.HUB_LISTS], ids=lambda each: each.name)
def test_every_list_says_where_it_is_from_and_since_when(each):
    head = [
        line for line in (FOLDER / f"{each.name}.txt").read_text().splitlines() if line[0] == "#"
    ]
    assert head[1] == f"# {each.source}" and "2026-" in head[2] and "make vocab" in head[2]


def test_todays_tasks_are_known_and_yesterdays_are_not():
    assert {"image-text-to-image", "image-text-to-video", "video-to-video"} <= set(words("tasks"))
    assert not {"biology", "text2text-generation"} & set(words("tasks"))
    assert len(words("libraries")) > 200
