"""Say what was probably meant by words that the Makefile does not know, or does not take here.

usage: suggest_spelling.py word ... -- command ...     (a word with = at its end is a variable)
"""

from __future__ import annotations

import difflib

from registry import console, entries, makefile, variables
from registry.console import say
from registry.sections import SECTIONS


def main(argv: list[str]) -> int:
    end = argv.index("--")
    for word in argv[:end]:
        say(f"make: {suggest(word, argv[end + 1 :])}")
    return 2


def suggest(word: str, asked: list[str]) -> str:
    """One sentence about a word that is not known, or a variable that no asked command takes."""
    name = word.removesuffix("=")
    if name == word:
        return _command(word)
    known = [*dict.fromkeys(row.name for row in variables.table())]
    commands = makefile.load()
    if name in known and all(command in commands for command in asked):
        return " ".join(f"{command} takes no {name}=; {_takes(command)}" for command in asked)
    near = _nearest(name, known)
    if near and near != name:
        return f"{name}= is not a variable of any command; did you mean {near}=…?"
    return f"{name!r} is not a variable of any command; bare `make` prints them all"


def _takes(command: str) -> str:
    return f"it takes {', '.join(row.name for row in variables.taken_by(command))}"


def _command(word: str) -> str:
    if _is_entry(word):
        return f"{word!r} is no command: to name what it is for, write DATASET={word}"
    near = _nearest(word, [*makefile.load()])
    if near:
        return f"there is no command {word!r}; did you mean `make {near}`?"
    return f"{word!r} is not a command; bare `make` prints them all"


def _nearest(name: str, known: list[str]) -> str:
    """The known name that this one is most like; "" when it is like none."""
    folded = {one.lower().replace("_", "-"): one for one in known}
    wanted = name.lower().replace("_", "-")
    near = difflib.get_close_matches(wanted, folded, n=1, cutoff=0.6)
    return folded[near[0]] if near else ""


def _is_entry(word: str) -> bool:
    """Return whether it names an entry or a section, so that DATASET= was forgotten before it."""
    names = {name for e in entries.known(SECTIONS) for name in (e.name, str(e), f"{e.section}/")}
    return word in names


if __name__ == "__main__":
    raise SystemExit(console.run(main, "make"))
