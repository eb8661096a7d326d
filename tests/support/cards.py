"""A small registry of its own for tests of cards: real scripts, real git, templates, good cards."""

from __future__ import annotations

import hashlib
import os
import shutil
import subprocess
from pathlib import Path

from registry.cards.library import Library
from registry.sections import SECTIONS
from support import session, template

ROOT = Path(__file__).resolve().parent.parent.parent
BAD = Path(__file__).resolve().parent / "bad_card"

FRONT = {
    "raw_datasets/logs": "source_url: https://example.org/logs.tar.gz\nretrieved: 2026-01-31\n",
    "processed_datasets/cut": "source_datasets: [raw_datasets/logs]\n"
    "code:\n  repo: https://github.com/acme/cut\n  commit: 4f2a91c\n  command: make cut\n",
    "champion_models/poet": "datasets: [processed_datasets/cut]\n"
    "training_results: training_results/poet-run\n",
    "training_results/poet-run": "model: champion_models/poet\n"
    "code:\n  repo: .\n  commit: 4f2a91c\n  command: make poet\n",
    "experiments/try": "source_datasets: [raw_datasets/logs]\n",
}
ENTRIES = tuple(FRONT)


def good_card(entry: str, more: str = "") -> str:
    """A card without problems, once the other good cards are there; `more` are further keys."""
    section, _, name = entry.partition("/")
    asked = Library(ROOT).template(section).headings
    headings = [h.text for h in asked if h.level == 2 and "(optional)" not in h.text]
    known = FRONT.get(entry) or next(text for id, text in FRONT.items() if section in id)
    head = f"---\npretty_name: The {name}\nlicense: cc-by-4.0\n{more}{known}---\n"
    return f"{head}\n# Card: {name}\n" + "".join(f"\n## {h}\n\nWords.\n" for h in headings)


def make(root: Path, entries: tuple[str, ...] = ENTRIES, templates: bool = True) -> Path:
    """A registry at `root`, committed, with the good cards of these entries; made once per run."""
    name = hashlib.sha256(repr((entries, templates)).encode()).hexdigest()[:12]
    made = session.once(f"cards-{name}", lambda folder: _make(folder, entries, templates))
    shutil.copytree(made, root, symlinks=True, copy_function=_link_or_copy)
    return root


def _link_or_copy(source: str, target: str) -> None:
    (os.link if template.is_linked(source) else shutil.copy2)(source, target)


def _make(root: Path, entries: tuple[str, ...], templates: bool) -> None:
    scripts = template.template(samples=False) / "scripts"
    shutil.copytree(scripts, root / "scripts", copy_function=_link_or_copy)
    for section in SECTIONS:
        (root / section).mkdir()
        for name in (".gitignore", *(["template.card.md"] if templates else [])):
            shutil.copy(ROOT / section / name, root / section / name)
    ledger = (root / "experiments" / ".gitignore").read_text().replace("/lighthouse-words/\n", "")
    (root / "experiments" / ".gitignore").write_text(ledger)
    for entry in entries:
        write(root, entry, good_card(entry))
    (root / ".gitignore").write_text("__pycache__/\n/.registry/\n/.venv\n")
    git(root, "init", "--quiet", "--initial-branch=main")
    if "experiments/try" in entries:
        run(root, "check_experiments.py", "--fix")
    commit(root)
    git(root, "repack", "-adq")
    git(root, "config", "core.trustctime", "false")  # a further link sets it
    shutil.rmtree(root / ".git" / "hooks")
    (root / ".git" / "hooks").mkdir()


def write(root: Path, entry: str, text: str | bytes) -> Path:
    """An entry's card, and its .dvc file if it is a raw dataset."""
    path = root / f"{entry}.card.md"
    path.write_bytes(text.encode() if isinstance(text, str) else text)
    if entry.startswith("raw_datasets/"):
        digest = "0123456789abcdef0123456789abcdef.dir"
        (root / f"{entry}.dvc").write_text(f"outs:\n- md5: {digest}\n  hash: md5\n  path: x\n")
    return path


def run(
    root: Path, script: str, *words: str, stdin: str = "", **env: str
) -> subprocess.CompletedProcess[str]:
    """A script of this registry, as a person runs it; never with this person's settings."""
    command = [str(session.venv() / "bin/python"), str(root / "scripts" / script), *words]
    forks = session.forks(template.template(samples=False) / "scripts")
    return subprocess.run(
        command,
        cwd=root,
        env={**clean(root), "TEST_FORKS": forks, **env},
        input=stdin,
        capture_output=True,
        text=True,
        timeout=900,
        check=False,
    )


def git(root: Path, *words: str, code: int = 0) -> str:
    """What git prints. Fails the test when it ends otherwise."""
    done = subprocess.run(
        ["git", *words], cwd=root, env=clean(root), capture_output=True, text=True, timeout=900
    )
    assert done.returncode == code, done.stdout + done.stderr
    return done.stdout + done.stderr if code else done.stdout


def commit(root: Path) -> None:
    git(root, "add", "--all")
    git(root, "commit", "--quiet", "--allow-empty", "--message=x")


def clean(root: Path) -> dict[str, str]:
    """An environment of the test's own."""
    who = {f"GIT_{role}_{what}": "t@example.org" for role in ("AUTHOR", "COMMITTER")
           for what in ("NAME", "EMAIL")}  # fmt: skip
    return {
        **who,
        "HOME": str(root),
        "PATH": os.environ["PATH"],
        "LANG": "C.UTF-8",
        "GIT_CONFIG_GLOBAL": os.devnull,
        "GIT_CONFIG_NOSYSTEM": "1",
        "PYTHONDONTWRITEBYTECODE": "1",
    }
