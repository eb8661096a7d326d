"""Names what can go wrong, by what a person can do about it; every text ends with the cure."""

from __future__ import annotations


class RegistryError(Exception):
    """Something failed; nothing was lost; running again is right once the cause is gone."""

    exit_code = 1
    cure = ""  # what to do about it, where the text does not say
    listed_by = ""  # the command that names every entry of which it is true


class UsageError(RegistryError):
    """What the person asked for makes no sense: they have to type something else."""

    exit_code = 2


class Refusal(RegistryError):
    """It would lose or mix somebody's data: a person has to choose; the text says between what."""

    exit_code = 3


class NothingStored(Refusal):
    """There is a card, and neither here nor in S3 anything else."""

    listed_by = "make status ALL=1"


class Stalled(RegistryError):
    """A program that moves bytes got no further for so long that it hangs."""


class Unreachable(RegistryError):
    """The remote did not answer, or did not let us in."""
