"""scripts/setup.sh: makes .venv once, again when the requirements change, and says what is missing.

With requirements of one tiny package from a local folder, so that pip runs for real and offline.
"""

from __future__ import annotations

import base64
import hashlib
import importlib.metadata
import os
import shutil
import subprocess
import sys
import zipfile
from pathlib import Path
from types import SimpleNamespace

import pytest
from support.checkout import Checkout
from support.oracle import expect

import make_venv

pytestmark = pytest.mark.xdist_group("setup")  # one worker, so that it is prepared once


@pytest.fixture(scope="module")
def fresh(tmp_path_factory):
    """A checkout whose requirements are one local package, in version 1, set up once."""
    here = Checkout(tmp_path_factory.mktemp("setup") / "clone")
    (here.path / ".venv").unlink()
    wheels = here.path.parent / "wheels"
    wheels.mkdir()
    here.env |= {
        "PYTHON": str(Path(sys.base_prefix) / "bin" / "python3"),
        "PIP_NO_INDEX": "1",
        "PIP_FIND_LINKS": str(wheels),
        "PIP_CONFIG_FILE": os.devnull,
    }
    require(here, make_wheel(wheels, "1.0"))
    run = expect(here.run("scripts/setup.sh"), 0)
    assert "1 pinned packages go into .venv" in run.out and "setup: done" in run.out
    assert "making .venv with Python 3." in run.out and "unpacking" in run.out, run
    assert "uv does not manage it here" in run.out, run  # none is in that folder
    assert installed(here) == "1.0"
    return here


def require(here: Checkout, wheel: Path, digest: str = "") -> None:
    name, version = wheel.name.split("-")[:2]
    digest = digest or hashlib.sha256(wheel.read_bytes()).hexdigest()
    here.write("requirements.txt", f"{name}=={version} \\\n    --hash=sha256:{digest}\n".encode())


def make_wheel(folder: Path, version: str) -> Path:
    name = f"tiny-{version}.dist-info"
    files = {
        "tiny.py": f"VERSION = {version!r}\n",
        f"{name}/METADATA": f"Metadata-Version: 2.1\nName: tiny\nVersion: {version}\n",
        f"{name}/WHEEL": "Wheel-Version: 1.0\nGenerator: a test\nRoot-Is-Purelib: true\n"
        "Tag: py3-none-any\n",
    }
    rows = []
    for path, text in files.items():
        digest = base64.urlsafe_b64encode(hashlib.sha256(text.encode()).digest()).rstrip(b"=")
        rows.append(f"{path},sha256={digest.decode()},{len(text)}\n")
    wheel = folder / f"tiny-{version}-py3-none-any.whl"
    with zipfile.ZipFile(wheel, "w") as archive:
        for path, text in files.items():
            archive.writestr(path, text)
        archive.writestr(f"{name}/RECORD", "".join(rows) + f"{name}/RECORD,,\n")
    return wheel


def installed(here: Checkout) -> str:
    command = [here.path / ".venv/bin/python", "-c", "import tiny; print(tiny.VERSION)"]
    return subprocess.run(command, capture_output=True, text=True, check=True).stdout.strip()


def test_nothing_is_done_again_when_nothing_changed(fresh):
    """Also without network, index or the machine's Python: nothing of them is asked for."""
    run = expect(fresh.run("scripts/setup.sh", PYTHON="/nowhere", PIP_FIND_LINKS="/nowhere"), 0)
    assert run.said == ""


@pytest.mark.parametrize(("free", "is_spared"), [(2**24 - 1, True), (2**24, False)])
def test_python_writes_no_bytecode_on_a_full_disk(monkeypatch, free, is_spared):
    """It would be cut short, and every later start would end at it."""
    monkeypatch.setattr(sys, "dont_write_bytecode", False)
    monkeypatch.setattr(os, "statvfs", lambda path: SimpleNamespace(f_bavail=free, f_frsize=1))
    exec(make_venv.WHOLE_BYTECODE, {})
    assert sys.dont_write_bytecode is is_spared


def test_a_checkout_that_cannot_be_written_is_one_line(monkeypatch, tmp_path, capsys):
    (tmp_path / ".registry").write_bytes(b"")  # whoever runs the tests may write anywhere
    monkeypatch.setattr(make_venv, "ROOT", tmp_path)
    assert make_venv.main(["requirements.txt"]) == 1
    (line,) = capsys.readouterr().err.splitlines()
    assert line.startswith(f"setup: {tmp_path}/.registry") and "clone it for yourself" in line


def test_a_disk_without_links_is_named(monkeypatch, tmp_path):
    """Python's own words are `Function not implemented`, and the network is not to blame."""
    (tmp_path / ".registry").mkdir()
    monkeypatch.setattr(make_venv, "ROOT", tmp_path)
    assert "network" in make_venv.cure() and not list((tmp_path / ".registry").iterdir())
    (tmp_path / ".registry").rmdir()
    assert "symbolic links" in make_venv.cure()


def test_a_changed_file_is_installed_and_a_wrong_hash_is_not(fresh):
    before = fresh.read("requirements.txt")
    newer = make_wheel(fresh.path.parent / "wheels", "2.0")
    require(fresh, newer, digest="0" * 64)
    run = expect(fresh.run("scripts/setup.sh"), 1)
    assert "DO NOT MATCH THE HASHES" in run.err and "setup: could not make .venv" in run.err, run
    assert installed(fresh) == "1.0"
    require(fresh, newer)
    assert "setup: done" in expect(fresh.run("scripts/setup.sh"), 0).out
    assert installed(fresh) == "2.0"
    fresh.write("requirements.txt", before)
    expect(fresh.run("scripts/setup.sh"), 0)
    assert installed(fresh) == "1.0"


def test_uv_installs_where_it_runs_and_goes_where_pip_is_told_to(fresh):
    """The one that set up this very .venv is put where pip would have brought it."""
    uv = importlib.metadata.distribution("uv")
    for file in uv.files or ():
        site = next((fresh.path / ".venv/lib").glob("python3*")) / "site-packages"
        target = Path(os.path.normpath(site / file))
        target.parent.mkdir(parents=True, exist_ok=True)
        shutil.copy(uv.locate_file(file), target)
    require(fresh, make_wheel(fresh.path.parent / "wheels", "3.0"))
    run = expect(fresh.run("scripts/setup.sh"), 0)
    assert "uv does not manage" not in run.out and "1 packages here, unpacking" in run.out, run
    assert installed(fresh) == "3.0"
    require(fresh, make_wheel(fresh.path.parent / "wheels", "4.0"), "0" * 64)
    run = expect(fresh.run("scripts/setup.sh"), 1)
    assert "uv does not manage" in run.out and "tiny" in run.err, run
    assert installed(fresh) == "3.0"


def test_asked_by_several_at_once_it_is_made_once(fresh):
    require(fresh, make_wheel(fresh.path.parent / "wheels", "3.0"))
    command = [fresh.path / "scripts" / "setup.sh"]
    started = [
        subprocess.Popen(command, env=fresh.env, stdout=subprocess.PIPE, text=True)
        for _ in range(4)
    ]
    said = [process.communicate()[0] for process in started]
    assert [process.returncode for process in started] == [0] * 4
    assert sum("setup: done" in text for text in said) == 1, said
    assert installed(fresh) == "3.0"


def test_a_venv_whose_python_went_away_is_made_anew(fresh):
    python = fresh.path / ".venv" / "bin" / "python"
    python.unlink()
    python.symlink_to("/nowhere/python3")
    expect(fresh.run("scripts/setup.sh"), 0)
    assert installed(fresh)


def test_a_set_up_stopped_before_pip_was_there_begins_anew(fresh):
    """As by Ctrl-C in the first seconds: Python is there, and `venv` was not done."""
    command = [fresh.env["PYTHON"], "-m", "venv", "--clear", "--without-pip", ".venv"]
    subprocess.run(command, cwd=fresh.path, check=True)
    expect(fresh.run("scripts/setup.sh"), 0)
    assert installed(fresh)


@pytest.mark.parametrize(
    ("missing", "fakes", "says"),
    [
        ("git", {}, ["git is missing", "install"]),
        ("python3", {}, ["python3 is missing", "3.10", "PYTHON="]),
        ("", {"python3": "case $1 in --version) echo Python 3.8.1;; *) exit 1;; esac"},
         ["3.10", "Python 3.8.1", "PYTHON="]),
        ("", {"python3": 'case "$*" in *ensurepip*) exit 1;; esac'}, ["venv", "python3-venv"]),
    ],
)  # fmt: skip
def test_each_missing_tool_is_one_line(clone, tmp_path, missing, fakes, says):
    here = clone("bare")
    (here.path / ".venv").unlink()
    only = tmp_path / "bin"
    only.mkdir()
    for name in {"bash", "dirname", "cmp", "git", "make", "sh", "env"} - {missing}:
        (only / name).symlink_to(shutil.which(name))
    if missing != "python3" and "python3" not in fakes:
        (only / "python3").symlink_to(sys.executable)
    for name, text in fakes.items():
        (only / name).write_text(f"#!/bin/bash\n{text}\n")
        (only / name).chmod(0o755)
    before = here.tree()
    run = expect(here.run("./pull.sh", PATH=str(only)), 1)
    assert run.out == "" and len(run.err.splitlines()) == 1, run
    assert all(word in run.err for word in says), run
    assert here.tree() == before and not (here.path / ".venv").exists()


def test_it_is_never_silent_for_long(fresh, tmp_path):
    """pip says nothing while it waits for the network or unpacks."""
    slow = tmp_path / "slow.py"
    slow.write_text(
        "import sys, time\nprint('Collecting a', flush=True); time.sleep(3)\n"
        "print('Installing collected packages: a', flush=True); time.sleep(3)"
    )
    code = (
        "import sys; from registry import installer; installer.EVERY_SECONDS = 1.0; "
        f"installer.run([sys.executable, {str(slow)!r}], installer.Follower(2, print))"
    )
    run = expect(fresh.run(sys.executable, "-c", code, PYTHONPATH=str(fresh.path / "scripts")), 0)
    told = run.out.splitlines()
    assert sum("1 of 2 packages" in line for line in told) >= 2, run
    assert sum("unpacking" in line for line in told) >= 2, run
