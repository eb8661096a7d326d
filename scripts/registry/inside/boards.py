"""Puts the curves of TensorBoard's folders together, as TensorBoard shows them.

A folder is a run. Training that goes on after a stop writes another file into it, and that file's
steps replace those that the one before had reached.
"""

from __future__ import annotations

import os
from pathlib import PurePosixPath

from registry.inside.series import Metrics, Points


class Boards:
    """The event files of an entry, given in the order of their names, which have their time."""

    def __init__(self) -> None:
        self._folders: dict[str, dict[str, Points]] = {}

    def add(self, path: str, file: Metrics) -> None:
        folder = path.rpartition("/")[0]
        for tag, points in file.curves.items():
            tags = self._folders.setdefault(folder, {})
            first = min(step for step, _ in points)
            tags[tag] = [point for point in tags.get(tag, ()) if point[0] < first] + points

    def metrics(self) -> Metrics:
        """Tags by their names; of several folders, such as `train` and `test`, with theirs."""
        folders = list(self._folders)
        top = os.path.commonpath(folders) if folders and all(folders) else ""
        curves = {
            str(PurePosixPath(folder).relative_to(top) / tag): points
            for folder, tags in self._folders.items()
            for tag, points in tags.items()
        }
        return Metrics({name: points[-1][1] for name, points in curves.items()}, curves)
