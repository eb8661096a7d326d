"""A person's clone of this repository, as tests use it: tracked files only, own HOME, own remote.

anna = Checkout(tmp_path / "anna", bucket)
anna.add("processed_datasets/a", {"x.txt": b"1"})
run = anna.run("./push.sh")
assert run.code == 0, run
"""

from __future__ import annotations

import atexit
import contextlib
import ctypes
import functools
import os
import re
import secrets
import shutil
import signal
import stat
import subprocess
import sys
import tempfile
import time
from collections.abc import Callable, Mapping
from dataclasses import dataclass
from pathlib import Path
from typing import Any, TypeVar

from registry.entries import Entry
from registry.raw import verified
from registry.remote import dvc_config
from registry.remote.location import DVC_FOLDER
from registry.sections import MIRRORED, SECTIONS
from support.fault_proxy import FaultProxy
from support.servers import MOTO, RCLONE, Bucket

ROOT = Path(__file__).resolve().parent.parent.parent
# How long anything may take before it counts as hanging. Far more than the slowest machine needs:
# what takes how long is no business of a test, but for those that compare with a healthy run.
PR_CAPBSET_DROP = 24
SECONDS = 900.0
R = TypeVar("R")
# Every clone knows these two, so that other cards can name what they derive from.
BASE, SCRATCH = "raw_datasets/base", "experiments/scratch"
BASE_DVC = "outs:\n- md5: d41d8cd98f00b204e9800998ecf8427e\n  size: 0\n  hash: md5\n  path: base\n"
CODE = "code: {repo: https://example.org/code, commit: '0123abc', command: make it}\n"
FRONT_MATTER = {
    "raw_datasets": "source_url: https://example.org/data\nretrieved: 2026-01-31\n",
    "processed_datasets": f"source_datasets: [{BASE}]\n{CODE}",
    "champion_models": f"datasets: [{BASE}]\ntraining_results: training_results/%s\n",
    "training_results": f"model: {SCRATCH}\n{CODE}",
    "experiments": f"source_datasets: [{BASE}]\n",
}
# What must never be left inside an entry: names that a mover gives to unfinished files.
UNFINISHED = re.compile(r"\.[0-9A-Fa-f]{8}$|\.partial$|\.tmp$|\.half$|^\.registry")


@dataclass
class Run:
    """A finished command: exit code, what it said, and what it left running."""

    command: list[str]
    code: int
    out: str
    err: str
    seconds: float
    left_running: list[str]

    @property
    def said(self) -> str:
        return self.out + self.err

    def __str__(self) -> str:
        """Everything, as a failed assertion should show it."""
        head = f"{' '.join(self.command)}: exit {self.code} after {self.seconds:.1f} s"
        return f"{head}\n--- stdout\n{self.out}\n--- stderr\n{self.err}"

    __repr__ = __str__


def _as_of_one_moment(look: Callable[..., R]) -> Callable[..., R]:
    """Look anew when a file goes while it is looked at: commands rename and remove meanwhile."""

    @functools.wraps(look)
    def again(*args: Any) -> R:
        for _ in range(100):
            with contextlib.suppress(FileNotFoundError, NotADirectoryError):
                return look(*args)
        return look(*args)

    return again


# Every test holds with either mover. By itself the suite pairs each with one of the stores, so that
# all that runs on both stores also runs with both; ENGINE=aws or ENGINE=rclone chooses one for all.
ENGINES = {RCLONE: "auto", MOTO: "rclone"}


class Checkout:
    """One clone. `path` is its folder; everything a command may write is beside it."""

    def __init__(self, path: Path, bucket: Bucket | None = None, samples: bool = False) -> None:
        self.path = path
        self.home = path.with_name(path.name + ".home")
        self.tmp = path.with_name(path.name + ".tmp")
        self.home.mkdir(parents=True)
        self.tmp.mkdir()
        self.env = _environment(self.home, self.tmp)
        self.running: Process | None = None
        self.is_plain_user = False  # whether its commands have no more rights than anybody's
        self._proxy: FaultProxy | None = None
        shutil.copytree(_template(samples), path, symlinks=True, copy_function=_copy)
        (path / ".venv").symlink_to(sys.prefix)
        if bucket:
            self.point_at(bucket)

    # Where the registry is.

    def point_at(self, bucket: Bucket) -> None:
        """Use this bucket from now on, through a proxy of one's own: `self.proxy`."""
        server = bucket.server
        self.env["ENGINE"] = os.environ.get("ENGINE") or ENGINES[server.kind]
        if self._proxy:
            self._proxy.stop()
        self._proxy = FaultProxy(server.endpoint)
        text = (
            "[core]\n    remote = test\n"
            "['remote \"test\"']\n"
            f"    url = {bucket.url}/{DVC_FOLDER}\n"
            f"    endpointurl = {self._proxy.endpoint}\n"
            "    region = us-east-1\n"
            f"    profile = {server.profile}\n"
            f"    credentialpath = {server.credentials_file}\n"
            "    verify = true\n"
        )
        (self.path / ".dvc" / "config.local").write_text(text)
        base = Entry(*BASE.split("/"), self.path)
        place = dvc_config.load(self.path).identity
        verified.remember(base, place, *verified.look(base))  # no need of DVC

    @property
    def proxy(self) -> FaultProxy:
        """What stands between this checkout and its bucket; nobody else uses it."""
        assert self._proxy, "point_at(bucket) first"
        return self._proxy

    def close(self) -> None:
        """Kill what still runs, and stop the proxy."""
        if self.running:
            self.running.kill()
        if self._proxy:
            self._proxy.stop()

    # Commands.

    def start(self, *command: str, **env: str) -> Process:
        """Start a command in a process group of its own, and remember it as `running`."""
        self.running = Process(list(command), self.path, {**self.env, **env}, self.is_plain_user)
        return self.running

    def run(self, *command: str, timeout: float = SECONDS, **env: str) -> Run:
        """Run a command here to its end; what it leaves running is noted, then killed."""
        return self.start(*command, **env).wait(timeout)

    def push(self, *names: str, **env: str) -> Run:
        return self.run("./push.sh", *names, **env)

    def pull(self, *names: str, **env: str) -> Run:
        return self.run("./pull.sh", *names, **env)

    def make(self, *words: str, **env: str) -> Run:
        return self.run("make", "-s", *words, **env)

    def script(self, verb: str, *words: str, **env: str) -> Run:
        """One of scripts/*.py alone, such as `push_entries`: quicker than all of push.sh."""
        return self.run(".venv/bin/python", f"scripts/{verb}.py", *words, **env)

    def git(self, *words: str) -> str:
        git = subprocess.run(
            ["git", *words], cwd=self.path, env=self.env, check=True, capture_output=True, text=True
        )
        return git.stdout

    def aws(self, *words: str) -> Run:
        """The aws command by hand, as somebody does who does not know this tool."""
        options = dict(_local_config(self.path))
        return self.run(
            ".venv/bin/aws", "--endpoint-url", options["endpointurl"], *words,
            AWS_SHARED_CREDENTIALS_FILE=options["credentialpath"],
            AWS_PROFILE=options["profile"], AWS_DEFAULT_REGION="us-east-1",
        )  # fmt: skip

    # Files.

    def add(self, entry: str, files: Mapping[str, bytes]) -> Path:
        """A new entry with a valid minimal card, both written, nothing committed."""
        self.card(entry)
        folder = self.path / entry
        folder.mkdir(exist_ok=True)
        for name, content in files.items():
            self.write(f"{entry}/{name}", content)
        return folder

    def card(self, entry: str) -> Path:
        """A valid card; a champion's names the training results of the same name."""
        section, _, name = entry.partition("/")
        model = self.path / "champion_models" / f"{name}.card.md"
        text = _card(entry)
        if section == "training_results" and model.exists():
            text = text.replace(SCRATCH, f"champion_models/{name}")
        return self.write(f"{entry}.card.md", text.encode())

    def write(self, path: str, content: bytes) -> Path:
        file = self.path / path
        file.parent.mkdir(parents=True, exist_ok=True)
        file.write_bytes(content)
        return file

    def read(self, path: str) -> bytes:
        return (self.path / path).read_bytes()

    def delete(self, *paths: str) -> None:
        for path in paths:
            target = self.path / path
            if target.is_dir() and not target.is_symlink():
                shutil.rmtree(target)
            else:
                target.unlink()

    @_as_of_one_moment
    def tree(self, folder: str = "") -> dict[str, bytes]:
        """path -> bytes of every file of entries (below `folder`), cards and rules left out.

        Links count as what they are: b"-> target".
        """
        found = {}
        for section in SECTIONS:
            for path in sorted((self.path / section).glob("*/**/*")):
                name = path.relative_to(self.path).as_posix()
                if path.is_symlink():
                    found[name] = b"-> " + os.fsencode(os.readlink(path))
                elif path.is_file():
                    found[name] = path.read_bytes()
        return {name: body for name, body in found.items() if name.startswith(folder)}

    @_as_of_one_moment
    def state(self) -> dict[str, bytes]:
        """path -> bytes of what this checkout remembers of mirrored entries."""
        folder = self.path / ".registry" / "state"
        files = [f for s in MIRRORED for f in sorted((folder / s).rglob("*")) if f.is_file()]
        return {f.relative_to(folder).as_posix(): f.read_bytes() for f in files}

    @_as_of_one_moment
    def trash(self) -> list[bytes]:
        """Every content that was set aside here."""
        folder = self.path / ".registry" / "trash"
        return [f.read_bytes() for f in sorted(folder.rglob("*")) if f.is_file()]

    def contents(self) -> set[bytes]:
        """Every content that a person can still get at here: in entries or in the trash."""
        return {*self.tree().values(), *self.trash()}

    @_as_of_one_moment
    def strays(self) -> list[str]:
        """Names that no finished command may leave: unfinished files, stages, temporary files."""
        found = []
        for section in SECTIONS:
            for path in (self.path / section).rglob("*"):
                if UNFINISHED.search(path.name):
                    found.append(path)
            allowed = re.compile(r".*\.card\.md|\.gitignore|\.dvcignore|.*\.dvc")
            found += [
                p for p in (self.path / section).iterdir()
                if not p.is_dir() and not allowed.fullmatch(p.name)
            ]  # fmt: skip
        for folder in ("stage", "journal"):
            inside = (self.path / ".registry" / folder).rglob("*")
            found += [path for path in inside if path.is_symlink() or not path.is_dir()]
        found += self.tmp.iterdir()
        return sorted({os.path.relpath(p, self.path) for p in found})

    # Saving all of it, to come back to it many times.

    def save(self) -> Path:
        """A copy of entries and memory, but Git's; restore() brings it back."""
        saved = Path(tempfile.mkdtemp(dir=self.path.parent, prefix=self.path.name + ".saved"))
        self._copy(self.path, saved)
        return saved

    def restore(self, saved: Path) -> None:
        for name in (".registry", *SECTIONS):
            if (self.path / name).exists():
                _remove(self.path / name)
        self._copy(saved, self.path)

    def _copy(self, source: Path, target: Path) -> None:
        """With times: a test of "nothing changed" must not see everything changed."""
        for name in (".registry", *SECTIONS):
            if (source / name).exists():
                subprocess.run(["cp", "-Rp", source / name, target / name], check=True)


class Process:
    """A running command and all that it started, known by a tag in their environment."""

    def __init__(
        self, command: list[str], cwd: Path, env: Mapping[str, str], is_plain_user: bool = False
    ) -> None:
        self.command = command
        self.tag = f"TEST_RUN={secrets.token_hex(8)}"
        self.began = time.monotonic()
        self._out = tempfile.TemporaryFile()  # noqa: SIM115  # read when the command has ended
        self._err = tempfile.TemporaryFile()  # noqa: SIM115
        name, _, value = self.tag.partition("=")
        self.popen = subprocess.Popen(
            command, cwd=cwd, env={**env, name: value}, stdin=subprocess.DEVNULL,
            stdout=self._out, stderr=self._err, start_new_session=True,
            preexec_fn=_begin_plain if is_plain_user else _heed_ctrl_c,
        )  # fmt: skip

    def interrupt(self) -> None:
        """Ctrl-C, as a terminal sends it: to the whole group."""
        self._signal(signal.SIGINT)

    def kill(self) -> None:
        """Everything of this run dies at this moment, as in a power cut."""
        self._signal(signal.SIGKILL)
        for pid in self._pids():
            with contextlib.suppress(ProcessLookupError):
                os.kill(pid, signal.SIGKILL)

    def wait(self, timeout: float = SECONDS) -> Run:
        """The end of it. Raises TimeoutExpired, after killing it, when that does not come."""
        try:
            code = self.popen.wait(timeout)
        except subprocess.TimeoutExpired:
            self.kill()
            self.popen.wait()
            raise AssertionError(f"no end after {timeout} s: {self._run(-1, [])}") from None
        seconds = time.monotonic() - self.began
        left = self._left_running()
        self.kill()
        return self._run(code, left, seconds)

    def _run(self, code: int, left: list[str], seconds: float = 0) -> Run:
        texts = []
        for file in (self._out, self._err):
            file.seek(0)
            texts.append(file.read().decode(errors="replace"))
        return Run(self.command, code, texts[0], texts[1], seconds, left)

    def _signal(self, number: int) -> None:
        with contextlib.suppress(ProcessLookupError, PermissionError):
            os.killpg(self.popen.pid, number)

    def wait_for_pids(self, count: int) -> list[int]:
        """The live processes of this run, as soon as there are so many (10 s at most)."""
        end = time.monotonic() + 10
        while len(pids := self._pids()) < count and time.monotonic() < end:
            time.sleep(0.02)
        return pids

    def _left_running(self) -> list[str]:
        """Command lines of what still runs; those that are just ending get a moment."""
        end = time.monotonic() + 1
        while (pids := self._pids()) and time.monotonic() < end:
            time.sleep(0.02)
        return [_command_line(pid) for pid in pids]

    def _pids(self) -> list[int]:
        """Live processes with our tag; where there is no /proc, those of our group."""
        if not os.path.isdir("/proc/self"):
            ps = subprocess.run(
                ["pgrep", "-g", str(self.popen.pid)], capture_output=True, text=True, check=False
            )
            return [int(pid) for pid in ps.stdout.split()]
        found = []
        for name in filter(str.isdigit, os.listdir("/proc")):
            with contextlib.suppress(OSError), open(f"/proc/{name}/environ", "rb") as file:
                if self.tag.encode() in file.read().split(b"\0"):
                    found.append(int(name))
        return found


def _heed_ctrl_c() -> None:
    """As a shell at a terminal starts it, also where the tests run in the background."""
    signal.signal(signal.SIGINT, signal.SIG_DFL)


def _begin_plain() -> None:
    """Also without the rights that let root read and write everything (capabilities(7))."""
    _heed_ctrl_c()
    if os.geteuid() == 0:
        prctl = ctypes.CDLL(None).prctl
        for right in range(64):
            prctl(PR_CAPBSET_DROP, right, 0, 0, 0)


def _command_line(pid: int) -> str:
    with contextlib.suppress(OSError), open(f"/proc/{pid}/cmdline", "rb") as file:
        return file.read().replace(b"\0", b" ").decode(errors="replace")
    return str(pid)


def _environment(home: Path, tmp: Path) -> dict[str, str]:
    """A person's environment with nothing of ours in it but where programs are."""
    return {
        "HOME": str(home),
        "PATH": os.environ["PATH"],
        "TMPDIR": str(tmp),
        "LANG": "C.UTF-8",
        "GIT_CONFIG_GLOBAL": os.devnull,
        "GIT_CONFIG_SYSTEM": os.devnull,
        "GIT_AUTHOR_NAME": home.name,
        "GIT_AUTHOR_EMAIL": f"{home.stem}@example.org",
        "GIT_COMMITTER_NAME": home.name,
        "GIT_COMMITTER_EMAIL": f"{home.stem}@example.org",
        "USER": home.stem,
        "DVC_SITE_CACHE_DIR": str(home / "dvc"),
        "PYTHONDONTWRITEBYTECODE": "1",
        "AWS_EC2_METADATA_DISABLED": "true",  # loopback only, also when there are no keys
    }


@functools.lru_cache(maxsize=2)
def _template(samples: bool) -> Path:
    """The tracked files as they are in this working copy, committed; made once per process."""
    template = Path(tempfile.mkdtemp(prefix="registry-template-")) / "clone"
    atexit.register(shutil.rmtree, template.parent, ignore_errors=True)
    tracked = subprocess.run(
        ["git", "ls-files", "-z"], cwd=ROOT, check=True, capture_output=True
    ).stdout
    for name in filter(None, os.fsdecode(tracked).split("\0")):
        target = template / name
        target.parent.mkdir(parents=True, exist_ok=True)
        if (ROOT / name).exists():
            shutil.copy2(ROOT / name, target, follow_symlinks=False)
    if not samples:
        _take_samples_out(template)
    env = _environment(template.parent / "home", template.parent)
    for words in (
        ["init", "-q", "-b", "main"], ["add", "-A"], ["commit", "-qm", "As tracked"],
        ["repack", "-adq"],
    ):  # fmt: skip
        subprocess.run(["git", *words], cwd=template, env=env, check=True)
    for sample in (template / ".git" / "hooks").iterdir():
        sample.unlink()
    # Once for all copies, which may write none: or each of their commands compiles all anew.
    subprocess.run([sys.executable, "-m", "compileall", "-q", template / "scripts"], check=True)
    return template


def _copy(source: str, target: str) -> None:
    """A file of the template; by a hard link where nobody ever writes into it: Git's objects and
    compiled modules are only replaced."""
    if source.endswith((".pyc", ".pack", ".idx", ".rev")):
        os.link(source, target)
    elif os.path.islink(source):
        os.symlink(os.readlink(source), target)
    else:
        shutil.copyfile(source, target)
        shutil.copystat(source, target)


def _take_samples_out(template: Path) -> None:
    """Only BASE and SCRATCH are left, as entries without data."""
    for section in SECTIONS:
        for path in (template / section).iterdir():
            is_card = path.name.endswith(".card.md") and path.name != "template.card.md"
            if path.suffix == ".dvc" or is_card:
                path.unlink()
    for entry in (BASE, SCRATCH):
        (template / f"{entry}.card.md").write_text(_card(entry))
    (template / f"{BASE}.dvc").write_text(BASE_DVC)
    rules = template / "experiments" / ".gitignore"
    kept = [line for line in rules.read_text().splitlines() if not re.fullmatch(r"/\w.*/", line)]
    rules.write_text("\n".join([*kept, f"/{Path(SCRATCH).name}/", ""]))


def _card(entry: str) -> str:
    section, _, name = entry.partition("/")
    title = name.replace('"', "")
    own = FRONT_MATTER[section].replace("%s", name)
    head = f'---\npretty_name: "{title}"\nlicense: cc0-1.0\n{own}---\n'
    return f"{head}\n# Card: {name}\n{_body(section)}"


def _body(section: str) -> str:
    """A body that says something under every heading that the section's template asks for."""
    template = ROOT / section / "template.card.md"
    if not template.exists():
        return "\nMade by a test.\n"
    lines = template.read_text().splitlines()
    wanted = [x for x in lines if x.startswith("## ") and not x.endswith("(optional)")]
    return "".join(f"\n{heading}\n\nMade by a test.\n" for heading in wanted)


def _local_config(path: Path) -> list[tuple[str, str]]:
    lines = (path / ".dvc" / "config.local").read_text().splitlines()
    pairs = [line.strip().partition(" = ") for line in lines]
    return [(name, value) for name, equals, value in pairs if equals]


def _remove(path: Path) -> None:
    """rmtree, also of folders that a test made unreadable."""

    def unlock(function: Callable[[str], object], name: str, error: object) -> None:
        os.chmod(os.path.dirname(name), stat.S_IRWXU)
        os.chmod(name, stat.S_IRWXU)
        function(name)

    shutil.rmtree(path, onerror=unlock)
