"""Names the options of DVC's config that hold secrets, and finds them in what Git publishes."""

from __future__ import annotations

import re
from collections.abc import Iterator

NAMES = (
    *("access_key_id", "secret_access_key", "session_token", "sse_customer_key"),
    *("password", "passphrase", "token", "sas_token", "account_key", "connection_string"),
    *("client_secret", "oss_key_id", "oss_key_secret", "gdrive_client_secret"),
)
_SET = re.compile(rf"^\s*({'|'.join(NAMES)})\s*=\s*\S", re.MULTILINE | re.IGNORECASE)


def find(text: str) -> Iterator[tuple[int, str]]:
    """Yield (line, name) of each secret option that is set in a text of DVC's config."""
    for match in _SET.finditer(text):
        yield text.count("\n", 0, match.start(1)) + 1, match.group(1).lower()
