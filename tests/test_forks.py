"""A command in a fork (support/stand_in) is the command as it starts: each is done both ways."""

from __future__ import annotations

import json
import os
import signal
import subprocess
import sys
import time
from pathlib import Path

import pytest
from support import crash_at, session
from support.process import Process

pytestmark = pytest.mark.skipif(sys.platform != "linux", reason="there are no forks elsewhere")

NOUN = """
import os
from dataclasses import dataclass
from pathlib import Path
CACHE = os.path.expanduser("~/.cache")
def cache(at=CACHE):
    return at
class Kept:
    AT = CACHE
ROOT = Path(__file__).resolve().parent.parent.parent
FOLDER = str(Path(__file__).parent / "words")
@dataclass
class Place:
    root: Path = ROOT
def place(root: Path = ROOT / "below"):
    return root
"""
PROBE = '''
"""What it says of itself."""
from __future__ import annotations
import json, os, signal, subprocess, sys, tempfile, threading
from dataclasses import dataclass
from registry import noun

@dataclass
class Own:
    value: int = 0

def look():
    import email.message  # late
    fds = {}
    for fd in range(3, 100):
        try:
            fds[fd] = os.get_inheritable(fd), os.readlink(f"/proc/self/fd/{fd}")
        except OSError:
            pass
    mask = os.umask(0)
    os.umask(mask)
    from registry import late
    return {
        "argv": sys.argv, "orig": sys.orig_argv[1:], "path": sys.path, "executable": sys.executable,
        "prefix": [sys.prefix, sys.exec_prefix, sys.base_prefix], "cwd": os.getcwd(), "umask": mask,
        "env": {k: v for k, v in os.environ.items() if k not in ("_", "TEST_RUN")},
        "child": sorted(map(ascii, subprocess.check_output(["env"]).splitlines())),
        "parent": os.getppid(),
        "fds": {k: v for k, v in fds.items() if "/fd" not in v[1]}, "tmp": tempfile.gettempdir(),
        "main": [__name__, __doc__, __file__, sys.modules["__main__"].__dict__ is globals()],
        "noun": [str(x) for x in (noun.ROOT, noun.FOLDER, noun.Place().root, noun.place(),
                                  noun.__file__, noun.__spec__.origin, late.__file__,
                                  noun.CACHE, noun.cache(), noun.Kept.AT)],
        "streams": [(s.encoding, s.errors, s.line_buffering, s.mode, s.isatty(), s.fileno())
                    for s in (sys.stdin, sys.stdout, sys.stderr)],
        "signals": [str(signal.getsignal(n)) for n in range(1, 32) if n not in (9, 19)],
        "input": sys.stdin.read(), "thread": threading.current_thread() is threading.main_thread(),
        "flags": [sys.dont_write_bytecode, str(sys.flags)],
    }

if __name__ == "__main__":
    word = sys.argv[1]
    if word == "look":
        print(json.dumps(look(), sort_keys=True))
    else:
        exec(word)
'''
ENDS = {
    "falls off": "pass", "a number": "sys.exit(7)", "a large number": "sys.exit(300)",
    "a word": "sys.exit('a word')", "none": "raise SystemExit", "an error": "1 / 0",
    "interrupted": "raise KeyboardInterrupt", "killed": "os.kill(os.getpid(), 9)",
    "terminated": "os.kill(os.getpid(), 15)", "at once": "os._exit(3)",
    "at its end": "import atexit; atexit.register(print, 'bye'); print('now')",
    "a thread": "threading.Timer(0.1, print, ['late']).start()",
    "not flushed": "sys.stdout.write('no newline'); sys.stderr.write('nor here')",
    "a module that is not there": "import registry.nowhere",
    "a part that nobody imported": "import xml; xml.dom.minidom",
    "closed": "sys.stdout = None", "an input that ended": "input()",
}  # fmt: skip


class Both:
    """A folder with a script, in which it starts or is forked."""

    def __init__(self, folder: Path) -> None:
        self.path = folder / "clone"
        for at in (folder / "template", self.path):
            (at / "scripts" / "registry").mkdir(parents=True)
        for name, text in (("probe.py", PROBE), ("registry/noun.py", NOUN),
                           ("registry/__init__.py", ""), ("registry/late.py", "")):  # fmt: skip
            (folder / "template" / "scripts" / name).write_text(text)
            os.link(folder / "template" / "scripts" / name, self.path / "scripts" / name)
        (self.path / ".venv").symlink_to(session.venv())
        session._start_forks(folder / "forks", folder / "template" / "scripts")
        self.forks = str(folder / "forks" / "socket")
        self.log = folder / "forks" / "log"
        self.env = {
            "PATH": os.environ["PATH"], "LANG": "C.UTF-8", "HOME": str(folder),
            "PYTHONDONTWRITEBYTECODE": "1",
        }  # fmt: skip

    def run(self, forks: bool, *command: str, **more: object) -> tuple[int, str, str]:
        """Exit code and what it said; whether there was a fork is told by what it was asked."""
        env = {**self.env, "TEST_FORKS": self.forks if forks else "", **more.pop("env", {})}
        done = subprocess.run(
            command or ("true",), cwd=self.path, env=env, capture_output=True, text=True,
            **{"input": "some input", **more},
        )  # fmt: skip
        return done.returncode, done.stdout, done.stderr

    def both(self, *command: str, **more: object) -> tuple[int, str, str]:
        for _ in range(2):  # the second one, too, when it has learned from the first
            forked = self.run(True, *command, **more)
        started = self.run(False, *command, **more)
        for a, b in zip(map(_plain, forked), map(_plain, started), strict=True):
            assert a == b
        return started


def _plain(said: object) -> object:
    """Without what differs in any two runs, and the lines of the program that a traceback has."""
    if isinstance(said, str) and said.startswith("{"):
        state = json.loads(said)
        del state["parent"], state["env"]["TEST_FORKS"]
        state["child"] = [x for x in state["child"] if not x.startswith(("b'TEST_FORKS", "b'_="))]
        return state
    if isinstance(said, str) and "Traceback" in said:
        return said.splitlines()[-1]
    return said


@pytest.fixture(scope="module")
def probe(tmp_path_factory):
    return Both(tmp_path_factory.mktemp("forks"))


PYTHON = ".venv/bin/python"


def is_forked(both: Both, *before: str, **more: object) -> bool:
    """Whether this start is a fork: its executable is the server's."""
    code = "print(open('/proc/self/cmdline').read())"
    return "forks.py" in both.run(True, *before, PYTHON, "scripts/probe.py", code, **more)[1]


BEGINS = [
    f'{PYTHON} scripts/probe.py "$@"',
    f'{PYTHON} ../clone/scripts/probe.py "$@"',
    f'cd scripts; exec ../{PYTHON} ../scripts/probe.py "$@"',
    f'umask 027; exec 9>>lock; exec $PWD/{PYTHON}3 scripts/probe.py "$@"',
    "export A=\"$(printf '\\377ü')\" TZ=Asia/Tokyo TMPDIR=/; "
    'PATH=.venv/bin:$PATH; python scripts/probe.py "$@"',
]


@pytest.mark.parametrize("begin", BEGINS)
def test_it_sees_what_a_start_sees(probe, begin):
    code, out, err = probe.both("bash", "-c", begin, "bash", "look", "ü \udcff", "", "--x=1")
    assert code == 0, err
    assert json.loads(out)["noun"][0] == str(probe.path)


@pytest.mark.parametrize("end", ENDS)
def test_it_ends_as_a_start_ends(probe, end):
    probe.both(PYTHON, "scripts/probe.py", ENDS[end])
    probe.both(
        "bash", "-c", f'{{ {PYTHON} scripts/probe.py "$0"; }} 2>/dev/null; echo "$?"', ENDS[end]
    )


def test_pipes_and_files(probe):
    line = f"{PYTHON} scripts/probe.py 'print(sys.stdin.read() * 2)'"
    assert probe.both("bash", "-c", f"echo a | {line} | cat; {line} >out <<<b; cat out")[0] == 0
    many = f"{PYTHON} scripts/probe.py 'for n in range(10**5): print(n)'"
    probe.both("bash", "-c", f"{many} 2>&1 | head -1 >/dev/null; echo ${{PIPESTATUS[0]}}")
    probe.both("bash", "-c", f"echo first >out; {line} >>out; cat out")


def test_it_is_forked_where_it_can_be(probe):
    assert is_forked(probe)
    assert is_forked(probe, "env", "A=1")
    for env in ({"PYTHONPATH": "/x"}, {"PYTHONUTF8": "1"}, {"LC_ALL": "C"}, {"LANG": "C"},
                {"FSSPEC_S3": "{}"}):  # fmt: skip
        assert not is_forked(probe, env=env), env
    for shell in ("ulimit -f 1000", "ulimit -n 200", "trap '' USR1", "exec <&-"):
        assert not is_forked(probe, "sh", "-c", f'{shell}; exec "$@"', "sh"), shell
    if not os.geteuid():
        assert not is_forked(probe, "setpriv", "--bounding-set", "-all")
    words = "print(open('/proc/self/cmdline').read())"
    assert "forks.py" not in probe.run(True, PYTHON, "-c", words)[1]


@pytest.mark.parametrize("typed", ["aws", "dvc"])
def test_what_is_typed(probe, typed):
    """Their versions, their ends and what they say of a wrong word are those of a start."""
    for words in (["--version"], ["nothing", "--like"], ["add"]):
        probe.both(f".venv/bin/{typed}", *words)


def test_what_is_typed_is_forked(probe):
    shown = "credential_process = sh -c 'tr \\\\0 \" \" </proc/$PPID/cmdline >shown'"
    (probe.path / "config").write_text(f"[default]\nregion = here\n{shown}\n")
    words = ".venv/bin/aws", "s3", "ls", "--endpoint-url", "http://127.0.0.1:1"
    assert probe.run(True, *words, env={"AWS_CONFIG_FILE": "config"})[0]
    assert "forks.py" in (probe.path / "shown").read_text()


def test_a_clone_that_changed_a_script_has_its_own(probe):
    noun = probe.path / "scripts" / "registry" / "noun.py"
    noun.unlink()
    noun.write_text(NOUN + "\nMINE = 1\n")
    words = PYTHON, "scripts/probe.py", "print(noun.MINE)"
    assert probe.both(*words)[:2] == (0, "1\n")
    noun.unlink()
    os.link(probe.path.parent / "template" / "scripts" / "registry" / "noun.py", noun)
    assert probe.both(*words)[0] == 1
    assert is_forked(probe)


def test_a_clone_of_the_same_bytes_is_as_good(probe):
    noun = probe.path / "scripts" / "registry" / "noun.py"
    for text, is_same in ((NOUN, True), (NOUN.replace("Place", "Piece"), False), (NOUN, True)):
        noun.unlink()
        noun.write_text(text)
        assert is_forked(probe) == is_same
    extra = noun.with_name("extra.py")
    extra.write_text("")
    assert not is_forked(probe), "a module that the template lacks could be found instead"
    extra.unlink()


def test_signals_and_locks(probe):
    """Ctrl-C reaches it, a kill of the asker kills it and what it started, and frees its locks."""
    lock = "import fcntl; fcntl.flock(9, fcntl.LOCK_EX | fcntl.LOCK_NB)"
    wait = f"{lock}; os.system('touch ready; sleep 60; :')"
    shell = 'exec 9>>lock; .venv/bin/python scripts/probe.py "$0"; echo $?'
    for sign in (signal.SIGINT, signal.SIGKILL):
        (probe.path / "ready").unlink(missing_ok=True)
        env = {**probe.env, "TEST_FORKS": probe.forks}
        process = Process(["bash", "-c", shell, wait], probe.path, env)
        while not (probe.path / "ready").exists():
            time.sleep(0.01)
        assert probe.run(True, "bash", "-c", shell, lock)[1] == "1\n"
        assert any(
            "forks.py" in Path(f"/proc/{pid}/cmdline").read_text() for pid in process._pids()
        )
        process.interrupt() if sign == signal.SIGINT else process.kill()
        run = process.wait()
        assert not run.left_running, run
        assert probe.run(True, "bash", "-c", shell, lock)[1] == "0\n"


def test_it_stops_at_the_same_steps(probe, tmp_path):
    """What crash_at.py counts is counted in a fork as in a start, and kills it there."""
    log = crash_at.Log(tmp_path / "log")
    body = "open('a', 'w').close(); os.rename('a', 'b'); subprocess.run(['true']); os.remove('b')"
    steps = []
    for forks in (True, False):
        assert probe.run(forks, PYTHON, "scripts/probe.py", body, env=log.env())[0] == 0
        steps.append(log.steps())
    assert steps[0] == steps[1] and len(steps[0]) == 4
    assert is_forked(probe, env=log.env())
    for number, left in ((1, set()), (2, {"a"}), (3, {"b"}), (4, {"b"})):
        words = f'{PYTHON} scripts/probe.py "$0"; echo survived', body
        env = log.env(number)
        done = probe.run(True, "bash", "-c", *words, env=env, start_new_session=True)
        assert done[:2] == (-9, ""), "the whole group"
        assert {name for name in "ab" if (probe.path / name).exists()} == left
        for name in left:
            (probe.path / name).unlink()
