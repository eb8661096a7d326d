"""Reads a repository that was a registry before: its files, its branch, where its bytes are."""

from __future__ import annotations

from collections.abc import Iterator
from dataclasses import dataclass, field
from pathlib import Path

from registry import git
from registry.entries import CARD, TEMPLATE
from registry.remote import config_file
from registry.sections import RAW, SECTIONS
from registry.start.shared import Shared

UNITED = (".gitignore", ".gitattributes", ".dvcignore")  # files of rules: both sides' lines count


@dataclass(frozen=True)
class Former:
    """A repository at `where`, whose `branch` ends in `commit`; its objects are here.

    `shared`: where everybody gets it.
    """

    where: str
    branch: str
    commit: str
    shared: Shared


@dataclass
class Share:
    """Whose files the registry will have, by path."""

    theirs: list[str] = field(default_factory=list)  # taken over as they are
    both: list[str] = field(default_factory=list)  # files of rules
    ours: list[str] = field(default_factory=list)  # of the same path as one of ours
    left_out: list[str] = field(default_factory=list)  # a nested DVC project

    @property
    def cards(self) -> list[str]:
        return [path for path in self.theirs if is_card(path)]

    @property
    def versions(self) -> list[str]:
        """The `.dvc` files of raw datasets."""
        return [
            p for p in self.theirs if p.endswith(".dvc") and p.startswith(f"{RAW}/") and _is_top(p)
        ]


def share(root: Path, former: Former) -> Share:
    """Return which file comes from which side. Raises GitError."""
    ours = set(git.committed(root))
    folders = {path[:end] for path in ours for end in _slashes(path)}
    parts = Share()
    for path in listed(root, former.commit):
        _part(parts, path, ours, folders).append(path)
    return parts


def _part(parts: Share, path: str, ours: set[str], folders: set[str]) -> list[str]:
    name = path.rpartition("/")[2]
    if "/.dvc/" in path:
        return parts.left_out
    if path in ours and name in UNITED:
        return parts.both
    above = {path[:end] for end in _slashes(path)}
    if path in ours or path in folders or above & ours or path.startswith(".dvc/"):
        return parts.ours
    return parts.theirs


def _slashes(path: str) -> Iterator[int]:
    return (at for at, letter in enumerate(path) if letter == "/")


def listed(root: Path, commit: str) -> list[str]:
    """Return the paths of all files of a commit."""
    return git.names(git.run(root, "ls-tree", "-r", "-z", "--name-only", commit))


def is_card(path: str) -> bool:
    return _is_top(path) and path.endswith(CARD) and not path.endswith(f"/{TEMPLATE}{CARD}")


def _is_top(path: str) -> bool:
    """Return whether it lies directly in a section."""
    section, _, rest = path.partition("/")
    return section in SECTIONS and bool(rest) and "/" not in rest


def remotes(root: Path, former: Former) -> tuple[str, dict[str, dict[str, str]]]:
    """Return what its DVC config says: the default remote's name and every remote's options.

    The config at the top counts, else that of a nested project. Raises RegistryError.
    """
    configs = [p for p in listed(root, former.commit) if f"/{p}".endswith("/.dvc/config")]
    for path in sorted(configs, key=lambda path: path.count("/")):
        text = git.show(root, f"{former.commit}:{path}") or b""
        config = config_file.parse(text, f"{former.where}: {path}")
        default = config.get("core", {}).get("remote", "")
        if default:
            return default, {
                name[len('remote "') : -1]: options
                for name, options in config.items()
                if name.startswith('remote "')
            }
    return "", {}
