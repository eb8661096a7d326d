"""Finds what must never be in Git: keys, tokens and passwords."""

from __future__ import annotations

import re
from collections.abc import Iterator

from registry.cards.card import Card
from registry.cards.kinds import Found
from registry.cards.library import Library

# What it is, what every one of it holds (in lower case), how it is written: the formats are those
# of the providers' own documentation.
SECRETS = tuple(
    (what, hint, re.compile(pattern))
    for what, hint, pattern in (
        ("an AWS access key id", "akia", r"\bAKIA[A-Z2-7]{16}\b"),
        ("an AWS access key id", "asia", r"\bASIA[A-Z2-7]{16}\b"),
        (
            "an AWS secret key",
            "access",
            r"(?i:secret_?access_?key)[\"']?\s*[:=]\s*[\"']?[A-Za-z0-9/+]{40}(?![A-Za-z0-9/+])",
        ),
        ("a private key", "private key", r"-----BEGIN (?:[A-Z]+ )*PRIVATE KEY-----"),
        ("a Hugging Face token", "hf_", r"\bhf_[A-Za-z0-9]{30,}\b"),
        ("a GitHub token", "gh", r"\bgh[pousr]_[A-Za-z0-9]{36,}\b"),
        ("a GitHub token", "github_pat_", r"\bgithub_pat_\w{22,}\b"),
        ("a GitLab token", "glpat-", r"\bglpat-[\w-]{20,}"),
        ("a Slack token", "xox", r"\bxox[abprs]-[A-Za-z0-9-]{10,}"),
        ("a Google API key", "aiza", r"\bAIza[\w-]{35}\b"),
        (
            "a Weights & Biases key",
            "wandb",
            r"(?i:wandb_api_key)[\"']?\s*[:=]\s*[\"']?[0-9a-f]{40}\b",
        ),
        ("an API key", "sk-", r"\bsk-(?:[a-z]+-)*[A-Za-z0-9_-]{32,}"),
        ("a password in a url", "@", r"\b[a-z][a-z0-9+.-]*://[^\s/:@<>{}$]+:[^\s/:@<>{}$]{3,}@"),
    )
)
CURE = "delete it, make a new one and withdraw this one: Git remembers it"


def secrets(card: Card, library: Library) -> Iterator[Found]:
    """No card holds a key, a token or a password."""
    for what, line in find(card.text):
        yield line, f"a card must not hold {what}: {CURE}"


def find(text: str) -> Iterator[tuple[str, int]]:
    """Yield the kinds of secrets that a text holds, each with its line; never the secret itself."""
    lower = text.lower()
    for what, hint, pattern in SECRETS:
        for match in pattern.finditer(text) if hint in lower else ():
            yield what, text.count("\n", 0, match.start()) + 1
