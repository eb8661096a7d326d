"""Says in one line how every program gets to the remote: for `make doctor` and `make remote`."""

from __future__ import annotations

from registry.remote import location, proxy
from registry.remote.http import Address
from registry.remote.location import Remote


def way(remote: Remote, region: str) -> str:
    """Such as `https://host/bucket/, region eu-west-1, certificates of …, no proxy, …`."""
    address = Address.of(remote, region)
    scheme = "https" if address.is_secure else "http"
    parts = [f"{scheme}://{address.host}{address.path}", f"region {region}"]
    if address.is_secure:
        parts.append(_certificates(remote))
    between = proxy.leading_to(scheme, address.host)
    parts.append(f"proxy {between.host}" if between else "no proxy")
    parts.append("checksums when required" if remote.has_few_checksums else "all checksums")
    parts += [f"encryption {remote.sse} {remote.sse_kms_key_id}".rstrip()] if remote.sse else []
    return ", ".join(parts)


def _certificates(remote: Remote) -> str:
    if not remote.verifies:
        return "certificates NOT CHECKED (ssl_verify of DVC's config)"
    return f"certificates of {location.trusted(remote)}"
