"""Talking to the person: how a script starts, ends and shows progress. Talk goes to stderr."""

from __future__ import annotations

import os
import sys
from collections.abc import Callable

from registry import stopping
from registry.errors import RegistryError


def say(text: str) -> None:
    print(text, file=sys.stderr, flush=True)


def run(main: Callable[[list[str]], int], name: str = "") -> int:
    """Call a script's main; every error becomes lines that a person can act on, and a code.

    `name` is what the person knows the command by; else the script's verb. Codes: 0 done,
    1 failed, 2 wrong usage, 3 refused, 130 interrupted. `--help` prints the script's docstring.
    """
    stopping.heed()
    name = name or os.path.basename(sys.argv[0]).partition("_")[0]
    try:
        if sys.argv[1:2] == ["--help"]:
            print((sys.modules["__main__"].__doc__ or "").strip())
            return 0
        return main(sys.argv[1:])
    except RegistryError as error:
        say(f"{name}: {error}")
        return error.exit_code
    except KeyboardInterrupt:
        say(f"{name}: stopped")
        return 130
    except BrokenPipeError:  # the reader of our output left, as `| head` does
        sys.stdout = None
        return 1
    except OSError as error:  # the disk is full, read-only or not what we made of it
        where = f"{error.filename}: " if error.filename else ""
        say(f"{name}: {where}{error.strerror or error}")
        _keep(error)
        return 1
    except Exception as error:  # a bug of ours: keep the story for its report
        say(f"{name}: {type(error).__name__}: {error}")
        say(f"{name}: this is a bug of the registry's scripts; nothing was lost. {_keep(error)}")
        return 1


def _keep(error: Exception) -> str:
    import traceback

    from registry.entries import ROOT

    try:
        (ROOT / ".registry").mkdir(exist_ok=True)
        path = ROOT / ".registry" / "last-error.txt"
        path.write_text("".join(traceback.format_exception(error)))
    except OSError:
        return ""
    return f"Please report it with {path.relative_to(ROOT)}"


def human_bytes(count: float) -> str:
    """1536 as `1.5 KiB`."""
    for unit in ("bytes", "KiB", "MiB", "GiB", "TiB"):
        if count < 1024 or unit == "TiB":
            break
        count /= 1024
    if unit == "bytes":
        return f"{count:.0f} {'byte' if round(count) == 1 else 'bytes'}"
    return f"{count:.1f} {unit}"


def human_seconds(seconds: float) -> str:
    """75 as `1 min 15 s`."""
    if seconds < 10:
        return f"{seconds:.1f} s"
    if seconds < 60:
        return f"{seconds:.0f} s"
    minutes, rest = divmod(round(seconds), 60)
    return f"{minutes} min {rest} s" if minutes < 60 else f"{minutes // 60} h {minutes % 60} min"


def plural(count: int, noun: str, nouns: str = "") -> str:
    """`1 file`, `2 files`; `2 entries` with nouns="entries"."""
    return f"{count:,} {noun if count == 1 else nouns or noun + 's'}"
