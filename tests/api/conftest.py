"""What the tests of the API look at beside the answers."""

from collections.abc import Callable

import pytest
from django_redis import get_redis_connection


@pytest.fixture
def redis_life() -> Callable[[str], int]:
    """Seconds that a key of Redis has left."""
    return lambda key: int(get_redis_connection("default").ttl(key))


@pytest.fixture
def redis_keys() -> Callable[[], list[str]]:
    return lambda: [key.decode() for key in get_redis_connection("default").scan_iter()]
