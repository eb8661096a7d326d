"""A person's clone of this repository, as tests use it: tracked files only, own HOME, own remote.

anna = Checkout(tmp_path / "anna", bucket)
anna.add("processed_datasets/a", {"x.txt": b"1"})
run = anna.run("./push.sh")
assert run.code == 0, run
"""

from __future__ import annotations

import contextlib
import functools
import os
import re
import shutil
import stat
import subprocess
import tempfile
import time
from collections.abc import Callable, Iterator, Mapping
from pathlib import Path
from typing import Any, TypeVar

import pytest

from registry.entries import Entry
from registry.index import baseline
from registry.raw import verified
from registry.remote import dvc_config
from registry.remote.location import DVC_FOLDER
from registry.remote.session import Session
from registry.sections import MIRRORED, SECTIONS
from support import session, template
from support.fault_proxy import FaultProxy
from support.process import SECONDS, Process, Run
from support.servers import MOTO, RCLONE, Bucket
from support.template import BASE, SCRATCH

R = TypeVar("R")
# What must never be left inside an entry: names that a mover gives to unfinished files.
UNFINISHED = re.compile(r"\.[0-9A-Fa-f]{8}$|\.partial$|\.tmp$|\.half$|^\.registry")


def _as_of_one_moment(look: Callable[..., R]) -> Callable[..., R]:
    """Look anew when a file goes while it is looked at: commands rename and remove meanwhile."""

    @functools.wraps(look)
    def again(*args: Any) -> R:
        for _ in range(100):
            with contextlib.suppress(FileNotFoundError, NotADirectoryError):
                return look(*args)
        return look(*args)

    return again


# For a run that must be a start of its own: one whose time is compared with that of a start.
STARTED = {"TEST_FORKS": ""}
# Every test holds with either mover. By itself the suite pairs each with one of the stores, so that
# all that runs on both stores also runs with both; of what runs on moto alone, fixtures.py gives
# half to each. ENGINE=aws or ENGINE=auto chooses one for all. What a fixture moves goes by requests
# of our own, unless it says otherwise: a start of aws costs five times as much, and what is tested
# comes after.
ENGINES = {RCLONE: "auto", MOTO: "aws"}


class Checkout:
    """One clone. `path` is its folder; everything a command may write is beside it."""

    def __init__(
        self, path: Path, bucket: Bucket | None = None, samples: bool = False, engine: str = ""
    ) -> None:
        self.path = path
        self.engine = engine
        self.home = path.with_name(path.name + ".home")
        self.tmp = path.with_name(path.name + ".tmp")
        self.home.mkdir(parents=True)
        self.tmp.mkdir()
        self.env = template.environment(self.home, self.tmp)
        self.running: Process | None = None
        self.is_plain_user = False  # whether its commands have no more rights than anybody's
        self._proxy: FaultProxy | None = None
        self._edited = 0.0  # when this person last wrote a file
        self.forks = session.forks(template.template(samples=False) / "scripts")
        template.copy(samples, path)
        (path / ".venv").symlink_to(session.venv())
        if bucket:
            self.point_at(bucket)

    # Where the registry is.

    def point_at(self, bucket: Bucket) -> None:
        """Use this bucket from now on, through a proxy of one's own: `self.proxy`."""
        server = bucket.server
        self.env["ENGINE"] = os.environ.get("ENGINE") or self.engine or ENGINES[server.kind]
        self.env["REGISTRY_TWIN"] = os.environ.get("REGISTRY_TWIN", "0")  # 1: for a few files too
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
        self.let_edits_age()
        in_fixture = os.environ.get("PYTEST_CURRENT_TEST", "").endswith("(setup)")
        engine = {"ENGINE": "auto"} if in_fixture else {}
        env = {**self.env, **engine, **env}
        self.running = Process(list(command), self.path, env, self.is_plain_user)
        return self.running

    def let_edits_age(self) -> None:
        """A file that is looked at within a tick of an edit is looked at again, as it should be:
        what a test says of the next command must not hang on how quick the machine is."""
        age = time.monotonic() - self._edited
        time.sleep(max(0, baseline.FINE_TICK_NS / 1e9 - age))

    def run(self, *command: str, timeout: float = SECONDS, **env: str) -> Run:
        """Run a command here to its end; what it leaves running is noted, then killed."""
        return self.start(*command, **{"TEST_FORKS": self.forks, **env}).wait(timeout)

    def push(self, *names: str, **env: str) -> Run:
        return self.run("./push.sh", *names, **env)

    def pull(self, *names: str, **env: str) -> Run:
        return self.run("./pull.sh", *names, **env)

    def make(self, *words: str, **env: str) -> Run:
        return self.run("make", "-s", *words, **env)

    def script(self, verb: str, *words: str, **env: str) -> Run:
        """One of scripts/*.py alone, such as `push_entries`: quicker than all of push.sh."""
        return self.run(".venv/bin/python", f"scripts/{verb}.py", *words, **env)

    @contextlib.contextmanager
    def in_this_process(self) -> Iterator[Session]:
        """This person's registry for nouns that are called here, in this person's environment."""
        with pytest.MonkeyPatch.context() as patch:
            for name in os.environ.keys() - self.env.keys():
                patch.delenv(name)
            for name, value in {**self.env, "ENGINE": "auto", "TEST_FORKS": self.forks}.items():
                patch.setenv(name, value)
            patch.setattr("sys.executable", str(self.path / ".venv/bin/python"))
            yield Session.open(self.path)

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
        text = template.card(entry)
        if section == "training_results" and model.exists():
            text = text.replace(SCRATCH, f"champion_models/{name}")
        return self.write(f"{entry}.card.md", text.encode())

    def write(self, path: str, content: bytes) -> Path:
        file = self.path / path
        file.parent.mkdir(parents=True, exist_ok=True)
        if template.is_linked(path):
            file.unlink(missing_ok=True)
        file.write_bytes(content)
        self._edited = time.monotonic()
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
        contents = {}
        for section in SECTIONS:
            for path in sorted((self.path / section).glob("*/**/*")):
                name = path.relative_to(self.path).as_posix()
                if path.is_symlink():
                    contents[name] = b"-> " + os.fsencode(os.readlink(path))
                elif path.is_file():
                    contents[name] = path.read_bytes()
        return {name: body for name, body in contents.items() if name.startswith(folder)}

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
        paths = []
        for section in SECTIONS:
            for path in (self.path / section).rglob("*"):
                if UNFINISHED.search(path.name):
                    paths.append(path)
            allowed = re.compile(r".*\.card\.md|\.gitignore|\.dvcignore|.*\.dvc")
            paths += [
                p for p in (self.path / section).iterdir()
                if not p.is_dir() and not allowed.fullmatch(p.name)
            ]  # fmt: skip
        for folder in ("stage", "journal"):
            inside = (self.path / ".registry" / folder).rglob("*")
            paths += [path for path in inside if path.is_symlink() or not path.is_dir()]
        paths += self.tmp.iterdir()
        return sorted({os.path.relpath(p, self.path) for p in paths})

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
        names = [source / name for name in (".registry", *SECTIONS) if (source / name).exists()]
        subprocess.run(["cp", "-Rp", *names, target], check=True)


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
