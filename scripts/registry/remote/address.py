"""Says where a bucket is reached."""

from __future__ import annotations

from typing import NamedTuple
from urllib.parse import urlsplit

from registry.remote.location import Remote


class Address(NamedTuple):
    """Where a bucket is reached: `path` is what comes before a key, and ends with a slash."""

    is_secure: bool
    host: str
    path: str

    @classmethod
    def of(cls, remote: Remote, region: str) -> Address:
        secure, host, folder = True, _amazons_host(remote, region), ""
        if remote.address:
            parts = urlsplit(remote.address)
            secure, host, folder = parts.scheme == "https", parts.netloc, parts.path.rstrip("/")
        if remote.is_virtual:
            return cls(secure, f"{remote.bucket}.{host}", f"{folder}/")
        return cls(secure, host, f"{folder}/{remote.bucket}/")


def _amazons_host(remote: Remote, region: str) -> str:
    service = "s3-fips" if remote.aws.is_set("use_fips_endpoint") else "s3"
    stack = ".dualstack" if remote.aws.is_set("use_dualstack_endpoint") else ""
    return f"{service}{stack}.{region}.amazonaws.com" + (".cn" if region.startswith("cn-") else "")
