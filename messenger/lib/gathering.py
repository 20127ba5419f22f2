"""Who is there at the moment: members that each say so again and again, and are forgotten when they don't.

The clock is that of Redis, as in `moving_window`.
"""

from redis import Redis

from messenger.lib.redis_script import Script

# More than these can't be looked through by anybody: those who have been silent the longest give way.
MOST_MEMBERS = 200
# Whether the member is new, then each member with the milliseconds that are left to it.
_JOIN = Script("""
local time = redis.call('TIME')
local now = time[1] * 1000 + math.floor(time[2] / 1000)
redis.call('ZREMRANGEBYSCORE', KEYS[1], '-inf', now)
local isNew = redis.call('ZADD', KEYS[1], now + ARGV[2] * 1000, ARGV[1])
redis.call('ZREMRANGEBYRANK', KEYS[1], 0, -ARGV[3] - 1)
redis.call('EXPIRE', KEYS[1], ARGV[2])
local found = {isNew}
local members = redis.call('ZRANGE', KEYS[1], 0, -1, 'WITHSCORES')
for i = 1, #members, 2 do
    found[#found + 1] = members[i]
    found[#found + 1] = math.floor(members[i + 1] - now)
end
return found
""")


def join(redis: Redis, key: str, member: str, seconds: int) -> tuple[bool, dict[str, int]]:
    """The member is there for `seconds` from now: whether it wasn't before, and the milliseconds left to each.

    Raises RedisError.
    """
    is_new, *rest = _JOIN.run(redis, [key], [member, seconds, MOST_MEMBERS])
    left = {
        name.decode(): int(milliseconds) for name, milliseconds in zip(rest[::2], rest[1::2], strict=True)
    }
    return bool(is_new), left


def leave(redis: Redis, key: str, member: str) -> bool:
    """Whether it was there. Raises RedisError."""
    return bool(redis.zrem(key, member))
