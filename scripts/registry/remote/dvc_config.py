"""Reads and writes DVC's own config, which says where the registry is."""

from __future__ import annotations

import os
from pathlib import Path
from typing import Any

from registry.entries import ROOT
from registry.errors import RegistryError
from registry.files import write_whole
from registry.remote.location import DVC_FOLDER, Remote

# A network that went away must end a run within a minute; these are s3fs's, in seconds.
_PATIENCE = {"connect_timeout": "5", "read_timeout": "20"}


def load(root: Path = ROOT) -> Remote:
    """The default remote of `.dvc/config` under `.dvc/config.local`.

    Raises RegistryError when there is none, or one that is not an S3 url ending in
    `/raw_datasets_dvc_cache`.
    """
    settings = _settings(root)
    name = settings.get("core", {}).get("remote", "")
    options = settings.get(f'remote "{name}"')
    if not options:
        raise RegistryError(
            ".dvc/config: no default remote: set one with `make remote URL=s3://bucket/prefix`"
        )
    url = options.get("url", "").rstrip("/")
    base, _, last = url.removeprefix("s3://").rpartition("/")
    if not url.startswith("s3://") or last != DVC_FOLDER or not base:
        raise RegistryError(
            f".dvc/config: the url of remote '{name}' must be s3://bucket/prefix/{DVC_FOLDER}: "
            f"{url!r}; set it with `make remote URL=s3://bucket/prefix`"
        )
    bucket, _, prefix = base.partition("/")
    return Remote(
        name=name,
        bucket=bucket,
        base=prefix.strip("/"),
        endpoint=options.get("endpointurl", "").rstrip("/"),
        region=options.get("region", ""),
        profile=options.get("profile", ""),
        credentials_file=_path(root, options.get("credentialpath", "")),
    )


def _path(root: Path, value: str) -> str:
    """A path of DVC's config, as DVC takes it: below `.dvc` unless it says otherwise."""
    return os.path.normpath(root / ".dvc" / os.path.expanduser(value)) if value else ""


def options(root: Path = ROOT) -> dict[str, str]:
    """All that DVC's config files say of the default remote; {} without one."""
    found = _settings(root)
    name = found.get("core", {}).get("remote", "")
    return found.get(f'remote "{name}"', {})


def cache(root: Path = ROOT) -> dict[str, str]:
    """What DVC's config files say of its cache; a relative `dir` is relative to `.dvc`."""
    return _settings(root).get("cache", {})


def cache_folder(root: Path) -> Path:
    """The folder of DVC's cache, wherever DVC's config says that it is."""
    return root / ".dvc" / os.path.expanduser(cache(root).get("dir") or "cache")


def update(path: Path, sections: dict[str, dict[str, str]]) -> None:
    """Change a DVC config file: options are set, empty ones removed, an empty section dropped.

    Comments stay. Writes, whole or not at all, only when something is new.
    """
    config = _parse(path)
    before = _text(config)
    for name, options in sections.items():
        section = config.setdefault(name, {})
        if not options:
            section.clear()
        for option, value in options.items():
            section[option] = value
            if not value:
                del section[option]
        if not section:
            del config[name]
    if _text(config) != before:
        write_whole(path, _text(config))


def _text(config: Any) -> bytes:  # noqa: ANN401  # configobj ships no types
    from io import BytesIO

    text = BytesIO()
    config.write(text)
    return text.getvalue()


def _settings(root: Path) -> dict[str, dict[str, str]]:
    """Both config files as one mapping, the local one on top."""
    merged: dict[str, dict[str, str]] = {}
    for name in ("config", "config.local"):
        for section, options in _parse(root / ".dvc" / name).items():
            if isinstance(options, dict):
                merged.setdefault(section, {}).update(options)
    return merged


def _parse(path: Path) -> Any:  # noqa: ANN401  # configobj ships no types
    """The file as a ConfigObj; an empty one if there is no file."""
    from configobj import ConfigObj, ConfigObjError

    try:
        return ConfigObj(
            str(path) if path.exists() else None,
            list_values=False,
            interpolation=False,
            encoding="utf-8",
        )
    except (ConfigObjError, UnicodeDecodeError) as error:
        raise RegistryError(f".dvc/{path.name}: {error}: mend that line") from None


def write(root: Path, there: Remote, local: bool) -> Path:
    """Make `there` the default remote, for everybody or for this machine; the file changed."""
    options = {"url": f"{there.url}/{DVC_FOLDER}", "verify": "true", **_PATIENCE}
    named = {
        "endpointurl": there.endpoint,
        "region": there.region,
        "profile": there.profile,
        "credentialpath": there.credentials_file,
    }
    options.update({name: value for name, value in named.items() if value})
    path = root / ".dvc" / ("config.local" if local else "config")
    update(path, {"core": {"remote": there.name}, f'remote "{there.name}"': options})
    if not local:  # what this machine said of it before would hide the new settings
        update(root / ".dvc" / "config.local", {"core": {"remote": ""}})
        update(root / ".dvc" / "config.local", {f'remote "{there.name}"': {}})
    return path
