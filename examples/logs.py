"""The raw dataset of the samples: the logs of invented lighthouses, put together from phrases."""

from __future__ import annotations

import datetime
import hashlib
from pathlib import Path

Files = dict[str, bytes]  # path inside an entry, with slashes -> content

LANGUAGES = {
    "de": "Deutsch",
    "en": "English",
    "es": "Español",
    "fr": "Français",
    "it": "Italiano",
    "nl": "Nederlands",
}
PHRASES = Path(__file__).resolve().parent / "phrases"
FIRST_DAY = datetime.date(1898, 1, 1)
DAYS = 180
STATIONS = """\
station,name,height in m,light
S1,Heron Rock,31,white flash every 5 s
S2,Old Jetty,12,fixed red
S3,Seven Steps,44,two white flashes every 15 s
S4,Kettle Sands,19,fixed white
S5,Long Meadow Point,27,green flash every 10 s
S6,Thimble Island,38,white flash every 20 s
"""
ABOUT = """\
Logs of lighthouses that never were, in six languages, half a year each. The phrases were written
for this collection and put together by a program; no keeper, ship or station in them is real.

logs/<language>.txt   one day per line: date, station, text; tabs between, UTF-8, NFC
station list.csv      the stations

Dedicated to the public domain: https://creativecommons.org/publicdomain/zero/1.0/
"""


def make() -> Files:
    """The files of the raw dataset."""
    logs = {f"logs/{name}.txt": _log(code) for code, name in LANGUAGES.items()}
    return {"ABOUT.txt": ABOUT.encode(), "station list.csv": STATIONS.encode(), **logs}


def _log(code: str) -> bytes:
    phrases = _phrases(code)
    days = [FIRST_DAY + datetime.timedelta(n) for n in range(DAYS)]
    return "".join(f"{day}\t{_line(phrases, code, str(day))}\n" for day in days).encode()


def _line(phrases: dict[str, list[str]], code: str, day: str) -> str:
    said = {topic: _choose(phrases[topic], code, day, topic) for topic in phrases}
    station = _choose(STATIONS.split("\n")[1:-1], code, day, "station").split(",")[0]
    sentences = (
        f"{said['wind']}; {said['sea']}.",
        f"{said['sky']}.",
        f"{said['sight']}; {said['work']}.",
    )
    return station + "\t" + " ".join(s[0].upper() + s[1:] for s in sentences)


def _choose(items: list[str], *key: str) -> str:
    """One of the items, by a hash: the same one on every machine and with every Python."""
    digest = hashlib.sha256("\n".join(key).encode()).digest()
    return items[int.from_bytes(digest[:8], "big") % len(items)]


def _phrases(code: str) -> dict[str, list[str]]:
    """A language's phrases by topic, from lines such as `[wind]` and below them the phrases."""
    topics: dict[str, list[str]] = {}
    for line in (PHRASES / f"{code}.txt").read_text(encoding="utf-8").splitlines():
        if line.startswith("["):
            topic = topics.setdefault(line.strip("[]"), [])
        elif line:
            topic.append(line)
    return topics
