"""Rules of what cards say about each other: every reference leads to an entry that fits."""

from __future__ import annotations

import re
import shlex
from collections.abc import Iterator

from registry.cards.card import Card
from registry.cards.kinds import Found
from registry.cards.library import Library
from registry.cards.schema import BY_NAME, FIELDS, FITS, LINEAGE, fitting
from registry.cards.vocabulary import guess, nearest
from registry.entries import CARD
from registry.sections import MODELS, RESULTS, SECTIONS

ID = re.compile(rf"(?<![\w/.-])({'|'.join(SECTIONS)})/([^\W_][\w.-]*)")
NAMED = re.compile(r"(?<![\w*`/])_([^\W_](?:[\w.-]*[^\W_])?)_(?![\w`/])")


def resolve(card: Card, library: Library) -> Iterator[Found]:
    """Every reference in the front matter is an entry, of a section that fits."""
    for field in FIELDS:
        if field.kind not in FITS:
            continue
        for text, line in card.texts(field.name):
            problem = _reference(text, field.kind, card, library)
            if problem:
                yield line, f"{field.name} {problem}"


def mentions(card: Card, library: Library) -> Iterator[Found]:
    """Every `section/name` and every _name_ in the text is an entry."""
    for match in ID.finditer(card.prose):
        section, name = match.group(1), plain(match.group(2))
        if not library.tells(f"{section}/{name}") and name != "template":
            cure = _cure(f"{section}/{name}", library)
            line = card.line_at(match.start())
            yield line, f"the text must name entries that exist: '{section}/{name}'.{cure}"
    for match in NAMED.finditer(card.words):
        name = plain(match.group(1))
        if not _is_name(name, library) and _is_meant(name, library):
            cure = _near(name, library) or " Correct it, or write it as `code`"
            yield card.line_at(match.start()), f"_{name}_ must be an entry's name.{cure}"


def pairs(card: Card, library: Library) -> Iterator[Found]:
    """A champion and its training results name each other."""
    section = card.entry.section
    if section not in (MODELS, RESULTS):
        return
    key, back = (
        ("training_results", "model") if section == MODELS else ("model", "training_results")
    )
    for text, line in card.texts(key):
        other = library.ids.get(text)
        paired = library.card(other) if other else None
        if not other or not paired or back not in BY_NAME or other.section not in (MODELS, RESULTS):
            continue
        if str(card.entry) not in [text for text, _ in paired.texts(back)]:
            cure = f"add `{back}: {card.entry}` to {paired.path}, or correct this line"
            yield line, f"{key} must be named by both: {text} does not name this entry: {cure}"


def cycle(card: Card, library: Library) -> Iterator[Found]:
    """No entry derives from itself."""
    me, circles = str(card.entry), False
    for text, line in _built_on(card):
        path = _path_to(me, text, library)
        if path:
            circles = True
            yield line, f"lineage must not go in a circle: {' > '.join([me, *path])}: delete one"
    if not circles:
        library.off_circle.add(me)  # so no circle goes through here, and later searches stop


def deprecated(card: Card, library: Library) -> Iterator[Found]:
    """What is in use does not build on what is deprecated."""
    if _is_deprecated(card):
        return
    for text, line in _built_on(card):
        other = library.card(library.ids[text]) if text in library.ids else None
        if other and _is_deprecated(other):
            better = other.texts("new_version")
            cure = f"use {better[0][0]}" if better else "see its deprecated_notice"
            yield line, f"{text} is deprecated: {cure}, or deprecate this entry too"


def _is_meant(name: str, library: Library) -> bool:
    """Whether an _emphasised_ word that names no entry was meant to: by its form, or nearly one."""
    if name not in library.meant:
        near = [n for n in library.names if n[:1] == name[:1] and abs(len(n) - len(name)) < 3]
        library.meant[name] = "_" in name or bool(guess(name, near))
    return library.meant[name]


def _reference(text: str, kind: str, card: Card, library: Library) -> str | None:
    section, _, name = text.partition("/")
    if section not in SECTIONS or not name or "/" in name or name == "<name>":
        return None  # not a reference, which the field's kind has said
    fits = fitting(kind, card.entry.section)
    if section not in fits:
        return f"must be in {' or '.join(fits)}: '{text}'. Promote it there, or name another"
    if text == str(card.entry):
        return f"must be another entry than this one: '{text}'. Name another, or delete it"
    if not library.tells(text):
        cure = _cure(text, library, fits)
        return f"must be an entry that exists: '{text}'.{cure}"
    return None


def _is_name(name: str, library: Library) -> bool:
    return any(library.tells(str(entry)) for entry in library.names.get(name, ()))


def _cure(text: str, library: Library, fits: tuple[str, ...] = tuple(SECTIONS)) -> str:
    """What to do about an id that nobody else knows."""
    if library.staged and text in library.ids and library.ids[text].card.exists():
        path = shlex.quote(f"{text}{CARD}")
        return f" Its card must be in the commit too: run `git add -- {path}`"
    return _near(text, library, fits) or " Correct it, or give that entry a card"


def _near(text: str, library: Library, fits: tuple[str, ...] = tuple(SECTIONS)) -> str:
    """What was probably meant: the same name in another section that fits, or a name like it."""
    section, slash, name = text.rpartition("/")
    pool = [e for e in library.entries if e.section in fits and library.tells(str(e))]
    names = list(dict.fromkeys(entry.name for entry in pool))
    meant = name if name in names else nearest(name, names)
    same = sorted((e for e in pool if e.name == meant), key=lambda e: e.section != section)
    return f" Did you mean '{same[0] if slash else meant}'?" if same else ""


def plain(name: str) -> str:
    """A name as it is mentioned: without the end of a sentence, `.card.md` or `.dvc`."""
    return re.sub(r"(?:\.card\.md|\.dvc)$", "", name.rstrip(".-"))


def _built_on(card: Card) -> list[tuple[str, int]]:
    return [found for key in LINEAGE for found in card.texts(key)]


def _path_to(goal: str, start: str, library: Library) -> list[str]:
    """The entries on the way from `start` down to `goal`, both named; empty without a way."""
    ways, seen = [[start]], {start}
    while ways:
        way = ways.pop()
        if way[-1] == goal:
            return way
        card = library.card(library.ids[way[-1]]) if way[-1] in library.ids else None
        for text, _ in _built_on(card) if card else []:
            if text not in seen and text not in library.off_circle:
                seen.add(text)
                ways.append([*way, text])
    return []


def _is_deprecated(card: Card) -> bool:
    return "deprecated" in [text for text, _ in card.texts("status")]
