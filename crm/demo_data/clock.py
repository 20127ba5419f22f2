"""When people write and how long they take."""

import math
import zoneinfo
from dataclasses import dataclass
from datetime import datetime, timedelta
from random import Random

OPENS, SHUTS = 9, 21
# How lively each hour of the day is.
_HOURS = (2, 1, 0, 0, 0, 0, 1, 3, 6, 9, 12, 12, 10, 9, 9, 9, 9, 10, 12, 12, 11, 8, 5, 3)
_WEEKEND = 0.6


@dataclass(frozen=True, slots=True)
class Clock:
    """The clock on a branch's wall."""

    rng: Random
    zone: zoneinfo.ZoneInfo

    def local(self, moment: datetime) -> datetime:
        return moment.astimezone(self.zone)

    def lively_moment(self, earliest: datetime, latest: datetime) -> datetime:
        """A moment between the two, likelier when people sit at their screens."""
        span = (latest - earliest).total_seconds()
        while True:
            moment = earliest + timedelta(seconds=span * self.rng.random() ** 0.9)
            local = self.local(moment)
            liveliness = _HOURS[local.hour] * (_WEEKEND if local.weekday() >= 5 else 1)
            if self.rng.random() * max(_HOURS) < liveliness:
                return moment

    def at_work(self, moment: datetime) -> datetime:
        """The moment itself, or when somebody gets to it after the branch opens again."""
        local = self.local(moment)
        if OPENS <= local.hour < SHUTS:
            return moment
        opening = local.replace(hour=OPENS, minute=0, second=0, microsecond=0)
        if local.hour >= SHUTS:
            opening += timedelta(days=1)
        return opening.astimezone(moment.tzinfo) + self.about(8 * 60, at_most=40 * 60)

    def about(self, seconds: float, *, spread: float = 0.6, at_most: float = math.inf) -> timedelta:
        """Around so many seconds, seldom much longer, as people's times are; never under a second."""
        drawn = self.rng.lognormvariate(math.log(seconds), spread)
        return timedelta(seconds=min(max(drawn, 1.0), at_most))

    def typing(self, body: str) -> timedelta:
        return self.about(9 + len(body) / 4)
