"""Judges entries, and the registry as a whole; these rules yield paths too.

A rule is given the library and the entries that were asked for, and yields problems.
"""

from __future__ import annotations

import shlex
from collections.abc import Callable, Iterable, Iterator

from registry import files, git, names, nested_dvc, pipelines, secret_options, tracked
from registry.cards import licenses
from registry.cards.library import Library
from registry.cards.rules import secrets
from registry.entries import CARD, Entry
from registry.errors import RegistryError
from registry.problems import Problem
from registry.sections import SECTIONS

Rule = Callable[[Library, list[Entry]], Iterable[Problem]]


def card_there(library: Library, chosen: list[Entry]) -> Iterator[Problem]:
    """Every entry has a card that can be read; what has none in experiments is garbage."""
    for entry in chosen:
        garbage = entry.section == "experiments" and not entry.card.exists()
        why = None if garbage else library.unreadable(entry)
        if why:
            yield Problem(f"{entry}{CARD}", *why, rule="card-there")


def entry_there(library: Library, chosen: list[Entry]) -> Iterator[Problem]:
    """Every card of a raw dataset has a .dvc file; of the others only S3 knows (REMOTE=1)."""
    for entry in chosen:
        if SECTIONS[entry.section].travels != "dvc" or library.has(entry.dvc_file):
            continue
        if library.card(entry) is None or pipelines.maker(entry):
            continue
        cure = f"run `make add DATASET={entry:sh}`"
        if not entry.folder.exists():
            cure = f"put its data at {entry} and {cure}, or delete the card"
        if entry.dvc_file.exists():  # here, but not in the commit
            cure = f"run `git add -- {shlex.quote(f'{entry}.dvc')}`"
        text = f"a card of {entry.section} must have a .dvc file beside it: {cure}"
        yield Problem(f"{entry}{CARD}", 1, text, rule="entry-there")


def dvc_file_fit(library: Library, chosen: list[Entry]) -> Iterator[Problem]:
    """Every .dvc file can be read, and is on one side of a merge."""
    for entry in chosen:
        if SECTIONS[entry.section].travels == "dvc" and library.has(entry.dvc_file):
            yield from _unfit(library, entry)


def _unfit(library: Library, entry: Entry) -> Iterator[Problem]:
    from registry import dvc_file, dvc_parser  # only raw datasets need them
    from registry.dvc_outs import BadDvcFile

    path = f"{entry}.dvc"
    content = git.show(library.root, f":{path}") if library.staged else None
    try:
        if content is None and library.staged:  # in the middle of a merge it has three
            content = files.read_regular(entry.dvc_file)
        dvc_parser.parse(content, path) if content is not None else dvc_file.read(entry)
    except BadDvcFile as error:
        yield Problem(path, error.line, error.reason, rule="dvc-file")
    except (OSError, RegistryError):
        return  # the rule above names it


def no_nested_dvc(library: Library, chosen: list[Entry]) -> Iterator[Problem]:
    """No DVC project lies inside raw_datasets/."""
    if why := nested_dvc.problem(library.root):
        yield Problem(nested_dvc.NESTED, 1, why, rule="nested-dvc")


def name_legal(library: Library, chosen: list[Entry]) -> Iterator[Problem]:
    """Names can live on every disk, and no two are the same on any."""
    for entry in chosen:
        why = names.why_bad(entry.name)
        if why:
            text = f"an entry's name must be legal on every disk: {why}. Rename it"
            yield Problem(f"{entry}{CARD}", 1, text, rule="name-legal")
    for section in SECTIONS:
        for first, second in names.twins(e.name for e in library.entries if e.section == section):
            if any(e.section == section and e.name in (first, second) for e in chosen):
                text = f"an entry's name must differ from {first!r} on every disk: rename one"
                yield Problem(f"{section}/{second}{CARD}", 1, text, rule="name-legal")


def data_in_git(library: Library, chosen: list[Entry]) -> Iterator[Problem]:
    """Git holds cards, not data."""
    folders: dict[str, int] = {}
    wanted = {str(entry) for entry in chosen}
    for path in git.tracked(library.root, *SECTIONS):
        if not tracked.may_be(path):
            section, name, *_ = path.split("/")
            folders[f"{section}/{name}"] = folders.get(f"{section}/{name}", 0) + 1
    for where, count in sorted(folders.items()):
        if where in wanted or where not in library.ids or library.staged:
            command = f"git rm -r --cached --quiet -- {shlex.quote(where)}"
            text = f"data must not be in Git ({count} file{'s' * (count > 1)}): run `{command}`"
            yield Problem(where, 1, text, rule="data-in-git")


def dvc_config(library: Library, chosen: list[Entry]) -> Iterator[Problem]:
    """.dvc/config, which is in Git, holds no credentials."""
    path = library.root / ".dvc" / "config"
    text = path.read_text(encoding="utf-8", errors="replace") if path.is_file() else ""
    secret = {line: what for what, line in secrets.find(text)}
    secret.update(secret_options.find(text))
    for line, what in sorted(secret.items()):
        cure = "move it to .dvc/config.local, which Git ignores, and make a new one"
        yield Problem(".dvc/config", line, f"must not hold {what}: {cure}", rule="dvc-config")


def tags_file(library: Library, chosen: list[Entry]) -> Iterator[Problem]:
    """tags.yml, when it is there, is a list of words."""
    if library.tags_broken:
        yield Problem("tags.yml", *library.tags_broken, rule="tags-file")


def licenses_file(library: Library, chosen: list[Entry]) -> Iterator[Problem]:
    """licenses.txt, when it is there, holds rows of licenses."""
    for line, problem in licenses.read(library.root)[1]:
        yield Problem(licenses.OWN_FILE, line, problem, rule="licenses-file")


RULES: tuple[Rule, ...] = (
    card_there,
    entry_there,
    dvc_file_fit,
    no_nested_dvc,
    name_legal,
    data_in_git,
    dvc_config,
    tags_file,
    licenses_file,
)


def check(library: Library, chosen: list[Entry]) -> Iterator[Problem]:
    """Every problem of these rules."""
    for rule in RULES:
        yield from rule(library, chosen)
