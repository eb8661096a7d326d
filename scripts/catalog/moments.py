"""Reads times as cards, Git and markers write them: to sort by, and for people."""

from __future__ import annotations


def instant(when: str) -> float:
    """Seconds since 1970 of an ISO 8601 time; 0 for what is none."""
    import datetime

    try:
        moment = datetime.datetime.fromisoformat(when.replace("Z", "+00:00"))
    except ValueError:
        return 0.0
    zone = moment.tzinfo or datetime.timezone.utc
    return moment.replace(tzinfo=zone).timestamp()


def day(when: str) -> str:
    """`2026-11-23T18:00:00Z` as `23 Nov 2026`; what is no time as it is."""
    import datetime

    try:
        date = datetime.date.fromisoformat(when[:10])
    except ValueError:
        return when
    return f"{date.day} {date:%b %Y}"
