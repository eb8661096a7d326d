"""Tells what entries that were renamed are called now, by Git and by the markers they left."""

from __future__ import annotations

from collections.abc import Container, Mapping

from catalog.pushes import Push


def names(
    by_git: Mapping[str, str], pushes: Mapping[str, Push], known: Container[str]
) -> dict[str, str]:
    """Return {former id: its name now}, however often it was renamed; only of what is known now."""
    steps = {id: push.moved for id, push in pushes.items() if push.moved} | {**by_git}
    renamed = {}
    for former in steps:
        now, seen = former, set[str]()
        while now in steps and now not in known and now not in seen:
            seen.add(now)
            now = steps[now]
        if now in known and former not in known:
            renamed[former] = now
    return renamed
