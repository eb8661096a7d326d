"""Has botocore find the keys that only it can: SSO, roles, credential processes, instance profiles.

Asked for once in a command: a role with MFA or a credential process may ask a person, and aws's own
cache of sessions spares the next command the question.
"""

from __future__ import annotations

import os
import threading
from typing import Any

from registry.errors import Unreachable
from registry.remote.keys import (
    Credentials,
    Keys,
    advice,
    aws_program,
    checked,
    login,
    profile_option,
)
from registry.remote.location import GUESS, Remote

_SESSIONS = os.path.join("~", ".aws", "cli", "cache")  # where the aws command keeps them
_CACHED = ("assume-role", "assume-role-with-web-identity", "sso")
_known: dict[tuple[str, ...], Credentials] = {}
_asking = threading.Lock()


def find(remote: Remote) -> Credentials:
    """Return the credentials; those of the same settings are found once. Raises Unreachable."""
    settings = remote.aws
    names = (name for name in sorted(os.environ) if name.startswith("AWS_"))
    place = (settings.profile, settings.config_file, settings.credentials_file)
    with _asking:
        key = (*place, remote.profile, *(f"{name}={os.environ[name]}" for name in names))
        if key not in _known:
            _known[key] = _find(remote)
        return _known[key]


def _find(remote: Remote) -> Credentials:
    profile = remote.profile or ("" if remote.aws.profile == "default" else remote.aws.profile)
    cure = _cure(remote, profile)
    given = _guarded(lambda: _ask(remote), profile, cure)
    if given is None:
        raise Unreachable(f"no credentials were found{advice(profile)}")
    source = f"{given.method} ({'profile ' + profile if profile else 'default'})"

    def keys() -> Keys:
        with _asking:  # or each thread asks the person for a code
            frozen = _guarded(given.get_frozen_credentials, profile, cure)
        return checked(Keys(frozen.access_key, frozen.secret_key, frozen.token or ""), source)

    return Credentials(source, keys, lasting=False)


def _ask(remote: Remote) -> Any:  # noqa: ANN401  # botocore ships no types
    """botocore's credentials, or None; sessions come from aws's own cache and go there."""
    from botocore.session import Session
    from botocore.utils import JSONFileCache

    session = Session(profile=remote.profile or None)
    session.set_config_variable("credentials_file", remote.aws.credentials_file)
    session.set_config_variable("config_file", remote.aws.config_file)
    session.set_config_variable("region", remote.set_region or GUESS)
    chain = session.get_component("credential_provider")
    for name in _CACHED:
        chain.get_provider(name).cache = JSONFileCache(os.path.expanduser(_SESSIONS))
    chain.get_provider("assume-role")._prompter = _ask_person
    return session.get_credentials()


def _cure(remote: Remote, profile: str) -> str:
    """What helps when keys do not come the way that the profile says; not always new ones."""
    aws, option = remote.aws, profile_option(profile)
    if any(name.startswith("sso_") for name in aws.options):
        return f"; run {login(option)}; `configure sso` of that writes its settings"
    files = ((aws.config_file, aws.options), (aws.credentials_file, aws.keys.get(aws.profile, {})))
    for file, options in files:
        for name in ("credential_process", "role_arn", "web_identity_token_file"):
            if name in options:
                return f"; mend {name} of profile '{aws.profile}' in {file}, or what it leads to"
    return advice(profile)


def _guarded(ask: Any, profile: str, cure: str) -> Any:  # noqa: ANN401  # botocore ships no types
    """Return what botocore answers; whatever it fails with becomes a sentence with a cure."""
    from botocore.exceptions import BotoCoreError, ClientError

    try:
        return ask()
    except EOFError:  # from _ask_person
        option = profile_option(profile)
        raise Unreachable(
            "this role asks for an MFA code and there is no terminal to type it: run "
            f"`{aws_program()} sts get-caller-identity{option}` in one, which remembers the session"
        ) from None
    except (BotoCoreError, ClientError, OSError, ValueError, KeyError, TypeError) as error:
        told = " ".join(str(error).split()) or type(error).__name__
        raise Unreachable(f"no credentials: {told}{cure}") from None


def _ask_person(prompt: str) -> str:
    """The code that a person types. Raises EOFError where there is no terminal.

    Standard input is no place to ask: what is to be done comes that way.
    """
    import getpass

    try:
        os.close(os.open("/dev/tty", os.O_RDWR | os.O_NOCTTY))
    except OSError:
        raise EOFError from None
    return getpass.getpass(prompt)
