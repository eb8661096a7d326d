"""Writes aws commands for a person to paste: they go the same way to the remote as we do."""

from __future__ import annotations

import os
import shlex

from registry.remote import aws_settings, proxy
from registry.remote.keys import aws_program
from registry.remote.location import Remote


def of(remote: Remote, words: str) -> str:
    """Return an aws command that goes the same way as we do, ready to paste; `words` are quoted."""
    variables = "".join(f"{n}={shlex.quote(v)} " for n, v in _variables(remote).items())
    options = {
        "--endpoint-url": remote.address,
        "--profile": "" if remote.access_key else remote.profile,
        "--region": remote.set_region,
    }
    said = "".join(f" {name} {shlex.quote(value)}" for name, value in options.items() if value)
    said += "" if remote.verifies else " --no-verify-ssl"
    said += " --no-sign-request" if remote.is_anonymous else ""
    return f"{variables}{_keys(remote)}{aws_program()} {words}{said}"


def _variables(remote: Remote) -> dict[str, str]:
    """Return what an aws command finds neither in its options nor by itself."""
    usual = aws_settings.usual_profile()
    variables = {
        # of two in the environment, version 2 of aws takes the other one than version 1
        "AWS_PROFILE": "" if usual == os.environ.get("AWS_PROFILE", usual) else usual,
        "AWS_SHARED_CREDENTIALS_FILE": remote.credentials_file,
        "AWS_CONFIG_FILE": remote.config_file,
        "AWS_CA_BUNDLE": remote.ca_bundle,
        "NO_PROXY": proxy.exception(remote.address),
    }
    return {name: value for name, value in variables.items() if value}


def _keys(remote: Remote) -> str:
    """Return where DVC's config holds the keys: how to hand them over without showing them."""
    options = {
        "AWS_ACCESS_KEY_ID": (remote.access_key, "access_key_id"),
        "AWS_SECRET_ACCESS_KEY": (remote.secret_key, "secret_access_key"),
        "AWS_SESSION_TOKEN": (remote.session_token, "session_token"),
    }
    ask = ".venv/bin/dvc config"
    return "".join(
        f'{name}="$({ask} {shlex.quote(f"remote.{remote.name}.{option}")})" '
        for name, (value, option) in options.items()
        if value
    )
