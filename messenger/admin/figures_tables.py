"""The figures' tables: who did how much, when people write, and how they rate."""

from collections.abc import Iterable, Mapping, Sequence
from dataclasses import dataclass
from typing import Any, NamedTuple

from django.db.models import Model, QuerySet
from django.utils.dates import WEEKDAYS, WEEKDAYS_ABBR
from django.utils.translation import gettext as _

from crm.models import Branch, User
from messenger.admin.figures_words import NOTHING, number, percent, signed, span
from messenger.lib.tally import Tally
from messenger.models import Inbox
from messenger.services.insight.report import Report
from messenger.services.insight.sums import Ratings, Sums
from messenger.services.insight.times import median, ninety

# Of more rows than these the rest is folded away.
SHOWN, MOST = 10, 100
LEVELS = 6


class Row(NamedTuple):
    """`share` is how much of the largest row's number it has, of 100."""

    name: str
    share: float
    cells: tuple[str, ...]


@dataclass(frozen=True, slots=True)
class Table:
    """`name` heads the first column."""

    title: str
    name: str
    rows: Sequence[Row]
    number: int

    @property
    def shown(self) -> Sequence[Row]:
        return self.rows[:SHOWN]

    @property
    def more(self) -> Sequence[Row]:
        return self.rows[SHOWN:MOST]

    @property
    def left(self) -> int:
        """How many aren't listed at all: those of a branch are, when it is chosen."""
        return max(0, self.number - MOST)


class Hour(NamedTuple):
    """`level` is how dark its cell is: 0 where nobody wrote."""

    label: str
    number: int
    level: int


class Weekday(NamedTuple):
    name: str
    short: str
    hours: list[Hour]


class Score(NamedTuple):
    """`kind` names its colour; `share` is of the most frequent one, of 100."""

    label: str
    number: str
    part: str
    share: float
    kind: str


def tables(made: Report) -> list[Table]:
    """Three queries, for the names."""
    operators = _names(User.objects.all(), made.operators)
    return [
        _table(_("By operator"), _("Operator"), made.operators, operators | {None: _("Nobody")}),
        _table(_("By branch"), _("Branch"), made.branches, _names(Branch.objects.all(), made.branches)),
        _table(_("By inbox"), _("Inbox"), made.inboxes, _names(Inbox.objects.all(), made.inboxes)),
    ]


def cells(sums: Sums) -> tuple[str, ...]:
    """What stands in a row beside its name; the headings are in the template."""
    answers, resolutions, ratings = Tally(sums.answer_times), Tally(sums.resolution_times), Ratings.of(sums)
    return (
        number(sums.conversations),
        number(sums.unanswered),
        number(sums.answered),
        span(median(answers)),
        span(ninety(answers)),
        percent(sums.resolved, sums.conversations),
        span(median(resolutions)),
        number(ratings.average, 1),
        signed(ratings.score),
    )


def week(sums: Sums) -> list[Weekday]:
    """How many conversations began in each hour of the week."""
    counts = dict(Tally(sums.hours).items())
    most = max(counts.values(), default=0)
    return [
        Weekday(
            str(WEEKDAYS[day]),
            str(WEEKDAYS_ABBR[day]),
            [_hour(counts.get(day * 24 + hour, 0), hour, most) for hour in range(24)],
        )
        for day in range(7)
    ]


def stars(ratings: Ratings) -> list[Score]:
    """The best first."""
    kinds = ("bad", "bad", "middle", "good", "good")
    return _scores([("★" * place, kinds[place - 1], ratings.stars[place - 1]) for place in range(5, 0, -1)])


def recommendations(ratings: Ratings) -> list[Score]:
    """In the three groups of which the NPS is made."""
    counts = ratings.nps
    return _scores(
        [
            (_("Promoters, 9–10"), "good", sum(counts[9:])),
            (_("Passive, 7–8"), "middle", sum(counts[7:9])),
            (_("Detractors, 0–6"), "bad", sum(counts[:7])),
        ]
    )


def _scores(found: Iterable[tuple[str, str, int]]) -> list[Score]:
    rows = list(found)
    whole, most = sum(count for *_rest, count in rows), max(count for *_rest, count in rows)
    return [
        Score(label, number(count), percent(count, whole), round(100 * count / most, 1) if most else 0, kind)
        for label, kind, count in rows
    ]


def _hour(count: int, hour: int, most: int) -> Hour:
    level = 1 + (LEVELS - 1) * count // most if count else 0
    return Hour(f"{hour}:00", count, min(level, LEVELS))


def _names(rows: QuerySet[Any], found: Mapping[Any, Sums]) -> dict[Any, str]:
    keys = [key for key in found if key is not None]
    return {row.pk: _name(row) for row in rows.filter(pk__in=keys)}


def _name(row: Model) -> str:
    return str(row.display_name) if isinstance(row, User) else str(row)


def _table(title: str, name: str, found: Mapping[Any, Sums], names: Mapping[Any, str]) -> Table:
    """The busiest first."""
    ranked = sorted(
        found.items(), key=lambda pair: (-pair[1].conversations, -pair[1].answered, names.get(pair[0], ""))
    )
    most = max((sums.conversations for sums in found.values()), default=0)
    rows = [
        Row(names.get(key, NOTHING), round(100 * sums.conversations / most, 1) if most else 0, cells(sums))
        for key, sums in ranked[:MOST]
    ]
    return Table(title, name, rows, len(ranked))
