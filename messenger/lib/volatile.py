"""Short-lived state: in Redis while it answers, in this process's memory while it doesn't.

Nothing here has to last. Sessions, limits and typing go on degraded when Redis is gone, and the log says so once
each way. Redis is asked again after `RETRY_SECONDS`, by one request for all: the others wait for no dead server.
One that is full still reads, forgets and publishes; it is back when it takes something again.
"""

import logging
import threading
import time
from collections.abc import Callable, Sequence
from typing import Any, NamedTuple

import orjson
from redis import Redis
from redis.exceptions import OutOfMemoryError, RedisError

from messenger.lib import gathering, moving_window
from messenger.lib.memory import Memory
from messenger.lib.redis_script import Script, ask

logger = logging.getLogger(__name__)


RETRY_SECONDS = 1.0
COUNTER_SECONDS = 86_400
PROBE = "messenger:probe"


class Limit(NamedTuple):
    """At most `limit` hits of `key` in a window of `seconds`."""

    key: str
    limit: int
    seconds: int


class Looked(NamedTuple):
    """The values found, the seconds to wait where a limit is passed (0: none is), and whether a watched one is."""

    values: list[Any]
    retry_after: int
    watched_passed: bool = False


# The values, and which of the limits is passed, counted from 1 (0: none is). What a passed limit refused is not
# counted against the ones behind it. The first ones are only watched: all are counted, and refuse nothing.
_LOOK = Script("""
local values, watched = tonumber(ARGV[1]), tonumber(ARGV[2])
local found = {}
for i = 1, values do
    found[i] = redis.call('GET', KEYS[i])
end
found[values + 1] = 0
found[values + 2] = 0
for i = values + 1, #KEYS do
    local number = i - values
    local count = redis.call('INCR', KEYS[i])
    if count == 1 then
        redis.call('EXPIRE', KEYS[i], ARGV[2 * number + 2])
    end
    if count > tonumber(ARGV[2 * number + 1]) then
        if number > watched then
            found[values + 1] = number
            break
        end
        found[values + 2] = 1
    end
end
return found
""")
_ANNOUNCE = Script("""
if ARGV[1] ~= '' then
    if type(redis.pcall('INCR', ARGV[1])) == 'number' then
        redis.call('EXPIRE', ARGV[1], ARGV[2])
    else
        redis.call('DEL', ARGV[1])
    end
end
if ARGV[3] ~= '' then
    redis.call('DEL', ARGV[3])
end
for i = 5, #ARGV do
    redis.call('PUBLISH', ARGV[i], ARGV[4])
end
return 1
""")


class Volatile:
    """JSON values under plain keys. `connect` gives a Redis client, or None where there is no Redis at all.

    `on_passed` is told the key of a limit that was passed, `on_fallback` whether memory stands in for Redis.
    """

    def __init__(
        self,
        connect: Callable[[], Redis | None],
        on_passed: Callable[[str], None] | None = None,
        on_fallback: Callable[[bool], None] | None = None,
    ) -> None:
        self._connect = connect
        self._on_passed = on_passed
        self._on_fallback = on_fallback
        self._memory = Memory()
        self._lock = threading.Lock()
        self._retry_at = 0.0
        self._reached = False
        self.is_full = False
        self.degraded_since: float | None = None

    def get(self, key: str) -> Any:
        return self.look([key], []).values[0]

    def look(
        self, keys: Sequence[str], limits: Sequence[Limit] = (), watched: Sequence[Limit] = ()
    ) -> Looked:
        """Reads `keys` and counts a hit for each of `limits` up to the first that is passed, in one round trip.

        Those `watched` are counted before, and refuse nothing. A value that Redis doesn't know is looked for in
        memory: it may date from an outage. Counters carry their window in the key, so that no hit can prolong a
        window.
        """
        now = time.time()
        counted = [*watched, *limits]
        names = [f"{limit.key}:{int(now // limit.seconds)}" for limit in counted]
        found = self._try(lambda redis: self._look_in_redis(redis, keys, names, counted, len(watched)))
        if found is None:
            found = self._read(keys), *self._count_in_memory(names, counted, len(watched))
        values, passed, noticed = found
        values = [
            self._memory.get(key) if value is None else value for key, value in zip(keys, values, strict=True)
        ]
        if passed and self._on_passed:
            self._on_passed(counted[passed - 1].key)
        seconds = counted[passed - 1].seconds if passed else 0
        return Looked(values, int(seconds - now % seconds) + 1 if passed else 0, noticed)

    def set(self, key: str, value: Any, seconds: int) -> None:
        """Stores until `seconds` from now; in memory where Redis can't be reached."""
        if self._try(lambda redis: ask(redis, "SET", key, orjson.dumps(value), "EX", seconds)) is None:
            self._memory.set(key, value, seconds)
            if self.is_full:
                # What it had before would be taken for the newest.
                self._try(lambda redis: redis.delete(key), needs_room=False)
        else:
            self._memory.delete(key)

    def claim(self, key: str, seconds: int) -> bool:
        """Whether nobody has claimed the key within its `seconds`; without Redis, in this process."""
        claimed = self._try(lambda redis: bool(redis.set(key, b"1", ex=seconds, nx=True)))
        return self._memory.claim(key, seconds) if claimed is None else claimed

    def delete(self, *keys: str) -> None:
        self._memory.delete(*keys)
        self._try(lambda redis: redis.delete(*keys), needs_room=False)

    def admit(self, key: str, limit: int, seconds: int) -> bool:
        """Whether one more hit fits into `limit` per any `seconds`, over all processes.

        Without Redis nothing is admitted: what must hold over all processes can't be kept by one alone.
        """
        return bool(self._try(lambda redis: moving_window.admit(redis, key, limit, seconds)))

    def join(self, key: str, member: str, seconds: int) -> tuple[bool, dict[str, int]] | None:
        """Whether the member is new, and the milliseconds left to each that is there; None without Redis."""
        return self._try(lambda redis: gathering.join(redis, key, member, seconds))

    def leave(self, key: str, member: str) -> bool:
        """Whether the member was there."""
        return bool(self._try(lambda redis: gathering.leave(redis, key, member)))

    def listened(self, channels: Sequence[str]) -> frozenset[str]:
        """Those of the channels that anybody listens to; none without Redis, through which nobody would hear."""
        found = (
            self._try(lambda redis: redis.pubsub_numsub(*channels), needs_room=False) if channels else None
        )
        return frozenset(_text(name) for name, listeners in found or [] if listeners)

    def listeners(self, channel: str) -> int | None:
        """How many listen to the channel; None without Redis."""
        found = self._try(lambda redis: redis.pubsub_numsub(channel), needs_room=False)
        return None if found is None else sum(count for _name, count in found)

    @property
    def is_shared(self) -> bool:
        """Whether Redis took the last operation: what is stored now is seen by other processes."""
        return self._reached

    def publish(
        self, channels: Sequence[str], message: bytes, *, raising: str = "", deleting: str = ""
    ) -> bool:
        """Publishes to all channels in one round trip; whether Redis took it.

        `raising` names a counter that is raised just before, and lives for a day more; `deleting` a key.
        """
        if deleting:
            self._memory.delete(deleting)
        arguments = [raising, COUNTER_SECONDS, deleting, message, *channels]
        return self._try(lambda redis: _ANNOUNCE.run(redis, [], arguments), needs_room=False) is not None

    def _read(self, keys: Sequence[str]) -> list[Any]:
        """What a Redis that is full has kept; of one that is away nothing."""
        kept = self._try(lambda redis: redis.mget(keys), needs_room=False) if keys and self.is_full else None
        return [None if value is None else orjson.loads(value) for value in kept or [None] * len(keys)]

    @staticmethod
    def _look_in_redis(
        redis: Redis, keys: Sequence[str], names: Sequence[str], limits: Sequence[Limit], watched: int
    ) -> tuple[list[Any], int, bool]:
        numbers = [number for limit in limits for number in (limit.limit, limit.seconds)]
        *raw, passed, noticed = _LOOK.run(redis, [*keys, *names], [len(keys), watched, *numbers])
        return [None if value is None else orjson.loads(value) for value in raw], passed, bool(noticed)

    def _count_in_memory(
        self, names: Sequence[str], limits: Sequence[Limit], watched: int
    ) -> tuple[int, bool]:
        noticed = False
        for number, (name, limit) in enumerate(zip(names, limits, strict=True), 1):
            if self._memory.hit(name, limit.seconds) > limit.limit:
                if number > watched:
                    return number, noticed
                noticed = True
        return 0, noticed

    def _try[T](self, operation: Callable[[Redis], T], *, needs_room: bool = True) -> T | None:
        """`needs_room`: whether one that is full refuses it."""
        passes = self.is_full and not needs_room
        if not passes and not self._may_try():
            return None
        try:
            redis = self._connect()
            if redis is None:
                return None
            if self.degraded_since is not None and not passes:
                redis.set(PROBE, b"1", ex=1)
            answer = operation(redis)
        except RedisError as error:
            self._note_loss(error)
            return None
        if not passes:
            self._note_return()
        return answer

    def _may_try(self) -> bool:
        """Always while Redis answers; while it doesn't, one thread now and then tries for all."""
        if self.degraded_since is None:
            return True
        with self._lock:
            now = time.monotonic()
            if now < self._retry_at:
                return False
            self._retry_at = now + RETRY_SECONDS
            return True

    def _note_loss(self, error: RedisError) -> None:
        self._reached = False
        with self._lock:
            self._retry_at = time.monotonic() + RETRY_SECONDS
            first = self.degraded_since is None
            self.degraded_since = self.degraded_since or time.time()
            self.is_full = isinstance(error, OutOfMemoryError)
        if first and self._on_fallback:
            self._on_fallback(True)
        if first:
            what = "is full" if self.is_full else "can't be reached"
            logger.error("Redis %s, state is kept in this process's memory: %s", what, type(error).__name__)

    def _note_return(self) -> None:
        self._reached = True
        if self.degraded_since is None:
            return
        with self._lock:
            since, self.degraded_since, self.is_full = self.degraded_since, None, False
        if since is not None and self._on_fallback:
            self._on_fallback(False)
        if since is not None:
            logger.warning("Redis works again after %.0f s", time.time() - since)


def _text(name: bytes | str) -> str:
    return name if isinstance(name, str) else name.decode()
