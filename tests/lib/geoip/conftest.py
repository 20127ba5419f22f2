"""These need no Redis: the helpers know of none."""

from collections.abc import Iterator

import pytest

from tests.lib.geoip.server import FakeProvider, fake_provider


@pytest.fixture(autouse=True)
def clean_redis() -> None:
    """The tests' common Redis has no part in these."""


@pytest.fixture
def server() -> Iterator[FakeProvider]:
    with fake_provider() as server:
        yield server
