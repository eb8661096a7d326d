"""Reads public.yml, the file in Git that names what everybody may have, and where it goes."""

from __future__ import annotations

import re
from dataclasses import dataclass
from pathlib import Path

import yaml

from registry.errors import RegistryError, UsageError

PUBLIC_FILE = "public.yml"
MAY_SAY = ("url", "endpoint", "region", "profile")
EXAMPLE = (
    "write it, such as\n  target: s3://our-public-bucket/registry\n"
    "  url: https://data.example.org/registry\n  entries:\n    - champion_models/x"
)
_ADDRESS = re.compile(r"https?://[^\s/?#]+(?:/[^\s?#]*)?")
_BUCKET = re.compile(r"s3://[^/\s]+(?:/\S*)?")


@dataclass(frozen=True)
class Allowlist:
    """`target`: an S3 prefix or a folder. `url`: where readers find it, "" if nobody says.
    `entries`: {id: its line}. The others are those of a store that is not the registry's own."""

    target: str
    entries: dict[str, int]
    url: str = ""
    endpoint: str = ""
    region: str = ""
    profile: str = ""


class BadPublicFile(RegistryError):
    """public.yml does not say what it must."""

    def __init__(self, line: int, problem: str) -> None:
        super().__init__(f"{PUBLIC_FILE}:{line}: {problem}")


def read(root: Path) -> Allowlist:
    """Return what the registry at `root` publishes.

    Raises UsageError without the file, BadPublicFile.
    """
    try:
        return parse((root / PUBLIC_FILE).read_bytes())
    except FileNotFoundError:
        raise UsageError(
            f"{PUBLIC_FILE} says what is public, and is not there: {EXAMPLE}"
        ) from None


def parse(body: bytes) -> Allowlist:
    """Raises BadPublicFile."""
    try:
        top = yaml.compose(body.decode("utf-8"), yaml.BaseLoader)
    except UnicodeDecodeError:
        raise BadPublicFile(1, "must be UTF-8 text: save it again as UTF-8") from None
    except yaml.YAMLError as error:
        mark = getattr(error, "problem_mark", None)
        raise BadPublicFile(mark.line + 1 if mark else 1, "must be YAML: correct it") from None
    if not isinstance(top, yaml.MappingNode):
        raise BadPublicFile(1, f"must be `key: value` lines: {EXAMPLE}")
    texts, entries = {}, None
    for key, value in top.value:
        line = key.start_mark.line + 1
        if key.value == "entries":
            entries = _entries(value)
        elif key.value in ("target", *MAY_SAY) and isinstance(value, yaml.ScalarNode):
            texts[key.value] = _text(key.value, value.value, line)
        else:
            known = ", ".join(("target", "entries", *MAY_SAY))
            raise BadPublicFile(line, f"{key.value!r} is none of {known}, or no text: correct it")
    if "target" not in texts or entries is None:
        raise BadPublicFile(1, f"must have target and entries: {EXAMPLE}")
    return Allowlist(entries=entries, **texts)


def _text(key: str, text: str, line: int) -> str:
    if not text.strip():
        raise BadPublicFile(line, f"{key} must not be empty: fill it in, or delete the line")
    if key == "url" and not _ADDRESS.fullmatch(text):
        raise BadPublicFile(line, f"url must be https://…: {text!r}")
    if key == "target" and "://" in text and not _BUCKET.fullmatch(text):
        raise BadPublicFile(line, f"target must be s3://bucket/prefix or a folder: {text!r}")
    return text.rstrip("/") if key in ("url", "target", "endpoint") else text


def _entries(node: yaml.Node) -> dict[str, int]:
    items = node.value if isinstance(node, yaml.SequenceNode) else []
    if not isinstance(node, yaml.SequenceNode) and node.value:
        raise BadPublicFile(node.start_mark.line + 1, "entries must be a list: `- section/name`")
    lines: dict[str, int] = {}
    for item in items:
        line = item.start_mark.line + 1
        if not isinstance(item, yaml.ScalarNode) or item.value.count("/") != 1:
            raise BadPublicFile(line, "an entry must be an id, `- section/name`: correct it")
        if item.value in lines:
            raise BadPublicFile(line, f"{item.value} must stand once: delete this line")
        lines[item.value] = line
    return lines
