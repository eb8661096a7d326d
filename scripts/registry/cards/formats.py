"""Judges one text of each kind: a judge gives what is wrong with it, or None.

What is wrong is read after the field's name, and ends with the cure.
"""

from __future__ import annotations

import re

from registry.cards.vocabulary import guess, known, nearest, words
from registry.sections import SECTIONS

URL = re.compile(r"(?:https?|s3|gs|ftp)://[^\s/@:]+(?::\d+)?(?:/\S*)?|doi:10\.\d{4,}/\S+")
REPO = re.compile(r"\.|(?:https?|ssh|git)://[^\s/]+/\S+|[\w.-]+@[\w.-]+:[^\s]+")
TAG = re.compile(r"[a-z0-9][a-z0-9._+:-]*")
HUB_ID = re.compile(r"[\w.-]+/[\w.-]+|[\w.-]+")
HUB_PAGE = re.compile(r"https?://(?:huggingface\.co|hf\.co)/(?:datasets/)?([\w.-]+/[\w.-]+)/?.*")
ORIGINAL = re.compile(r"original|extended(?:\|[\w./-]+)?")
COMMIT = re.compile(r"[0-9a-f]{7,40}")
TODO = re.compile(r"TODO(?<!\wTODO)\b|<name>")  # a blank of the template; it has its own rule
STATUS = ("active", "deprecated")


def license_id(text: str) -> str | None:
    if text in known("licenses"):
        return None
    cure = guess(text, words("licenses")) or " For another one write `other`, with license_name"
    return f"must be a license id of the Hub: '{text}'.{cure}"


def language(text: str) -> str | None:
    if text in known("languages"):
        return None
    start = re.split(r"[-_]", text.lower())[0]
    if start in known("languages"):  # en-US, zh_Hant: the Hub has another key for those
        return f"must be ISO 639 codes: '{text}'. Write {start}, and {text} under language_bcp47"
    near = guess(text[:2], [word for word in words("languages") if len(word) == 2])
    return f"must be ISO 639 codes, such as en: '{text}'.{near}"


def tag(text: str) -> str | None:
    if TAG.fullmatch(text):
        return None
    better = re.sub(r"[^a-z0-9._+:-]+", "-", text.lower()).strip("-._+:")
    cure = f"Write {better}" if TAG.fullmatch(better) else "Write it in letters, or delete it"
    return f"must be lower-case words without spaces: '{text}'. {cure}"


def task(text: str) -> str | None:
    return among("tasks", "a task id of the Hub", text)


def size(text: str) -> str | None:
    return among("size_categories", "a size class of the Hub", text)


def status(text: str) -> str | None:
    return (
        None
        if text in STATUS
        else f"must be active or deprecated: '{text}'.{guess(text, STATUS) or ' Write one'}"
    )


def among(vocabulary: str, what: str, text: str) -> str | None:
    if text in known(vocabulary):
        return None
    cure = guess(text, words(vocabulary)) or f" One of: {', '.join(words(vocabulary))}"
    return f"must be {what}: '{text}'.{cure}"


def link(text: str) -> str | None:
    """Return a url, or a file of this repository; whether that is there is a rule of its own."""
    if URL.fullmatch(text) or re.fullmatch(r"[\w.-]+(?:/[\w.-]+)*", text):
        return None
    return f"must be a url, or a file of this repository: '{text}'. Write https://…"


def repo(text: str) -> str | None:
    if REPO.fullmatch(text):
        return None
    return f"must be a repository's url, or . for this one: '{text}'. Write https://…"


def commit(text: str) -> str | None:
    if COMMIT.fullmatch(text):
        return None
    return f"must be 7 to 40 hex digits: '{text}'. Paste what `git rev-parse HEAD` prints there"


def word(text: str) -> str | None:
    return f"must be one word: '{text}'. Delete the spaces" if re.search(r"\s", text) else None


def entry(text: str) -> str | None:
    section, slash, name = text.partition("/")
    if slash and name and "/" not in name and section in SECTIONS:
        return None
    if several := joined(text):
        return several
    fixed = guess(section, tuple(SECTIONS)) if slash else ""
    return (
        f"must be an entry of this registry, section/name: '{text}'.{fixed or ' Add its section'}"
    )


def joined(text: str) -> str | None:
    """Return the cure for several entries that are written as one text."""
    parts = [part for part in re.split(r"[,;\s]+", text) if part]
    if len(parts) < 2 or any(part.partition("/")[0] not in SECTIONS for part in parts):
        return None
    return f"must be a list, where it names several: '{text}'. Write [{', '.join(parts)}]"


def reference(text: str) -> str | None:
    """Return an entry of this registry, or an id on the Hub: `owner/name`, for old ones `name`."""
    first, slash, _ = text.partition("/")
    if first in SECTIONS:
        return joined(text) or entry(text)
    near = nearest(first, tuple(SECTIONS), 0.75) if slash else ""
    if near:
        return f"must be in a section: '{text}'. Did you mean '{near}'?"
    if HUB_ID.fullmatch(text):
        return None
    page = HUB_PAGE.fullmatch(text)
    cure = f"Write {page[1]}" if page else "Correct it"
    return f"must be section/name or an id on the Hub: '{text}'. {cure}"


def owned(text: str) -> str | None:
    """Return an entry, or an id on the Hub with its owner: a name alone lacks its section."""
    return reference(text) if "/" in text else entry(text)


def source(text: str) -> str | None:
    """Return what a dataset derives from: also the Hub's own words for that."""
    return None if ORIGINAL.fullmatch(text) else reference(text)
