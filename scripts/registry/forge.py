"""Finds the web address of a Git remote on its forge."""

from __future__ import annotations

import re
from pathlib import Path

from registry import git


def public(url: str) -> str:
    """The url without user name and password."""
    return re.sub(r"^(https?://)[^/@]*@", r"\1", url)


def remote_url(top: Path) -> str:
    """The url of `origin`, else of the first remote; "" without any."""
    names = git.run(top, "remote").decode().split()
    if not names:
        return ""
    name = "origin" if "origin" in names else names[0]
    return git.run(top, "remote", "get-url", name).decode().strip()


def web_url(remote: str) -> str:
    """Where a git remote shows its files: `https://host/owner/name/blob/HEAD`, or "" if unknown."""
    match = re.fullmatch(
        r"(?:https://(?:[^/@]*@)?|ssh://git@|git@)(github\.com|gitlab\.com|codeberg\.org)[/:](.+?)/?",
        remote,
    )
    if not match:
        return ""
    host, path = match.group(1), match.group(2).removesuffix(".git")
    folder = {"gitlab.com": "-/blob/HEAD", "codeberg.org": "src/branch/main"}.get(host, "blob/HEAD")
    return f"https://{host}/{path}/{folder}"
