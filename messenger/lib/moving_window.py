"""A limit that holds in any stretch of time, over all processes that share a Redis.

A counter per minute would let twice the limit through around the turn of the minute. And the clock is that of Redis:
the processes' own clocks may differ by more than a limit can bear.
"""

from redis import Redis

from messenger.lib.redis_script import Script

# The list holds the times of the last `limit` hits that were let through. One more may follow when the oldest of
# them has left the window, so nothing has to be counted.
_ADMIT = Script("""
local time = redis.call('TIME')
local now = time[1] * 1000000 + time[2]
redis.call('LTRIM', KEYS[1], -ARGV[1], -1)
if redis.call('LLEN', KEYS[1]) >= tonumber(ARGV[1]) then
    local oldest = tonumber(redis.call('LINDEX', KEYS[1], 0))
    if now - oldest < ARGV[2] * 1000000 then
        return 0
    end
end
redis.call('RPUSH', KEYS[1], string.format('%.0f', now))
redis.call('EXPIRE', KEYS[1], ARGV[2])
return 1
""")


def admit(redis: Redis, key: str, limit: int, seconds: int) -> bool:
    """Whether one more hit of `key` fits into `limit` (1 or more) per any `seconds`; if it does, it is counted.

    What is refused is not counted, so that knocking prolongs nothing. Raises RedisError.
    """
    return bool(_ADMIT.run(redis, [key], [limit, seconds]))
