"""Explains why nobody gets into the registry, and says what to try."""

from __future__ import annotations

import os
import re
import shlex
import time

from registry.errors import Unreachable
from registry.humanize import human_seconds
from registry.remote import aws_command, aws_settings, credentials, location, proxy, s3
from registry.remote.http import Address
from registry.remote.keys import aws_program, login, profile_option

_REGION = "the bucket is in another region: name it with `make remote URL=… REGION=…`"
CURES = {  # by S3's error codes
    "NoSuchBucket": "there is no such bucket: if the name is right, `{make}` makes it",
    "InvalidAccessKeyId": "the store does not know these keys: {keys}",
    "SignatureDoesNotMatch": "the secret key is wrong: {keys}",
    "AccessDenied": "these credentials may not list it: ask the bucket's owner to allow "
    "s3:ListBucket on arn:aws:s3:::{bucket}, or use another profile",
    "AuthorizationHeaderMalformed": _REGION,
    "PermanentRedirect": _REGION,
    "IllegalLocationConstraintException": _REGION,
    "ExpiredToken": "the credentials have expired: {keys}",
    "RequestTimeTooSkewed": "this machine's clock is wrong{off}: set it, best by NTP "
    "(`sudo timedatectl set-ntp true`)",
}

_KNOWN_CA = (
    "who signed its certificate is not known here: `export AWS_CA_BUNDLE=/path/to/ca.pem`, with "
    "the certificate of your CA"
)
CERTIFICATES = {  # by what OpenSSL says
    "unable to get local issuer certificate": _KNOWN_CA,
    "self-signed certificate": _KNOWN_CA,
    "self signed certificate": _KNOWN_CA,
    "certificate has expired": "its certificate has expired: its owner renews it, or set the clock",
    "certificate is not valid for": "its certificate has another name: correct the endpoint in "
    "`make remote URL=… ENDPOINT=…`",
    "certificate is not yet valid": "its certificate begins later: is this machine's clock right?",
}


def explain(client: s3.Client, error: Unreachable) -> str:
    """Return the remote, the credentials, the reason, its cure and what to try, a line each."""
    remote = client.remote
    place = remote.url + (f" at {remote.address}" if remote.address else "")
    try:
        source = client.credentials.source
    except Unreachable:
        source = "none"
    cure = _cure(remote, error, source) or _by_proxy(client, error)
    cure = cure.replace("{off}", _clock_off(client))
    look = f"s3 ls {shlex.quote(remote.url + '/')}"
    return (
        f"cannot get into the registry, nothing was touched\n"
        f"  remote: {place}\n  credentials: {source}\n  reason: {error}"
        f"{cure}\n  try: {aws_command.of(remote, look)}"
    )


def _clock_off(client: s3.Client) -> str:
    """How far this machine's clock is from the store's, by its last answer; "" if it told none."""
    from email.utils import parsedate_to_datetime

    try:
        theirs = parsedate_to_datetime(client.date).timestamp()
    except (ValueError, TypeError):
        return ""
    return f", {human_seconds(abs(time.time() - theirs))} off the store's"


def _cure(remote: location.Remote, error: Unreachable, source: str) -> str:
    """A line of its own, or nothing."""
    if isinstance(error, s3.Denied):
        cure = CURES.get(error.code, "")
        cure = cure.replace("{bucket}", remote.bucket)
        cure = cure.replace("{make}", aws_command.of(remote, f"s3 mb s3://{remote.bucket}"))
        return f"\n  {cure.replace('{keys}', _better_keys(remote, source))}" if cure else ""
    for sign, cure in CERTIFICATES.items():
        if sign in str(error):
            return f"\n  {cure}"
    if remote.profile == location.EMBEDDED:
        return "\n  `make store` starts it, in the clone whose embedded store it is"
    return ""


def _by_proxy(client: s3.Client, error: Unreachable) -> str:
    """Return where a proxy leads there it may be what does not answer: a line that names it."""
    address = Address.of(client.remote, client.region)
    try:
        between = proxy.leading_to("https" if address.is_secure else "http", address.host)
    except Unreachable:  # which is the reason then
        return ""
    if not between:
        return ""
    way = f"\n  the way there leads through the proxy {between.host}"
    if re.search(r"\b407\b", str(error)):  # and not some port
        return f"{way}, which wants a user and a password: http://user:password@{between.host}"
    return f"{way}: is it up? NO_PROXY={address.host.partition(':')[0]} goes past it"


def _better_keys(remote: location.Remote, source: str) -> str:
    """Return how to get right keys, by where the wrong ones came from."""
    if source.endswith("of the environment"):
        names = " ".join(name for name in credentials.VARIABLES if os.environ.get(name))
        return f"`unset {names}` lets those of ~/.aws count, or export right ones"
    if remote.access_key:
        return f"mend access_key_id and secret_access_key of remote '{remote.name}' in DVC's config"
    if remote.credentials_file:
        return f"mend {remote.credentials_file}, or name another profile in `make remote`"
    profile = remote.profile or aws_settings.usual_profile()
    named = profile_option(profile)
    return f"`{aws_program()} configure{named}` enters others, {login(named)} logs in again"
