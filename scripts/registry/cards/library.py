"""Knows every entry of this checkout and its cards, each read at most once."""

from __future__ import annotations

import shlex
from functools import cached_property
from pathlib import Path

from registry import files, git
from registry.cards import card, debt, licenses
from registry.cards.card import Card
from registry.cards.debt import Debt
from registry.entries import CARD, ROOT, TEMPLATE, Entry, id_of, known
from registry.problems import Problem
from registry.sections import SECTIONS


class NotText(ValueError):
    """A card, or tags.yml, that cannot be read; args: line, message."""


class Library:
    """Entries and cards under `root`; `staged`: the cards' text as the index has it."""

    def __init__(self, root: Path = ROOT, staged: bool = False) -> None:
        self.root, self.staged = root, staged
        self._cards: dict[Entry, Card | None] = {}
        self._templates: dict[str, Card | None] = {}
        self.off_circle: set[str] = set()  # what rules found out on the way, for the next card
        self.meant: dict[str, str] = {}
        self.sources: dict[str, list[str]] = {}  # what each is made from, as far as its card tells

    @cached_property
    def entries(self) -> list[Entry]:
        """Every entry known by card, by folder or by `.dvc`, in the order of the sections."""
        here = known(SECTIONS, self.root)
        if not self.staged:
            return here
        ids = {id_of(path) for path in self.index} - {"", *map(str, here)}
        pairs = [id.split("/") for id in sorted(ids)]
        return here + [Entry(section, name, self.root) for section, name in pairs]

    @cached_property
    def index(self) -> set[str]:
        """The files of the sections that the next commit has. Raises GitError."""
        return set(git.tracked(self.root, *SECTIONS))

    def tells(self, id: str) -> bool:
        """Return whether others will know of an entry: garbage in experiments is of one machine."""
        entry = self.ids.get(id)
        if entry and self.staged:
            return bool({f"{id}{CARD}", f"{id}.dvc"} & self.index)
        return entry is not None and (entry.section != "experiments" or entry.card.exists())

    def has(self, path: Path) -> bool:
        """Return whether a card or a `.dvc` file is there; when `staged`, in the index."""
        name = path.relative_to(self.root).as_posix()
        return name in self.index if self.staged else path.exists()

    @cached_property
    def ids(self) -> dict[str, Entry]:
        """The same by id, `section/name`."""
        return {str(entry): entry for entry in self.entries}

    @cached_property
    def names(self) -> dict[str, list[Entry]]:
        """The same by name."""
        by_name: dict[str, list[Entry]] = {}
        for entry in self.entries:
            by_name.setdefault(entry.name, []).append(entry)
        return by_name

    @property
    def tags(self) -> list[str] | None:
        """The words of tags.yml; None without that file, or when it cannot be used."""
        return self._tags[0]

    @property
    def tags_broken(self) -> tuple[int, str] | None:
        """Why tags.yml cannot be used: (line, message); None when it can, or is not there."""
        return self._tags[1]

    @cached_property
    def _tags(self) -> tuple[list[str] | None, tuple[int, str] | None]:
        path = self.root / "tags.yml"
        try:
            return (tag_words(path.read_bytes()) if path.is_file() else None), None
        except NotText as problem:
            return None, (problem.args[0], problem.args[1])

    @cached_property
    def licenses(self) -> licenses.LicenseTable:
        """What licenses allow, as these scripts and licenses.txt know."""
        return licenses.read(self.root)[0]

    @property
    def debt(self) -> Debt:
        """What cards.debt tolerates: {(card, rule): how many}. Raises GitError, OSError."""
        return self._debt[0]

    @property
    def debt_problems(self) -> list[Problem]:
        """What is wrong with cards.debt itself."""
        return self._debt[1]

    @cached_property
    def _debt(self) -> tuple[Debt, list[Problem]]:
        return debt.read(self.root, self.staged)

    def card(self, entry: Entry) -> Card | None:
        """Return the entry's card; None when it has none that can be read."""
        if entry not in self._cards:
            self._cards[entry] = self._load(entry)
        return self._cards[entry]

    def template(self, section: str) -> Card | None:
        """Return the section's template, parsed like a card; None when there is none."""
        if section not in self._templates:
            self._templates[section] = self._load(Entry(section, TEMPLATE, self.root))
        return self._templates[section]

    def _read(self, entry: Entry) -> bytes:
        staged = git.show(self.root, f":{entry}{CARD}") if self.staged else None
        if staged is None and self.staged and entry.name != TEMPLATE:
            raise FileNotFoundError(entry.card)
        return files.read_regular(entry.card) if staged is None else staged

    def _load(self, entry: Entry) -> Card | None:
        try:
            return card.parse(entry, decode(self._read(entry)))
        except (OSError, NotText):
            return None

    def unreadable(self, entry: Entry) -> tuple[int, str] | None:
        """Return why `card` gave None: (line, message), or None when it gave a card."""
        if self.card(entry) is not None:
            return None
        try:
            decode(self._read(entry))
        except NotText as problem:
            return problem.args[0], problem.args[1]
        except FileNotFoundError:
            if self.staged and entry.card.exists():
                path = shlex.quote(f"{entry}{CARD}")
                return 1, f"the card must be in the commit too: run `git add -- {path}`"
            return 1, f"the entry must have a card: run `make card DATASET={entry:sh}`"
        except OSError as problem:
            return 1, f"the card must be a readable file: {problem.strerror}"
        return 1, f"the card must stay as it is while it is checked: run again ({CARD})"


def tag_words(data: bytes) -> list[str]:
    """Return the tags that a tags.yml allows: a list of them, or a mapping of tag to meaning.

    As written: `no` and `1.10` are words here. Raises NotText for anything else.
    """
    import yaml

    try:
        document = yaml.load(data.decode("utf-8"), yaml.BaseLoader)
    except (UnicodeDecodeError, yaml.YAMLError) as error:
        mark = getattr(error, "problem_mark", None)
        raise NotText(mark.line + 1 if mark else 1, "must be YAML, as UTF-8: correct it") from None
    words = list(document) if isinstance(document, (list, dict)) else []
    if not isinstance(document, (list, dict)) or not all(isinstance(word, str) for word in words):
        raise NotText(1, "must be a list of words, or `word: meaning` lines: write it so")
    return words


def decode(data: bytes) -> str:
    """Return a card's text. Raises NotText with the line at which it stops being UTF-8."""
    try:
        return data.decode("utf-8")
    except UnicodeDecodeError as error:
        line = data.count(b"\n", 0, error.start) + 1
        raise NotText(line, "the card must be UTF-8 text: save it again as UTF-8") from None
