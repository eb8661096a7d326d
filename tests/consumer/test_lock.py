"""registry.lock: written and read by the module, merged by Git."""

from __future__ import annotations

import itertools
import subprocess

import pytest
from support.consumer import App, version_of

PIN = {"version": version_of({"a": b"1"}), "files": 7, "bytes": 10, "commit": "c0ffee"}
IDS = [f"champion_models/{name}" for name in "abcdef"]


@pytest.fixture
def app(tmp_path, monkeypatch):
    app = App(tmp_path / "app").entered(monkeypatch)
    for words in (["init", "-qb", "main"], ["config", "user.name", "A"],
                  ["config", "user.email", "a@example.org"]):  # fmt: skip
        git(app, *words)
    return app


def git(app, *words, code=0):
    done = subprocess.run(["git", *words], cwd=app.folder, capture_output=True, text=True)
    assert done.returncode == code, done
    return done.stdout


def pins(client, app, **more):
    """Pin entries, by the module's own writer, as `pin` does: {letter: number of its version}."""
    held = client.read_lock(str(app.lock))
    for letter, number in more.items():
        version = version_of({letter: str(number).encode()})
        held[f"champion_models/{letter}"] = {**PIN, "version": version}
    client.write_lock(str(app.lock), held)
    git(app, "add", "-A")
    git(app, "commit", "-qm", str(more), "--allow-empty")
    return held


def merged(client, app, base, mine, theirs, code=0):
    """What the lock says after two branches from one base were merged."""
    pins(client, app, **base)
    git(app, "checkout", "-qb", "theirs")
    pins(client, app, **theirs)
    git(app, "checkout", "-q", "main")
    pins(client, app, **mine)
    git(app, "merge", "-q", "theirs", code=code)
    return {id[-1]: pin for id, pin in client.read_lock(str(app.lock)).items()}


CASES = [
    *(
        ("", mine, theirs) for mine, theirs in itertools.combinations("bde", 2)
    ),  # a new file on both
    *(("a", mine, theirs) for mine, theirs in itertools.combinations("bde", 2)),
    *(("af", mine, theirs) for mine, theirs in itertools.combinations("bde", 2)),
    *(("abcd", mine, theirs) for mine, theirs in itertools.combinations("abcd", 2)),  # moved pins
    *(("bd", mine, theirs) for mine, theirs in itertools.combinations("abcde", 2)),  # one of each
]


@pytest.mark.parametrize(("base", "mine", "theirs"), CASES)
def test_branches_that_pin_different_entries_merge(app, base, mine, theirs):
    held = merged(app.load(), app, dict.fromkeys(base, 1), {mine: 2}, {theirs: 3})
    expected = {**dict.fromkeys(base, 1), mine: 2, theirs: 3}
    assert {letter: pin["version"] for letter, pin in held.items()} == {
        letter: version_of({letter: str(number).encode()}) for letter, number in expected.items()
    }


def test_one_entry_pinned_to_two_versions_is_told_and_pinned_anew(app):
    client = app.load()
    with pytest.raises(client.Usage, match=r"registry.lock:\d: champion_models/b is pinned twice"):
        merged(client, app, {"a": 1}, {"b": 2}, {"b": 3})
    assert client.read_lock(str(app.lock), ["champion_models/b"]).keys() == set(IDS[:2])


@pytest.mark.parametrize(
    "line",
    [
        "<<<<<<< HEAD",
        "champion_models/x = 1",
        'pin = { version = "abc", files = 7 }',
        "[champion_models/x]",
        '["champion_models/x"] x',
    ],
)
def test_a_line_that_is_none_is_named(app, line):
    app.lock.write_text(f"# ours\n\n{line}\n")
    client = app.load()
    with pytest.raises(client.Usage, match=r"registry.lock:3: not a line as `pin` writes it"):
        client.path("champion_models/x")


def test_where_it_is_looked_for(app, monkeypatch):
    """Beside or above the module, then beside or above the working folder; never past Git's top."""
    client, lock = app.load(), str(app.lock)
    app.folder.with_name("registry.lock").write_text("")  # another repository's
    assert client.find_lock() == lock
    app.lock.write_text("")
    (app.folder / "sub").mkdir()
    monkeypatch.chdir(app.folder / "sub")
    assert client.find_lock() == lock
    monkeypatch.chdir("/")
    assert client.find_lock() == lock
    monkeypatch.setenv("DATA_REGISTRY_LOCK", "/x/y.lock")
    assert client.find_lock() == "/x/y.lock"
