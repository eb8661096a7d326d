"""The embedded store: its keys, its start, its end, and that its listings read no data."""

from __future__ import annotations

import os
import re
import shlex
import signal
import socket
import stat
import subprocess

import pytest
from support.oracle import expect, until
from support.own_store import OwnStore

from registry.remote import s3
from registry.remote.embedded import Store

pytestmark = pytest.mark.xdist_group("store")


@pytest.fixture(scope="module")
def mine(tmp_path_factory):
    """A clone with a store of its own, running before each test that wants it."""
    here = OwnStore(tmp_path_factory.mktemp("store") / "clone", samples=False)
    yield here
    here.close()
    assert here.alive() == []


@pytest.fixture
def running(mine):
    expect(mine.script("serve_store", "start"), 0)
    return mine


def client(here: OwnStore) -> s3.Client:
    return s3.Client(Store(here.path).as_remote(), patience=5)


def keys(here: OwnStore) -> list[str]:
    return re.findall(r"^aws_\w+ = (\w+)$", (here.store / "credentials").read_text(), re.M)


def test_ten_commands_at_once_start_one(mine):
    expect(mine.script("serve_store", "stop"), 0)
    command = [mine.path / ".venv/bin/python", "scripts/serve_store.py", "start"]
    started = [
        subprocess.Popen(command, cwd=mine.path, env=mine.env, stdout=subprocess.PIPE, text=True)
        for _ in range(10)
    ]
    said = {process.communicate(timeout=900)[0] for process in started}
    assert [process.returncode for process in started] == [0] * 10
    assert len(said) == 1 and f"process {mine.pid()}" in said.pop()
    assert len(mine.alive()) == 1 and "serve s3" in mine.alive()[0]


def test_keys_are_nobody_elses(running):
    assert stat.S_IMODE((running.store / "credentials").stat().st_mode) == 0o600
    assert len(keys(running)) == 2 and all(len(key) >= 20 for key in keys(running))
    running.git("add", "-A")
    assert running.git("status", "--porcelain") == ""
    everything = subprocess.run(["ps", "-A", "-ww", "-o", "args"], capture_output=True, text=True)
    assert "serve s3" in everything.stdout
    assert not [key for key in keys(running) if key in everything.stdout]
    log = (running.store / "log").read_text()
    assert not [key for key in keys(running) if key in log]


def test_each_clone_has_keys_of_its_own(running, tmp_path):
    other = OwnStore(tmp_path / "other", samples=False)
    expect(other.script("serve_store", "start"), 0)
    try:
        assert not set(keys(other)) & set(keys(running))
        stranger = s3.Client(
            Store(running.path).as_remote().__class__(
                **{**vars(Store(running.path).as_remote()),
                   "credentials_file": str(other.store / "credentials")}
            ), patience=5,
        )  # fmt: skip
        with pytest.raises(s3.Denied):
            list(stranger.list(""))
    finally:
        other.close()
    assert other.alive() == [] and running.alive() != []


def test_only_this_machine_can_reach_it(running):
    listening = subprocess.run(
        [running.path / ".venv/bin/python", "-c", LISTENS, str(running.port())],
        capture_output=True, text=True,
    )  # fmt: skip
    assert listening.stdout.split() == [], listening


# Every address of this machine but loopback that accepts on the port.
LISTENS = """
import socket, sys
names = {row[4][0] for row in socket.getaddrinfo(socket.gethostname(), None, socket.AF_INET)}
with socket.socket(socket.AF_INET, socket.SOCK_DGRAM) as probe:
    try:
        probe.connect(("192.0.2.1", 9))  # sends nothing; tells the address of the way out
        names.add(probe.getsockname()[0])
    except OSError:
        pass
for name in names:
    if not name.startswith("127."):
        with socket.socket() as knock:
            knock.settimeout(2)
            if knock.connect_ex((name, int(sys.argv[1]))) == 0:
                print(name)
"""


def test_a_killed_store_starts_again_by_itself_at_the_same_place(running):
    port, old = running.port(), running.pid()
    client(running).put("kept/x", b"kept")
    os.kill(old, signal.SIGKILL)
    expect(running.script("set_remote"), 0)
    assert running.port() == port and running.pid() != old
    assert client(running).get("kept/x").body == b"kept"


def test_a_clone_that_was_moved_serves_from_its_new_place(tmp_path):
    """Also when its store ran: the old server would write where the clone was."""
    here = OwnStore(tmp_path / "before", samples=False)
    expect(here.script("serve_store", "start"), 0)
    client(here).put("kept/x", b"kept")
    here.path = here.path.rename(tmp_path / "after")
    try:
        expect(here.script("set_remote"), 0)
        assert client(here).get("kept/x").body == b"kept"
        client(here).put("kept/y", b"new")
        assert (here.store / "data" / "registry" / "kept" / "y").read_bytes() == b"new"
        assert len(here.alive()) == 1 and not (tmp_path / "before").exists()
    finally:
        here.close()
    assert here.alive() == []


def test_a_clone_in_a_folder_with_an_odd_name(tmp_path):
    here = OwnStore(tmp_path / "my reg, ü #1 'q'" / "r")
    try:
        expect(here.make("pull"), 0)
        here.delete("raw_datasets/lighthouse-logs", ".dvc/cache")
        dvc = "cd raw_datasets && PATH=$PWD/../.venv/bin:$PATH && dvc pull && dvc status -c"
        expect(here.run("bash", "-ec", dvc), 0)
        assert here.read("raw_datasets/lighthouse-logs/ABOUT.txt")
        line = re.search(r"^ *make (remote .*)$", expect(here.make("store"), 0).out, re.M)[1]
        assert f"CREDENTIALS={here.store}/credentials" in shlex.split(line)
        run = expect(here.make(*shlex.split(line)), 2)  # said before DVC stumbles over it
        assert "cannot hold this name" in run.err, run
        expect(here.make("push"), 0)
    finally:
        here.close()


# Each name with one engine, and both with DVC; SWEEP=full pairs all.
NAMES = [("http_proxy", ["aws"]), ("HTTP_PROXY", ["auto"])]
if os.environ.get("SWEEP") == "full":
    NAMES = [(name, ["aws", "auto"]) for name, _ in NAMES]


@pytest.mark.parametrize(("name", "engines"), NAMES)
def test_no_proxy_stands_before_it(running, name, engines):
    """A company's proxy is for the world outside; for all the programs that move bytes."""
    env = {name: "http://127.0.0.1:9", "no_proxy": "example.org", "NO_PROXY": "example.org"}
    running.add("raw_datasets/r", {"x": b"1"})
    running.add("processed_datasets/p", {"x": b"1"})
    before = running.tree()
    expect(running.make("add", "DATASET=r", **env), 0)
    for engine in engines:
        running.write("processed_datasets/p/x", engine.encode())
        expect(running.push(ENGINE=engine, **env), 0)
        running.delete("raw_datasets/r", ".dvc/cache", "processed_datasets/p")
        expect(running.pull("r", "p", ENGINE=engine, **env), 0)
        assert running.tree() == {**before, "processed_datasets/p/x": engine.encode()}
    running.delete("raw_datasets/r", "raw_datasets/r.card.md", "raw_datasets/r.dvc")
    running.delete("processed_datasets/p", "processed_datasets/p.card.md")


def test_a_stale_pid_is_nobody_we_would_kill(running):
    """After a crash the pid file may name anybody's process."""
    expect(running.script("serve_store", "stop"), 0)
    bystander = subprocess.Popen(["sleep", "60"])
    try:
        (running.store / "pid").write_text(f"{bystander.pid}\n")
        assert "was not running" in expect(running.script("serve_store", "stop"), 0).err
        expect(running.script("serve_store", "start"), 0)
        assert running.pid() != bystander.pid
        expect(running.script("serve_store", "stop"), 0)
        assert bystander.poll() is None
    finally:
        bystander.kill()
        bystander.wait()


def test_a_port_that_somebody_took_is_left_to_them(running):
    expect(running.script("serve_store", "stop"), 0)
    with socket.socket() as taken:
        taken.setsockopt(socket.SOL_SOCKET, socket.SO_REUSEADDR, 1)
        taken.bind(("127.0.0.1", running.port()))
        taken.listen()
        run = expect(running.script("serve_store", "start"), 0)
        assert f"port {taken.getsockname()[1]} is taken" in run.err, run
        assert running.port() != taken.getsockname()[1]
        config = (running.path / ".dvc" / "config.local").read_text()
        assert f"http://127.0.0.1:{running.port()}\n" in config
        expect(running.pull("processed_datasets/"), 0)


def test_a_store_that_cannot_start_says_why(running):
    expect(running.script("serve_store", "stop"), 0)
    data, aside = running.store / "data", running.store / "data.aside"
    data.rename(aside)
    data.write_text("in the way")
    try:
        run = expect(running.script("serve_store", "start"), 1)
        assert "store: " in run.err and str(data) in run.err, run
    finally:
        data.unlink()
        aside.rename(data)
    assert running.alive() == []


def test_dvc_and_only_dvc_local_config_is_told(running):
    config = (running.path / ".dvc" / "config.local").read_text()
    for line in (f"endpointurl = http://127.0.0.1:{running.port()}", "profile = embedded",
                 "credentialpath = ../.store/credentials"):  # fmt: skip
        assert line in config
    assert not [key for key in keys(running) if key in config]
    assert running.git("status", "--porcelain") == ""
    assert running.git("check-ignore", ".dvc/config.local", ".store/credentials")


def test_a_listing_reads_no_data(running):
    """Also after a restart: with a GB in it, a listing that hashes takes seconds each time."""
    body = os.urandom(3_000_000)
    etag = client(running).put("big/x", body).etag
    if not os.path.exists(f"/proc/{running.pid()}/io"):
        pytest.skip("the bytes that a process read are told by Linux only")
    for _ in range(2):
        list(client(running).list(""))
        before = bytes_read(running.pid())
        listed = {row.key: row.etag for row in client(running).list("")}
        assert listed["big/x"] == etag
        assert bytes_read(running.pid()) - before < len(body) / 3
        expect(running.script("serve_store", "stop"), 0)
        expect(running.script("serve_store", "start"), 0)
    first = bytes_read(running.pid())
    list(client(running).list(""))
    assert bytes_read(running.pid()) - first < len(body) / 3


def bytes_read(pid: int) -> int:
    with open(f"/proc/{pid}/io") as file:
        return int(re.search(r"rchar: (\d+)", file.read())[1])


def test_a_pull_interrupted_leaves_the_store_to_the_others(running):
    """Ctrl-C goes to the whole group of the command; a store started by it is not in it."""
    expect(running.script("serve_store", "stop"), 0)
    pull = subprocess.Popen(
        ["./pull.sh"], cwd=running.path, env=running.env, start_new_session=True,
        stdout=subprocess.DEVNULL, stderr=subprocess.DEVNULL,
    )  # fmt: skip
    until(Store(running.path).process.pid)
    os.killpg(pull.pid, signal.SIGINT)
    pull.wait(300)
    assert Store(running.path).process.pid()
    expect(running.pull("processed_datasets/"), 0)
