"""Makes a child such as aws or DVC come to the same place as we do, and as the same one.

What was decided is handed to it by its environment, and what could say otherwise is taken out.
Plain keys are handed over as they are; those that expire are asked of us (`key_server`).
"""

from __future__ import annotations

import os

from registry.remote import proxy
from registry.remote.keys import Credentials
from registry.remote.location import GUESS, Remote, trusted

# What AWS's programs read of who we are and where it is; each differs in the order it takes them.
_DECIDED = (
    *("AWS_ACCESS_KEY_ID", "AWS_SECRET_ACCESS_KEY", "AWS_SESSION_TOKEN", "AWS_SECURITY_TOKEN"),
    *("AWS_CREDENTIAL_EXPIRATION", "AWS_CREDENTIAL_FILE", "AWS_PROFILE", "AWS_DEFAULT_PROFILE"),
    *("AWS_ROLE_ARN", "AWS_ROLE_SESSION_NAME", "AWS_WEB_IDENTITY_TOKEN_FILE"),
    *("AWS_CONTAINER_CREDENTIALS_FULL_URI", "AWS_CONTAINER_CREDENTIALS_RELATIVE_URI"),
    *("AWS_CONTAINER_AUTHORIZATION_TOKEN", "AWS_CONTAINER_AUTHORIZATION_TOKEN_FILE"),
    *("AWS_ENDPOINT_URL", "AWS_ENDPOINT_URL_S3", "AWS_IGNORE_CONFIGURED_ENDPOINT_URLS"),
    *("AWS_REGION", "AWS_DEFAULT_REGION", "AWS_CA_BUNDLE", "REQUESTS_CA_BUNDLE"),
)
_FSSPEC = "FSSPEC_S3"  # settings for S3 that only DVC's libraries read


def environment(remote: Remote, whose: Credentials, region: str = "") -> dict[str, str]:
    """The environment of a child that goes where we go; `region`: the bucket's, if it is known.

    Raises Unreachable when there are no keys to hand over.
    """
    child = {name: value for name, value in os.environ.items() if not _is_decided(name)}
    child.update(_identity(remote, whose))
    child.update(_place(remote, region or remote.set_region))
    if remote.verifies:
        child["AWS_CA_BUNDLE"] = trusted(remote)
    if remote.has_few_checksums:
        child["AWS_REQUEST_CHECKSUM_CALCULATION"] = "when_required"
        child.setdefault("AWS_RESPONSE_CHECKSUM_VALIDATION", "when_required")
    direct = [proxy.exception(remote.address), *proxy.LOOPBACK]
    for name in ("NO_PROXY", "no_proxy"):  # programs differ in which one they prefer
        usual = os.environ.get("no_proxy") or os.environ.get("NO_PROXY", "")
        child[name] = ",".join(filter(None, [usual, *direct]))
    return child


def options(remote: Remote, region: str) -> list[str]:
    """Return what the aws command takes by its options only."""
    words = ["--region", region]
    words += ["--endpoint-url", remote.address] if remote.address else []
    words += [] if remote.verifies else ["--no-verify-ssl"]
    return words + (["--no-sign-request"] if remote.is_anonymous else [])


def encryption(remote: Remote) -> list[str]:
    """Return what the aws command takes for each upload that a bucket's policy may demand."""
    words = ["--sse", remote.sse] if remote.sse else []
    return words + (["--sse-kms-key-id", remote.sse_kms_key_id] if remote.sse_kms_key_id else [])


def _is_decided(name: str) -> bool:
    return name in _DECIDED or name.startswith(_FSSPEC)


def _place(remote: Remote, region: str) -> dict[str, str]:
    """Return where it is: a region that nobody set is the child's to find out, at Amazon's."""
    if remote.address:
        where, region = {"AWS_ENDPOINT_URL_S3": remote.address}, region or GUESS
    else:
        where = {"AWS_IGNORE_CONFIGURED_ENDPOINT_URLS": "true"}
    return where | ({"AWS_REGION": region, "AWS_DEFAULT_REGION": region} if region else {})


def _identity(remote: Remote, whose: Credentials) -> dict[str, str]:
    settings, keys = remote.aws, whose.keys()
    files = {
        "AWS_CONFIG_FILE": settings.config_file,
        "AWS_SHARED_CREDENTIALS_FILE": settings.credentials_file,
    }
    profile = {"AWS_PROFILE": settings.profile} if settings.is_known else {}
    if remote.is_anonymous:
        return files | profile
    if not whose.lasting:
        from registry.remote import key_server

        return files | profile | key_server.variables(remote, whose)
    names = ("AWS_ACCESS_KEY_ID", "AWS_SECRET_ACCESS_KEY", "AWS_SESSION_TOKEN")
    values = (keys.access, keys.secret, keys.token)
    return files | profile | {n: v for n, v in zip(names, values, strict=True) if v}
