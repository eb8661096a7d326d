"""Finds the keys that we act with: whatever works for the aws command works here.

Plain keys, in the environment or a file, are read directly, since starting botocore takes ten
times longer than all the rest of a quiet run. Everything else (SSO, roles, instance profiles,
credential processes) is botocore's to find and to renew, in `indirect`.
"""

from __future__ import annotations

import os
from collections.abc import Mapping
from functools import cache

from registry.remote.keys import Credentials, Keys, checked
from registry.remote.location import Remote

# What makes a profile of ~/.aws/config more than a place for settings.
_INDIRECT = ("role_arn", "sso_", "credential_process", "web_identity", "login_session")
VARIABLES = ("AWS_ACCESS_KEY_ID", "AWS_SECRET_ACCESS_KEY", "AWS_SESSION_TOKEN")
_FILE = ("aws_access_key_id", "aws_secret_access_key", "aws_session_token")
_OLD_TOKENS = ("AWS_SECURITY_TOKEN", "aws_security_token")  # which botocore prefers


def find(remote: Remote) -> Credentials:
    """Return the credentials for this remote, found as the aws command finds them.

    Raises Unreachable when there are none, with the ways to get some.
    """
    if remote.is_anonymous:
        return Credentials("none: allow_anonymous_login of DVC's config", lambda: Keys("", ""))
    if remote.access_key:
        keys = Keys(remote.access_key, remote.secret_key, remote.session_token)
        return _fixed("access_key_id of DVC's config", keys)
    if not remote.profile and os.environ.get("AWS_ACCESS_KEY_ID"):
        return _fixed("AWS_ACCESS_KEY_ID of the environment", _from(os.environ, VARIABLES))
    return _from_file(remote) or _from_botocore(remote)


def _fixed(source: str, keys: Keys) -> Credentials:
    return Credentials(source, cache(lambda: checked(keys, source)))


def _from_file(remote: Remote) -> Credentials | None:
    """Plain keys of a profile, unless its config says that they come another way."""
    settings = remote.aws
    options = settings.keys.get(settings.profile, {})
    is_indirect = any(option.startswith(_INDIRECT) for option in settings.options)
    if is_indirect or not options.get("aws_access_key_id"):
        return None
    source = f"profile '{settings.profile}' of {settings.credentials_file}"
    return _fixed(source, _from(options, _FILE))


def _from_botocore(remote: Remote) -> Credentials:
    from registry.remote import indirect

    return indirect.find(remote)


def _from(mapping: Mapping[str, str], names: tuple[str, str, str]) -> Keys:
    tokens = (mapping.get(name) for name in (*_OLD_TOKENS, names[2]))
    token = next(filter(None, tokens), "")
    return Keys(mapping.get(names[0], ""), mapping.get(names[1], ""), token)
