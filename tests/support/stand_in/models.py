"""The services' descriptions that come with botocore: large, and parsed once for all forks."""

from __future__ import annotations

import os
import sys
from typing import Any

LOADERS = ("awscli.botocore.loaders", "botocore.loaders")


class Models:
    """What was read so far, by its path. A fork may change what it got: it has its own memory."""

    def __init__(self) -> None:
        self.kept: dict[tuple[str, str], Any] = {}
        self.readers: dict[str, Any] = {}

    def settle(self) -> None:
        """From now on, all that is imported by now reads them here."""
        for name in LOADERS:
            module = sys.modules.get(name)
            if module and name not in self.readers:
                self.readers[name] = module.JSONFileLoader.load_file
                module.JSONFileLoader.load_file = self._reader(
                    name, os.path.dirname(str(module.__file__))
                )

    def _reader(self, name: str, folder: str) -> Any:
        def load_file(loader: object, path: str) -> Any:
            if not path.startswith(folder):  # somebody's own
                return self.readers[name](loader, path)
            return self.load((name, path))

        return load_file

    def load(self, key: tuple[str, str]) -> Any:
        if key not in self.kept:
            name, path = key
            self.kept[key] = self.readers[name](sys.modules[name].JSONFileLoader(), path)
        return self.kept[key]
