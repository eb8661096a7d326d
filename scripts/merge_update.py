"""Take over a newer version of these scripts, by a merge that leaves the samples out.

usage: merge_update.py [ref]      the version to merge, such as upstream/main, the default

A registry that took its samples out would get a conflict whenever a newer version changes one, and
new samples as its own entries. This takes both out again before it commits the merge. A registry
made from a copy, without our history, is merged from the version that its files are most like.
"""

from __future__ import annotations

from contextlib import AbstractContextManager, nullcontext

from registry import console, git
from registry.console import say
from registry.daily import uncommitted
from registry.entries import ROOT, Entry
from registry.errors import Refusal, UsageError
from registry.experiments import ledger
from registry.humanize import plural
from registry.start import ancestor, join

SAMPLES = "examples/samples.txt"


def main(argv: list[str]) -> int:
    ref = argv[0] if argv else "upstream/main"
    if len(argv) > 1 or ref.startswith("-"):
        raise UsageError("one version to merge: FROM=upstream/main")
    join.refuse_unsaved(ROOT)
    if not news(ref):
        say("update: this is the newest version already")
        return 0
    taken_out = not own(samples("HEAD"))
    with common_history(ref):
        begin_merge(ref)
    theirs = samples("MERGE_HEAD")
    kept = own(theirs)
    out = [entry for entry in theirs if entry not in kept]
    if taken_out:
        take_out(out)
    refuse_conflicts()
    git.run(ROOT, "commit", "--no-edit", "-q")
    left = f", {plural(len(out), 'sample')} left out" if taken_out else ""
    say(f"update: merged {ref}{left}. Next: make check-cards{uncommitted.and_share()}")
    return 0


def begin_merge(ref: str) -> None:
    """Merge into the index, without a commit. Raises Refusal when Git cannot begin.

    Conflicts are no error here.
    """
    try:
        git.run(ROOT, "merge", "--no-commit", "--no-ff", ref)
    except git.GitError as error:
        if not git.has(ROOT, "MERGE_HEAD"):
            # The first lines say why; those after them only that it was given up.
            why = " ".join(line.strip() for line in error.said[:2])
            raise Refusal(f"git cannot merge {ref}: {why} (all of it: git merge {ref})") from None


def common_history(ref: str) -> AbstractContextManager[None]:
    """One for Git to merge from: a copy, as of a template, has none, and gets it by its files."""
    if ancestor.is_related(ROOT, ref):
        return nullcontext()
    commit, version = ancestor.find(ROOT, ref)
    say(
        f"update: no history in common: {commit[:12]} is taken for a copy of {version.commit[:12]} "
        f"({version.same} of its {version.files} files are the same)"
    )
    return ancestor.grafted(ROOT, commit, version.commit)


def news(ref: str) -> bytes:
    """Return the commits that are new in a version.

    Raises UsageError when there is no such version.
    """
    if not git.has(ROOT, ref):
        raise UsageError(
            f"{ref!r} is no version that Git knows here: `git remote -v` must show where newer "
            "versions come from (else `git remote add upstream <its URL>`); then "
            "`git fetch upstream`, and again"
        )
    return git.run(ROOT, "rev-list", "-n1", f"HEAD..{ref}")


def samples(ref: str) -> list[Entry]:
    """Return the sample entries that a version names."""
    text = git.show(ROOT, f"{ref}:{SAMPLES}") or b""
    parts = (word.partition("/") for word in text.decode().split())
    return [Entry(section, name) for section, _, name in parts]


def own(entries: list[Entry]) -> list[Entry]:
    """Return those that this registry has in its last commit: it chose to keep them."""
    return [e for e in entries if git.show(ROOT, f"HEAD:{e}.card.md") is not None]


def take_out(entries: list[Entry]) -> None:
    """Take the samples' cards, `.dvc` files and ledger lines out of the merge."""
    for entry in entries:
        paths = [f"{entry}.card.md", f"{entry}.dvc"]
        git.run(ROOT, "rm", "-q", "-f", "--ignore-unmatch", "--", *paths)
        if entry.section == ledger.SECTION:
            ledger.drop(entry)
            git.run(ROOT, "add", "--", ledger.FILE)


def refuse_conflicts() -> None:
    files = sorted(git.unmerged(ROOT))
    if files:
        raise Refusal(
            f"both sides changed {', '.join(files)}: mend them, `git add` them and `git commit`, "
            "or `git merge --abort`"
        )


if __name__ == "__main__":
    raise SystemExit(console.run(main, "update"))
