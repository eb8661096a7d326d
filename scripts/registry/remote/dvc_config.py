"""Reads and writes DVC's own config, which says where the registry is."""

from __future__ import annotations

import os
import sys
from pathlib import Path
from typing import Any

from registry.entries import ROOT
from registry.errors import RegistryError
from registry.remote import config_file
from registry.remote.location import DVC_FOLDER, YES, Remote

# A network that went away must end a run within a minute; these are s3fs's, in seconds.
_PATIENCE = {"connect_timeout": "5", "read_timeout": "20"}
_OPTIONS = {  # a remote's fields, and what DVC calls them
    "endpoint": "endpointurl",
    "region": "region",
    "profile": "profile",
    "credentials_file": "credentialpath",
    "config_file": "configpath",
    "ssl_verify": "ssl_verify",
    "access_key": "access_key_id",
    "secret_key": "secret_access_key",
    "session_token": "session_token",
    "sse": "sse",
    "sse_kms_key_id": "sse_kms_key_id",
}


def load(root: Path = ROOT) -> Remote:
    """Return the default remote of `.dvc/config` under `.dvc/config.local`.

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
    bucket, base = _place(name, options.get("url", ""))
    said: dict[str, Any] = {field: options.get(option, "") for field, option in _OPTIONS.items()}
    said["endpoint"] = said["endpoint"].rstrip("/")
    said["is_anonymous"] = options.get("allow_anonymous_login", "").lower() in YES
    return Remote(name, bucket, base, **said)


def _place(name: str, url: str) -> tuple[str, str]:
    """The bucket and the base that a remote's url names."""
    url = url.rstrip("/")
    base, _, last = url.removeprefix("s3://").rpartition("/")
    if not url.startswith("s3://") or last != DVC_FOLDER or not base:
        raise RegistryError(
            f".dvc/config: the url of remote '{name}' must be s3://bucket/prefix/{DVC_FOLDER}: "
            f"{url!r}; set it with `make remote URL=s3://bucket/prefix`"
        )
    bucket, _, prefix = base.partition("/")
    return bucket, prefix.strip("/")


def options(root: Path = ROOT) -> dict[str, str]:
    """Return all that DVC's config files say of the default remote; {} without one."""
    settings = _settings(root)
    name = settings.get("core", {}).get("remote", "")
    return settings.get(f'remote "{name}"', {})


def level(root: Path, option: str) -> str:
    """Return which file decides on an option of the default remote: a word for `dvc remote`.

    The nearest one that sets it, else the nearest one that names the remote; "" for `.dvc/config`.
    """
    section = f'remote "{load(root).name}"'
    words = ("--system ", "--global ", "", "--local ")
    each = zip(words, map(config_file.load, files(root)), strict=True)
    said = [(word, config.get(section, {})) for word, config in each]
    setting = [word for word, options in said if option in options]
    return (setting or [word for word, options in said if "url" in options] or [""])[-1]


def cache(root: Path = ROOT) -> dict[str, str]:
    """Return what DVC's config files say of its cache."""
    return _settings(root).get("cache", {})


def cache_folder(root: Path) -> Path:
    """Return the folder of DVC's cache, wherever DVC's config says that it is."""
    return root / ".dvc" / os.path.expanduser(cache(root).get("dir") or "cache")


def carry(root: Path, remotes: dict[str, dict[str, str]], ours: str) -> None:
    """Add further remotes, which some `.dvc` files may name; those that are there stay."""
    path = root / ".dvc" / "config"
    have = config_file.load(path)
    more = {f'remote "{name}"': options for name, options in remotes.items() if name != ours}
    config_file.update(path, {n: o for n, o in more.items() if n not in have and o})


def _settings(root: Path) -> dict[str, dict[str, str]]:
    """Return all of DVC's config files as one mapping, the nearest on top: paths are whole."""
    merged: dict[str, dict[str, str]] = {}
    for path in files(root):
        for section, options in config_file.load(path).items():
            if isinstance(options, dict):
                own = {k.lower(): config_file.value(path, k.lower(), v) for k, v in options.items()}
                merged.setdefault(section, {}).update(own)
    return merged


def files(root: Path = ROOT) -> list[Path]:
    """The config files that DVC reads: of the system, the user, the registry, this machine."""
    home, is_mac = os.path.expanduser("~"), sys.platform == "darwin"
    mine = os.environ.get("XDG_CONFIG_HOME") or f"{home}/.config"
    all_ = (os.environ.get("XDG_CONFIG_DIRS") or "/etc/xdg").split(os.pathsep)[0]
    usual = "/Library/Application Support"
    of_all = os.environ.get("DVC_SYSTEM_CONFIG_DIR") or f"{usual if is_mac else all_}/dvc"
    of_mine = os.environ.get("DVC_GLOBAL_CONFIG_DIR") or f"{home + usual if is_mac else mine}/dvc"
    own = (root / ".dvc" / name for name in ("config", "config.local"))
    return [Path(of_all) / "config", Path(of_mine) / "config", *own]


def write(root: Path, remote: Remote, local: bool) -> Path:
    """Make `remote` the default one, for everybody or for this machine; the file changed."""
    options = {"url": f"{remote.url}/{DVC_FOLDER}", "verify": "true", **_PATIENCE}
    named = {
        "endpointurl": remote.endpoint,
        "region": remote.region,
        "profile": remote.profile,
        "credentialpath": remote.credentials_file,
    }
    options.update({name: value for name, value in named.items() if value})
    path = root / ".dvc" / ("config.local" if local else "config")
    config_file.update(path, {"core": {"remote": remote.name}, f'remote "{remote.name}"': options})
    if not local:  # what this machine said of it before would hide the new settings
        config_file.update(root / ".dvc" / "config.local", {"core": {"remote": ""}})
        config_file.update(root / ".dvc" / "config.local", {f'remote "{remote.name}"': {}})
    return path
