"""Holds keys, where they come from, and whether a request can be signed with them."""

from __future__ import annotations

import os
from collections.abc import Callable
from typing import NamedTuple

from registry.errors import Unreachable


class Keys(NamedTuple):
    """One set of keys as a request is signed with; without any, requests are not signed."""

    access: str
    secret: str
    token: str = ""

    def __repr__(self) -> str:
        return f"Keys({self.access!r})"  # never the secret


class Credentials(NamedTuple):
    """Where the keys come from, in words for messages, and a call that gives them fresh.

    `lasting` ones are the same for as long as the command runs.
    """

    source: str
    keys: Callable[[], Keys]
    lasting: bool = True


def profile_option(profile: str) -> str:
    """Return what names a profile behind an aws command, shell-quoted; "" for the usual one."""
    from shlex import quote

    return f" --profile {quote(profile)}" if profile else ""


def advice(profile: str) -> str:
    option = profile_option(profile)
    return f"; run `{aws_program()} configure{option}` or {login(option)}, or set AWS_PROFILE"


def login(option: str) -> str:
    """Return what logs in again; .venv has version 1 of aws, which knows no SSO."""
    from shlex import quote

    return f"`{quote(os.environ.get('AWS') or 'aws')} sso login{option}` (by version 2 of aws)"


def aws_program() -> str:
    """Return the aws command, shell-quoted, as a person has it after our set-up."""
    from shlex import quote

    return quote(os.environ.get("AWS") or ".venv/bin/aws")


def checked(keys: Keys, source: str) -> Keys:
    """Return the keys, if a request can be signed with them. Raises Unreachable."""
    parts = {"access key id": keys.access, "secret key": keys.secret, "token": keys.token}
    for name, value in parts.items():
        if not value and name != "token":
            raise Unreachable(f"{source}: the {name} is missing: write it there")
        bad = next((c for c in value if not "!" <= c <= "~"), "")
        if bad:
            what = "a line break" if bad in "\r\n" else "a blank" if bad.isspace() else ascii(bad)
            cure = "copy it again, without quotes and blanks"
            raise Unreachable(f"{source}: the {name} holds {what}, which none has: {cure}")
    return keys
