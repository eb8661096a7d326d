"""Says which entries may not be looked into, for what their cards and those above them say."""

from __future__ import annotations

from collections.abc import Mapping

from catalog.item import Item
from registry.cards.personal import PERSONAL, is_cleared
from registry.sections import RESULTS

ON, OFF = ("true", "yes", "on"), ""  # what is neither on nor absent is meant to hide
SWITCH = "preview"


def is_hidden(item: Item) -> bool:
    """Return whether its own card switches previews off."""
    return item.first(SWITCH).lower() not in (*ON, OFF)


def forbidden(item: Item, by_id: Mapping[str, Item]) -> str:
    """Return why an entry's data may not be shown; "" if they may.

    Personal data stay so in what was made of them: whatever derives from such an entry is not
    shown either, unless its own card says `preview: true`. What a run was trained on, the card of
    its model says.
    """
    seen, waiting = {item.id}, [item]
    while waiting:
        one = waiting.pop()
        whose = "its card" if one is item else f"the card of `{one.id}`, which it comes from,"
        switch, personal = one.first(SWITCH).lower(), one.first(PERSONAL)
        if switch in ON:
            continue
        if is_hidden(one):
            return f"{whose} says `preview: {switch}`"
        if personal and not is_cleared(personal):
            return f"{whose} says that it holds data about people; `preview: true` allows them"
        near = [*one.made_from, *(one.used_by if one.entry.section == RESULTS else ())]
        sources = [by_id[link.id] for link in near if link.id in by_id]
        waiting += [source for source in sources if source.id not in seen]
        seen.update(source.id for source in sources)
    return ""
