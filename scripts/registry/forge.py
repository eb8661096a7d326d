"""Finds the web address of a Git remote on its forge."""

from __future__ import annotations

import re
from pathlib import Path

from registry import git

HOST = r"(?P<{}>(?:[\w-]+\.)*(?:github|gitlab|codeberg)(?:\.[\w-]+)+)"
# The forges that we know, also on hosts of one's own: gitlab.example.org. A port is the web's where
# the web is asked; the one of SSH is another's.
REMOTE = re.compile(
    rf"(?:(?P<scheme>https?)://(?:[^@/]*@)?{HOST.format('web')}(?P<port>:\d+)?/"
    rf"|ssh://(?:[^@/]*@)?{HOST.format('ssh')}(?::\d+)?/|[\w.-]+@{HOST.format('scp')}:/?)"
    r"(?P<path>.+?)(?:\.git)?/?"
)
# What `git clone` takes from elsewhere: nothing in it means anything to a shell or to a page.
CLONED = re.compile(
    r"(?:https?|ssh|git)://(?:[\w.-]+@)?[\w.-]+(?::\d+)?/[\w./~%+-]+|[\w.-]+@[\w.-]+:[\w./~+-]+"
)


def public(url: str) -> str:
    """Return the url without user name and password."""
    return re.sub(r"^(https?://)[^/@]*@", r"\1", url)


def remote_url(top: Path) -> str:
    """Return the url of `origin`, else of the first remote; "" without any."""
    names = git.run(top, "remote").decode().split()
    if not names:
        return ""
    name = "origin" if "origin" in names else names[0]
    return git.run(top, "remote", "get-url", name).decode().strip()


def web_url(remote: str) -> str:
    """Return where a git remote shows its files: `https://host/owner/name/blob/HEAD`, or ""."""
    top = repository(remote)
    host = top.split("/")[2] if top else ""
    if "gitlab" in host:
        return f"{top}/-/blob/HEAD"
    return top and f"{top}/{'src/branch/main' if 'codeberg' in host else 'blob/HEAD'}"


def repository(remote: str) -> str:
    """Return where people see the repository of a git remote: `https://host/owner/name`, or ""."""
    match = REMOTE.fullmatch(remote)
    if not match:
        return ""
    host = match["web"] or match["ssh"] or match["scp"]
    return f"{match['scheme'] or 'https'}://{host}{match['port'] or ''}/{match['path']}"


def clone_urls(remote: str) -> tuple[str, ...]:
    """Return what `git clone` takes of a git remote: by the web, then as it is named here.

    Nothing of a folder of this machine, and no password.
    """
    web, own = repository(remote), _without_secret(remote)
    named = "" if web and own.startswith("http") else own
    return tuple(url for url in (web and f"{web}.git", named) if CLONED.fullmatch(url))


def _without_secret(remote: str) -> str:
    """Without user name and password; of SSH without the password, for the user is its address."""
    return re.sub(r"^(ssh://[^:@/]*):[^@/]*@", r"\1@", public(remote))
