"""Say which commands and variables were probably meant by words that the Makefile does not know.

usage: suggest_spelling.py word ...        (a word with = at its end is a variable)
"""

from __future__ import annotations

import difflib

from registry import console, entries, makefile
from registry.console import say
from registry.sections import SECTIONS


def main(argv: list[str]) -> int:
    for word in argv:
        say(f"make: {suggest(word)}")
    return 2


def suggest(word: str) -> str:
    """One sentence about a word that is not known."""
    name = word.removesuffix("=")
    is_variable = name != word
    if not is_variable and _is_entry(word):
        return f"{word!r} is no command: to name what it is for, write DATASET={word}"
    known = [*makefile.VARIABLES] if is_variable else [*makefile.load()]
    folded = {one.lower().replace("_", "-"): one for one in known}
    wanted = name.lower().replace("_", "-")
    near = difflib.get_close_matches(wanted, folded, n=1, cutoff=0.6)
    if near and is_variable:
        return f"{name}= is not a variable of any command; did you mean {folded[near[0]]}=…?"
    if near:
        return f"there is no command {name!r}; did you mean `make {folded[near[0]]}`?"
    kind = "a variable of any command" if is_variable else "a command"
    return f"{name!r} is not {kind}; bare `make` prints them all"


def _is_entry(word: str) -> bool:
    """Whether it names an entry or a section, so that DATASET= was forgotten before it."""
    names = {name for e in entries.known(SECTIONS) for name in (e.name, str(e), f"{e.section}/")}
    return word in names


if __name__ == "__main__":
    raise SystemExit(console.run(main, "make"))
