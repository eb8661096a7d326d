"""Fixtures for all tests."""

import pytest

pytest.register_assert_rewrite("support")

from support.fixtures import (  # noqa: E402, F401
    anna,
    ben,
    bucket,
    clone,
    moto_bucket,
    moto_server,
    pytest_collection_modifyitems,
    rclone_bucket,
    rclone_server,
    server,
    steps,
    world,
)
