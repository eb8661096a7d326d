"""Makes what decides whom a connection trusts."""

from __future__ import annotations

from functools import lru_cache
from typing import TYPE_CHECKING

from registry.errors import Unreachable
from registry.remote import location
from registry.remote.location import Remote

if TYPE_CHECKING:
    import ssl


def context(remote: Remote) -> ssl.SSLContext:
    bundle = location.trusted(remote) if remote.verifies else ""
    return _ssl_context(bundle)


@lru_cache(maxsize=4)
def _ssl_context(bundle: str) -> ssl.SSLContext:
    """Trusts what the file names; everything if there is none. Raises Unreachable for no such file.

    Made once: reading this machine's certificates takes longer than a request.
    """
    import ssl

    if not bundle:
        context = ssl.create_default_context()
        context.check_hostname, context.verify_mode = False, ssl.CERT_NONE
        return context
    try:
        return ssl.create_default_context(cafile=bundle)
    except OSError as error:
        why = error.strerror or "it holds no certificate"
        cure = "mend AWS_CA_BUNDLE, ca_bundle of the profile or ssl_verify of DVC's config"
        raise Unreachable(f"{bundle}: {why}: {cure}") from None
