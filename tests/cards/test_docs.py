"""docs/cards.md says what the code does: every field, rule and command, and its examples run."""

from __future__ import annotations

import re
from pathlib import Path

import pytest
import yaml
from support.cards import ROOT

from registry.cards import card as cards_card
from registry.cards.rules import card as rules_card
from registry.cards.rules import entries
from registry.cards.schema import FIELDS
from registry.entries import Entry
from registry.experiments import rules
from registry.sections import EVERY

DOC = (ROOT / "docs" / "cards.md").read_text()
OTHER_RULES = [
    ROOT / "scripts" / "registry" / path
    for path in (
        "cards/rules/entries.py",
        "cards/rules/remote.py",
        "cards/debt.py",
        "experiments/rules.py",
    )
]
ROWS = [line.split(" | ") for line in DOC.splitlines() if line.startswith("| `")]


@pytest.mark.parametrize("field", FIELDS, ids=lambda field: field.name)
def test_every_field_has_its_row(field):
    def where(sections):
        return "every" if sections == EVERY else ", ".join(sections)

    row = [f"| `{field.name}`", field.about, where(field.required), where(field.optional)]
    assert [*row, f"`{field.example}` |"] in ROWS


@pytest.mark.parametrize("rule", rules_card.RULES, ids=lambda rule: rule.name)
def test_every_rule_for_one_card_has_its_row(rule):
    name = f"| `{rule.name}`" + (" (a warning)" if rule.level == "warning" else "")
    row = next(row for row in ROWS if row[0] == name)
    assert row[1] == rule.check.__doc__.splitlines()[0] and len(row[2]) > 20


def test_every_other_rule_has_its_row():
    names = set()
    for source in OTHER_RULES:
        names |= set(re.findall(r'rule="([a-z0-9-]+)"', source.read_text()))
    assert len(names) == 19
    assert names <= {row[0].strip("| `") for row in ROWS}
    said = {row[1] for row in ROWS if len(row) == 3}
    for rule in (*entries.RULES, *rules.RULES):
        assert rule.__doc__.splitlines()[0] in said


def test_no_row_for_what_is_gone():
    names = {rule.name for rule in rules_card.RULES} | {field.name for field in FIELDS}
    sources = "".join(path.read_text() for path in OTHER_RULES)
    for row in ROWS:
        name = row[0].removeprefix("| ").removesuffix(" (a warning)").strip("`")
        assert name in names or f'rule="{name}"' in sources or name.startswith("make "), name


def test_every_command_is_a_target_of_make():
    makefile = (ROOT / "Makefile").read_text()
    for target in re.findall(r"`make ([a-z-]+)", DOC):
        assert re.search(rf"^{target}:", makefile, re.MULTILINE), target


def test_the_example_card_has_good_front_matter():
    text = re.search(r"```\n(---\n.*?)```", DOC, re.DOTALL).group(1)
    card = cards_card.parse(Entry("raw_datasets", "tiny-shakespeare", ROOT), text)
    from registry.cards.library import Library

    problems = [p for p in rules_card.check(card, Library(ROOT)) if p.rule != "section-missing"]
    assert problems == []


def test_links_lead_somewhere():
    for target in re.findall(r"\]\(([^)#]+)\)", DOC):
        assert (ROOT / "docs" / target).exists(), target


def test_the_hook_for_the_pre_commit_framework_is_the_documented_one():
    hooks = yaml.safe_load((ROOT / ".pre-commit-hooks.yaml").read_text())
    shown = yaml.safe_load(re.search(r"```yaml\n(.*?)```", DOC, re.DOTALL).group(1))
    assert [hook["id"] for hook in hooks] == [hook["id"] for hook in shown["repos"][0]["hooks"]]
    for hook in (*hooks, *shown["repos"][0]["hooks"]):
        assert Path(ROOT / hook["entry"]).stat().st_mode & 0o111


def test_the_workflow_is_pinned_and_may_only_read():
    workflow = yaml.safe_load((ROOT / ".github" / "workflows" / "check.yml").read_text())
    assert workflow["permissions"] == {"contents": "read"}
    steps = [step for job in workflow["jobs"].values() for step in job["steps"]]
    used = [step["uses"] for step in steps if "uses" in step]
    assert used and all(re.fullmatch(r"[\w-]+/[\w-]+@[0-9a-f]{40}", action) for action in used)
    assert {"make check", "make test"} <= {step.get("run") for step in steps}
