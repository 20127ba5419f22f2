"""What the workers of these tests are given to do; they find it by its name."""

import os

from django.db import transaction
from django_redis import get_redis_connection

from crm.models import Region

PATIENCE_SECONDS = 60


def begun_key(name: str) -> str:
    """A list of the processes that have begun with it, one by one."""
    return f"tests:begun:{name}"


def go_key(name: str) -> str:
    """A list that holds something as soon as the runs may go on."""
    return f"tests:go:{name}"


def add_region(name: str) -> str:
    """Is in the middle of its transaction until it may go on."""
    redis = get_redis_connection("default")
    with transaction.atomic():
        Region.objects.create(name=name)
        redis.rpush(begun_key(name), os.getpid())
        # It stays for the next one: Redis would give it away to a process that it doesn't know to be dead.
        if redis.blmove(go_key(name), go_key(name), PATIENCE_SECONDS) is None:
            raise TimeoutError("nobody let it go on")
    return f"{name} added"


def fail() -> None:
    raise ValueError("this one always fails")
