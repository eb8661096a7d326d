"""Writes where the registry is into DVC's remote config: the one place that says so."""

from __future__ import annotations

import os
import re
from dataclasses import dataclass
from urllib.parse import urlsplit

from registry.errors import UsageError
from registry.remote.location import DVC_FOLDER, Remote

NAME = "registry"  # what the remote of a real bucket is called
# Source: https://docs.aws.amazon.com/AmazonS3/latest/userguide/bucketnamingrules.html
_BUCKET = re.compile(r"[a-z0-9][a-z0-9.-]{1,61}[a-z0-9]")
_BUCKET_LETTER, _PREFIX_LETTER = re.compile("[a-z0-9.-]"), re.compile("[A-Za-z0-9!_.*'()/-]")
_ADDRESS = re.compile(r"https?://[A-Za-z0-9._:\[\]-]+(/[A-Za-z0-9._~/-]*)?")
_UNWRITABLE = re.compile(r"[,#'\"\n]")  # what DVC's config takes for its own in a value
_WORD = re.compile(r"[A-Za-z0-9_.@+-]*")


@dataclass(frozen=True)
class Choice:
    """What a person said of the place: make's variables of the same names."""

    url: str
    endpoint: str = ""
    profile: str = ""
    region: str = ""
    credentials: str = ""

    def as_remote(self) -> Remote:
        """Return the place, checked. Raises UsageError for what cannot be one."""
        bucket, _, base = self.url.removeprefix("s3://").partition("/")
        base = base.strip("/").removesuffix(DVC_FOLDER).rstrip("/")
        why = self._why_no_url(bucket, base)
        if why:
            raise UsageError(f"URL={self.url!r} must look like s3://bucket/prefix: {why}")
        if "@" in self.endpoint:
            raise UsageError("ENDPOINT must hold no keys: they belong in ~/.aws/credentials")
        if self.endpoint and not _is_address(self.endpoint):
            raise UsageError(f"ENDPOINT={self.endpoint!r} must look like https://host:port")
        for name, value in (("PROFILE", self.profile), ("REGION", self.region)):
            if not _WORD.fullmatch(value):
                raise UsageError(f"{name}={value!r} has characters that no {name.lower()} has")
        endpoint, credentials = self.endpoint.rstrip("/"), self._credentials()
        return Remote(NAME, bucket, base, endpoint, self.region, self.profile, credentials)

    def _why_no_url(self, bucket: str, base: str) -> str:
        """Return which letter or form keeps the url from being one; "" when it is one."""
        if ":accesspoint" in self.url or bucket.startswith("arn:"):
            return "an access point goes by its alias, s3://…-s3alias/prefix"
        if not self.url.startswith("s3://"):
            return f"it begins with {self.url.partition('/')[0] or '/'!r}"
        odd = _BUCKET_LETTER.sub("", bucket) or _PREFIX_LETTER.sub("", base)
        if odd:
            part = "bucket" if _BUCKET_LETTER.sub("", bucket) else "prefix"
            return f"the {part} holds {odd[0]!r}, which no {part} of a registry may"
        if not _BUCKET.fullmatch(bucket):
            return "a bucket's name has 3 to 63 letters, and none of . and - at its ends"
        if "//" in base or ".." in base.split("/"):
            return "the prefix has an empty part" if "//" in base else "the prefix holds '..'"
        return ""

    def _credentials(self) -> str:
        """The file's whole path. Raises UsageError for one that is not there or cannot be noted."""
        path = os.path.abspath(self.credentials) if self.credentials else ""
        if path and not os.path.isfile(path):
            raise UsageError(f"CREDENTIALS={self.credentials!r} is not a file")
        if _UNWRITABLE.search(path):
            raise UsageError(
                f"CREDENTIALS={path!r}: DVC's config cannot hold this name; copy the keys to "
                "~/.aws/credentials and name their PROFILE only"
            )
        return path


def _is_address(endpoint: str) -> bool:
    """Return whether it is http(s)://host[:port][/path].

    A line break in it would end up as a setting.
    """
    try:
        parts = urlsplit(endpoint)
        return bool(_ADDRESS.fullmatch(endpoint) and parts.hostname and parts.port != 0)
    except ValueError:  # no such port, no such IPv6 address
        return False
