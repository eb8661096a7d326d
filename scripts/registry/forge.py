"""Finds the web address of a Git remote on its forge."""

from __future__ import annotations

import re
from pathlib import Path

from registry import git

# The forges that we know, also on hosts of one's own: gitlab.example.org.
REMOTE = re.compile(
    r"(?:https://|ssh://|git@)(?:[^@/]*@)?((?:[\w-]+\.)*(?:github|gitlab|codeberg)(?:\.[\w-]+)+)"
    r"[:/](.+?)(?:\.git)?/?"
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
    return f"https://{match[1]}/{match[2]}" if match else ""
