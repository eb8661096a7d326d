#!/usr/bin/env python3
"""Datasets and models of a data registry, from anywhere: whole, verified folders by their name.

    import registry_client
    folder = registry_client.path("champion_models/x")    # a pathlib.Path; here after one download
    for file in registry_client.files("champion_models/x"):
        print(file.path, file.size)

    python registry_client.py pin champion_models/x       # note its version in registry.lock
    python registry_client.py pull                        # have all that is pinned; prints where
    python registry_client.py outdated                    # exit code 1 when newer ones are there
    python registry_client.py verify                      # read every byte again
    python registry_client.py prune                       # give back what was not used for 30 days

One file, only Python's own library, Python 3.9 or newer; copy it, commit it, do not edit it:
`make consumer` in the registry writes it anew. What is not here comes from a checkout of the
registry, else its public mirror, else its S3 bucket, and is kept in a cache. What is pinned in the
registry.lock beside or above this file (else beside or above the working folder) is that version
for good. Without a pin it is the newest.

DATA_REGISTRY          a checkout of the registry: its folders are used where they are
DATA_REGISTRY_CACHE    the cache; one that its group may write to is shared with the group
DATA_REGISTRY_OFFLINE  1: open no connection (HF_HUB_OFFLINE=1 says the same)
DATA_REGISTRY_FROZEN   1: refuse what is not pinned
DATA_REGISTRY_LOCK     the lock file     DATA_REGISTRY_MIRROR  the mirror     DATA_REGISTRY_TIMEOUT
Keys for S3: AWS_ACCESS_KEY_ID and its kin, AWS_PROFILE, ~/.aws; else boto3, else `aws`, if here.

Exit codes: 0 done, 1 failed (run again), 2 wrong usage, 3 not there, or not pinned; 130 stopped.
"""

from __future__ import annotations

import contextlib
import json
import os
import re
import sys
from collections import namedtuple
from pathlib import Path

TYPE_CHECKING = False
if TYPE_CHECKING:
    from collections.abc import Callable, Iterable, Iterator
    from typing import Any

    Told = dict[str, Any]  # what a place says of an entry: version, files, bytes, commit, status

# Where the registry is; `make consumer` fills this in.
MIRROR = ""  # its public mirror: https://…
BUCKET = ""  # its bucket: https://bucket.s3.region.amazonaws.com
PREFIX = ""  # where in the bucket it begins
REGION = ""
PROFILE = ""  # the profile of ~/.aws with its keys, where there is one of that name
ALIAS = ""  # another name of DATA_REGISTRY, for code that joins paths below one variable
COMMIT = ""  # the registry's commit that wrote this file
RAW_VERSIONS: dict[str, str] = {}  # of raw datasets, as their `.dvc` files say in that commit

LOCK = "registry.lock"
RAW = "raw_datasets/"
DVC = "raw_datasets_dvc_cache/"
SHOWN = 12  # letters of a version that tell it from others
CHUNK = 1 << 20
THREADS = 16
TRIES = 4  # without progress, until a place counts as out of reach
KEEP_DAYS = 30
IS_SHOWN = False  # whether a person looks on, at a terminal
NOTHING = "e3b0c44298fc1c149afbf4c8996fb92427ae41e4649b934ca495991b7852b855"  # SHA-256 of b""
# Patterns are compiled when they are used: a cached entry needs one of them.
ID = r"[^/\\\x00-\x1f\x7f]+/[^/\\\x00-\x1f\x7f]+"
VERSION = r"[0-9a-f]{12,64}(\.dir)?"
DIGEST = r"sha256:[0-9a-f]{64}|md5:[0-9a-f]{32}"
AMAZON = r"^(https://(?:[^/]+\.)?s3)[.-](?:[a-z0-9-]+\.)?amazonaws\.com"
LITTER = r"(.*/)?(\.DS_Store|Thumbs\.db|desktop\.ini|\.gitignore|\._[^/]*|[^/]*\.(card\.md|dvc))"
ODD = r"[\x00-\x1f\x7f]"
ODD_ON_WINDOWS = r'(?i)[<>:"|?*\\]|[. ](/|$)|(^|/)(con|prn|aux|nul|com\d|lpt\d)(\.|/|$)'
LOCK_HEAD = "# What this repository uses of a data registry, as `pin` writes it. Commit it.\n"
CACHE_TAG = """Signature: 8a477f597d28d172789f06886806bc55
# A cache of registry_client.py, which backups may leave out: https://bford.info/cachedir/
"""
WARNED: set[str] = set()
KNOWN: dict[Any, Any] = {}  # places, with their connections


# ---- What can go wrong: four kinds, each with its way out.


class RegistryError(Exception):
    """Something that a person can mend; the message says how."""

    code = 1


class NotFound(RegistryError):
    """No place has this entry or version, or it is not pinned: name another, or pin it."""

    code = 3


class Unreachable(RegistryError):
    """A place that may have it could not be asked: go online, give keys, or try again."""


class Damaged(RegistryError):
    """The bytes are not what the version promises, and nobody gets them: fetch them again."""


class Unwritable(RegistryError):
    """It cannot be kept here, as on a full disk: make room, or name another cache."""


class Usage(RegistryError):
    """What was asked for cannot be meant."""

    code = 2


# ---- What an app calls.


class File(namedtuple("File", "path size digest key", defaults=("",))):
    """A file of an entry. `size`: -1 if not known before it is here. `digest`: `sha256:…`, or
    `md5:…` in raw datasets that DVC keeps. `key`: where a place keeps its bytes."""


def path(id: str, version: str = "") -> Path:
    """Where the entry is on this machine: a folder, or the file for a raw dataset of one file.

    Whole and verified: each file has the size and the time that it had when its bytes were read.
    Others share it: copy it to change it. `version`: this one, whatever is pinned. Raises one of
    the four errors above.
    """
    wanted = wanted_version(id, version)
    here = in_checkout(id, wanted) or in_cache(id, wanted) or fetched(id, wanted)
    warn_if_deprecated(id)
    return Path(plain(here))


def files(id: str, version: str = "") -> list[File]:
    """What the entry is made of, by path. Downloads none of it."""
    wanted = wanted_version(id, version)
    here = in_checkout(id, wanted)
    if here:
        return hashed(here, kind_of(id))
    full = full_version(id, wanted) if wanted else newest(id)["version"]
    return listed(read_stamp(id, full)) or content(id, full)


def verify(id: str, version: str = "") -> None:
    """Read every byte of what is here. Raises Damaged; the next path() fetches anew."""
    wanted = wanted_version(id, version)
    if in_checkout(id, wanted, anew=True):
        return
    stamp = read_stamp(id, wanted or remembered(id).get("version", ""))
    if not stamp:
        raise NotFound(f"{id} is not in the cache: {program()} pull {id}")
    top = folder_of(id, stamp["version"])
    right = each(lambda f: holds(os.path.join(top, f.path), f.digest), listed(stamp))
    wrong = [file.path for file, is_right in zip(listed(stamp), right) if not is_right]
    if wrong:
        discard(stamp_of(id, stamp["version"]))
        raise Damaged(f"{id}: changed on this disk: {some(wrong)}: {program()} pull {id}")


def wanted_version(id: str, version: str) -> str:
    """The version that the argument or the lock says; "" for the newest."""
    if not re.fullmatch(ID, id) or id.split("/")[1] in (".", ".."):
        raise Usage(f"an entry is written section/name: {id!r}")
    pin = {} if version else read_lock(find_lock()).get(id, {})
    if not version and not pin and is_on("DATA_REGISTRY_FROZEN"):
        raise NotFound(f"{id} is not pinned in {find_lock()}: {program()} pin {quoted(id)}")
    wanted = str(version or pin.get("version", ""))
    if wanted and not re.fullmatch(VERSION, wanted):
        raise Usage(f"{id}: a version is {SHOWN} to 64 letters of 0-9 and a-f: {wanted!r}")
    return wanted


def newest(id: str) -> Told:
    """What the registry says of the entry's newest version, or said when it was last in reach."""
    try:
        told: Told = ask(id, lambda place: place.newest(id))
    except Unreachable as error:
        told = remembered(id)
        if not told:
            raise
        if not is_offline():
            log("warning", f"{id}: taken as it was known here before, for {error}")
        return told
    with contextlib.suppress(OSError):  # a cache that is read-only remembers nothing
        write_json(memory_of(id), told)
    return told


def content(id: str, version: str) -> list[File]:
    found: list[File] = ask(id, lambda place: place.content(id, version))
    return found


def warn_if_deprecated(id: str) -> None:
    """Tell the app's own log, once in a run, what the registry says about using the entry."""
    told = (checkout() and card_of(id)) or remembered(id)
    if told.get("status", "active") in ("", "active") or id in WARNED:
        return
    WARNED.add(id)
    successor = f"; use {told['successor']}" if told.get("successor") else ""
    log(
        "warning", f"{id} is {told['status']}: {told.get('notice') or 'no reason given'}{successor}"
    )


def ask(id: str, question: Callable[[Any], Any]) -> Any:
    """The first answer of the places, in their order; else an error with what each of them said."""
    failed: list[RegistryError] = []
    absent: list[RegistryError] = []
    for place in places():
        try:
            return question(place)
        except NotFound as error:
            absent.append(error)
        except (Unreachable, Damaged) as error:
            failed.append(error)
    if is_offline():
        cure = "unset DATA_REGISTRY_OFFLINE and HF_HUB_OFFLINE"
        failed.append(Unreachable(f"{id} is not in the cache, and we are offline: {cure}"))
    if not failed and not absent:
        cure = "set DATA_REGISTRY to a checkout, or DATA_REGISTRY_MIRROR to a mirror's address"
        absent.append(NotFound(f"{id}: there is nowhere to look: {cure}"))
    reasons = [*failed, *absent]
    raise type(reasons[0])("; ".join(map(str, reasons)))


# ---- A checkout of the registry on this machine.


def checkout() -> str:
    """The top of the checkout that DATA_REGISTRY or its alias names; "" without one."""
    for name in filter(None, ("DATA_REGISTRY", ALIAS)):
        top = os.path.expanduser(os.environ.get(name, ""))
        if top and not os.path.isdir(top):
            raise NotFound(f"{name}={top} is not a folder: correct it, or unset it")
        if top:
            return os.path.abspath(top)
    return ""


def in_checkout(id: str, version: str, anew: bool = False) -> str:
    """The entry in the checkout if it is that version, or none is wanted; else "".

    What it is its bytes tell; they are read again only when a name, size or time changed.
    """
    top = checkout()
    here = os.path.join(top, *id.split("/"))
    if not top or not os.path.exists(here):
        return ""
    if not version:
        return "" if is_half_pulled(top, id) else here
    try:
        if any(known.startswith(version) for known in versions_of(id, here, anew)):
            return here
    except OSError as error:  # a link that leads nowhere, a file that may not be read
        log("warning", f"{here} is passed over: {error}")
    log("info", f"{here} is not version {version[:SHOWN]}: left alone")
    return ""


def is_half_pulled(top: str, id: str) -> bool:
    """Whether a pull of the entry was stopped while it put files in place: its journal is there."""
    head = read_text(os.path.join(top, ".registry", "journal", *id.split("/")) + ".json", "replace")
    is_pull = '"token": ""' in head.partition("\n")[0]
    if is_pull:
        log("warning", f"{top}: a pull of {id} was not finished: passed over; `make pull` there")
    return is_pull


def versions_of(id: str, here: str, anew: bool = False) -> list[str]:
    """What the version of these bytes is called; remembered until a name, size or time changes."""
    stats = [(name, s.st_size, s.st_mtime_ns, s.st_ino) for name, s in walk(here, is_raw(id))]
    mark, note = hexdigest("sha256", repr(stats)), hexdigest("sha256", here)
    note = inside("checkouts", note + ".json")
    known = read_json(note)
    if anew or known.get("mark") != mark:
        known = {"mark": mark, "versions": names_of(id, read_all(here, kind_of(id)))}
        with contextlib.suppress(OSError):  # then they are read again next time
            write_json(note, known)
    return list(known["versions"])


def walk(here: str, everything: bool = False) -> list[tuple[str, os.stat_result]]:
    """(path, stat) of the files of an entry, by path. A file is its own only one."""
    if os.path.isfile(here):
        return [(os.path.basename(here), os.stat(here))]
    found = []
    for folder, folders, names in os.walk(here):
        folders[:] = [name for name in folders if name != ".git"]
        below = os.path.relpath(folder, here).replace(os.sep, "/")
        for path in (name if below == "." else f"{below}/{name}" for name in names):
            if everything or not re.fullmatch(LITTER, path):
                found.append((path, os.stat(os.path.join(here, path))))
    return sorted(found, key=lambda row: row[0].encode("utf-8", "surrogateescape"))


def hashed(here: str, kind: str) -> list[File]:
    """The files of an entry, each read to its end."""
    return [File(name, size, f"{kind}:{hexes[0]}") for name, size, hexes in read_all(here, kind)]


def read_all(here: str, kind: str) -> list[tuple[str, int, list[str]]]:
    """(path, size, digests) of each file of an entry that is here."""
    top = here if os.path.isdir(here) else os.path.dirname(here)
    rows = [(name, stat.st_size) for name, stat in walk(here, kind == "md5")]
    hexes = each(lambda row: digests_of(os.path.join(top, row[0]), kind), rows)
    return [(*row, of_file) for row, of_file in zip(rows, hexes)]


def names_of(id: str, read: list[tuple[str, int, list[str]]]) -> list[str]:
    """What a version of these files is called: DVC's hash of a raw dataset, by either of its
    rules; of all others that of the list of files."""
    if not is_raw(id):
        return [hexdigest("sha256", "".join(f"{h[0]} {size} {name}\n" for name, size, h in read))]
    called = []
    for rule in (0, -1):
        if [name for name, _, _ in read] == [id[len(RAW) :]]:
            called.append(read[0][2][rule])
        rows = [{"md5": hexes[rule], "relpath": name} for name, _, hexes in read]
        rows.sort(key=lambda row: row["relpath"])
        called.append(hexdigest("md5", json.dumps(rows, sort_keys=True)) + ".dir")
    return called


# ---- The cache: blobs by their digest, and folders of links to them.


def cache() -> str:
    """The cache's top: DATA_REGISTRY_CACHE, else where this system keeps caches."""
    home = os.path.expanduser("~")
    usual = {
        "nt": os.environ.get("LOCALAPPDATA") or os.path.join(home, "AppData", "Local"),
        "darwin": os.path.join(home, "Library", "Caches"),
    }.get("darwin" if sys.platform == "darwin" else os.name)
    usual = usual or os.environ.get("XDG_CACHE_HOME") or os.path.join(home, ".cache")
    said = os.path.expanduser(os.environ.get("DATA_REGISTRY_CACHE", ""))
    return long_name(os.path.abspath(said or os.path.join(usual, "data-registry")))


def inside(*parts: str) -> str:
    return os.path.join(cache(), *(piece for part in parts for piece in part.split("/")))


def folder_of(id: str, version: str) -> str:
    return inside("entries", id, version[:SHOWN])


def stamp_of(id: str, version: str) -> str:
    """Written last: who finds it finds a whole folder. Its own time says when it was used last."""
    return inside("stamps", id, version[:SHOWN] + ".json")


def blob_of(digest: str) -> str:
    kind, _, hex = digest.partition(":")
    return inside("blobs", kind, hex[:2], hex)


def memory_of(id: str) -> str:
    from zlib import crc32  # hashlib takes longer to import than a cached entry needs

    return inside("newest", f"{crc32(f'{mirror()} {BUCKET} {PREFIX}'.encode()):08x}", id + ".json")


def remembered(id: str) -> dict[str, Any]:
    """What the registry last said of the entry, without asking it."""
    return read_json(memory_of(id))


def read_stamp(id: str, version: str) -> dict[str, Any]:
    """{"version", "files": {path: [digest, size, mtime]}} of a whole folder here; {} without it."""
    stamp = read_json(stamp_of(id, version)) if version else {}
    return stamp if str(stamp.get("version", "")).startswith(version) else {}


def listed(stamp: dict[str, Any]) -> list[File]:
    return [File(name, row[1], row[0]) for name, row in stamp.get("files", {}).items()]


def in_cache(id: str, version: str) -> str:
    """The entry in the cache, if each file's size and time are as they were verified; else ""."""
    stamp, top = read_stamp(id, version), folder_of(id, version)
    if not stamp:
        return ""
    for name, (_, size, mtime) in stamp["files"].items():
        try:
            stat = os.stat(os.path.join(top, *name.split("/")))
        except OSError:
            return ""
        if stat.st_size != size or stat.st_mtime_ns != mtime:
            return ""
    with contextlib.suppress(OSError):  # another's, or read-only: it says less of its use then
        os.utime(stamp_of(id, version))
    return of_name(id, top, stamp["files"])


def of_name(id: str, top: str, names: Iterable[str]) -> str:
    """The folder; of a raw dataset that is one file of its own name, that file."""
    name = id.split("/")[1]
    return os.path.join(top, name) if is_raw(id) and list(names) == [name] else top


def fetched(id: str, wanted: str) -> str:
    """The entry in the cache, brought there if need be, by one process at a time."""
    try:
        version = full_version(id, wanted) if wanted else newest(id)["version"]
        here = in_cache(id, version)
        if here:
            return here
        with locked(id, version):
            return in_cache(id, version) or ask(id, lambda place: brought(place, id, version))
    except NotFound as error:
        raise NotFound(f"{error}{way_on(id, wanted)}") from None
    except OSError as error:
        raise unwritable(error) from None


def full_version(id: str, version: str) -> str:
    """The whole version for the letters of it that people are shown."""
    if len(version) != SHOWN:
        return version
    return str(ask(id, lambda place: place.full_version(id, version)))


def way_on(id: str, wanted: str) -> str:
    """For what is not there: the newest version, or names that are like it."""
    import difflib

    with contextlib.suppress(RegistryError):
        version = newest(id)["version"]
        if wanted and not version.startswith(wanted):
            return f"; the newest version is {version[:SHOWN]}: {program()} pin {id}"
        return ""
    known: set[str] = set()
    for place in places():
        with contextlib.suppress(RegistryError):
            known.update(place.ids())
    near = difflib.get_close_matches(id, known - {id}, n=3, cutoff=0.5)
    return f"; did you mean {' or '.join(near)}?" if near else ""


def brought(place: Any, id: str, version: str) -> str:
    """Fetch what the cache lacks of a version, link it together, and stamp it."""
    wanted = place.content(id, version)
    refuse_odd_names(id, wanted)
    unique = list({file.digest: file for file in wanted}.values())
    here = each(lambda f: holds(blob_of(f.digest), f.digest), unique)
    missing = sorted((f for f, is_here in zip(unique, here) if not is_here), key=lambda f: -f.size)
    transfer = Transfer(sum(max(file.size, 0) for file in missing))
    need_room(id, transfer.total)
    log("info", f"{id} {version[:SHOWN]}: {len(missing)} of {len(unique)} files from {place}")
    try:
        each(lambda f: fetch(place, f, Part(f, id, transfer)), missing, transfer)
    except NotFound:
        raise NotFound(gone(place, id, version)) from None
    top = folder_of(id, version)
    rows = dict(each(lambda f: put_in_place(top, f), wanted))
    if place.lists_unproven(id) and version not in names_of(id, by_md5(top, wanted)):
        raise Damaged(f"{id}: {place} holds other files than version {version[:SHOWN]}")
    write_json(stamp_of(id, version), {"version": version, "files": rows})
    return of_name(id, top, rows)


def by_md5(top: str, found: list[File]) -> list[tuple[str, int, list[str]]]:
    hexes = each(lambda f: digests_of(os.path.join(top, f.path), "md5"), found)
    return [(file.path, file.size, of_file) for file, of_file in zip(found, hexes)]


def fetch(place: Any, file: File, part: Part) -> None:
    """Fetch one file into the cache; what an earlier run has of it is taken on."""
    for _ in range(2):  # what was kept of an earlier run may be wrong, what is fetched anew is not
        with part:
            place.read(file.key, part)
        if part.is_right():
            return part.keep()
        part.drop()
    raise Damaged(f"{file.path}: {place} does not hold the bytes of {file.digest[:20]}…")


def put_in_place(top: str, file: File) -> tuple[str, list[Any]]:
    """Link a file to its blob, or copy it where the disk has no links; its row of the stamp."""
    import shutil

    blob, target = blob_of(file.digest), os.path.join(top, *file.path.split("/"))
    make_folder(os.path.dirname(target))
    if not linked(blob, target) and not is_same(blob, target):  # another is there, or no links
        half = inside("tmp", f"{os.getpid()} {hexdigest('sha256', target)}")
        make_folder(os.path.dirname(half))
        discard(half)
        if not linked(blob, half):
            shutil.copyfile(blob, half)
            protect(half)
        os.replace(half, target)
    stat = os.stat(target)
    return file.path, [file.digest, stat.st_size, stat.st_mtime_ns]


def linked(blob: str, target: str) -> bool:
    try:
        os.link(blob, target)
    except OSError:
        return False
    return True


def is_same(a: str, b: str) -> bool:
    try:
        return os.path.samefile(a, b)
    except OSError:
        return False


class Transfer:
    """What the threads of one fetch share: whether to stop, and how much has come."""

    def __init__(self, total: int = 0) -> None:
        self.is_halted, self.done, self.total, self.told = False, 0, total, 0.0

    def count(self, size: int) -> None:
        """Count what came, and tell a person at a terminal, twice a second."""
        import time

        self.done += size
        if IS_SHOWN and time.monotonic() > self.told + 0.5:
            self.told = time.monotonic()
            of_all = f" of {shown(self.total)}" if self.total else ""
            print(f"\r  {shown(self.done)}{of_all}   ", end="\r", file=sys.stderr, flush=True)


class Part:
    """A blob on its way: what is there of it already is read first, so that it counts."""

    def __init__(self, file: File, id: str, transfer: Transfer) -> None:
        self.blob, self.transfer, self.digest = blob_of(file.digest), transfer, file.digest
        self.name = f"{self.blob}.{hexdigest('sha256', id)[:8]}.part"
        make_folder(os.path.dirname(self.name))

    def __enter__(self) -> Part:
        self.file = open(self.name, "a+b")
        self.size, self.hash = self.file.tell(), new_hash(self.digest.partition(":")[0])
        if self.size:
            self.file.seek(0)
            for piece in iter(lambda: self.file.read(CHUNK), b""):
                self.hash.update(piece)
        return self

    def __exit__(self, *error: object) -> None:
        self.file.close()

    def write(self, piece: bytes) -> None:
        if self.transfer.is_halted:
            raise Unreachable("stopped")
        try:
            self.file.write(piece)
        except OSError as error:
            raise unwritable(error) from None
        self.hash.update(piece)
        self.size += len(piece)
        self.transfer.count(len(piece))

    def restart(self) -> None:
        self.file.truncate(0)
        self.size, self.hash = 0, new_hash(self.digest.partition(":")[0])

    def is_right(self) -> bool:
        hex = self.digest.partition(":")[2]
        return self.hash.hexdigest() == hex or (
            self.digest.startswith("md5:") and hex in digests_of(self.name, "md5")
        )

    def keep(self) -> None:
        protect(self.name)
        os.replace(self.name, self.blob)

    def drop(self) -> None:
        discard(self.name)


class Text:
    """The bytes of a small object, in memory."""

    def __init__(self) -> None:
        self.bytes, self.transfer = b"", Transfer()

    @property
    def size(self) -> int:
        return len(self.bytes)

    def write(self, piece: bytes) -> None:
        self.bytes += piece

    def restart(self) -> None:
        self.bytes = b""


@contextlib.contextmanager
def locked(id: str, version: str) -> Iterator[None]:
    """Let one process at a time fetch this version; where a disk has no locks, let all."""
    name = inside("locks", f"{id.replace('/', ' ')} {version[:SHOWN]}.lock")
    make_folder(os.path.dirname(name))
    with open(name, "ab") as file:
        share(name)
        lock(file)
        yield


def lock(file: Any) -> None:
    """Wait until it is ours; it is given back when the file is closed, or its process ends."""
    try:
        import fcntl
    except ImportError:
        return lock_on_windows(file)
    try:
        fcntl.flock(file, fcntl.LOCK_EX | fcntl.LOCK_NB)
    except BlockingIOError:
        log("info", "waiting for another process that fetches the same")
        fcntl.flock(file, fcntl.LOCK_EX)
    except OSError:
        log("info", "this disk knows no locks: two processes may fetch the same")


def lock_on_windows(file: Any) -> None:
    import errno
    import msvcrt

    while True:
        try:
            msvcrt.locking(file.fileno(), msvcrt.LK_LOCK, 1)  # type: ignore[attr-defined]
            return
        except OSError as error:
            if error.errno != errno.EDEADLK:  # that one says: ten seconds are over
                return


def need_room(id: str, size: int) -> None:
    import shutil

    make_folder(cache())
    free = shutil.disk_usage(cache()).free
    if size > free:
        raise Unwritable(
            f"{id} needs {shown(size)} and {shown(free)} are free in {plain(cache())}: "
            f"make room, {program()} prune, or set DATA_REGISTRY_CACHE"
        )


def prune(days: float, is_trial: bool) -> tuple[int, int]:
    """Give back what nobody used for so long and no pin here names: (versions, bytes)."""
    import shutil
    import time

    pins, gone = read_lock(find_lock()), 0
    kept: set[str] = set()
    dropped: set[str] = set()
    for name, id, stamp in stamps():
        digests = {row[0] for row in stamp["files"].values()}
        is_pinned = pins.get(id, {}).get("version") == stamp["version"]
        if is_pinned or time.time() - os.stat(name).st_mtime < days * 86400:
            kept |= digests
            continue
        dropped, gone = dropped | digests, gone + 1
        if not is_trial:
            discard(name)
            shutil.rmtree(folder_of(id, stamp["version"]), ignore_errors=True)
    return gone, sum(drop(blob, is_trial) for blob in spare_blobs(kept, dropped))


def stamps() -> Iterator[tuple[str, str, dict[str, Any]]]:
    """(its name, the entry, what it says) of each whole version in the cache."""
    for folder, _, names in os.walk(inside("stamps")):
        for name in names:
            stamp = read_json(os.path.join(folder, name))
            id = os.path.relpath(folder, inside("stamps")).replace(os.sep, "/")
            if "files" in stamp and "version" in stamp:
                yield os.path.join(folder, name), id, stamp


def spare_blobs(kept: set[str], dropped: set[str]) -> Iterator[str]:
    """Blobs that no version needs. What nobody named yet may be on its way: it has a day."""
    import time

    for folder, _, names in os.walk(inside("blobs")):
        kind = os.path.basename(os.path.dirname(folder))
        for name in (n for n in names if f"{kind}:{n}" not in kept):
            blob = os.path.join(folder, name)
            if f"{kind}:{name}" in dropped or time.time() - os.stat(blob).st_mtime > 86400:
                yield blob


def drop(blob: str, is_trial: bool) -> int:
    size = os.stat(blob).st_size
    if not is_trial:
        discard(blob)
    return size


# ---- The places that have it: a mirror that anybody may read, and the registry's bucket.


def mirror() -> str:
    address = os.environ.get("DATA_REGISTRY_MIRROR", MIRROR).rstrip("/")
    if address and not re.match("https?://[^/]", address):
        raise Usage(f"DATA_REGISTRY_MIRROR={address}: an address begins with https:// or http://")
    return address


def places() -> list[Any]:
    """Where to ask, in this order. Nowhere far when we are offline."""
    far: list[Any] = [] if is_offline() else [(Mirror, mirror()), (Bucket, BUCKET, PREFIX)]
    known = [KNOWN.get(row) or KNOWN.setdefault(row, row[0](*row[1:])) for row in far if row[1]]
    return [*known, *([Checkout()] if checkout() else [])]


def is_offline() -> bool:
    return is_on("DATA_REGISTRY_OFFLINE") or is_on("HF_HUB_OFFLINE")


class Checkout:
    """What a checkout says of entries where no other place can be asked."""

    def newest(self, id: str) -> Told:
        here = os.path.join(checkout(), *id.split("/"))
        named = re.findall(r"\bmd5: ([0-9a-f]{32}(?:\.dir)?)\s*$", read_text(here + ".dvc"), re.M)
        if not named and not os.path.exists(here):
            raise NotFound(f"{id} is not in {checkout()}")
        version = named[-1] if named else versions_of(id, here)[0]
        return {"version": version, "commit": self.commit(), **card_of(id)}

    def commit(self) -> str:
        """The commit that is checked out; "" where only git could tell."""
        git = os.path.join(checkout(), ".git")
        head = read_text(os.path.join(git, "HEAD")).strip()
        return read_text(os.path.join(git, head[5:])).strip() if head[:5] == "ref: " else head

    def full_version(self, id: str, version: str) -> str:
        here = in_checkout(id, version)
        if not here:
            raise NotFound(f"{id}: {checkout()} does not hold version {version[:SHOWN]}")
        return next(full for full in versions_of(id, here) if full.startswith(version))

    def content(self, id: str, version: str) -> list[File]:
        self.full_version(id, version)
        return hashed(os.path.join(checkout(), *id.split("/")), kind_of(id))

    def ids(self) -> list[str]:
        names = [n for n in os.listdir(checkout()) if os.path.isdir(os.path.join(checkout(), n))]
        found = [f"{n}/{entry}" for n in names for entry in os.listdir(os.path.join(checkout(), n))]
        return [id for id in found if id[0] != "." and not re.fullmatch(LITTER, id)]


def card_of(id: str) -> Told:
    """What the card in the checkout says about using the entry."""
    card = read_text(os.path.join(checkout(), *id.split("/")) + ".card.md").partition("\n---")[0]
    fields = dict(re.findall(r"^(\w+): *[\"']?(.*?)[\"']? *$", card, re.M))
    names = {"status": "status", "notice": "deprecated_notice", "successor": "new_version"}
    return {name: fields.get(field, "") for name, field in names.items()} if card else {}


class Place:
    """Where objects are read over the network; the threads keep a connection each."""

    def __init__(self, url: str) -> None:
        import threading

        self.url, self.mine = url, threading.local()
        self.tls: Any = None

    def __str__(self) -> str:
        return self.url

    def full_version(self, id: str, version: str) -> str:
        for full in self.versions(id, version):
            if full.startswith(version):
                return full
        raise NotFound(f"{id}: {self} has no version {version}")

    def versions(self, id: str, beginning: str) -> list[str]:
        raise NotImplementedError

    def lists_unproven(self, id: str) -> bool:
        """Whether the list of files is proven by the files' bytes alone."""
        return False

    def object_of(self, key: str) -> str:
        return key

    def text(self, key: str, absent: str, query: str = "") -> bytes:
        """A small object. `absent`: what it means that there is none."""
        text = Text()
        try:
            self.read(key, text, query)
        except NotFound:
            raise NotFound(absent) from None
        return text.bytes

    def json(self, key: str, absent: str) -> Told:
        try:
            value = json.loads(self.text(key, absent))
        except ValueError:
            value = None
        if not isinstance(value, dict):
            raise Damaged(f"{self}: {key} is not JSON: a network's login page?")
        return value

    def read(self, key: str, sink: Any, query: str = "") -> None:
        """Hand an object's bytes to the sink, going on where the network cut them off."""
        import time
        from http.client import HTTPException

        failures = 0
        while True:
            before = sink.size
            try:
                return self.read_once(key, sink, query)
            except (OSError, HTTPException) as error:
                self.mine.__dict__.clear()
                failures = 0 if sink.size >= before + CHUNK else failures + 1
                if failures == TRIES or sink.transfer.is_halted:
                    raise Unreachable(
                        f"{self} cannot be read: {error or 'it hung up'}: try again"
                    ) from None
                time.sleep(0.1 * 2**failures)

    def read_once(self, key: str, sink: Any, query: str) -> None:
        response = self.answer(key, query, sink.size)
        if response.status == 416:  # all of it is here already
            response.read()
            return
        if response.status not in (200, 206):
            self.explain(key, response.status, response.read(10_000).decode("utf-8", "replace"))
        if response.status == 200 and sink.size:
            sink.restart()
        for piece in iter(lambda: response.read(CHUNK), b""):
            sink.write(piece)
        if response.length:
            raise ConnectionError(f"{response.length} bytes of {key} did not come")

    def explain(self, key: str, status: int, body: str) -> None:
        """Raise what an answer without the object means; OSError for one that may pass."""
        if status in (404, 410):
            raise NotFound(f"{self} has no {key}")
        code = re.search(r"<Code>(\w+)</Code>", body)
        said = f"{status} {code[1] if code else ''}".strip()
        if status in (408, 429) or status >= 500:
            raise ConnectionError(f"it says {said}")
        raise Unreachable(f"{self} says {said} to {key}{self.advice(status)}")

    def advice(self, status: int) -> str:
        return ""

    def answer(self, key: str, query: str, start: int) -> Any:
        """The server's answer, wherever it sends us."""
        from urllib.parse import urljoin

        url = f"{self.url}/{encoded(self.object_of(key))}" + (f"?{query}" if query else "")
        for _ in range(5):
            response = self.request(url, {"Range": f"bytes={start}-"} if start else {})
            if response.status not in (301, 302, 303, 307, 308):
                return response
            response.read()
            further = urljoin(url, response.headers.get("Location", ""))
            if not further.startswith(("https://", url.partition("//")[0])):
                break
            url = further
        raise Unreachable(f"{self} sends us round in circles, or from https to http")

    def request(self, url: str, headers: dict[str, str]) -> Any:
        from urllib.parse import urlsplit

        parts = urlsplit(url)
        lines, whose = self.mine.__dict__, f"{os.getpid()} {parts.scheme}://{parts.netloc}"
        if whose not in lines:  # a forked process must not talk on its parent's connections
            lines[whose] = self.connect(parts)
        line, stem, more = lines[whose]
        target = (parts.path or "/") + (f"?{parts.query}" if parts.query else "")
        more = {"User-Agent": "registry_client", **more, **headers}
        line.request("GET", stem + target, headers=more)
        return line.getresponse()

    def connect(self, parts: Any) -> tuple[Any, str, dict[str, str]]:
        """A connection, what each target begins with, and more headers: for a proxy, if any."""
        import http.client
        from base64 import b64encode
        from urllib.parse import unquote_to_bytes, urlsplit
        from urllib.request import getproxies, proxy_bypass

        said = "" if proxy_bypass(parts.netloc) else getproxies().get(parts.scheme, "")
        who, at, proxy = urlsplit(said if "//" in said else f"//{said}").netloc.rpartition("@")
        word = b64encode(unquote_to_bytes(who)).decode()
        headers = {"Proxy-Authorization": f"Basic {word}"} if at else {}
        patience = float(os.environ.get("DATA_REGISTRY_TIMEOUT") or 20)
        if parts.scheme == "http":
            line = http.client.HTTPConnection(proxy or parts.netloc, timeout=patience)
            return line, f"http://{parts.netloc}" if proxy else "", headers
        line = http.client.HTTPSConnection(
            proxy or parts.netloc, timeout=patience, context=self.trust()
        )
        if proxy:
            line.set_tunnel(parts.netloc, headers=headers)
        return line, "", {}

    def trust(self) -> Any:
        import ssl

        self.tls = self.tls or ssl.create_default_context(cafile=os.environ.get("AWS_CA_BUNDLE"))
        return self.tls


def gone(place: Any, id: str, version: str) -> str:
    return f"{place} does not hold version {version[:SHOWN]} of {id}"


class Mirror(Place):
    """A published registry: static files, named by what they hold."""

    def newest(self, id: str) -> Told:
        told = self.json(f"entries/{id}/latest.json", f"{id} is not in {self}")
        if not re.fullmatch(VERSION, str(told.get("version"))):
            raise Damaged(f"{self}: entries/{id}/latest.json names no version")
        return told

    def versions(self, id: str, beginning: str) -> list[str]:
        told = self.newest(id)
        return [told["version"], *told.get("versions", [])]

    def ids(self) -> list[str]:
        return list(self.json("index.json", f"{self} has no index").get("entries", {}))

    def content(self, id: str, version: str) -> list[File]:
        text = self.text(f"entries/{id}/{version}.files", gone(self, id, version))
        found = parsed(text, "" if is_raw(id) else version, f"{self}: {id}")
        return [f._replace(key=f"blobs/sha256/{f.digest[7:9]}/{f.digest[7:]}") for f in found]

    def lists_unproven(self, id: str) -> bool:
        return is_raw(id)  # its version is DVC's hash, by MD5, and not that of the list


class Bucket(Place):
    """The registry's own place in S3. Requests are signed here, by AWS's Signature Version 4.

    Source: https://docs.aws.amazon.com/AmazonS3/latest/API/sig-v4-header-based-auth.html
    """

    def __init__(self, url: str, prefix: str) -> None:
        super().__init__(url)
        self.prefix, self.region = prefix, REGION or "us-east-1"
        self.keys: tuple[str, ...] | None = None  # until a request needs them

    def __str__(self) -> str:
        return f"{self.url}/{self.prefix}"

    def newest(self, id: str) -> Told:
        if is_raw(id):
            return self.newest_raw(id)
        marker = self.marker(id)
        if marker.get("state", "done") != "done":
            raise Unreachable(f"{id} is being pushed by {marker.get('who')}: try again, or pin it")
        if not marker.get("version"):
            cure = f"`make seal DATASET={id}` in the registry gives it one"
            raise NotFound(f"{id} has no version yet in {self}: {cure}")
        return marker

    def newest_raw(self, id: str) -> Told:
        """Only Git says which version of a raw dataset is meant, not S3."""
        if id not in RAW_VERSIONS:
            raise NotFound(
                f"{id} is none of the raw datasets that this file knows: renew it by "
                f"`make consumer`, set DATA_REGISTRY to a checkout, or {program()} pin {id}@HASH "
                "with the hash of its .dvc file"
            )
        return {"version": RAW_VERSIONS[id], "commit": COMMIT}

    def marker(self, id: str) -> Told:
        return self.json(f".registry/{id}.json", f"{id} is not in {self}")

    def versions(self, id: str, beginning: str) -> list[str]:
        if is_raw(id):
            return [self.newest_raw(id)["version"]]
        stem = f".registry/versions/{id}/"
        return [key[len(stem) :] for key in self.keys_below(stem + beginning)]

    def ids(self) -> list[str]:
        keys = [key[len(".registry/") : -len(".json")] for key in self.keys_below(".registry/")]
        return [*RAW_VERSIONS, *(key for key in keys if re.fullmatch(ID, key))]

    def keys_below(self, beginning: str) -> list[str]:
        from html import unescape

        stem = f"{self.prefix}/" if self.prefix else ""
        page = self.text(
            "", f"{self} is not there", f"list-type=2&prefix={encoded(stem + beginning, '')}"
        ).decode()
        return [unescape(key)[len(stem) :] for key in re.findall(r"<Key>(.*?)</Key>", page)]

    def content(self, id: str, version: str) -> list[File]:
        if is_raw(id):
            return self.raw_content(id, version)
        found = self.sealed_content(id, version)
        now = self.marker(id).get("version")  # none while it is being pushed: what is there, counts
        if now in (version, None, ""):
            return found
        keys = {f.digest: f.key for f in self.sealed_content(id, now)}  # by whatever name now
        kept = f".registry_trash/kept/{id}/"  # of what a push replaced
        return [f._replace(key=keys.get(f.digest, kept + f.digest[7:])) for f in found]

    def sealed_content(self, id: str, version: str) -> list[File]:
        text = self.text(f".registry/versions/{id}/{version}", gone(self, id, version))
        return [f._replace(key=f"{id}/{f.path}") for f in parsed(text, version, f"{self}: {id}")]

    def raw_content(self, id: str, hash: str) -> list[File]:
        """As DVC keeps it: by MD5, in the place of DVC 3 or in that of DVC 2."""
        if not hash.endswith(".dir"):
            return [File(id[len(RAW) :], -1, f"md5:{hash}", self.dvc_key(hash))]
        text = self.text(self.dvc_key(hash), gone(self, id, hash))
        if hexdigest("md5", text) + ".dir" != hash:
            raise Damaged(f"{self}: the list of {id} is not that of {hash[:SHOWN]}")
        rows = [(row["relpath"], row["md5"]) for row in json.loads(text)]
        return [File(name, -1, f"md5:{md5}", self.dvc_key(md5)) for name, md5 in rows]

    def dvc_key(self, md5: str) -> str:
        return f"{DVC}files/md5/{md5[:2]}/{md5[2:]}"

    def read(self, key: str, sink: Any, query: str = "") -> None:
        try:
            super().read(key, sink, query)
        except NotFound:
            if not key.startswith(f"{DVC}files/md5/"):
                raise
            super().read(key.replace("files/md5/", "", 1), sink, query)  # where DVC 2 had it

    def object_of(self, key: str) -> str:
        return "/".join(filter(None, [self.prefix, key])) if key else ""

    def request(self, url: str, headers: dict[str, str]) -> Any:
        response = super().request(url, {**headers, **self.signature(url)})
        region = response.headers.get("x-amz-bucket-region", "")
        if response.status not in (301, 307, 400) or region in ("", self.region):
            return response
        response.read()
        self.region = region
        self.url, url = (
            re.sub(AMAZON, rf"\g<1>.{region}.amazonaws.com", u) for u in (self.url, url)
        )
        return self.request(url, headers)

    def explain(self, key: str, status: int, body: str) -> None:
        if "ExpiredToken" in body:
            self.keys = find_keys()
            raise ConnectionError("the keys are too old: get new ones")
        super().explain(key, status, body)

    def advice(self, status: int) -> str:
        if self.keys and status not in (401, 403):
            return ""
        way = "set AWS_PROFILE, or AWS_ACCESS_KEY_ID and AWS_SECRET_ACCESS_KEY"
        return f": these keys may not read it; {way}" if self.keys else f": it needs keys; {way}"

    def signature(self, url: str) -> dict[str, str]:
        """The headers that prove who asks; none where there are no keys."""
        import hmac
        import time
        from urllib.parse import urlsplit

        self.keys = find_keys() if self.keys is None else self.keys
        if not self.keys:
            return {}
        access, secret, token = self.keys
        parts, moment = urlsplit(url), time.strftime("%Y%m%dT%H%M%SZ", time.gmtime())
        headers = {"host": parts.netloc, "x-amz-content-sha256": NOTHING, "x-amz-date": moment}
        headers.update({"x-amz-security-token": token} if token else {})
        names, lines = ";".join(headers), [f"{name}:{value}" for name, value in headers.items()]
        request = ["GET", parts.path, parts.query, *lines, "", names, NOTHING]
        scope = f"{moment[:8]}/{self.region}/s3/aws4_request"
        hashed = hexdigest("sha256", "\n".join(request))
        key = ("AWS4" + secret).encode()
        for part in [*scope.split("/"), f"AWS4-HMAC-SHA256\n{moment}\n{scope}\n{hashed}"]:
            key = hmac.digest(key, part.encode(), "sha256")
        said = f"Credential={access}/{scope}, SignedHeaders={names}, Signature={key.hex()}"
        return {**headers, "Authorization": f"AWS4-HMAC-SHA256 {said}"}


def find_keys() -> tuple[str, ...]:
    """(access key, secret, session token): of the environment, the files, boto3 or aws; or ()."""
    mine = [
        os.environ.get(f"AWS_{name}", "")
        for name in ("ACCESS_KEY_ID", "SECRET_ACCESS_KEY", "SESSION_TOKEN")
    ]
    if mine[0] and mine[1]:
        return tuple(mine)
    sections = aws_sections()
    profile = os.environ.get("AWS_PROFILE") or (PROFILE if PROFILE in sections else "")
    plain = sections.get(profile or "default", {})
    mine = [
        plain.get(f"aws_{name}", "")
        for name in ("access_key_id", "secret_access_key", "session_token")
    ]
    if mine[0] and mine[1]:
        return tuple(mine)
    return keys_of_boto3(profile) or keys_of_aws(profile)


def aws_sections() -> dict[str, dict[str, str]]:
    """What ~/.aws says, by profile; what the credentials file says counts first."""
    from configparser import Error, RawConfigParser

    found: dict[str, dict[str, str]] = {}
    for variable, usual in (
        ("AWS_CONFIG_FILE", "config"),
        ("AWS_SHARED_CREDENTIALS_FILE", "credentials"),
    ):
        parser = RawConfigParser(strict=False)
        name = os.path.expanduser(os.environ.get(variable) or os.path.join("~", ".aws", usual))
        try:
            parser.read(name, encoding="utf-8")
        except (Error, OSError, UnicodeDecodeError):
            log("warning", f"{name} cannot be read: its keys are not used")
        for section in parser.sections():
            found.setdefault(section.replace("profile ", "", 1), {}).update(parser[section])
    return found


def keys_of_boto3(profile: str) -> tuple[str, ...]:
    """What boto3 finds where it is installed: roles, SSO, the machine's own keys."""
    try:
        import boto3  # type: ignore

        found = boto3.Session(profile_name=profile or None).get_credentials()
        keys = found and found.get_frozen_credentials()
    except Exception as error:  # whatever it is, aws is asked next
        log("info", f"boto3 has no keys: {error}")
        return ()
    return (keys.access_key, keys.secret_key, keys.token or "") if keys else ()


def keys_of_aws(profile: str) -> tuple[str, ...]:
    """The same of the aws command, version 2.9 or newer."""
    import subprocess

    words = ["aws", "configure", "export-credentials", "--format", "process"]
    words += ["--profile", profile] if profile else []
    try:
        done = subprocess.run(words, capture_output=True, check=True, timeout=60)
        keys = json.loads(done.stdout)
        return (keys["AccessKeyId"], keys["SecretAccessKey"], keys.get("SessionToken") or "")
    except (OSError, ValueError, KeyError, subprocess.SubprocessError) as error:
        log("info", f"aws has no keys: {error}")
        return ()


# ---- The lock: one line for each entry, since lines of different entries never conflict.


def find_lock() -> str:
    """The registry.lock that is nearest above this file, else above the working folder."""
    if os.environ.get("DATA_REGISTRY_LOCK"):
        return os.path.abspath(os.environ["DATA_REGISTRY_LOCK"])
    for folder in (os.path.dirname(os.path.abspath(__file__)), os.getcwd()):
        for above in upwards(folder):
            if os.path.isfile(os.path.join(above, LOCK)):
                return os.path.join(above, LOCK)
    return os.path.join(os.getcwd(), LOCK)


def upwards(folder: str) -> Iterator[str]:
    """The folder and those above it, up to the top of its Git repository."""
    while True:
        yield folder
        if os.path.exists(os.path.join(folder, ".git")) or folder == os.path.dirname(folder):
            return
        folder = os.path.dirname(folder)


def read_lock(name: str, anew: Iterable[str] = ()) -> dict[str, Told]:
    """{id: pin}. Raises Usage for a line that is none, and for an entry twice but in `anew`."""
    pins: dict[str, Told] = {}
    id = ""
    for number, line in enumerate(read_text(name).splitlines(), 1):
        try:
            if line.startswith("["):
                id = json.loads(line.strip()[1:-1])
            elif line.startswith("pin = { version = ") and id:
                if id in pins and id not in anew:
                    raise Usage(
                        f"{name}:{number}: {id} is pinned twice, as after a merge: "
                        f"{program()} pin {quoted(id)}"
                    )
                fields = [field.split(" = ") for field in line.strip()[8:-2].split(", ")]
                pins[id] = {key: json.loads(value) for key, value in fields}
            elif line.strip() and not line.startswith(("#", "id = ")):
                raise ValueError
        except ValueError:
            cure = "not a line as `pin` writes it: mend it, or take it out"
            raise Usage(f"{name}:{number}: {cure}") from None
    return pins


def write_lock(name: str, pins: dict[str, Told]) -> None:
    """Each pin stands between two lines that stay: so Git merges what is done to neighbours."""
    text = LOCK_HEAD
    for id, pin in sorted(pins.items()):
        fields = ", ".join(f"{key} = {json.dumps(value)}" for key, value in pin.items())
        word = json.dumps(id, ensure_ascii=False)
        text += f"\n[{word}]\npin = {{ {fields} }}\nid = {word}\n"
    write_text(name, text)
    folder = os.path.dirname(name)
    attributes, rule = os.path.join(folder, ".gitattributes"), f"{LOCK} merge=union"
    said = read_text(attributes)
    if any(os.path.exists(os.path.join(f, ".git")) for f in upwards(folder)) and rule not in said:
        write_text(attributes, said + ("\n" if said[-1:] not in ("", "\n") else "") + rule + "\n")


def pin_of(id: str, version: str) -> dict[str, Any]:
    """What the lock says of an entry: its newest version, or this one."""
    told = newest(id) if not version else {"version": full_version(id, version)}
    if "files" not in told or "bytes" not in told:
        found = content(id, told["version"])
        told = {**told, "files": len(found), "bytes": sum(max(file.size, 0) for file in found)}
    return {
        "version": told["version"],
        "files": told["files"],
        "bytes": told["bytes"],
        "commit": str(told.get("commit", "")),
    }


# ---- Small things.


def is_raw(id: str) -> bool:
    return id.startswith(RAW)


def kind_of(id: str) -> str:
    return "md5" if is_raw(id) else "sha256"


def is_on(name: str) -> bool:
    return os.environ.get(name, "").lower() not in ("", "0", "no", "off", "false")


def log(level: str, text: str) -> None:
    if level == "info" and "logging" not in sys.modules:
        return  # nobody listens, and its import takes longer than all that a cached entry needs
    import logging

    getattr(logging.getLogger("registry_client"), level)(text)


def program() -> str:
    """How this file is called from here, to be pasted."""
    with contextlib.suppress(ValueError, OSError):  # another drive, no working folder
        return f"{os.path.basename(sys.executable)} {quoted(os.path.relpath(__file__))}"
    return f"{os.path.basename(sys.executable)} {quoted(__file__)}"


def quoted(word: str) -> str:
    return word if re.fullmatch(r"[\w./\\:-]+", word) else f'"{word}"'


def some(names: list[str]) -> str:
    return ", ".join(names[:5]) + (f" and {len(names) - 5} more" if len(names) > 5 else "")


def shown(size: float) -> str:
    for unit in ("B", "KB", "MB", "GB"):
        if size < 1000:
            break
        size, unit = size / 1000, "TB"
    return f"{size:.3g} {unit}"


def each(
    work: Callable[[Any], Any], items: Iterable[Any], transfer: Transfer | None = None
) -> list[Any]:
    """What `work` makes of each item, in order, by several threads. The first error ends it."""
    items = list(items)
    if len(items) < 2:
        return [work(item) for item in items]
    from concurrent.futures import FIRST_EXCEPTION, ThreadPoolExecutor, wait

    with ThreadPoolExecutor(min(THREADS, len(items))) as pool:
        futures = [pool.submit(work, item) for item in items]
        try:
            for future in wait(futures, return_when=FIRST_EXCEPTION).done:
                future.result()
            return [future.result() for future in futures]
        except BaseException:
            if transfer:
                transfer.is_halted = True
            for future in futures:
                future.cancel()
            raise


def hexdigest(kind: str, text: str | bytes) -> str:
    total = new_hash(kind)
    total.update(text.encode("utf-8", "surrogateescape") if isinstance(text, str) else text)
    return str(total.hexdigest())


def new_hash(kind: str) -> Any:
    import hashlib

    return hashlib.new(kind, usedforsecurity=False)  # MD5 is DVC's; versions are SHA-256


def holds(name: str, digest: str) -> bool:
    """Whether the file is there, with the bytes of this digest."""
    kind, _, hex = digest.partition(":")
    try:
        return hex in digests_of(name, kind)
    except OSError:
        return False


def digests_of(name: str, kind: str) -> list[str]:
    """The digest of a file; of MD5 also that by DVC 2's rule: in text, CR LF counts as LF."""
    total, old, is_text = new_hash(kind), None, kind == "md5"
    with open(name, "rb", buffering=0) as file:
        for number, chunk in enumerate(iter(lambda: file.read(CHUNK), b"")):
            is_text = is_text and (number > 0 or looks_like_text(chunk[:512]))
            folded = chunk.replace(b"\r\n", b"\n") if is_text else chunk
            if old is None and len(folded) < len(chunk):
                old = total.copy()
            if old is not None:
                old.update(folded)
            total.update(chunk)
    return [total.hexdigest(), *([old.hexdigest()] if old else [])]


def looks_like_text(head: bytes) -> bool:
    """As DVC tells it. Source: dvc_data/hashfile/istextfile.py of dvc-data 0.51."""
    odd = head.translate(None, bytes(range(32, 127)) + b"\n\r\t\f\b")
    return b"\0" not in head and len(odd) <= 0.3 * len(head)


def parsed(text: bytes, version: str, what: str) -> list[File]:
    """The files of a list, `sha256 size path` a line. Raises Damaged for another version's."""
    if version and hexdigest("sha256", text) != version:
        raise Damaged(f"{what}: its list of files is not that of version {version[:SHOWN]}")
    lines = text.decode("utf-8", "surrogateescape").split("\n")
    try:
        rows = [line.split(" ", 2) for line in lines if line]
        return [File(name, int(size), f"sha256:{hex}") for hex, size, name in rows]
    except ValueError:
        raise Damaged(f"{what}: its list of files is none: a network's login page?") from None


def refuse_odd_names(id: str, found: list[File]) -> None:
    """A name must be a file below its folder, whoever wrote the list."""
    for file in found:
        is_odd = any(part in ("", ".", "..") for part in file.path.split("/"))
        if (
            is_odd
            or re.search(ODD, file.path)
            or (os.name == "nt" and re.search(ODD_ON_WINDOWS, file.path))
        ):
            raise Damaged(f"{id}: a file cannot have this name here: {file.path!r}")
        if not re.fullmatch(DIGEST, file.digest):
            raise Damaged(f"{id}: {file.path} has no digest: {file.digest!r}")
    folded = {file.path.casefold() for file in found}
    if len(folded) < len(found) and (os.name == "nt" or sys.platform == "darwin"):
        raise Damaged(f"{id}: names that differ in capitals only are one file on this disk")


def encoded(text: str, safe: str = "/") -> str:
    from urllib.parse import quote

    return quote(text, safe="-_.~" + safe, errors="surrogateescape")


def read_text(name: str, errors: str = "strict") -> str:
    try:
        with open(name, encoding="utf-8", errors=errors) as file:
            return file.read()
    except (FileNotFoundError, NotADirectoryError):
        return ""


def write_text(name: str, text: str) -> None:
    """Write a file, whole or not at all."""
    half = f"{name}.{os.getpid()}.half"
    with open(half, "w", encoding="utf-8", newline="\n") as file:
        file.write(text)
    os.replace(half, name)


def read_json(name: str) -> dict[str, Any]:
    """What the file says; {} where it is missing or torn."""
    try:
        with open(name, "rb") as file:
            value = json.loads(file.read())
    except (OSError, ValueError):
        return {}
    return value if isinstance(value, dict) else {}


def write_json(name: str, value: dict[str, Any]) -> None:
    make_folder(os.path.dirname(name))
    write_text(name, json.dumps(value))
    share(name)


def make_folder(folder: str) -> None:
    """With those above it; open to the group where the cache is."""
    if os.path.isdir(folder):
        return
    make_folder(os.path.dirname(folder))
    with contextlib.suppress(FileExistsError):
        os.mkdir(folder)
        if os.path.isdir(cache()):  # else it is one above it, which is not ours to open
            share(folder, 0o2775)
    if folder == cache():
        write_text(os.path.join(folder, "CACHEDIR.TAG"), CACHE_TAG)


def is_shared() -> bool:
    return os.name != "nt" and bool(os.stat(cache()).st_mode & 0o020)


def share(name: str, mode: int = 0o664) -> None:
    if is_shared():
        with contextlib.suppress(OSError):  # another's
            os.chmod(name, mode)


def protect(name: str) -> None:
    """Nobody writes to a blob: all folders with that file would change."""
    if os.name != "nt":
        os.chmod(name, 0o444 if is_shared() else os.stat(name).st_mode & 0o444)


def discard(name: str) -> None:
    with contextlib.suppress(FileNotFoundError):
        os.unlink(name)


def unwritable(error: OSError) -> Unwritable:
    why = f"{plain(str(error.filename or cache()))}: {error.strerror or error}"
    return Unwritable(
        f"{why}: make room, or set DATA_REGISTRY_CACHE to a folder that can be written"
    )


def long_name(name: str) -> str:
    """Windows takes names beyond 260 letters only in this form."""
    return "\\\\?\\" + name if os.name == "nt" and not name.startswith("\\\\") else name


def plain(name: str) -> str:
    return name[4:] if name.startswith("\\\\?\\") else name


# ---- The commands.


def main(argv: list[str] | None = None) -> int:
    import logging

    global IS_SHOWN
    IS_SHOWN = sys.stderr.isatty()
    logging.basicConfig(format="%(message)s", level=logging.INFO, stream=sys.stderr)
    try:
        args = arguments().parse_args(argv)
        return int(args.run(args))
    except RegistryError as error:
        return fail(error)
    except OSError as error:
        return fail(RegistryError(f"{error.filename}: {error.strerror}"))
    except KeyboardInterrupt:
        return 130


def fail(error: RegistryError) -> int:
    print(f"registry_client: {error}", file=sys.stderr)
    return error.code


def arguments() -> Any:
    import argparse

    text = argparse.RawDescriptionHelpFormatter
    parser = argparse.ArgumentParser(description=__doc__, formatter_class=text)
    commands = parser.add_subparsers(required=True, metavar="command")
    for run, about in (
        (pin, "note versions in registry.lock: ID, or ID@VERSION for another than the newest"),
        (pull, "have them on this machine, and print where; without ID all that is pinned"),
        (outdated, "list what is pinned and has a newer version; exit code 1 if anything has"),
        (check, "read every byte that is here of what is pinned"),
        (clean, "give back what was not used for so long and is not pinned here"),
    ):
        name = {"check": "verify", "clean": "prune"}.get(run.__name__, run.__name__)
        command = commands.add_parser(name, help=about, description=about)
        command.set_defaults(run=run)
        if run is clean:
            command.add_argument("--days", type=float, default=KEEP_DAYS)
            command.add_argument("--dry-run", action="store_true", help="only say it")
            continue
        command.add_argument("ids", nargs="*", metavar="ID", help="section/name")
        if run is pin:
            command.add_argument("--all", action="store_true", help="all that are pinned, anew")
        if run is pull:
            command.add_argument("--frozen", action="store_true", help="refuse what is not pinned")
    return parser


def pin(args: Any) -> int:
    lock = find_lock()
    asked = {id: version for id, _, version in (word.partition("@") for word in args.ids)}
    pins = read_lock(lock, asked)
    if not asked and not args.all:
        raise Usage("which entries? name them, or --all that are pinned")
    for id, version in (asked or dict.fromkeys(pins, "")).items():
        wanted_version(id, version or "0" * SHOWN)  # only whether they can be meant
        pins[id] = pin_of(id, version)
        print(f"{id} {pins[id]['version'][:SHOWN]}")
    write_lock(lock, pins)
    return 0


def pull(args: Any) -> int:
    if args.frozen:
        os.environ["DATA_REGISTRY_FROZEN"] = "1"
    return for_each(args, lambda id: print(path(id)))


def outdated(args: Any) -> int:
    pins, late = read_lock(find_lock()), []

    def look(id: str) -> None:
        now, held = newest(id)["version"], pins.get(id, {}).get("version", "")
        if now != held:
            late.append(id)
            print(f"{id} {held[:SHOWN] or '(not pinned)'} -> {now[:SHOWN]}")

    return for_each(args, look) or int(bool(late))


def check(args: Any) -> int:
    def look(id: str) -> None:
        verify(id)
        print(f"{id}: every byte is right")

    return for_each(args, look)


def clean(args: Any) -> int:
    versions, size = prune(args.days, args.dry_run)
    print(f"{versions} versions, {shown(size)} {'would be ' if args.dry_run else ''}given back")
    return 0


def for_each(args: Any, work: Callable[[str], None]) -> int:
    """The entries that are named, else all that are pinned: one that fails stops no other."""
    code = 0
    for id in args.ids or read_lock(find_lock()):
        try:
            work(id)
        except RegistryError as error:
            code = max(code, fail(error))
    return code


if __name__ == "__main__":
    raise SystemExit(main())
