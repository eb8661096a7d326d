"""What counts as a sign of life of a program that moves bytes."""

import pytest

from registry.transfer import watchdog
from registry.transfer.watchdog import Pulse, Sign

SIGNS = {  # one a second
    "b": Sign(moved=1, further=1),
    "B": Sign(moved=2, further=watchdog.BUFFERED + 1),
    "d": Sign(done=True),
    "f": Sign(failed=True),
    "-": Sign(),
}


@pytest.mark.parametrize(
    "signs, silence",
    [
        ("---", 3),
        ("--b-", 1),
        ("bbd--", 2),
        ("df--", 3),
        ("dfbbb", 4),  # a next file's first bytes
        ("dfbB-", 1),  # a large file beside one that failed
        ("dfd-b-", 1),
        ("d--bf-", 5),  # what was counted was of the file that failed
        ("d-bbbf-", 3),
    ],
)
def test_how_long_it_has_been_silent(monkeypatch, signs, silence):
    now = 0.0
    monkeypatch.setattr(watchdog.time, "monotonic", lambda: now)
    pulse = Pulse()
    for sign in signs:
        now += 1
        pulse.feel(SIGNS[sign])
    assert pulse.silence() == silence


def test_several_that_fail_at_once_are_no_sign_of_life(monkeypatch):
    """aws counts the bytes of each before it says of the first that it failed."""
    now = 0.0
    monkeypatch.setattr(watchdog.time, "monotonic", lambda: now)
    pulse = Pulse()
    for when, sign in [(1, "d"), (38, "b"), (38.3, "b"), (38.4, "b"), (38.5, "f"), (38.6, "f")]:
        now = when
        pulse.feel(SIGNS[sign])
    assert pulse.silence() == pytest.approx(37.6)
