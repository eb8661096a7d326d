"""Reads all that DVC's schema lets a `.dvc` file say: what an import is, and where an out lies."""

from __future__ import annotations

import os
import re
from urllib.parse import urlsplit

from registry import dvc_yaml
from registry.dvc_outs import (
    BY_CLOUD,
    KEPT_HERE,
    NOT_CACHED,
    NOT_DOWNLOADED,
    BadDvcFile,
    DvcFile,
    Out,
    how_to_mend,
)
from registry.dvc_row import DvcRow

_DIGEST = re.compile(r"[0-9a-f]{32}(\.dir)?")
# The keys of DVC's schema (dvc/schema.py and dvc/output.py of 3.67).
_TOP = {"md5", "wdir", "deps", "outs", "locked", "frozen", "meta", "always_changed", "desc"}
_OF_OUT = {
    "md5", "checksum", "etag", "size", "nfiles", "isexec", "version_id", "path", "persist", "cloud",
    "hash", "desc", "type", "labels", "meta", "cache", "remote", "push", "files", "fs_config",
}  # fmt: skip


class DvcReader:
    """Reads one file, `section/name.dvc`."""

    def __init__(self, path: str) -> None:
        self.path, self.section = path, path.rpartition("/")[0]

    def file(self, text: str) -> DvcFile:
        """Return what the text says. Raises BadDvcFile."""
        try:
            top = DvcRow(self.path, dvc_yaml.load(text))
        except dvc_yaml.BadYaml as error:
            raise BadDvcFile(self.path, error.line, f"{error}: {how_to_mend(self.path)}") from None
        top.refuse_unknown(_TOP)
        values = top.fields.get("outs")
        if not isinstance(values, list) or not values:
            raise BadDvcFile(self.path, 1, f"names no outs: {how_to_mend(self.path)}")
        wdir, (source, why) = top.text("wdir") or ".", _source(top)
        rows = [self._row(value, "an out must be `path: name` and more") for value in values]
        outs = [self._out(row, wdir, why, bool(source)) for row in rows]
        unserved = next((no for no in map(_unserved, rows) if no), "")
        unserved = unserved or next((self._outside(out.path) for out in outs), "")
        return DvcFile(tuple(outs), source, unserved)

    def _row(self, value: object, what: str) -> DvcRow:
        if not isinstance(value, dvc_yaml.Fields):
            raise BadDvcFile(self.path, 1, f"{what}: {how_to_mend(self.path)}")
        return DvcRow(self.path, value)

    def _out(self, row: DvcRow, wdir: str, why: str, is_import: bool) -> Out:
        row.refuse_unknown(_OF_OUT)
        path, digest = row.text("path"), row.text("md5")
        if not path:
            raise row.bad(f"an out must have a path: {how_to_mend(self.path)}")
        if digest and not _DIGEST.fullmatch(digest):
            cure = how_to_mend(self.path)
            raise row.bad(f"md5 must be 32 hex digits in small letters: {digest!r}: {cure}", "md5")
        place = path if _is_foreign(path) else self._below_section(os.path.join(wdir, path))
        elsewhere = why or _elsewhere(row, bool(digest), is_import)
        size, files = row.number("size"), row.number("nfiles")
        is_legacy = not row.text("hash")
        listed: tuple[tuple[str, str], ...] = ()
        if isinstance(values := row.fields.get("files"), list) and values:
            listed, size, files = self._listed(values)
        return Out(place, digest, is_legacy, size, files, elsewhere, listed)

    def _listed(self, values: list[object]) -> tuple[tuple[tuple[str, str], ...], int | None, int]:
        """(path, MD5) of each file, their bytes and number; none where one has no MD5."""
        pairs, sizes, what = [], [], "`files:` must list `relpath: name` and more"
        for value in values:
            row = self._row(value, what)
            if not (path := row.text("relpath")):
                raise BadDvcFile(self.path, 1, f"{what}: {how_to_mend(self.path)}")
            pairs.append((path, row.text("md5").lower()))
            sizes.append(row.number("size"))
        is_told = all(_DIGEST.fullmatch(digest) for _, digest in pairs)
        size = None if None in sizes else sum(size or 0 for size in sizes)
        return tuple(pairs) if is_told else (), size, len(values)

    def _below_section(self, path: str) -> str:
        return os.path.relpath(os.path.join(self.section, path), self.section)

    def _outside(self, path: str) -> str:
        if _is_foreign(path):
            return f"its data is at {path}, outside this repository"
        if path == ".":
            return f"its data is all of {self.section}/"
        if path.split("/")[0] == "..":
            return f"its data is at {path}, outside {self.section}/"
        return ""


def _source(top: DvcRow) -> tuple[str, str]:
    """Return where an import comes from, and why DVC itself has to bring it, if it has to."""
    deps = top.fields.get("deps")
    if not isinstance(deps, list) or not deps or not isinstance(deps[0], dict):
        return "", ""
    dep = deps[0]
    repo = dep.get("repo")
    if isinstance(repo, dict):
        return f"{dep.get('path', '')} of {repo.get('url', '?')}", "it is a `dvc import`"
    if dep.keys() & {"db", "files", "version_id"}:
        return str(dep.get("path") or "a database"), "it is an import of its source's versions"
    return str(dep.get("path", "")), ""


def _elsewhere(row: DvcRow, has_digest: bool, is_import: bool) -> str:
    """Return why an out is not kept with the registry's other raw data; "" if it is."""
    if row.has("files", "cloud", "version_id"):
        return BY_CLOUD
    if row.text("remote"):
        return f"it is kept on the remote {row.text('remote')!r}"
    if not row.flag("push"):
        return KEPT_HERE
    if not row.flag("cache"):
        return NOT_CACHED
    return NOT_DOWNLOADED if is_import and not has_digest else ""


def _unserved(row: DvcRow) -> str:
    kind = row.fields.get("hash", "md5")
    return "" if kind in ("md5", "") else f"its hash is {kind!r}"


def _is_foreign(path: str) -> bool:
    return os.path.isabs(path) or bool(urlsplit(path).scheme and "://" in path)
