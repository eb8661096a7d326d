"""Parses a `.dvc` file, all that DVC takes: as YAML, never by a search in its text.

An import names another MD5 first, and a comment may hold an old one.
"""

from __future__ import annotations

import os
import re
from collections.abc import Mapping
from urllib.parse import urlsplit

from registry.dvc_outs import (
    BY_CLOUD,
    KEPT_HERE,
    NOT_CACHED,
    NOT_DOWNLOADED,
    BadDvcFile,
    DvcFile,
    Out,
)

# What `dvc add` writes: read without starting a YAML parser, since every command reads them all.
_USUAL = re.compile(
    r"outs:\n- md5: ([0-9a-f]{32}(?:\.dir)?)\n  size: (\d{1,18})\n(?:  nfiles: (\d{1,18})\n)?"
    r"  hash: md5\n  path: ([A-Za-z_][\w.-]*)\n",
    re.ASCII,
)
_DIGEST = re.compile(r"[0-9a-f]{32}(\.dir)?")
_CONFLICT = re.compile(r"^(<<<<<<<|>>>>>>>)( |$)", re.MULTILINE)
# The keys of DVC's schema (dvc/schema.py and dvc/output.py of 3.67).
_TOP = {"md5", "wdir", "deps", "outs", "locked", "frozen", "meta", "always_changed", "desc"}
_OF_OUT = {
    "md5", "checksum", "etag", "size", "nfiles", "isexec", "version_id", "path", "persist", "cloud",
    "hash", "desc", "type", "labels", "meta", "cache", "remote", "push", "files", "fs_config",
}  # fmt: skip


def parse(content: bytes, path: str) -> DvcFile:
    """What a `.dvc` file at `section/name.dvc` says. Raises BadDvcFile."""
    try:
        text = content.decode("utf-8-sig")
    except UnicodeDecodeError as error:
        line = content.count(b"\n", 0, error.start) + 1
        raise BadDvcFile(path, line, f"is not UTF-8: {_restore(path)}") from None
    usual = _USUAL.fullmatch(text)
    if usual:
        digest, size, files, name = usual.groups()
        return DvcFile((Out(name, digest, False, int(size), int(files) if files else None),))
    if conflict := _CONFLICT.search(text):
        line = text.count("\n", 0, conflict.start()) + 1
        raise BadDvcFile(path, line, f"a merge conflict: {_choose(path)}")
    return _Parser(path).file(text)


def _choose(path: str) -> str:
    return (
        f"take one side with `git checkout --ours -- {_sh(path)}` or `git checkout --theirs -- "
        f"{_sh(path)}` (or delete the other side's lines and the marks by hand), then "
        f"`git add {_sh(path)}`"
    )


def _restore(path: str) -> str:
    return f"mend it, or take the committed one: `git checkout HEAD -- {_sh(path)}`"


def _sh(path: str) -> str:
    from shlex import quote

    return quote(path)


class _Parser:
    """Takes the file's values for what DVC takes them for."""

    def __init__(self, path: str) -> None:
        self.path = path
        self.section, _, self.name = path.rpartition("/")

    def file(self, text: str) -> DvcFile:
        from registry import dvc_yaml  # the YAML parser takes longer to load than to run

        try:
            top = dvc_yaml.load(text)
        except dvc_yaml.BadYaml as error:
            raise self.bad(error.line, f"{error}: {_restore(self.path)}") from None
        self.known(top, _TOP, top)
        rows = top.get("outs")
        if not isinstance(rows, list) or not rows:
            raise self.bad(1, f"names no outs: {_restore(self.path)}")
        wdir, source, why = self.text(top, "wdir"), *self.source(top)
        outs = [self.out(row, wdir or ".", why, bool(source)) for row in rows]
        unserved = next((no for no in (self.unserved(row) for row in rows) if no), "")
        unserved = unserved or next((self.outside(out.path) for out in outs), "")
        return DvcFile(tuple(outs), source, unserved)

    def bad(self, line: int, reason: str) -> BadDvcFile:
        return BadDvcFile(self.path, line, reason)

    def source(self, top: Mapping[str, object]) -> tuple[str, str]:
        """Where an import comes from, and why DVC itself has to bring it, if it has to."""
        deps = top.get("deps")
        if not isinstance(deps, list) or not deps or not isinstance(deps[0], dict):
            return "", ""
        dep = deps[0]
        repo = dep.get("repo")
        if isinstance(repo, dict):
            return f"{dep.get('path', '')} of {repo.get('url', '?')}", "it is a `dvc import`"
        if dep.keys() & {"db", "files", "version_id"}:
            return str(dep.get("path") or "a database"), "it is an import of its source's versions"
        return str(dep.get("path", "")), ""

    def out(self, row: object, wdir: str, why: str, is_import: bool) -> Out:
        if not isinstance(row, dict):
            raise self.bad(1, f"an out must be `path: name` and more: {_restore(self.path)}")
        self.known(row, _OF_OUT, row)
        path = self.text(row, "path")
        if not path:
            raise self.bad(self.line(row), f"an out must have a path: {_restore(self.path)}")
        digest = self.text(row, "md5").lower()
        if digest and not _DIGEST.fullmatch(digest):
            cure = _restore(self.path)
            raise self.bad(self.line(row, "md5"), f"md5 must be 32 hex digits: {digest!r}: {cure}")
        place = path if _is_foreign(path) else self.below_section(os.path.join(wdir, path))
        elsewhere = why or self.elsewhere(row, bool(digest), is_import)
        size, files = self.number(row, "size"), self.number(row, "nfiles")
        is_legacy = not self.text(row, "hash")
        listed: tuple[tuple[str, str], ...] = ()
        if isinstance(rows := row.get("files"), list) and rows:
            listed, size, files = self.listed(rows)
        return Out(place, digest, is_legacy, size, files, elsewhere, listed)

    def listed(self, rows: list[object]) -> tuple[tuple[tuple[str, str], ...], int | None, int]:
        """(path, MD5) of each file, their bytes and number; none where one has no MD5."""
        pairs, sizes = [], []
        for row in rows:
            if not isinstance(row, dict) or not (path := self.text(row, "relpath")):
                raise self.bad(
                    1, f"`files:` must list `relpath: name` and more: {_restore(self.path)}"
                )
            pairs.append((path, self.text(row, "md5").lower()))
            sizes.append(self.number(row, "size"))
        is_told = all(_DIGEST.fullmatch(digest) for _, digest in pairs)
        size = None if None in sizes else sum(size or 0 for size in sizes)
        return tuple(pairs) if is_told else (), size, len(rows)

    def below_section(self, path: str) -> str:
        return os.path.relpath(os.path.join(self.section, path), self.section)

    def elsewhere(self, row: Mapping[str, object], has_digest: bool, is_import: bool) -> str:
        if row.keys() & {"files", "cloud", "version_id"}:
            return BY_CLOUD
        if self.text(row, "remote"):
            return f"it is kept on the remote {self.text(row, 'remote')!r}"
        if not self.flag(row, "push"):
            return KEPT_HERE
        if not self.flag(row, "cache"):
            return NOT_CACHED
        if is_import and not has_digest:
            return NOT_DOWNLOADED
        return ""

    def unserved(self, row: object) -> str:
        kind = row.get("hash", "md5") if isinstance(row, dict) else "md5"
        return "" if kind in ("md5", "") else f"its hash is {kind!r}"

    def outside(self, path: str) -> str:
        if _is_foreign(path):
            return f"its data is at {path}, outside this repository"
        if path == ".":
            return f"its data is all of {self.section}/"
        if path.split("/")[0] == "..":
            return f"its data is at {path}, outside {self.section}/"
        return ""

    def known(self, row: Mapping[str, object], allowed: set[str], lines: object) -> None:
        for key in row.keys() - allowed:
            text = f"DVC knows no key {key!r} here: delete it, or put it below `meta:`"
            raise self.bad(self.line(lines, key), text)

    def text(self, row: Mapping[str, object], key: str) -> str:
        value = row.get(key, "")
        if not isinstance(value, str):
            cure = _restore(self.path)
            raise self.bad(self.line(row, key), f"{key} must be one word or text: {cure}")
        return "" if value in ("null", "~") else value

    def number(self, row: Mapping[str, object], key: str) -> int | None:
        value = self.text(row, key)
        if value and not re.fullmatch(r"\d{1,18}", value, re.ASCII):
            cure = _restore(self.path)
            raise self.bad(self.line(row, key), f"{key} must be a number: {value!r}: {cure}")
        return int(value) if value else None

    def flag(self, row: Mapping[str, object], key: str) -> bool:
        """Whether it is on, as it is by default."""
        value = self.text(row, key) or "true"
        if value.lower() not in ("true", "false"):
            raise self.bad(self.line(row, key), f"{key} must be true or false: {value!r}: write so")
        return value.lower() == "true"

    def line(self, row: object, key: str = "") -> int:
        lines = getattr(row, "lines", {})
        return int(lines.get(key) or min(lines.values(), default=1))


def _is_foreign(path: str) -> bool:
    return os.path.isabs(path) or bool(urlsplit(path).scheme and "://" in path)
