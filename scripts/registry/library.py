"""The library: every entry this checkout knows, and its cards, each read at most once."""

from __future__ import annotations

from functools import cached_property
from pathlib import Path

from registry import cards, git
from registry.cards import Card
from registry.entries import CARD, ROOT, TEMPLATE, Entry, known
from registry.sections import SECTIONS


class NotText(ValueError):
    """A card that is not UTF-8; args: line, message."""


class Library:
    """Entries and cards under `root`; `staged`: the cards' text as the index has it."""

    def __init__(self, root: Path = ROOT, staged: bool = False) -> None:
        self.root, self.staged = root, staged
        self._cards: dict[Entry, Card | None] = {}
        self._templates: dict[str, Card | None] = {}
        self.off_circle: set[str] = set()  # what rules found out on the way, for the next card
        self.meant: dict[str, bool] = {}

    @cached_property
    def entries(self) -> list[Entry]:
        """Every entry known by card, by folder or by `.dvc`, in the order of the sections."""
        return known(SECTIONS, self.root)

    @cached_property
    def ids(self) -> dict[str, Entry]:
        """The same by id, `section/name`."""
        return {str(entry): entry for entry in self.entries}

    @cached_property
    def names(self) -> dict[str, list[Entry]]:
        """The same by name."""
        found: dict[str, list[Entry]] = {}
        for entry in self.entries:
            found.setdefault(entry.name, []).append(entry)
        return found

    @cached_property
    def tags(self) -> list[str] | None:
        """The words of tags.yml, a list or a mapping of word: meaning; None without that file."""
        path = self.root / "tags.yml"
        return tag_words(path.read_text(encoding="utf-8")) if path.is_file() else None

    def card(self, entry: Entry) -> Card | None:
        """The entry's card; None when it has none that can be read."""
        if entry not in self._cards:
            self._cards[entry] = self._load(entry)
        return self._cards[entry]

    def template(self, section: str) -> Card | None:
        """The section's template, parsed like a card; None when there is none."""
        if section not in self._templates:
            self._templates[section] = self._load(Entry(section, TEMPLATE, self.root))
        return self._templates[section]

    def _read(self, entry: Entry) -> bytes:
        staged = git.show(self.root, f":{entry}{CARD}") if self.staged else None
        return entry.card.read_bytes() if staged is None else staged

    def _load(self, entry: Entry) -> Card | None:
        try:
            return cards.parse(entry, decode(self._read(entry)))
        except (OSError, NotText):
            return None

    def unreadable(self, entry: Entry) -> tuple[int, str] | None:
        """Why `card` gave None: (line, message), or None when it gave a card."""
        if self.card(entry) is not None:
            return None
        try:
            decode(self._read(entry))
        except NotText as problem:
            return problem.args[0], problem.args[1]
        except FileNotFoundError:
            return 1, f"the entry must have a card: run `make card DATASET={entry:sh}`"
        except OSError as problem:
            return 1, f"the card must be a readable file: {problem.strerror}"
        return 1, f"the card must stay as it is while it is checked: run again ({CARD})"


def tag_words(text: str) -> list[str]:
    """The tags that a tags.yml allows: a list of them, or a mapping of tag to meaning."""
    import yaml

    try:
        found = yaml.safe_load(text)
    except yaml.YAMLError:
        return []
    return [str(word) for word in found] if isinstance(found, (list, dict)) else []


def decode(data: bytes) -> str:
    """A card's text. Raises NotText with the line at which it stops being UTF-8."""
    try:
        return data.decode("utf-8")
    except UnicodeDecodeError as error:
        line = data.count(b"\n", 0, error.start) + 1
        raise NotText(line, "the card must be UTF-8 text: save it again as UTF-8") from None
