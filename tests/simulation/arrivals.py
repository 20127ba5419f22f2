"""When visitors come, and what they are going to do: drawn before the day begins.

Arrivals are a Poisson process whose rate follows the clock on the visitors' wall. Given how many come in all, the
moments of such a process are so many independent draws from the rate's shape, which is how they are made here.
"""

from dataclasses import dataclass
from datetime import UTC, datetime, time, timedelta
from math import log
from random import Random

from tests.simulation.people import (
    DAY,
    EVERYWHERE,
    MOSCOW,
    MOSCOW_OFFICE,
    NOVOSIBIRSK,
    OFFICES,
    UNCOVERED,
    YEKATERINBURG,
    Office,
)

BEGINS = datetime.combine(DAY, time(0), MOSCOW).astimezone(UTC)
ENDS = BEGINS + timedelta(days=1)
MAILING = datetime.combine(DAY, time(12), MOSCOW).astimezone(UTC)
# How lively each hour is: peaks before and after lunch, a tail in the evening, a few who don't sleep.
_HOURS = (3, 2, 1, 1, 1, 2, 4, 9, 24, 58, 88, 104, 84, 62, 70, 92, 98, 84, 68, 54, 44, 32, 18, 8)
_OWN = {MOSCOW_OFFICE: 600, YEKATERINBURG: 500, NOVOSIBIRSK: 400}
_GLOBAL = {MOSCOW_OFFICE: 180, YEKATERINBURG: 120, NOVOSIBIRSK: 100}
_MAILED = {MOSCOW_OFFICE: 50, YEKATERINBURG: 30, NOVOSIBIRSK: 20}
_MAILING_MINUTES = 12
# How many messages a visitor has to write, 1 to 8.
_MESSAGES = (46, 27, 12, 6, 4, 2, 2, 1)
_TRANSFERS = 0.15
_BY_NAME = 0.4
_COMES_BACK = 0.08
_WRITES_ON = 0.2


@dataclass(frozen=True, slots=True)
class Visit:
    """`pauses` are the seconds before each message but the first; one that is `hurried` waits for no answer.

    `region` is the name of one, or empty where it is unknown. `belongs_to` is the office that it turns out to be for,
    else empty; `by_name`: a person there. `comes_back` is the seconds after the end until one more question.
    """

    number: int
    at: datetime
    inbox: str
    region: str
    pauses: tuple[float, ...]
    hurried: tuple[bool, ...]
    comes_back: float | None
    belongs_to: str = ""
    by_name: bool = False

    def body(self, number: int) -> str:
        """The text of a message, which no other message of the day has."""
        return f"question {self.number}.{number}"


def visits(rng: Random) -> list[Visit]:
    """All of the day's, in order."""
    drawn: list[tuple[datetime, str, Office]] = []
    for office in OFFICES:
        drawn += [(_lively_moment(rng, office), office.name, office) for _ in range(_OWN[office])]
        drawn += [(_lively_moment(rng, office), EVERYWHERE, office) for _ in range(_GLOBAL[office])]
        drawn += [(_after_mailing(rng), EVERYWHERE, office) for _ in range(_MAILED[office])]
    drawn.sort(key=lambda one: one[0])
    return [_visit(rng, number, *one) for number, one in enumerate(drawn)]


def about(rng: Random, seconds: float, spread: float = 0.5) -> float:
    """Mostly near this, seldom much longer, as people's times are."""
    return rng.lognormvariate(log(seconds), spread)


def _lively_moment(rng: Random, office: Office) -> datetime:
    hours = [BEGINS + timedelta(hours=number) for number in range(24)]
    weights = [_HOURS[hour.astimezone(office.zone).hour] for hour in hours]
    return rng.choices(hours, weights)[0] + timedelta(seconds=rng.uniform(0, 3600))


def _after_mailing(rng: Random) -> datetime:
    return MAILING + timedelta(minutes=rng.expovariate(1 / _MAILING_MINUTES))


def _visit(rng: Random, number: int, at: datetime, inbox: str, office: Office) -> Visit:
    messages = rng.choices(range(1, 9), _MESSAGES)[0]
    hurried = tuple(rng.random() < _WRITES_ON for _ in range(messages - 1))
    is_global = inbox == EVERYWHERE
    return Visit(
        number=number,
        at=at,
        inbox=inbox,
        region=_region(rng, office) if is_global else "",
        pauses=tuple(about(rng, 12 if quick else 40) for quick in hurried),
        hurried=hurried,
        comes_back=about(rng, 1500, 0.9) if rng.random() < _COMES_BACK else None,
        belongs_to=_another(rng, office) if is_global and rng.random() < _TRANSFERS else "",
        by_name=rng.random() < _BY_NAME,
    )


def _region(rng: Random, office: Office) -> str:
    """Moscow takes those of unknown regions, and of one that no rule names."""
    return rng.choice([*office.regions, UNCOVERED, ""] if office is MOSCOW_OFFICE else office.regions)


def _another(rng: Random, office: Office) -> str:
    return rng.choice([other.name for other in OFFICES if other is not office])
