"""Fixtures for all tests."""

import os

import pytest

pytest.register_assert_rewrite("support")

from support import session  # noqa: E402
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
    template_stays_as_it_is,
    world,
)


def pytest_configure() -> None:
    session.begin()


@pytest.hookimpl(optionalhook=True)
def pytest_xdist_auto_num_workers() -> int:
    """More than there are cores: half of a test's time goes by in waiting, for servers that are
    slow or silent on purpose, for other people's pushes to settle, for disks."""
    return 2 * (os.cpu_count() or 1) + 2
