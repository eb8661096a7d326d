"""What every clone of the tests is a copy of, and the cards that entries of the tests have."""

from __future__ import annotations

import functools
import os
import re
import shutil
import subprocess
import sys
from pathlib import Path

from registry.sections import SECTIONS
from support import session

ROOT = Path(__file__).resolve().parent.parent.parent
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


# What clones share with the template by hard links, hundreds of files each: nobody writes into it.
LINKED = (
    ".py", ".pyc", ".js", ".css", ".html", ".svg", ".png", ".pack", ".idx", ".rev",
    "-bench.txt", "-dev.txt",
)  # fmt: skip
LINKED_FOLDERS = ("tests/", "benchmarks/", "examples/", "findings/")
# What no command reads, a third of all files: only clones with the samples have it.
LEFT_OUT = ("tests/", "benchmarks/", "findings/")
_made: list[Path] = []  # what this process copied


def environment(home: Path, tmp: Path) -> dict[str, str]:
    """A person's environment with nothing of ours in it but where programs are."""
    return {
        "HOME": str(home),
        "PATH": os.environ["PATH"],
        "TMPDIR": str(tmp),
        "LANG": "C.UTF-8",
        "GIT_CONFIG_GLOBAL": os.devnull,
        "GIT_CONFIG_SYSTEM": os.devnull,
        # Clones share files by links, and each new one changes the ctime of all of them:
        # `git merge` fails ("stash failed") where that happens while it looks.
        "GIT_CONFIG_COUNT": "1",
        "GIT_CONFIG_KEY_0": "core.trustctime",
        "GIT_CONFIG_VALUE_0": "false",
        "GIT_AUTHOR_NAME": home.name,
        "GIT_AUTHOR_EMAIL": f"{home.stem}@example.org",
        "GIT_COMMITTER_NAME": home.name,
        "GIT_COMMITTER_EMAIL": f"{home.stem}@example.org",
        "USER": home.stem,
        "DVC_SITE_CACHE_DIR": str(home / "dvc"),
        "PYTHONDONTWRITEBYTECODE": "1",
        "AWS_EC2_METADATA_DISABLED": "true",  # loopback only, also when there are no keys
    }


def copy(samples: bool, target: Path) -> None:
    """A clone of the tracked files, without the samples unless they are wanted."""
    source = template(samples)
    folders, files = _content(samples)
    for folder in folders:
        if folder.endswith("__pycache__"):  # a link for hundreds of them
            os.symlink(f"{source}/{folder}", f"{target}/{folder}")
        else:
            os.mkdir(f"{target}/{folder}")
    for file in files:
        (_link if is_linked(file) else _copy)(f"{source}/{file}", f"{target}/{file}")


def is_linked(file: str) -> bool:
    return file.endswith(LINKED) or file.startswith(LINKED_FOLDERS)


@functools.lru_cache(maxsize=2)
def _content(samples: bool) -> tuple[list[str], list[str]]:
    """The template's folders, each after the one that it is in, and files; links are files."""
    folders, files, top = [""], [], template(samples)
    for folder in folders:
        for item in () if folder.endswith("__pycache__") else os.scandir(top / folder):
            is_folder = item.is_dir(follow_symlinks=False)
            (folders if is_folder else files).append(os.path.relpath(item.path, top))
    return folders, files


@functools.lru_cache(maxsize=2)
def template(samples: bool) -> Path:
    """The tracked files as they are in this working copy, committed; made once per run."""
    made = session.once(f"template{samples:d}", lambda folder: _make(folder / "clone", samples))
    _made.append(made / "clone")
    return made / "clone"


def _make(made: Path, samples: bool) -> None:
    for name in _tracked():
        target = made / name
        if (ROOT / name).exists() and (samples or not name.startswith(LEFT_OUT)):
            target.parent.mkdir(parents=True, exist_ok=True)
            shutil.copy2(ROOT / name, target, follow_symlinks=False)
    if not samples:
        _take_samples_out(made)
    env = environment(made.parent / "home", made.parent)
    for words in (
        ["init", "-q", "-b", "main"], ["add", "-A"], ["commit", "-qm", "As tracked"],
        ["repack", "-adq"],
        ["config", "core.trustctime", "false"],  # a further link sets it
    ):  # fmt: skip
        subprocess.run(["git", *words], cwd=made, env=env, check=True)
    for sample in (made / ".git" / "hooks").iterdir():
        sample.unlink()
    with open(made / ".git" / "info" / "exclude", "a") as rules:
        rules.write("__pycache__\n")  # .gitignore names folders, and clones have links to them
    # Once for all copies, which may write none: or each of their commands compiles all anew.
    subprocess.run([sys.executable, "-m", "compileall", "-q", made / "scripts"], check=True)


def _tracked() -> list[str]:
    listed = subprocess.run(["git", "ls-files", "-z"], cwd=ROOT, check=True, capture_output=True)
    return [name for name in os.fsdecode(listed.stdout).split("\0") if name]


def assert_untouched() -> None:
    """No test wrote through a link into what all clones have in common."""
    for made in _made:
        status = ["git", "-C", made, "status", "--porcelain"]
        changed = subprocess.run(status, check=True, capture_output=True, text=True).stdout
        assert not changed, f"written to through a link of a clone:\n{changed}"


def _link(source: str, target: str) -> None:
    """For a file that is only ever replaced."""
    try:
        os.link(source, target, follow_symlinks=False)
    except OSError:  # the copy is on another disk
        _copy(source, target)


def _copy(source: str, target: str) -> None:
    """As shutil.copy2, in a third of its time."""
    link, mode, times, content = _read(source)
    if link:
        return os.symlink(link, target)
    fd = os.open(target, os.O_WRONLY | os.O_CREAT | os.O_EXCL, mode)
    os.write(fd, content)
    os.utime(fd, ns=times)  # Git knows an unchanged file by them
    os.close(fd)


@functools.lru_cache(maxsize=1000)
def _read(source: str) -> tuple[str, int, tuple[int, int], bytes]:
    stat = os.lstat(source)
    times = stat.st_atime_ns, stat.st_mtime_ns
    if os.path.islink(source):
        return os.readlink(source), 0, times, b""
    return "", stat.st_mode & 0o777, times, Path(source).read_bytes()


def _take_samples_out(clone: Path) -> None:
    """Only BASE and SCRATCH are left, as entries without data."""
    for section in SECTIONS:
        for path in (clone / section).iterdir():
            is_card = path.name.endswith(".card.md") and path.name != "template.card.md"
            if path.suffix == ".dvc" or is_card:
                path.unlink()
    for entry in (BASE, SCRATCH):
        (clone / f"{entry}.card.md").write_text(card(entry))
    (clone / f"{BASE}.dvc").write_text(BASE_DVC)
    rules = clone / "experiments" / ".gitignore"
    kept = [line for line in rules.read_text().splitlines() if not re.fullmatch(r"/\w.*/", line)]
    rules.write_text("\n".join([*kept, f"/{Path(SCRATCH).name}/", ""]))


def card(entry: str) -> str:
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
