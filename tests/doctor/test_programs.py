"""What doctor says of the programs that others need."""

from __future__ import annotations

import sys

from registry.doctor import programs
from registry.doctor.check import NOTE


def test_no_aws_at_all(monkeypatch):
    """ENGINE=auto does without; nobody who uses only that has anything to mend."""
    monkeypatch.setattr(programs.aws, "program", lambda: [sys.executable, "-m", "no_such_aws"])
    monkeypatch.delenv("AWS", raising=False)
    finding = programs._aws()
    assert finding.level == NOTE and finding.text.endswith("fails; only ENGINE=aws needs it"), (
        finding
    )
