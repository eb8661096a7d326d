"""Where the registry is: read from DVC's own remote config, the one place that says so."""

from __future__ import annotations

import os
from dataclasses import dataclass
from pathlib import Path
from typing import Any
from urllib.parse import urlsplit

from registry.entries import ROOT, Entry
from registry.errors import RegistryError
from registry.files import write_whole

EMBEDDED = "embedded"  # the remote of a fresh clone: a store on this machine
DVC_FOLDER = "raw_datasets_dvc_cache"  # DVC's part; the registry's base is its parent
MARKERS = ".registry"
TRASH = ".registry_trash"
LOOPBACK = ("127.0.0.1", "localhost", "::1")


@dataclass(frozen=True)
class Remote:
    """An S3 place: `s3://bucket/base`, and how to get in. Empty strings mean "not set"."""

    name: str
    bucket: str
    base: str
    endpoint: str = ""
    region: str = ""
    profile: str = ""
    credentials_file: str = ""

    @property
    def url(self) -> str:
        """`s3://bucket/base`, without a slash at the end."""
        return f"s3://{self.bucket}/{self.base}".rstrip("/")

    @property
    def address(self) -> str:
        """The endpoint to talk to: the config's, or the one that aws takes; "" for Amazon's."""
        names = ("AWS_ENDPOINT_URL_S3", "AWS_ENDPOINT_URL")
        usual = next((os.environ[name] for name in names if os.environ.get(name)), "")
        return (self.endpoint or usual).rstrip("/")

    @property
    def is_on_this_machine(self) -> bool:
        """Whether it is reached by loopback, as the embedded store is: no proxy leads there."""
        return urlsplit(self.address).hostname in LOOPBACK

    @property
    def options(self) -> str:
        """What `aws` needs on its command line to get there: " --endpoint-url … --profile …"."""
        import shlex

        named = {
            "--endpoint-url": self.address,
            "--profile": self.profile,
            "--region": self.region,
        }
        return "".join(
            f" {option} {shlex.quote(value)}" for option, value in named.items() if value
        )

    @property
    def identity(self) -> str:
        """Names the place itself, not the way in: what was verified here holds only for here."""
        return f"{self.address or 'aws'} {self.url}"

    def key(self, *parts: str) -> str:
        """The key below the base; a folder's ends with a slash when the last part is empty."""
        return "/".join([*filter(None, [self.base]), *parts])

    def prefix(self, entry: Entry) -> str:
        """Where the entry's files are: `base/section/name/`."""
        return self.key(entry.section, entry.name, "")

    def marker(self, entry: Entry) -> str:
        return self.key(MARKERS, entry.section, entry.name + ".json")


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
