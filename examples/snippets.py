"""The processed dataset of the samples: snippets of one to three words, by language and split."""

from __future__ import annotations

import hashlib
import json
import re
from collections import Counter
from collections.abc import Iterable

from logs import LANGUAGES, Files

SPLITS = ("train", "train", "train", "validation", "test")  # of five clauses
LONGEST = 3  # words in a snippet
SHORTEST = 4  # letters in a snippet

Snippets = dict[str, dict[str, list[str]]]  # split -> language code -> snippets, sorted


def make(raw: Files) -> Files:
    """The files of the processed dataset, from those of the raw one."""
    snippets = _split({code: _clauses(raw, name) for code, name in LANGUAGES.items()})
    files = {
        f"{split}/{LANGUAGES[code]}.txt": "".join(f"{s}\n" for s in sentences).encode()
        for split, by_language in snippets.items()
        for code, sentences in by_language.items()
    }
    sizes = {split: {c: len(s) for c, s in by.items()} for split, by in snippets.items()}
    names = {"languages": LANGUAGES, "snippets": sizes}
    text = json.dumps(names, ensure_ascii=False, indent=2) + "\n"
    return {"labels and sizes.json": text.encode(), **files}


def read(files: Files) -> Snippets:
    """The snippets in the files of the processed dataset."""
    return {
        split: {
            code: files[f"{split}/{name}.txt"].decode().splitlines()
            for code, name in LANGUAGES.items()
        }
        for split in dict.fromkeys(SPLITS)
    }


def _clauses(raw: Files, name: str) -> set[str]:
    """What stands between two marks in the log, in lower case, each once."""
    texts = [line.split("\t")[2] for line in raw[f"logs/{name}.txt"].decode().splitlines()]
    return {part.strip().lower() for text in texts for part in re.split("[.;,]", text)} - {""}


def _split(clauses: dict[str, set[str]]) -> Snippets:
    """Whole clauses go to one split; no snippet is in two splits or in two languages."""
    cut = {
        split: {c: _cut(t for t in texts if _split_of(t) == split) for c, texts in clauses.items()}
        for split in dict.fromkeys(SPLITS)
    }
    languages = Counter(s for c in clauses for s in set().union(*(cut[t][c] for t in cut)))
    seen: set[str] = {snippet for snippet, count in languages.items() if count > 1}
    result: Snippets = {}
    for split, by_language in cut.items():
        result[split] = {code: sorted(sentences - seen) for code, sentences in by_language.items()}
        seen.update(*by_language.values())
    return result


def _split_of(clause: str) -> str:
    """Which split a clause belongs to, by a hash: it stays when the logs grow."""
    return SPLITS[hashlib.sha256(clause.encode()).digest()[0] % len(SPLITS)]


def _cut(clauses: Iterable[str]) -> set[str]:
    """All runs of one to three words that have enough letters to say something."""
    runs = {
        " ".join(words[i : i + n])
        for words in map(str.split, clauses)
        for n in range(1, LONGEST + 1)
        for i in range(len(words) - n + 1)
    }
    return {run for run in runs if sum(map(str.isalpha, run)) >= SHORTEST}
