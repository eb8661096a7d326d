"""Says which entries may not be looked into, for what their cards and those above them say."""

from __future__ import annotations

import re
from collections.abc import Mapping

from catalog.item import Item
from registry.sections import RESULTS

NONE = re.compile(r"\s*(?:none|no|nothing|not any|n/?a)\b", re.IGNORECASE)
ON, OFF = ("true", "yes", "on"), ""  # what is neither on nor absent is meant to hide
SWITCH, PERSONAL = "preview", "personal_sensitive_information"


def forbidden(item: Item, by_id: Mapping[str, Item]) -> str:
    """Why an entry's data may not be shown; "" if they may.

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
        if switch != OFF:
            return f"{whose} says `preview: {switch}`"
        if personal and not NONE.match(personal):
            return f"{whose} says that it holds data about people; `preview: true` allows them"
        near = [*one.made_from, *(one.used_by if one.entry.section == RESULTS else ())]
        sources = [by_id[link.id] for link in near if link.id in by_id]
        waiting += [source for source in sources if source.id not in seen]
        seen.update(source.id for source in sources)
    return ""
