"""What Redis keeps of a contact's browsers: their sessions, and the last views of their conversations.

Whoever still holds a session is refused by the database all the same: a session that is missed here opens nothing.
"""

import logging
import uuid
from collections.abc import Iterator, Sequence
from itertools import batched

import orjson
from django.conf import settings
from django_redis import get_redis_connection
from redis import Redis
from redis.exceptions import RedisError

from messenger.events import typing_key
from messenger.models.contact import view_cache_key
from messenger.utils import WidgetSession, session_cache_key
from messenger.volatile import volatile

logger = logging.getLogger(__name__)

BATCH = 1_000
_SESSIONS = session_cache_key("").rpartition(":")[0] + ":*"


def forget(contact_id: uuid.UUID, conversations: Sequence[int], *, seek: bool = True) -> None:
    """Ends the contact's sessions, if they are to be sought, and drops what is kept of their conversations."""
    for pks in batched(conversations, BATCH):
        volatile.delete(
            *(view_cache_key(pk) for pk in pks),
            *(typing_key(pk, "contact") for pk in pks),
            *(typing_key(pk, "operator") for pk in pks),
        )
    if not settings.REDIS_URL or not seek:
        return
    try:
        redis: Redis = get_redis_connection("default")
        for keys in batched(_sessions_of(redis, contact_id), BATCH):
            redis.delete(*keys)
    except RedisError as error:
        logger.warning("Sessions of an anonymized contact stay until they expire: %s", type(error).__name__)


def _sessions_of(redis: Redis, contact_id: uuid.UUID) -> Iterator[bytes | str]:
    """Sessions are stored by their token alone, so all are looked through: a second for a million."""
    for keys in batched(redis.scan_iter(match=_SESSIONS, count=BATCH), BATCH):
        for key, value in zip(keys, redis.mget(keys), strict=True):
            if value is not None and _contact_of(value) == contact_id:
                yield key


def _contact_of(value: bytes | str) -> uuid.UUID | None:
    try:
        return WidgetSession.load(orjson.loads(value)).contact_id
    except (ValueError, TypeError):
        return None
