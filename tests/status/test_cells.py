"""The cells of the table of `make status`."""

from __future__ import annotations

import pytest

from registry.status import cells


@pytest.mark.parametrize(
    ("when", "age"),
    [("2026-01-01T00:00:00Z", "now"), ("2025-12-31T23:59:00Z", "1m"),
     ("2025-12-31T01:00:00Z", "23h"),
     ("2025-12-29T00:00:00Z", "3d"), ("2025-12-01T00:00:00Z", "4w"), ("2020-01-01T00:00:00Z", "6y"),
     ("2026-01-01T00:10:00.123456Z", "now"), ("what", "")],
)  # fmt: skip
def test_ages(when, age):
    assert cells.age(when, 1767225600.0) == age
