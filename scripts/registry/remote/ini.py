"""Reads the two files of AWS's settings: sections of `name = value`."""

from __future__ import annotations

import re
from collections.abc import Mapping

from registry.errors import Unreachable

Pairs = Mapping[str, str]
Sections = Mapping[str, Pairs]


def read(path: str) -> Sections:
    """Return the sections of a file; {} where there is none. Raises Unreachable, with the line."""
    try:
        with open(path, encoding="utf-8") as file:
            text = file.read()
    except (FileNotFoundError, NotADirectoryError):
        return {}
    except OSError as error:
        raise Unreachable(f"{path} cannot be read: {error.strerror}") from None
    except UnicodeDecodeError as error:
        raise Unreachable(f"{path}: it is not UTF-8: {error.reason}: mend that file") from None
    return _parsed(path, text)


def _parsed(path: str, text: str) -> Sections:
    import configparser  # many have no such file

    parser = configparser.RawConfigParser()  # strict and with a [DEFAULT], as botocore has it
    try:
        parser.read_string(text)
    except configparser.Error as error:
        line = re.search(r"line:? +(\d+)", str(error))
        where = f"{path}:{line[1]}" if line else path
        twice = configparser.DuplicateOptionError | configparser.DuplicateSectionError
        is_twice = isinstance(error, twice)
        what = "it is there twice" if is_twice else "it is no [section] and no name = value"
        raise Unreachable(f"{where}: {what}: mend that line") from None
    return {section: dict(parser.items(section)) for section in parser.sections()}


def words(section: str) -> list[str]:
    """Return the words of a section's name, as a shell has them: `profile "x y"` are two."""
    import shlex

    try:
        return shlex.split(section)
    except ValueError:  # a quote that does not end
        return []
