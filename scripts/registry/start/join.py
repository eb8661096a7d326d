"""Makes the history of a former registry and ours one: their cards and rules, our scripts."""

from __future__ import annotations

from collections.abc import Iterable
from pathlib import Path

from registry import git
from registry.entries import CARD, Entry
from registry.errors import Refusal
from registry.experiments import ledger
from registry.files import write_whole
from registry.start.former import Former, Share

CHUNK = 500  # paths on one command line


def refuse_unsaved(root: Path) -> None:
    """Raises Refusal when something that Git tracks has changed and is not committed."""
    changed = git.names(git.run(root, "status", "--porcelain", "-z", "--untracked-files=no"))
    if changed:
        raise Refusal(f"commit or stash what is changed here first: {changed[0][3:]}")


def refuse_nameless(root: Path) -> None:
    """Raises Refusal when Git does not know who would commit."""
    try:
        git.run(root, "var", "GIT_COMMITTER_IDENT")
    except git.GitError:
        raise Refusal(
            "Git does not know who you are: `git config --global user.name 'Your Name'` and "
            "`git config --global user.email you@example.org`, then again"
        ) from None


def refuse_in_the_way(root: Path, paths: Iterable[str]) -> None:
    """Raises Refusal when a file that would come is here already, unknown to Git."""
    tracked = set(git.tracked(root))
    taken = [path for path in paths if path not in tracked and (root / path).exists()]
    if taken:
        raise Refusal(f"{taken[0]} is here and not in Git: move it away, it would be overwritten")


def merge(root: Path, former: Former, share: Share, samples: list[Entry]) -> None:
    """Begin a merge commit with both as parents, and put both sides' files into it."""
    words = ("--no-commit", "-s", "ours", "--allow-unrelated-histories", former.commit)
    git.run(root, "merge", "-q", *words)
    drop_cards(root, samples)
    for start in range(0, len(share.theirs), CHUNK):
        paths = share.theirs[start : start + CHUNK]
        git.run(root, "--literal-pathspecs", "checkout", "-q", former.commit, "--", *paths)
    for path in share.both:
        theirs = (git.show(root, f"{former.commit}:{path}") or b"").decode("utf-8", "replace")
        if path != ledger.FILE:  # its catch-all holds all that theirs says
            ours = (root / path).read_text(encoding="utf-8")
            write_whole(root / path, united(theirs, ours).encode())
    keep(root, share)
    git.run(root, "add", "--", *share.both, ledger.FILE)


def drop_cards(root: Path, samples: list[Entry]) -> None:
    """Take the samples' cards, `.dvc` files and ledger lines out of the index and from here."""
    for entry in samples:
        paths = (f"{entry}{CARD}", f"{entry}.dvc")
        git.run(root, "rm", "-q", "-f", "--ignore-unmatch", "--", *paths)
        if entry.section == ledger.SECTION:
            ledger.drop(entry)
            git.run(root, "add", "--", ledger.FILE)


def united(theirs: str, ours: str) -> str:
    """Their lines that we do not have, then all of ours: in files of rules the last line wins."""
    own = set(ours.splitlines())
    more = [line for line in theirs.splitlines() if line.strip() and line not in own]
    return "".join(f"{line}\n" for line in more) + ours


def keep(root: Path, share: Share) -> None:
    """A line of the ledger for each experiment that has a card."""
    section = f"{ledger.SECTION}/"
    names = [p[len(section) : -len(CARD)] for p in share.cards if p.startswith(section)]
    path = root / ledger.FILE
    text = path.read_text(encoding="utf-8")
    experiments = [Entry(ledger.SECTION, name, root) for name in names]
    write_whole(path, ledger.added(text, experiments).encode())


def commit(root: Path, message: str, *paths: str) -> str:
    """Commit the index, and these files; the commit. Hooks judge what a person wrote, not this."""
    git.run(root, "add", "--force", "--", *paths)
    git.run(root, "commit", "-q", "--no-verify", "-m", message)
    return git.run(root, "rev-parse", "HEAD").decode().strip()
