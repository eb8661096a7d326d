"""Fixtures for all tests."""

import os

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


@pytest.hookimpl(optionalhook=True)
def pytest_xdist_auto_num_workers() -> int:
    """Two more than there are cores: many tests wait for servers that are silent on purpose."""
    return (os.cpu_count() or 1) + 2
