"""What doctor says of a store's region and of its clock."""

from __future__ import annotations

import time
from email.utils import formatdate

from registry.doctor import access
from registry.doctor.check import BAD, NOTE, OK, Visit
from registry.remote.http import Answer
from registry.remote.location import Remote
from registry.remote.s3 import Client
from registry.remote.session import Session


def test_another_region():
    remote = Remote("r", "bucket", "base", region="eu-north-1")
    for region, level in (("eu-north-1", OK), ("us-west-2", NOTE)):
        visit = Visit(remote=remote, session=Session(remote, Client(remote, region=region)))
        (finding,) = access.region(visit)
        assert finding.level == level
    assert finding.cure == "make remote URL=s3://bucket/base REGION=us-west-2"


def test_the_clock():
    now = time.time()
    for off, level in ((0, OK), (120, OK), (-400, BAD), (4000, BAD)):
        answer = Answer(200, {"date": formatdate(now + off, usegmt=True)}, b"")
        finding = access.judge_clock(answer, now)
        assert finding.level == level, off
    assert "1 h 6 min off" in finding.text
    assert "NTP" in finding.cure
    assert access.judge_clock(Answer(200, {}, b""), now).level == NOTE
