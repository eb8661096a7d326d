"""Gives keys that expire to our children, fresh whenever they ask: on loopback, by a secret.

It speaks as a container's host does, which all of AWS's programs know, so a child needs neither a
person's MFA code nor a credential process, and a long upload outlives its first keys.
Source: https://docs.aws.amazon.com/sdkref/latest/guide/feature-container-credentials.html
"""

from __future__ import annotations

import atexit
import hmac
import json
import os
import secrets
import tempfile
import threading
import time
from collections.abc import Mapping
from functools import lru_cache
from http.server import BaseHTTPRequestHandler, ThreadingHTTPServer

from registry.errors import RegistryError
from registry.remote.aws_settings import AwsSettings
from registry.remote.keys import Credentials
from registry.remote.location import Remote

# After so long a child asks again: botocore renews keys a quarter of an hour before their end.
LEASE_SECONDS = 20 * 60
_IDENTITY = (
    *("role_", "source_profile", "credential_", "external_id", "mfa_serial", "duration_seconds"),
    *("sso_", "web_identity", "login_session", "aws_access_key_id", "aws_secret_access_key"),
    *("aws_session_token", "aws_security_token"),
)


def variables(remote: Remote, whose: Credentials) -> dict[str, str]:
    """Return what a child needs to ask us: where, by which secret, and a config of us alone."""
    port, token = _serve(whose)
    settings, own = remote.aws, _config(remote.aws)
    files = {"AWS_CONFIG_FILE": own}
    if settings.profile in settings.keys:  # or it would find these before it asks
        files["AWS_SHARED_CREDENTIALS_FILE"] = os.devnull
    return files | {
        "AWS_CONTAINER_CREDENTIALS_FULL_URI": f"http://127.0.0.1:{port}/",
        "AWS_CONTAINER_AUTHORIZATION_TOKEN": token,
        "BOTO_CONFIG": os.devnull,
    }


@lru_cache(maxsize=4)
def _serve(whose: Credentials) -> tuple[int, str]:
    """(port, secret) of a server that lives as long as this process."""
    token = secrets.token_urlsafe(32)

    class Handler(BaseHTTPRequestHandler):
        def do_GET(self) -> None:
            _answer(self, whose, token)

        def log_message(self, *words: object) -> None:
            pass

    server = ThreadingHTTPServer(("127.0.0.1", 0), Handler)
    server.daemon_threads = True
    threading.Thread(target=server.serve_forever, daemon=True).start()
    return int(server.server_address[1]), token


def _answer(request: BaseHTTPRequestHandler, whose: Credentials, token: str) -> None:
    given = request.headers.get("Authorization", "")
    if not hmac.compare_digest(given.encode(), token.encode()):
        request.send_error(403)
        return
    try:
        keys, status = whose.keys(), 200
        lasts = time.gmtime(time.time() + LEASE_SECONDS)
        told = {
            "AccessKeyId": keys.access,
            "SecretAccessKey": keys.secret,
            "Token": keys.token,
            "Expiration": time.strftime("%Y-%m-%dT%H:%M:%SZ", lasts),
        }
    except RegistryError as error:
        told, status = {"code": "NoKeys", "message": str(error)}, 500
    body = json.dumps(told).encode()
    request.send_response(status)
    request.send_header("Content-Type", "application/json")
    request.send_header("Content-Length", str(len(body)))
    request.end_headers()
    request.wfile.write(body)


@lru_cache(maxsize=4)
def _held(text: str) -> tempfile._TemporaryFileWrapper[str]:
    """The text in a file of its own that goes when this process ends."""
    file = tempfile.NamedTemporaryFile("w", prefix="registry-aws-", encoding="utf-8")  # noqa: SIM115
    atexit.register(file.close)
    file.write(text)
    file.flush()
    return file


def _config(settings: AwsSettings) -> str:
    """A copy of the config file in which this profile has its settings, but no identity."""
    own = settings.section_name("profile", settings.profile) or _name(settings.profile)
    sections = {**settings.config, own: _without_identity(settings.options)}
    lines = []
    for name, options in sections.items():
        lines += [f"[{name}]", *(f"{key} = {_indented(v)}" for key, v in options.items())]
    return _held("\n".join([*lines, ""])).name


def _name(profile: str) -> str:
    return profile if profile == "default" else f"profile {profile}"


def _without_identity(options: Mapping[str, str]) -> dict[str, str]:
    return {key: value for key, value in options.items() if not key.startswith(_IDENTITY)}


def _indented(value: str) -> str:
    return value.replace("\n", "\n  ")
