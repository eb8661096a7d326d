"""Fixtures over servers, buckets and checkouts; tests/conftest.py imports them for every test.

`server` runs a test on one of the two stores, chosen by its name, so that both see much; on both
where it is marked `both_stores`, and always with SWEEP=full. `rclone_server` and `moto_server` are
for what only one of them can show. Servers live as long as the test process, each test has a prefix
of its own.
"""

from __future__ import annotations

import os
import re
import zlib
from collections.abc import Callable, Iterator
from pathlib import Path

import pytest
from _pytest.nodeid import coerce_node_id

from support import crash_at, template
from support.checkout import Checkout
from support.servers import MOTO, RCLONE, Bucket, Server, run_moto, run_rclone
from support.world import World


@pytest.hookimpl(tryfirst=True)  # before xdist reads the groups
def pytest_collection_modifyitems(config: pytest.Config, items: list[pytest.Item]) -> None:
    """Leave each test with one of its two stores, unless both matter to it; order the rest."""
    if os.environ.get("SWEEP") != "full":
        names = {item.nodeid for item in items}
        spare = [item for item in items if _is_spare(item, names)]
        config.hook.pytest_deselected(items=spare)
        items[:] = [item for item in items if item not in set(spare)]
    _share_set_ups(items)
    if config.getoption("loadgroup", default=False):
        _keep_groups_together(items)


def _keep_groups_together(items: list[pytest.Item]) -> None:
    """What pytest-xdist 3.8.0 does by an attribute that pytest 9.2.0 no longer reads: without it
    tests of one xdist_group run side by side, and those that measure silence disturb each other."""
    for item in items:
        if group := _group(item):
            item._id = coerce_node_id(f"{item.nodeid}@{group}")


def _share_set_ups(items: list[pytest.Item]) -> None:
    """Tests of one prepared situation go to one worker, which prepares it once. They come first,
    so that the other workers have something left to do until the last of them is through; before
    all others those that wait for silent servers, which leave the cores to the other workers."""
    for item in items:
        if "world" in getattr(item, "fixturenames", ()):
            kind = re.search(rf"\b({RCLONE}|{MOTO})\b", item.name)
            item.add_marker(pytest.mark.xdist_group(f"world {kind and kind[0]}"))
        elif not _group(item) and _is_prepared_once(item):
            item.add_marker(pytest.mark.xdist_group(item.nodeid.partition("::")[0]))
    groups = {item: _group(item) for item in items}
    items.sort(key=lambda item: (groups[item] != "silence", not groups[item]))


def _is_prepared_once(item: pytest.Item) -> bool:
    """Whether its module prepares something for all its tests, which each worker would do anew."""
    known = getattr(item, "_fixtureinfo", None)
    names = known.name2fixturedefs.values() if known else ()
    return any(fixtures[-1].scope == "module" for fixtures in names)


def _group(item: pytest.Item) -> str:
    marker = item.get_closest_marker("xdist_group")
    return str(marker.args[0]) if marker else ""


def _is_spare(item: pytest.Item, names: set[str]) -> bool:
    kind = re.search(rf"\b({RCLONE}|{MOTO})\b", item.name.partition("[")[2])
    if not kind or item.get_closest_marker("both_stores"):
        return False
    other = RCLONE if kind[0] == MOTO else MOTO
    if _with(item, kind[0], other) not in names:  # asked for by name, or the only one it has
        return False
    return kind[0] != (RCLONE, MOTO)[zlib.crc32(_with(item, kind[0], "").encode()) % 2]


def _engine(item: pytest.Item) -> str:
    """The mover of a test that runs on one store, chosen by its name; "": the store's own."""
    if os.environ.get("SWEEP") == "full" or item.get_closest_marker("both_stores"):
        return ""
    return ("", "auto")[zlib.crc32(item.name.encode()) >> 8 & 1]


def _with(item: pytest.Item, kind: str, other: str) -> str:
    """The test's id with another store in its brackets."""
    name, bracket, parameters = item.nodeid.partition("[")
    return name + bracket + parameters.replace(kind, other, 1)


@pytest.fixture(scope="session", autouse=True)
def template_stays_as_it_is() -> Iterator[None]:
    yield
    template.assert_untouched()


@pytest.fixture(scope="session")
def rclone_server(tmp_path_factory: pytest.TempPathFactory) -> Iterator[Server]:
    with run_rclone(tmp_path_factory.mktemp("rclone")) as server:
        yield server


@pytest.fixture(scope="session")
def moto_server(tmp_path_factory: pytest.TempPathFactory) -> Iterator[Server]:
    with run_moto(tmp_path_factory.mktemp("moto")) as server:
        yield server


@pytest.fixture(params=[RCLONE, MOTO])
def server(request: pytest.FixtureRequest) -> Server:
    return request.getfixturevalue(f"{request.param}_server")


@pytest.fixture
def bucket(server: Server) -> Bucket:
    return server.new_bucket()


@pytest.fixture
def rclone_bucket(rclone_server: Server) -> Bucket:
    return rclone_server.new_bucket()


@pytest.fixture
def moto_bucket(moto_server: Server) -> Bucket:
    return moto_server.new_bucket()


@pytest.fixture
def clone(request: pytest.FixtureRequest, tmp_path: Path) -> Iterator[Callable[..., Checkout]]:
    """clone(name, bucket): a person's checkout; whatever it still runs at the end is killed."""
    made: list[Checkout] = []
    engine = _engine(request.node)

    def make(name: str, bucket: Bucket | None = None, samples: bool = False) -> Checkout:
        made.append(Checkout(tmp_path / name, bucket, samples, engine))
        return made[-1]

    yield make
    for checkout in made:
        checkout.close()


@pytest.fixture
def anna(clone: Callable[..., Checkout], bucket: Bucket) -> Checkout:
    return clone("anna", bucket)


@pytest.fixture
def ben(clone: Callable[..., Checkout], bucket: Bucket) -> Checkout:
    return clone("ben", bucket)


@pytest.fixture(scope="session", params=[RCLONE, MOTO])
def world(
    request: pytest.FixtureRequest, tmp_path_factory: pytest.TempPathFactory
) -> Iterator[World]:
    server = request.getfixturevalue(f"{request.param}_server")
    ready = World(tmp_path_factory.mktemp("world"), server)
    yield ready
    ready.close()


@pytest.fixture
def steps(tmp_path: Path) -> crash_at.Log:
    return crash_at.Log(tmp_path / "steps.log")
