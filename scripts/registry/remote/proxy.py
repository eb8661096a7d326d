"""Tells which proxy leads to a remote: the environment's, as the aws command reads it.

Besides, NO_PROXY may name networks (10.0.0.0/8), which curl and Go know and Python does not.
"""

from __future__ import annotations

import os
from typing import NamedTuple
from urllib.parse import unquote, urlsplit

from registry.errors import Unreachable

LOOPBACK = ("127.0.0.1", "localhost", "::1")


class Proxy(NamedTuple):
    """Where it listens, and the headers that let us through."""

    host: str
    headers: dict[str, str]

    @classmethod
    def parse(cls, url: str) -> Proxy:
        """Raises Unreachable for one that we cannot go through."""
        parts = urlsplit(url if "://" in url else f"http://{url}")
        if parts.scheme != "http" or not parts.hostname:
            cure = "name it by http://host:port (what passes it stays encrypted), or set NO_PROXY"
            raise Unreachable(f"proxy {_masked(url)}: it is no http proxy: {cure}")
        host = parts.netloc.rpartition("@")[2]
        if parts.username is None:
            return cls(host, {})
        import base64

        pair = f"{unquote(parts.username)}:{unquote(parts.password or '')}"
        token = base64.b64encode(pair.encode()).decode()
        return cls(host, {"Proxy-Authorization": f"Basic {token}"})


def leading_to(scheme: str, host: str) -> Proxy | None:
    """Return the proxy for this host, which may have a port; None where the way is direct."""
    if not _are_set() or urlsplit(f"//{host}").hostname in LOOPBACK:
        return None
    import urllib.request  # slow to import, and rarely needed

    url = urllib.request.getproxies().get(scheme, "")
    if not url or urllib.request.proxy_bypass(host) or _is_in_network(host):
        return None
    return Proxy.parse(url)


def exception(address: str) -> str:
    """Return what a child's NO_PROXY must name so that it goes directly where we do, or ""."""
    parts = urlsplit(address)
    if not _are_set() or not parts.hostname:
        return ""
    return parts.hostname if parts.hostname in LOOPBACK or _is_in_network(parts.netloc) else ""


def _are_set() -> bool:
    return any(name.lower().endswith("_proxy") for name in os.environ)


def _is_in_network(host: str) -> bool:
    """Return whether this address is in a network that NO_PROXY names."""
    import ipaddress
    import urllib.request

    try:
        address = ipaddress.ip_address(urlsplit(f"//{host}").hostname or "")
    except ValueError:  # a name
        return False
    for word in urllib.request.getproxies_environment().get("no", "").split(","):
        try:
            if "/" in word and address in ipaddress.ip_network(word.strip(), strict=False):
                return True
        except ValueError:
            continue
    return False


def _masked(url: str) -> str:
    return url.rpartition("@")[2]
