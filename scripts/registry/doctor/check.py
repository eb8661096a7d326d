"""Runs the checks of `make doctor`: holds what they look at, and what they find."""

from __future__ import annotations

from collections.abc import Callable, Iterable, Mapping
from dataclasses import dataclass, field
from pathlib import Path

from registry.entries import ROOT
from registry.errors import RegistryError
from registry.remote.location import Remote
from registry.remote.session import Session
from registry.sync.marker import Marker

NO_CLONE = "git clone the registry: a folder that was copied or unpacked is none"
OK, NOTE, BAD = "ok", "note", "BAD"  # fine; good to know; a person has to do something


@dataclass(frozen=True)
class Finding:
    """One line: what was found about a subject and, unless all is well, what to do about it."""

    level: str
    subject: str
    text: str
    cure: str = ""


@dataclass
class Visit:
    """What the checks share: this clone, its remote and, if S3 answered, the way in.

    `markers` are those of all entries in S3, by id. `probed`: the key of a probe, which is gone
    again, and what S3 answered to it.
    """

    root: Path = ROOT
    remote: Remote | None = None
    session: Session | None = None
    markers: dict[str, Marker] = field(default_factory=dict)
    probed: tuple[str, Mapping[str, str]] | None = None

    @property
    def opened(self) -> Session:
        """The session, for checks that are only made when S3 answered."""
        assert self.session
        return self.session


Check = Callable[[Visit], Iterable[Finding]]


def examine(visit: Visit, check: Check) -> list[Finding]:
    """Return what a check finds; one that cannot be made is bad, and the others go on."""
    subject = check.__name__.replace("_", " ")
    try:
        return list(check(visit))
    except RegistryError as error:
        cure = NO_CLONE if "not a git repository" in str(error) else ""
        return [Finding(BAD, subject, str(error), cure)]
    except OSError as error:
        return [Finding(BAD, subject, f"{error.filename}: {error.strerror or error}")]
