"""Finds in a card's text what made an entry: a repository, a commit of it, a command.

A repository and a commit belong together when one link holds both, or when the text leaves no
doubt; else the commit stays a blank, since a pair that exists nowhere is worse than none.
"""

from __future__ import annotations

import re
from typing import NamedTuple

HOSTS = r"(?:github\.com|gitlab\.com|bitbucket\.org|codeberg\.org)"
HEX = r"[0-9a-f]{7,40}"
# With https or without, or as `git@host:`; and the commit behind it, in the forge's own ways.
REPO = re.compile(
    rf"(?:(?<![\w.@/-])(?:https?://)?(?:www\.)?(?P<web>{HOSTS}/[\w.-]+/[\w.-]*\w)"
    rf"|\b(?P<ssh>git@[\w.-]+:[\w.-]+/[\w.-]*\w))"
    rf"(?:(?:/-)?/(?:commit|tree|blob|raw|src/commit)/(?P<linked>{HEX})\b"
    rf"|\s?@\s?(?P<at>{HEX})\b)?"
)
SAID = re.compile(
    r"(?i:\b(?:commit|revision|checkout|sha1?|hash)\b(?:\s+(?:id|sha|hash)\b)?)"
    rf"\W{{1,12}}({HEX})(?![\w-])"
)
# As many hex digits as a commit id has, but not the 32 of an MD5; all digits, or all letters, only
# where the text says what it is.
BARE = re.compile(
    r"(?<![\w/.-])(?=[0-9a-f]*\d)(?=[0-9a-f]*[a-f])(?![0-9a-f]{32}\b)[0-9a-f]{7,40}(?![\w-])"
)
LINK = re.compile(r"(?:https?|ftp|s3|gs)://[^\s<>()\[\]\"'`|]+[^\s<>()\[\]\"'`|.,;:!?*_]")
PROGRAM = r"(?:(?:python3?|bash|sh|torchrun|accelerate|dvc) \S|make [a-z])"
LINE = re.compile(
    r"^[ \t>*-]*(?:\$ |(?i:cmd|command|run)\W{1,6})?"
    rf"`?(?P<line>{PROGRAM}[^`\n]*?)`?(?:\s+#.*)?\s*$"
)
INLINE = re.compile(rf"(?<!`)`(?:\$ )?(?P<inline>{PROGRAM}[^`\n]*)`(?!`)")
SENTENCE = re.compile(r"[.;:] (?P<sentence>python3? \S+\.py(?: [^\s.,;]\S*(?<![,;]))*?)[.]?\s*$")
CONTINUED = re.compile(r"[ \t]*\\\r?\n[ \t]*")
NEAR = 120  # characters between a repository and its commit


class Spot(NamedTuple):
    """A text, and the offset where it was found; "" for nothing."""

    text: str
    at: int


class MadeBy(NamedTuple):
    """What the text shows; `others`: further repositories and commits, for a person to look at."""

    repo: Spot
    commit: Spot
    command: Spot
    others: list[str]


def find(body: str) -> MadeBy:
    """Return the code that a text names, first said first."""
    repos = [(Spot(_url(m), m.start()), m["linked"] or m["at"] or "") for m in REPO.finditer(body)]
    blank = LINK.sub(_spaces, REPO.sub(_spaces, body))
    commits = [Spot(m[1], m.start(1)) for m in SAID.finditer(blank)]
    commits += [Spot(m.group(), m.start()) for m in BARE.finditer(blank)]
    repo, commit = _pair(repos, commits)
    seen = [*(text for (text, _), _ in repos), *(linked for _, linked in repos if linked),
            *(spot.text for spot in commits)]  # fmt: skip
    others = [text for text in dict.fromkeys(seen) if text not in (repo.text, commit.text)]
    return MadeBy(repo, commit, _command(body), others)


def _pair(repos: list[tuple[Spot, str]], commits: list[Spot]) -> tuple[Spot, Spot]:
    nothing = Spot("", 0)
    if not repos:
        return nothing, commits[0] if commits else nothing
    repo = repos[0][0]
    linked = [(spot, commit) for spot, commit in repos if spot.text == repo.text and commit]
    if linked:
        return linked[0][0], Spot(linked[0][1], linked[0][0].at)
    if len({spot.text for spot, _ in repos}) == 1:
        return repo, commits[0] if commits else nothing
    between = [c for c in commits if abs(c.at - repo.at) < NEAR]
    alone = [c for c in between if not any(_is_between(s.at, repo.at, c.at) for s, _ in repos[1:])]
    return repo, alone[0] if alone else nothing


def _is_between(at: int, one: int, other: int) -> bool:
    return min(one, other) < at < max(one, other)


def _command(body: str) -> Spot:
    """The first command: a line of its own, `code` in a line, or the end of one."""
    spots, at = [], 0
    for part in re.split(r"(?<!\\)(?<!\\\r)\n", body):
        line = CONTINUED.sub(" ", part)
        if not line.lstrip().startswith("#"):
            for pattern in (LINE, INLINE, SENTENCE):
                match = pattern.search(line)
                if match:
                    spots.append(Spot(match.group(match.lastgroup or 0).strip(), at))
                    break
        at += len(part) + 1
    return spots[0] if spots else Spot("", 0)


def _url(match: re.Match[str]) -> str:
    url = match["ssh"] or f"https://{match['web']}"
    return url.removesuffix(".git")


def _spaces(match: re.Match[str]) -> str:
    return re.sub(r"[^\n]", " ", match.group())
