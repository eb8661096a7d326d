"""Reads what a card says about people's data: whether there are any, and may be shown to others."""

from __future__ import annotations

import re

PERSONAL = "personal_sensitive_information"
# "none" and no more about it, such as "No personal data." but not "None of the names are hidden".
_NONE = re.compile(
    r"\s*(?:none|no|nothing|not any|not applicable|n/a)"
    r"(?:\s+(?:known|at all|personal|private|sensitive|data|information|about|of|people|persons?))*"
    r"\s*(?:[.;:(\n]|$|,(?!\s*(?:but|except|apart|save|only|other)\b))",
    re.IGNORECASE,
)
_CLEARED = re.compile(r".*(?<!not )\bcleared\b", re.IGNORECASE | re.DOTALL)


def is_cleared(said: str) -> bool:
    """Return whether it says that there are none, or that somebody cleared them."""
    return bool(_NONE.match(said) or _CLEARED.match(said))
