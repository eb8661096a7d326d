"""Words every refusal: the reason, and the way out, ready to paste."""

from __future__ import annotations

import shlex

from registry.entries import Entry
from registry.errors import Refusal
from registry.humanize import plural, some
from registry.remote.location import Remote
from registry.remote.s3 import Denied
from registry.sync import compare
from registry.sync.compare import Plan
from registry.sync.marker import Marker
from registry.sync.survey import Survey

LINES = 20  # of a long list that a refusal shows
NAME_LETTERS = 60  # of a proposed name: no disk takes less, whatever the alphabet


def being_pushed(entry: Entry, holder: Marker) -> Refusal:
    return Refusal(
        f"a push by {holder} is not finished: wait for it; if it died, they push again, "
        f"or `make unlock DATASET={entry:sh}`"
    )


def own_unfinished(entry: Entry) -> Refusal:
    return Refusal(f"your own push of it is not finished: `make push DATASET={entry:sh}`")


def may_not_delete(entry: Entry, error: Denied) -> Refusal:
    """Return all that is new was sent; to push again leads here again, and nobody else can pull."""
    named = f"DATASET={entry:sh}"
    confirmed = f"{named} CONFIRM={entry:name}"
    return Refusal(
        f"{error}: all else is done, but others can't pull it before this push ends. Ask for "
        f"s3:DeleteObject and `make push {named}`; or let S3 keep those files: `make unlock "
        f"{confirmed}`, `make seal {confirmed}`, and `make reset {named}` brings them back here"
    )


class MayNotDelete(Refusal):
    """These credentials lack that right, which was asked before anything was done."""


def no_right_to_delete(folder: str, error: Denied) -> MayNotDelete:
    return MayNotDelete(
        f"{error}: these credentials may not delete below {folder}/, and nothing there was "
        "changed: ask the bucket's owner for s3:DeleteObject, and run again"
    )


def old_keys_stay(old: Entry, new: str, error: Refusal) -> Refusal:
    """Return that a move is done but for the old keys, which others may take away as well."""
    return Refusal(
        f"it is moved to {new}, and so are those who pull, but what S3 holds under the old name "
        f"stays: {error}; or somebody who may delete types "
        f"`make remove DATASET={old:sh} CONFIRM={old:name}`"
    )


def torn(survey: Survey) -> Refusal:
    """Pulled, reset, or pushed from a checkout that S3 has other files than."""
    entry = survey.entry
    take = f"`make push DATASET={entry:sh} TAKE=local`"
    if survey.is_last_sealed:
        way = f"this checkout has what was whole before: {take} brings S3 back to what is here"
    elif survey.may_restore:
        way = f"where a checkout has all of it, {take} brings S3 back to what is there"
    else:
        way = (
            f"a checkout that was up to date when it began can bring S3 back, with {take}, "
            "and this one was not"
        )
    return Refusal(
        f"its last push, by {survey.marker}, was never finished, so S3 may hold some files of it "
        f"and some older ones: whoever pushed goes on with `make push DATASET={entry:sh}`; {way}; "
        f"or accept what S3 holds: `make seal DATASET={entry:sh} CONFIRM={entry:name}`"
    )


def conflict(entry: Entry, paths: list[str]) -> Refusal:
    return Refusal(
        f"changed both here and in S3: {some(paths)}: keep yours with "
        f"`make push DATASET={entry:sh} TAKE=local`, or take S3's with "
        f"`make reset DATASET={entry:sh}`"
    )


def lost(entry: Entry, paths: list[str], whole: int) -> Refusal:
    """`whole`: how many files are here; a pull that takes most of them away needs a word."""
    delete = " DELETE=1" if compare.is_too_much(len(paths), whole) else ""
    return Refusal(
        f"S3 has lost {plural(len(paths), 'file')} that this checkout has ({some(paths)}), and no "
        f"push took them away: `make push DATASET={entry:sh} TAKE=local` puts them back, "
        f"`make pull DATASET={entry:sh}{delete}` moves them to the trash here too"
    )


def behind(entry: Entry, paths: list[str]) -> Refusal:
    return Refusal(f"S3 has news ({some(paths)}): `make pull DATASET={entry:sh}`, then push")


def many_deletes(entry: Entry, deletes: int, whole: int, takes_local: bool) -> Refusal:
    take = " TAKE=local" if takes_local else ""
    return Refusal(
        f"it would delete {deletes} of {whole} files in S3: if that is meant, "
        f"`make push DATASET={entry:sh}{take} DELETE=1`; if not, `make reset DATASET={entry:sh}` "
        "brings them back"
    )


def many_gone(survey: Survey, gone: int) -> Refusal:
    entry, whole = survey.entry, len(survey.local.files)
    back = f"; if not, `make push DATASET={entry:sh} TAKE=local` puts them back"
    return Refusal(
        f"{gone} of its {whole} files were deleted in S3: if that is meant, "
        f"`make pull DATASET={entry:sh} DELETE=1` moves them to the trash here"
        + (back if not survey.is_sealed else "")
    )


def moved(entry: Entry, told: Marker) -> Refusal:
    if not entry.card.exists():
        return Refusal(
            f"it was moved to {told.moved} by {told.who or 'somebody'}: `make pull` renames what "
            "is here, or says why not"
        )
    return Refusal(
        f"it was moved to {told.moved} by {told.who or 'somebody'}: `git pull` brings the new "
        "card, `make pull` then renames what is here; if that move was given up, "
        f"`make push DATASET={entry:sh} TAKE=local` goes on under the old name"
    )


def removed(survey: Survey) -> Refusal:
    """S3 holds nothing of it any more: taken out by a command of ours, or by hand."""
    entry, sealed = survey.entry, survey.marker
    if sealed and sealed.moved:
        return moved(entry, sealed)
    if sealed and sealed.files and entry.card.exists():
        return Refusal(
            f"S3 has lost all {plural(sealed.files, 'file')} of it, and no command of this tool "
            f"took them away; what is here stays: `make push DATASET={entry:sh} TAKE=local` "
            "puts it back"
        )
    if not entry.card.exists():
        return Refusal(
            f"it was removed upstream, and its card too; what is here stays: "
            f"`make remove DATASET={entry:sh} CONFIRM={entry:name}` moves it to the trash; to put "
            f"it back in S3 it needs a card first: `make card DATASET={entry:sh}`"
        )
    return Refusal(
        "it was removed upstream; what is here stays: `git pull` takes its card out, then "
        f"`make remove DATASET={entry:sh} CONFIRM={entry:name}` moves its folder to the trash; "
        f"if that was a mistake, `make push DATASET={entry:sh} TAKE=local` puts it back"
    )


def not_here(entry: Entry, is_torn: bool, is_in_s3: bool) -> Refusal:
    """`is_torn`: a push of ours began, and then its folder went away."""
    if is_torn:
        return Refusal(
            "your unfinished push has nothing left here to go on with: "
            f"`make unlock DATASET={entry:sh} CONFIRM={entry:name}`, then "
            f"`make seal DATASET={entry:sh} CONFIRM={entry:name}` accepts what S3 holds"
        )
    if not is_in_s3:
        return Refusal(f"there is nothing of it, here or in S3: put its files into {entry}/")
    return Refusal(
        f"it is not checked out here, so there is nothing to push: `make pull DATASET={entry:sh}`"
    )


def unfit(lines: list[str]) -> Refusal:
    return Refusal("it cannot be stored as it is:\n  " + "\n  ".join(lines[:LINES]))


def hostile_keys(survey: Survey, problems: list[str] | None = None) -> Refusal:
    """`problems`: what else is in the way than keys that no disk takes."""
    lines = (survey.remote_problems if problems is None else problems)[:LINES]
    lines += [_rename_in_s3(survey, path) for path in survey.remote_unfit[:1]]
    return Refusal("S3 holds keys that must not come here:\n  " + "\n  ".join(lines))


def _rename_in_s3(survey: Survey, path: str) -> str:
    """Return how to give such a key a name that a disk takes, and no other key has."""
    from registry.remote import aws_command

    if not path.isprintable():
        return "give each another name in S3, then run again"
    parts = (part[:NAME_LETTERS] for part in path.split("/"))
    name = "/".join(part for part in parts if part.strip(".")) or "unnamed"
    while name in survey.remote:
        name += "-2"
    remote, prefix = survey.session.remote, survey.session.remote.prefix(survey.entry)
    ends = [f"s3://{remote.bucket}/{prefix}{one}" for one in (path, name)]
    command = aws_command.of(remote, f"s3 mv {shlex.join(ends)}")
    return f"give each another name in S3, then run again: `{command}`"


def leftovers(paths: list[str]) -> Refusal:
    return Refusal(f"half a download of an interrupted aws: remove or rename {some(paths)}")


def link(step: str, path: str) -> Refusal:
    return Refusal(f"{step} is a link, and S3 has news for {path}: put a copy in the link's place")


def other_kind(path: str, kind: str) -> Refusal:
    return Refusal(f"{path} is a {kind} here, and is not in S3: rename or remove yours")


def read_only(entry: Entry, folder: str) -> Refusal:
    cure = f"chmod u+w {shlex.quote(folder)}"
    return Refusal(f"{folder}: you may not write to this folder: `{cure}`, or ask its owner")


def archived(remote: Remote, path: str, key: str) -> Refusal:
    return Refusal(
        f"{path} is in an archive of S3 (Glacier, say), from which nobody can read it at once: "
        f"`{bring_back(remote, key)}` brings it back within hours; then run again. So for each "
        "that is"
    )


def bring_back(remote: Remote, key: str) -> str:
    """Return the command that takes an object out of the archive, for a week."""
    from registry.remote import aws_command

    words = ["s3api", "restore-object", "--bucket", remote.bucket, "--key", key]
    return aws_command.of(remote, f"{shlex.join(words)} --restore-request Days=7")


def too_deep(paths: list[str]) -> Refusal:
    return Refusal(f"folders nested too deep for any registry: remove {some(paths)}")


def no_version(entry: Entry, word: str, known: list[str]) -> Refusal:
    """`known`: the versions that there are, with who sealed them."""
    if not known:
        return Refusal(f"{entry} has no version yet: its next push, or `make seal`, gives it one")
    return Refusal(
        f"{entry} has no version {word!r}; it has {'; '.join(known)}: "
        f"`make history DATASET={entry:sh}` tells more"
    )


def spared(entry: Entry, paths: list[str]) -> Refusal:
    return Refusal(
        f"all is sent, but {some(paths)} changed in S3 meanwhile and was not deleted: "
        f"`make pull DATASET={entry:sh}` fetches it"
    )


def swapped(entry: Entry, path: str, kinds: str) -> Refusal:
    return Refusal(
        f"{path} is {kinds} in S3: not every store can hold both for a moment. Move yours out of "
        f"the entry, `make push DATASET={entry:sh}`, move it back and push again"
    )


def of_verdict(survey: Survey, plan: Plan, is_torn: bool = False) -> Refusal | None:
    """Return the refusal that a plan's verdict on the whole entry means, if it means one."""
    entry = survey.entry
    if plan.verdict == compare.NOT_HERE:
        return not_here(entry, is_torn, bool(len(survey.remote)))
    return removed(survey) if plan.verdict == compare.REMOVED else None
