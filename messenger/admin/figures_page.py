"""What the figures' page shows of a report."""

from dataclasses import dataclass
from datetime import timedelta
from typing import Any, NamedTuple

from django.urls import reverse
from django.utils.translation import gettext as _
from django.utils.translation import ngettext

from crm.models import User
from messenger.admin import figures_charts as charts
from messenger.admin.figures_charts import Columns, Lines
from messenger.admin.figures_tables import Score, recommendations, stars, tables, week
from messenger.admin.figures_words import day_label, number, percent, share, short_label, signed, span
from messenger.admin.rows import duration
from messenger.lib import clock
from messenger.lib.tally import Tally
from messenger.services.insight.now import now
from messenger.services.insight.permitted import limited
from messenger.services.insight.reading import Scope
from messenger.services.insight.report import Report
from messenger.services.insight.sums import Ratings, Sums
from messenger.services.insight.times import median, ninety

LIST = "admin:messenger_conversation_changelist"


class Card(NamedTuple):
    """`note` stands below the number. `tone` is "bad" where somebody should look."""

    title: str
    value: str
    note: str = ""
    url: str = ""
    tone: str = ""


@dataclass(frozen=True, slots=True)
class Over:
    """A figure over time: its chart and, row by row, the same in words."""

    key: str
    title: str
    about: str
    legend: list[tuple[str, str]]
    headings: list[str]
    rows: list[list[str]]
    columns: Columns | None = None
    lines: Lines | None = None


def now_cards(user: User, scope: Scope | None = None) -> list[Card]:
    """What is going on: one query."""
    found = now(limited(user, scope or Scope()))
    waited = max(clock.now() - found.since, timedelta()) if found.since else None
    url = reverse(LIST)
    return [
        Card(_("Waiting for an answer"), number(found.waiting), url=f"{url}?box=all"),
        Card(
            _("Without an operator"),
            number(found.unassigned),
            url=f"{url}?box=unassigned",
            tone="bad" if found.unassigned else "",
        ),
        Card(
            _("Longest wait"),
            "—" if waited is None else duration(waited),
            url=f"{url}?box=all&waiting=10",
            tone="bad" if waited and waited >= timedelta(minutes=10) else "",
        ),
    ]


def page(made: Report) -> dict[str, Any]:
    """The context beside form and present."""
    ratings = Ratings.of(made.total)
    return {
        "cards": cards(made.total, ratings),
        "overs": [_conversations(made), _times(made, "answer_times"), _times(made, "resolution_times")],
        "week": week(made.total),
        "hours": range(24),
        "ratings": _ratings(ratings),
        "tables": tables(made),
        "made": made,
    }


def cards(total: Sums, ratings: Ratings) -> list[Card]:
    answers, business = Tally(total.answer_times), Tally(total.business_times)
    resolutions = Tally(total.resolution_times)
    found = [
        Card(
            _("Conversations"),
            number(total.conversations),
            ngettext("%(n)s without an answer", "%(n)s without an answer", total.unanswered)
            % {"n": number(total.unanswered)},
        ),
        Card(_("First answer"), span(median(answers)), _nine_of_ten(answers)),
    ]
    if business:
        found.append(Card(_("First answer, working hours"), span(median(business)), _nine_of_ten(business)))
    found += [
        Card(_("Time to resolution"), span(median(resolutions)), _nine_of_ten(resolutions)),
        Card(
            _("Resolved"),
            percent(total.resolved, total.conversations),
            _("%(reopened)s reopened, %(transferred)s transferred")
            % {
                "reopened": percent(total.reopened, total.conversations),
                "transferred": percent(total.transferred, total.conversations),
            },
        ),
    ]
    if ratings.average is not None:
        note = _("%(share)s four or five stars") % {"share": share(ratings.good)}
        found.append(Card(_("Average rating"), number(ratings.average, 1), note))
    if ratings.score is not None:
        given = sum(ratings.nps)
        note = ngettext("%(n)s rating", "%(n)s ratings", given) % {"n": number(given)}
        found.append(Card("NPS", signed(ratings.score), note))
    return found


def _nine_of_ten(tally: Tally) -> str:
    return _("90%% within %(span)s") % {"span": span(ninety(tally))} if tally else ""


def _conversations(made: Report) -> Over:
    values = [(sums.conversations - sums.unanswered, sums.unanswered) for sums in made.series.values()]
    rows = [
        [day_label(day, is_month=made.is_by_month), number(sums.conversations), number(sums.unanswered)]
        for day, sums in made.series.items()
    ]
    headings = [_period(made), _("Conversations"), _("Without an answer")]
    tips = [_tip(row, headings) for row in rows]
    return Over(
        "conversations",
        _("Conversations"),
        _("By when the client wrote first."),
        [("main", _("Answered")), ("rest", _("Without an answer"))],
        headings,
        rows,
        columns=charts.columns(values, _labels(made), tips),
    )


def _times(made: Report, name: str) -> Over:
    tallies = [Tally(getattr(sums, name)) for sums in made.series.values()]
    middle, most = [median(tally) for tally in tallies], [ninety(tally) for tally in tallies]
    rows = [
        [day_label(day, is_month=made.is_by_month), span(half), span(nine)]
        for day, half, nine in zip(made.series, middle, most, strict=True)
    ]
    headings = [_period(made), _("Median"), _("90% within")]
    tips = [_tip(row, headings) for row in rows]
    is_answer = name == "answer_times"
    return Over(
        name,
        _("First answer") if is_answer else _("Time to resolution"),
        _("From the client's first message to the first answer of an operator.")
        if is_answer
        else _("From the client's first message until the conversation was resolved for the last time."),
        [("main", _("Median")), ("rest", _("90% within"))],
        headings,
        rows,
        lines=charts.lines([("rest", most), ("main", middle)], _labels(made), tips),
    )


def _ratings(ratings: Ratings) -> list[tuple[str, str, list[Score]]]:
    """Title, what it comes to, and the distribution, of each kind that was given."""
    found = []
    if ratings.average is not None:
        found.append((_("Stars"), number(ratings.average, 1), stars(ratings)))
    if ratings.score is not None:
        found.append((_("Recommendation (NPS)"), signed(ratings.score), recommendations(ratings)))
    return found


def _period(made: Report) -> str:
    return _("Month") if made.is_by_month else _("Day")


def _labels(made: Report) -> list[str]:
    return [short_label(day, is_month=made.is_by_month) for day in made.series]


def _tip(row: list[str], headings: list[str]) -> str:
    return "\n".join(
        [row[0], *(f"{heading}: {cell}" for heading, cell in zip(headings[1:], row[1:], strict=True))]
    )
