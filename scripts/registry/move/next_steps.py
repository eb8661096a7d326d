"""Says what is left for a person after a move, as lines that can be typed as they stand."""

from __future__ import annotations

import re
from collections.abc import Iterator
from pathlib import Path
from shlex import join, quote

from registry import git, makefile
from registry.entries import CARD, Entry, entry_of
from registry.humanize import plural
from registry.index import baseline, scan
from registry.move import settle, tell
from registry.move.plan import MovePlan
from registry.sections import MIRRORED
from registry.sync import compare

DOCS = "aws cards catalog entries migrating options publishing sync using"
OUR_FOLDERS = (
    *("tests", "benchmarks", "examples", "findings", "completions", "consumer", "docs/images"),
    *("scripts/registry", "scripts/catalog", "scripts/hooks", "CHANGELOG.md", "CONTRIBUTING.md"),
)


def what_is_left(plan: MovePlan) -> Iterator[str]:
    """Yield what a person has to do now, line by line."""
    if wrong := tell.left_in_cards(plan):
        cards = join(dict.fromkeys(problem.path for problem in wrong))
        count = plural(len(wrong), "blank or problem", "blanks or problems")
        yield f"{count} left: fill them in, then `git add {cards}`"
    if own := len([*tell.of_itself(plan)]):
        yield f"{plural(own, 'line')} of {plan.new}{CARD} named what it replaced: now it is itself"
    if others := _also_named_in(plan):
        yield f"also named in {', '.join(others)}: look at that"
    steps = ", then ".join(f"`{step}`" for step in _steps(plan))
    yield f"{plan.old} is {plan.new}, staged and not committed: {steps}"
    yield f"`{plan.command} UNDO=1` goes back until it is committed"


def _also_named_in(plan: MovePlan) -> list[str]:
    """Return the files besides cards that name it, and not only one whose name begins so.

    What came with these scripts takes made-up names for examples.
    """
    ours = [f":!/{path}" for path in came_with_scripts(plan.root)]
    words = ("grep", "-l", "-z", "-F", plan.old, "--", ".", f":!*{CARD}", *ours)
    whole = re.compile(rf"(?<![\w-]){re.escape(plan.old)}(?![\w-])")  # at the end of a path, too
    paths = git.names(git.run(plan.root, *words, good=(0, 1)))
    return [path for path in paths if whole.search(_text(plan.root / path))]


def came_with_scripts(root: Path) -> Iterator[str]:
    """Yield the files and folders of ours that name entries which nobody has."""
    yield from OUR_FOLDERS
    yield from (f"docs/{name}.md" for name in DOCS.split())
    for command in makefile.load(root).values():
        yield from (f"scripts/{name}" for name in command.scripts)


def _text(path: Path) -> str:
    try:
        return path.read_text(encoding="utf-8", errors="replace")
    except OSError:
        return ""


def _steps(plan: MovePlan) -> Iterator[str]:
    yield plan.commit
    if settle.has_upstream(plan):
        yield "git push"
    if not plan.needs_push:
        return
    sent = [entry_of(id, plan.root) for id in {plan.new: 0, **dict.fromkeys(_folders(plan))}]
    emptied = [entry for entry in sent if _loses_most(plan, entry)]
    if emptied:  # which its CONFIRM= has said is meant, and a push asks once more
        yield f"make push DATASET={quote(' '.join(map(str, emptied)))} DELETE=1"
    if emptied != sent:
        yield "make push"


def _folders(plan: MovePlan) -> Iterator[str]:
    for _, target in plan.folders:
        if target.partition("/")[0] in MIRRORED:
            yield target


def _loses_most(plan: MovePlan, entry: Entry) -> bool:
    """Return whether a push has to delete most of what S3 holds under the name that it takes."""
    if str(entry) not in plan.replaces or plan.is_stored:
        return False  # what S3 held already, the move itself has replaced there
    known = baseline.load(entry, plan.remote).rows
    here = scan.scan(entry.folder).files
    return compare.is_too_much(sum(path not in here for path in known), len(known))
