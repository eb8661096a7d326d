"""Finds the keys that we act with: whatever works for the aws command works here.

Plain keys, in the environment or a file, are read directly, since starting botocore takes ten
times longer than all the rest of a quiet run. Everything else (SSO, roles, instance profiles,
credential processes) is botocore's to find and to renew.
"""

from __future__ import annotations

import os
from collections.abc import Callable
from dataclasses import dataclass

from registry.errors import Unreachable
from registry.remote.location import LOOPBACK, Remote

# What makes a profile of ~/.aws/config more than a place for settings.
_INDIRECT = ("role_arn", "sso_", "credential_process", "web_identity", "login_session")


@dataclass(frozen=True)
class Keys:
    """One set of keys as a request is signed with."""

    access: str
    secret: str
    token: str = ""


VARIABLES = ("AWS_ACCESS_KEY_ID", "AWS_SECRET_ACCESS_KEY", "AWS_SESSION_TOKEN")


@dataclass(frozen=True)
class Credentials:
    """Where the keys come from, in words for messages, and a call that gives them fresh."""

    source: str
    keys: Callable[[], Keys]


def find(remote: Remote) -> Credentials:
    """The credentials for this remote, found as the aws command finds them.

    Raises Unreachable when there are none, with the ways to get some.
    """
    profile = remote.profile or os.environ.get("AWS_PROFILE", "")
    if not remote.profile and os.environ.get("AWS_ACCESS_KEY_ID"):
        keys = _from(os.environ, *VARIABLES)
        return Credentials("AWS_ACCESS_KEY_ID of the environment", lambda: keys)
    plain = _from_file(remote, profile or "default")
    return plain or _from_botocore(remote, profile)


def region(remote: Remote) -> str:
    """The region to sign for: the remote's, the environment's, the profile's or a first guess."""
    profile = remote.profile or os.environ.get("AWS_PROFILE", "") or "default"
    named = os.environ.get("AWS_REGION") or os.environ.get("AWS_DEFAULT_REGION")
    return remote.region or named or _profile(profile).get("region", "") or "us-east-1"


def environment(remote: Remote) -> dict[str, str]:
    """What a child such as aws needs in its environment to get in the same way."""
    child = dict(os.environ)
    if remote.credentials_file:
        child["AWS_SHARED_CREDENTIALS_FILE"] = remote.credentials_file
    if remote.is_on_this_machine:
        for name in ("NO_PROXY", "no_proxy"):  # programs differ in which one they prefer
            child[name] = ",".join(filter(None, [child.get(name), *LOOPBACK]))
    return child


def _from_file(remote: Remote, profile: str) -> Credentials | None:
    """Plain keys of a profile, unless its config says that they come another way."""
    if any(option.startswith(_INDIRECT) for option in _profile(profile)):
        return None
    path = remote.credentials_file or _path("AWS_SHARED_CREDENTIALS_FILE", "~/.aws/credentials")
    options = _ini(path).get(profile, {})
    if not options.get("aws_access_key_id") or any(o.startswith(_INDIRECT) for o in options):
        return None
    keys = _from(options, "aws_access_key_id", "aws_secret_access_key", "aws_session_token")
    return Credentials(f"profile '{profile}' of {path}", lambda: keys)


def _from_botocore(remote: Remote, profile: str) -> Credentials:
    from botocore.exceptions import BotoCoreError
    from botocore.session import Session

    session = Session(profile=profile or None)
    if remote.credentials_file:
        session.set_config_variable("credentials_file", remote.credentials_file)
    try:
        found = session.get_credentials()
    except BotoCoreError as error:
        raise Unreachable(f"no credentials: {error}{_advice(profile)}") from None
    if found is None:
        raise Unreachable(f"no credentials were found{_advice(profile)}")

    def keys() -> Keys:
        try:
            frozen = found.get_frozen_credentials()
        except BotoCoreError as error:
            raise Unreachable(f"the credentials are of no use: {error}{_advice(profile)}") from None
        return Keys(frozen.access_key, frozen.secret_key, frozen.token or "")

    return Credentials(f"{found.method} ({'profile ' + profile if profile else 'default'})", keys)


def _advice(profile: str) -> str:
    option = f" --profile {profile}" if profile else ""
    return f"; run `aws configure{option}` or `aws sso login{option}`, or set AWS_PROFILE"


def _profile(name: str) -> dict[str, str]:
    """The profile's settings in ~/.aws/config."""
    config = _ini(_path("AWS_CONFIG_FILE", "~/.aws/config"))
    return config.get(name if name == "default" else f"profile {name}", {})


def _path(variable: str, default: str) -> str:
    return os.path.expanduser(os.environ.get(variable) or default)


def _from(mapping: object, access: str, secret: str, token: str) -> Keys:
    get = mapping.get  # type: ignore[attr-defined]  # a mapping of strings, whichever kind
    return Keys(get(access, ""), get(secret, ""), get(token, "") or "")


def _ini(path: str) -> dict[str, dict[str, str]]:
    import configparser

    parser = configparser.RawConfigParser(strict=False)
    try:
        parser.read(path, encoding="utf-8")
    except (configparser.Error, UnicodeDecodeError):
        return {}  # botocore reads it after us, and says better what is wrong with it
    return {section: dict(parser.items(section)) for section in parser.sections()}
