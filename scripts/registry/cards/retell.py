"""Tells what one section's card says, under the headings that another section asks for."""

from __future__ import annotations

import re

from registry.cards import card as cards_card
from registry.cards.card import Card
from registry.cards.edit import BLANK
from registry.cards.markdown import Heading
from registry.cards.rules.body import OPTIONAL
from registry.sections import EXPERIMENTS, MODELS, PROCESSED, RESULTS

# Which heading of a section's template asks for what an experiment's card says under which.
ASKED = {
    MODELS: {"What it is": "What it does", "How to make it again": "How it was trained",
             "What came out": "How good it is"},
    PROCESSED: {"What it is": "What it is", "How to make it again": "How it was made",
                "What came out": "What is in it"},
    RESULTS: {"What it is": "What was run", "How to make it again": "What was run",
              "What came out": "What came out"},
}  # fmt: skip
_BLANK_LINE = re.compile(rf"^{BLANK}[ \t]*$", re.MULTILINE)
_COMMENT = re.compile(r"<!--.*?-->\n*", re.DOTALL)


def texts(card: Card, former: str, section: str) -> dict[str, str]:
    """Return {heading in the new card: text} of every section of the old one, in its order."""
    experiment = section == EXPERIMENTS
    asked = ASKED[former if experiment else section]
    asked = {new: old for old, new in asked.items()} if experiment else asked
    told: dict[str, str] = {}
    for heading in card.headings:
        text = card.text[heading.end : heading.content].strip()
        if heading.level == 2 and text:
            name = asked.get(heading.text, heading.text)
            told[name] = f"{told[name]}\n\n{text}" if name in told else text
    return told


def filled(card: Card, texts: dict[str, str], drop_optional: bool = True) -> Card:
    """Fill each section's blank; what no heading asks for goes to the end, under its own."""
    text, left = card.text, dict(texts)
    for heading in reversed([h for h in card.headings if h.level == 2]):
        name = OPTIONAL.sub("", heading.text).strip()
        said = left.pop(name, "")
        if said:
            text = (
                text[: heading.start]
                + _section(card, heading, name, said)
                + text[heading.content :]
            )
        elif drop_optional and name != heading.text:
            text = text[: heading.start] + text[heading.content :]
    for name, said in left.items():
        text = text.rstrip("\n") + f"\n\n## {name}\n\n{said}\n"
    if BLANK not in re.sub(r"^# Replace every .*\n", "", text, flags=re.MULTILINE):
        text = re.sub(r"^# Replace every .*\n", "", text, count=1, flags=re.MULTILINE)
    return cards_card.parse(card.entry, text)


def _section(card: Card, heading: Heading, name: str, said: str) -> str:
    """A section with the text in its blank's place; the template's own words in it stay above."""
    body = _COMMENT.sub("", card.text[heading.end : heading.content]).strip()
    kept = _BLANK_LINE.sub("", body).strip()
    whole = said if not kept or kept.splitlines()[0] in said else f"{kept}\n\n{said}"
    return f"## {name}\n\n{whole}\n\n"


def answer(card: Card, heading: str, text: str) -> Card:
    """Return the card with this text in the place of a section's blank."""
    return filled(card, {heading: text}, drop_optional=False)
