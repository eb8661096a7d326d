"""Reads and writes one file of DVC's config, with its comments."""

from __future__ import annotations

import os
from pathlib import Path
from typing import Any

from registry.errors import RegistryError
from registry.files import write_whole

_PATHS = ("credentialpath", "configpath", "dir")


def load(path: Path) -> Any:  # noqa: ANN401  # configobj ships no types
    """Return the file as a ConfigObj; an empty one if there is no file."""
    from configobj import ConfigObj, ConfigObjError

    try:
        return ConfigObj(
            str(path) if path.exists() else None,
            list_values=False,
            interpolation=False,
            encoding="utf-8",
        )
    except (ConfigObjError, UnicodeDecodeError) as error:
        where = f".dvc/{path.name}" if path.parent.name == ".dvc" else path
        raise RegistryError(f"{where}: {error}: mend that line") from None
    except OSError as error:
        raise RegistryError(f"{path} cannot be read: {error.strerror}") from None


def parse(text: bytes, name: str) -> dict[str, dict[str, str]]:
    """Return a config that is no file here.

    Raises RegistryError, with its name, for one that is none.
    """
    from configobj import ConfigObj, ConfigObjError

    try:
        lines = text.decode("utf-8").splitlines()
        config = ConfigObj(lines, list_values=False, interpolation=False)
    except (ConfigObjError, UnicodeDecodeError) as error:
        raise RegistryError(f"{name}: {error}: mend that line there") from None
    return {key: dict(section) for key, section in config.items() if isinstance(section, dict)}


def value(path: Path, option: str, value: str) -> str:
    """A value as DVC takes it: without its quotes, a path below the file unless it is whole."""
    if len(value) > 1 and value[0] == value[-1] and value[0] in "\"'":
        value = value[1:-1]
    if option in _PATHS and value:
        return os.path.normpath(path.parent / os.path.expanduser(value))
    return value


def update(path: Path, sections: dict[str, dict[str, str]]) -> None:
    """Change a DVC config file: options are set, empty ones removed, an empty section dropped.

    Comments stay. Writes, whole or not at all, only when something is new.
    """
    config = load(path)
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
