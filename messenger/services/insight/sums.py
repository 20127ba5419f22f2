"""What is counted of conversations, and how it is added up."""

from collections.abc import Sequence
from dataclasses import dataclass
from typing import Any

from messenger.lib.tally import Tally, hit, unpacked
from messenger.services.insight import times
from messenger.services.insight.days import local
from messenger.services.insight.facts import Fact

COUNTS = ("conversations", "unanswered", "answered", "resolved", "reopened", "transferred")
TALLIES = ("answer_times", "business_times", "resolution_times", "hours", "ratings")
# Ratings share one tally: slots 0 to 10 are recommendations, those after them stars.
NPS_SLOTS, STARS_FROM, MOST_STARS = 11, 10, 5
PROMOTER, DETRACTOR, GOOD_STARS = 9, 6, 4


@dataclass(slots=True)
class Sums:
    """Numbers of conversations; tallies hold their lanes bare, because thousands are added per page."""

    conversations: int = 0
    unanswered: int = 0
    answered: int = 0
    resolved: int = 0
    reopened: int = 0
    transferred: int = 0
    answer_times: int = 0
    business_times: int = 0
    resolution_times: int = 0
    hours: int = 0
    ratings: int = 0

    @classmethod
    def stored(cls, row: Sequence[Any]) -> "Sums":
        """Of the columns COUNTS, then TALLIES."""
        return cls(*row[: len(COUNTS)], *map(unpacked, row[len(COUNTS) :]))

    def columns(self) -> dict[str, Any]:
        counts = {name: getattr(self, name) for name in COUNTS}
        return counts | {name: Tally(getattr(self, name)).pack() for name in TALLIES}

    def add(self, other: "Sums") -> None:
        self.conversations += other.conversations
        self.unanswered += other.unanswered
        self.answered += other.answered
        self.resolved += other.resolved
        self.reopened += other.reopened
        self.transferred += other.transferred
        self.answer_times += other.answer_times
        self.business_times += other.business_times
        self.resolution_times += other.resolution_times
        self.hours += other.hours
        self.ratings += other.ratings

    def add_begun(self, fact: Fact) -> None:
        """All but the first answer, for whoever has the conversation."""
        began = local(fact.began_at)
        self.conversations += 1
        self.unanswered += fact.answered_at is None
        self.reopened += fact.is_reopened
        self.transferred += fact.is_transferred
        self.hours += hit(began.weekday() * 24 + began.hour)
        if fact.resolved_at is not None:
            self.resolved += 1
            self.resolution_times += hit(times.slot_of((fact.resolved_at - fact.began_at).total_seconds()))
        if fact.score is not None:
            self.ratings += hit(fact.score if fact.is_nps else STARS_FROM + fact.score)

    def add_answer(self, seconds: float, business_seconds: float | None) -> None:
        """The first answer, for whoever gave it."""
        self.answered += 1
        self.answer_times += hit(times.slot_of(seconds))
        if business_seconds is not None:
            self.business_times += hit(times.slot_of(business_seconds))


@dataclass(frozen=True, slots=True)
class Ratings:
    """How often each score was given: `stars` by 1 to 5, `nps` by 0 to 10."""

    stars: tuple[int, ...]
    nps: tuple[int, ...]

    @classmethod
    def of(cls, sums: Sums) -> "Ratings":
        counts = dict(Tally(sums.ratings).items())
        stars = tuple(counts.get(STARS_FROM + score, 0) for score in range(1, MOST_STARS + 1))
        return cls(stars, tuple(counts.get(score, 0) for score in range(NPS_SLOTS)))

    @property
    def average(self) -> float | None:
        number = sum(self.stars)
        total = sum(score * count for score, count in enumerate(self.stars, start=1))
        return total / number if number else None

    @property
    def good(self) -> float | None:
        """The share of four and five stars, of 1."""
        number = sum(self.stars)
        return sum(self.stars[GOOD_STARS - 1 :]) / number if number else None

    @property
    def score(self) -> float | None:
        """The NPS, from -100 to 100: promoters in percent without detractors in percent."""
        number = sum(self.nps)
        rest = sum(self.nps[PROMOTER:]) - sum(self.nps[: DETRACTOR + 1])
        return 100 * rest / number if number else None
