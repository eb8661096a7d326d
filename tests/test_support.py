"""The tests' own tools do what the other tests rely on."""

import subprocess
import sys

from support import crash_at
from support.servers import Bucket

SCRIPT = """
import os, pathlib, subprocess
pathlib.Path("a").write_text("1")
os.replace("a", "b")
subprocess.run(["true"])
pathlib.Path("c").write_text("2")
"""


def test_every_step_of_a_script_can_be_its_last(tmp_path):
    log = crash_at.Log(tmp_path / "steps.log")
    (tmp_path / "scripts").mkdir()
    (tmp_path / "scripts" / "x.py").write_text(SCRIPT)

    def run(at):
        for name in "abc":
            (tmp_path / name).unlink(missing_ok=True)
        command = [sys.executable, "scripts/x.py"]
        env = log.env(at)
        done = subprocess.run(command, cwd=tmp_path, env=env, start_new_session=True)
        return done.returncode, {n for n in "abc" if (tmp_path / n).exists()}

    assert run(0) == (0, {"b", "c"})
    assert [step.split()[0] for step in log.steps()] == [
        "open", "os.rename", "subprocess.Popen", "open",
    ]  # fmt: skip
    assert [run(n) for n in (1, 2, 3, 4)] == [
        (-9, set()), (-9, {"a"}), (-9, {"b"}), (-9, {"b"}),
    ]  # fmt: skip


def test_the_proxy_misbehaves_as_told(anna, bucket):
    proxy = anna.proxy
    direct, behind = bucket, Bucket(bucket.server.at(proxy.endpoint), bucket.base)
    direct.put("x", b"hello")
    assert behind.get("x") == b"hello"
    proxy.when("GET", "/x$", first=2).answer(503)
    proxy.when("GET", "/x$", nth=3).drop_before()
    assert behind.get("x") == b"hello"
    assert [r.status for r in proxy.requests] == [200, 503, 503, 0, 200]
    proxy.clear()
    proxy.when("PUT", "/y$", nth=1).drop_after()
    proxy.when("GET", "/y$", nth=1).flip(at=1)
    proxy.when("GET", "/y$", nth=2).truncate(2)
    seen = []
    proxy.when("PUT", "/y$", nth=2).call(lambda: seen.append(direct.get("y")))
    behind.put("y", b"hello")
    assert seen == [b"hello"]  # the first PUT arrived, though nobody was told
    assert behind.get("y") == b"hdllo"
    assert behind.get("y") == b"hello"  # the cut answer was noticed, and asked for again
    assert proxy.count("GET", "/y$") == 3


def test_a_bucket_is_brought_back_to_what_it_held(bucket):
    bucket.put("processed_datasets/a/ü #%.txt", b"1")
    bucket.put(".registry/processed_datasets/a.json", b"{}")
    before = bucket.read()
    bucket.put("processed_datasets/a/new", b"2")
    bucket.delete(".registry/processed_datasets/a.json")
    assert bucket.data_keys() == ["processed_datasets/a/new", "processed_datasets/a/ü #%.txt"]
    bucket.restore(before)
    assert bucket.read() == before


def test_a_killed_run_takes_its_children_along(anna):
    process = anna.start("bash", "-c", "setsid sleep 60 & sleep 60")
    assert len(process.wait_for_pids(3)) == 3
    process.kill()
    assert process.wait().left_running == []
