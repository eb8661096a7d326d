"""Talks to the person: starts and ends a script, and says things on stderr."""

from __future__ import annotations

import io
import os
import re
import sys
from collections.abc import Callable, Iterable
from typing import TYPE_CHECKING, Any

from registry import interrupt, options
from registry.errors import RegistryError
from registry.humanize import harmless, some

if TYPE_CHECKING:  # a check of cards starts no thread, and few scripts have options of their own
    import argparse

    from registry.parallel import Result

FEW = 3  # entries of which the same is said one by one
_COLOUR = re.compile(r"(\x1b\[(?:0|1|2|3[0-7])m)")  # the only ones that we write


def say(text: str) -> None:
    print(harmless(text, lines=True), file=sys.stderr, flush=True)


def print_line(text: str) -> None:
    """A result, on standard output."""
    print(text)


def run(main: Callable[[list[str]], int], name: str = "") -> int:
    """Call a script's main; every error becomes lines that a person can act on, and a code.

    `name` is the command that the person typed: its variables are judged before anything is done.
    Codes: 0 done, 1 failed, 2 wrong usage, 3 refused, 130 interrupted. `--help` prints the
    script's docstring.
    """
    interrupt.heed()
    _guard_output()
    name = name or "registry"

    def whole() -> int:
        if sys.argv[1:2] == ["--help"]:
            print((sys.modules["__main__"].__doc__ or "").strip())
            return 0
        options.judge(name)
        return main(options.settle(sys.argv[1:], name))

    code = attempt(name, whole)
    return worst([code, attempt(name, _hand_over)])


def attempt(name: str, step: Callable[[], int]) -> int:
    """Return a step's exit code; every error becomes lines that a person can act on, and a code."""
    try:
        return step()
    except RegistryError as error:
        say(f"{name}: {told(error)}")
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
        say(f"{name}: this is a bug of the registry's scripts. {_keep(error)}")
        return 1


def carry_on(name: str, code: int, steps: Iterable[Callable[[], int]]) -> int:
    """Do each step, whatever became of those before, with exit `code`; one exit code for all.

    Ctrl-C ends it. What is not done is said once more at the end, where a person looks.
    """
    for step in steps:
        code = worst([code, attempt(name, step)])
        if code == 130:
            return code
    if code:
        say(f"{name}: not everything was done (exit code {code}), see above")
    return code


class _Harmless(io.TextIOWrapper):
    """Standard output, in which names that others gave can do nothing to a terminal."""

    def write(self, text: str) -> int:
        parts = _COLOUR.split(text) if self.isatty() else [text]
        parts[::2] = [harmless(part, lines=True) for part in parts[::2]]
        return super().write("".join(parts))


def _hand_over() -> int:
    """Write what print has kept: Python's own flush at the end hides that the disk is full."""
    if sys.stdout is not None:
        try:
            sys.stdout.flush()
        except OSError as error:
            sys.stdout = None
            if not isinstance(error, BrokenPipeError):  # else all is done, and its reader left
                raise
    return 0


def _guard_output() -> None:
    if sys.stdout is None:  # closed, as by `>&-`
        sys.stdout = open(os.devnull, "w", encoding="utf-8")  # noqa: SIM115 - until we end
    for stream in (sys.stdout, sys.stderr):
        if isinstance(stream, io.TextIOWrapper):  # a lone surrogate must not end a command
            stream.reconfigure(errors="backslashreplace")
    out = sys.stdout
    if isinstance(out, io.TextIOWrapper):
        encoding, by_line = out.encoding, out.line_buffering
        guard = _Harmless(out.detach(), encoding, "backslashreplace", line_buffering=by_line)
        sys.stdout = guard
        sys.__stdout__ = guard  # type: ignore[misc]  # shutil asks this one how wide a terminal is


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


def report(results: Iterable[Result[Any]]) -> int:
    """Say what failed or was refused, and give the exit code that this makes.

    Entry by entry; what is said alike of more than a few of them is said once.
    """
    alike: dict[str, list[Result[Any]]] = {}
    codes = {0}
    for result in results:
        if result.error is not None:
            word = "refused" if result.error.exit_code == 3 else "failed"
            alike.setdefault(f"{word}: {told(result.error)}", []).append(result)
            codes.add(result.error.exit_code)
    for text, same in alike.items():
        for line in _lines_of(text, same):
            say(line)
    return worst(codes)


def _lines_of(text: str, same: list[Result[Any]]) -> list[str]:
    if len(same) <= FEW:
        return [f"{result.entry}: {text}" for result in same]
    listed_by = same[0].error.listed_by if same[0].error else ""
    rest = f"; `{listed_by}` lists them" if listed_by else ""
    return [f"{some([str(result.entry) for result in same])}: {text}{rest}"]


def told(error: RegistryError) -> str:
    return f"{error}: {error.cure}" if error.cure else str(error)


def worst(codes: Iterable[int]) -> int:
    """One exit code for several: a failure outranks a refusal, since running again may help."""
    raised = set(codes)
    return next((code for code in (130, 1, 2, 3) if code in raised), 0)


def parser(script: str, doc: str | None) -> argparse.ArgumentParser:
    """Return a parser of a script's words; its docstring is what `--help` prints."""
    import argparse

    raw = argparse.RawDescriptionHelpFormatter
    return argparse.ArgumentParser(prog=script, description=doc, formatter_class=raw)
