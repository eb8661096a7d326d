"""usage: many_files.py ROOT FILES: what a push and a pull of an entry of FILES files remember.

Runs as a program of its own, which prints its peak memory in bytes. The files are made up, and so
are the listings: nothing is sent, so that what is measured is the bookkeeping alone.
"""

from __future__ import annotations

import resource
import sys
from collections.abc import Iterator
from hashlib import md5
from pathlib import Path

from registry.entries import Entry
from registry.index import baseline, journal, listing
from registry.index.baseline import Row
from registry.index.stats import Stat
from registry.remote import s3
from registry.remote.location import Remote
from registry.remote.s3 import Object
from registry.remote.session import Session
from registry.sync import compare, guards, marker
from registry.sync.placing import Placing
from registry.sync.pull import Pull
from registry.sync.push import Push
from registry.sync.survey import Survey
from registry.sync.upload import Sending

WHEN = 1_700_000_000_000_000_000  # long ago: no clock tick casts doubt on these files


def main(root: Path, count: int) -> int:
    entry = Entry("processed_datasets", "many", root)
    entry.folder.mkdir(parents=True)
    remote = Remote("r", "bucket", "base")
    session = Session(remote, s3.Client(remote), root=root)
    push(entry, session, count)
    again(entry, session, count)
    baseline.forget(entry)
    pull(entry, session, count)
    print(peak())
    return 0


def peak() -> int:
    """Bytes; on Linux the resource module would tell the parent's from before the start."""
    if sys.platform == "darwin":
        return resource.getrusage(resource.RUSAGE_SELF).ru_maxrss
    line = next(x for x in Path("/proc/self/status").read_text().splitlines() if "VmHWM" in x)
    return int(line.split()[1]) * 1024


def push(entry: Entry, session: Session, count: int) -> None:
    """A first push: all of it is sent, verified, sealed and noted."""
    push = Push(entry, session)
    push.view.survey = survey(entry, session)
    push.survey.local.files.update(stats(count))
    guards.refuse_unfit(push.survey)
    push.decide()
    assert len(push.plan[compare.UPLOAD]) == count
    push.sending = Sending(push.survey)
    push.sending.files.update((path, Row(stat, tag(n))) for n, (path, stat) in numbered(count))
    push.claimed = push._journal()
    push.view.own = journal.load(entry, session.remote.identity, push.survey.numbers)
    assert push.view.own and len(push.view.own.uploads) == count
    list_it(push.survey, count)
    push.claimed.mine = marker.pushing(session, "token").sealing(push.survey.remote)
    push._record()
    assert push.claimed.mine.files == count


def pull(entry: Entry, session: Session, count: int) -> None:
    """A first pull: all of it is fetched, put in place and noted."""
    pull = Pull(entry, session)
    pull.survey = survey(entry, session)
    list_it(pull.survey, count)
    pull.decide()
    assert len(pull.wanted) == count and pull.wanted_bytes
    placing = Placing(pull.survey, pull.plan, None, entry.folder, False, pull.known_rows)
    placing._note()
    for path, stat in stats(count):
        pull.survey.base.rows[path] = Row(stat, pull.survey.remote[path].etag)
        pull.survey.local.files[path] = stat
    placing._learn()
    pull.survey.save()


def again(entry: Entry, session: Session, count: int) -> None:
    """The day after, somebody changed one file in S3, and another one here."""
    known = survey(entry, session)
    known.base = baseline.load(entry, session.remote.identity, known.numbers)
    known.local.files.update(stats(count))
    list_it(known, count)
    assert not known.plan(compare.PULL).actions
    header = baseline.header(entry, session.remote.identity)
    assert header and header.stamp == known.local.stamp and header.rows == count
    assert known.agrees() and marker.digest(known.remote)
    changed = known.remote[name(0)]
    known.remote[name(0)] = changed._replace(etag=tag(count))
    known.local.files[name(1)] = Stat(1, WHEN, WHEN, 1)
    plan = known.plan(compare.PULL)
    assert plan.actions == {compare.FETCH: [name(0)], compare.KEEP: [name(1)]}
    known.save()


def survey(entry: Entry, session: Session) -> Survey:
    survey = Survey(entry, session)
    survey.looked_ns = WHEN * 2
    return survey


def list_it(survey: Survey, count: int) -> None:
    prefix = survey.session.remote.prefix(survey.entry)
    listed = listing.from_objects(objects(prefix, count), prefix, survey.numbers)
    assert not listed.problems
    survey.remote = listed.files


def objects(prefix: str, count: int) -> Iterator[Object]:
    for n, (path, stat) in numbered(count):
        yield Object(prefix + path, stat.size, tag(n), "2026-01-01T00:00:00.000Z")


def numbered(count: int) -> Iterator[tuple[int, tuple[str, Stat]]]:
    return enumerate(stats(count))


def stats(count: int) -> Iterator[tuple[str, Stat]]:
    for n in range(count):
        yield name(n), Stat(10_000 + n, WHEN + n, WHEN + n, n)


def name(n: int) -> str:
    return f"part-{n // 1000:04}/sample-{n:07}.jpg"


def tag(n: int) -> str:
    return md5(str(n).encode(), usedforsecurity=False).hexdigest()


if __name__ == "__main__":
    raise SystemExit(main(Path(sys.argv[1]), int(sys.argv[2])))
