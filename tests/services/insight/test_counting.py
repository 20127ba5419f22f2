"""What was counted is what the rows say, however often and in whatever order it is counted."""

from collections.abc import Callable
from datetime import UTC, date, datetime, timedelta
from typing import Any

import pytest
from django.conf import LazySettings
from django.core.management import CommandError, call_command
from django.db import connection
from django.test.utils import CaptureQueriesContext

from crm.models import Branch, User
from messenger import tasks
from messenger.lib import clock
from messenger.models import CountedDay, Figures, Inbox
from messenger.services import rating, status
from messenger.services.insight import counting
from messenger.services.insight.staleness import mark_stale
from messenger.services.insight.sums import Ratings
from messenger.services.privacy.anonymize import anonymize
from messenger.services.purging import purge_empty
from tests.admin.people import answer
from tests.people import open_widget
from tests.services.insight.people import MONDAY, TODAY, figures, minutes, shown, talk

pytestmark = pytest.mark.django_db
DAY, HOUR = timedelta(days=1), timedelta(hours=1)


def catch_up(now: datetime = TODAY) -> int:
    with clock.at(now):
        return counting.catch_up()


def stored() -> list[dict[str, Any]]:
    rows: list[dict[str, Any]] = [dict(row) for row in Figures.objects.values()]
    return sorted(({**row, "id": 0} for row in rows), key=repr)


@pytest.fixture
def talked(stars: Inbox, yekaterinburg: Branch, operator: User) -> Inbox:
    talk(stars, yekaterinburg, MONDAY - DAY, by=operator, answered=minutes(7), resolved=minutes(30))
    talk(stars, yekaterinburg, by=operator, answered=minutes(1), resolved=minutes(10), score=5)
    return stars


def test_counting_again_changes_nothing(talked: Inbox) -> None:
    assert catch_up() == 3
    first = stored()
    assert catch_up() == 0, "there is nothing to do"
    with clock.at(TODAY):
        assert counting.count_range(date(2020, 1, 1), date(2030, 1, 1)) == 3
    assert stored() == first


def test_today_is_never_counted_and_always_exact(
    talked: Inbox, yekaterinburg: Branch, operator: User
) -> None:
    catch_up()
    assert CountedDay.objects.order_by("-day")[0].day == date(2026, 11, 24)
    assert figures().total.conversations == 1
    talk(talked, yekaterinburg, TODAY - HOUR, by=operator, answered=minutes(1))
    assert figures().total.conversations == 2
    assert figures(TODAY).total.answered == 1


def test_a_late_answer_resolving_and_rating_are_found(
    stars: Inbox, yekaterinburg: Branch, operator: User
) -> None:
    late = talk(stars, yekaterinburg)
    catch_up()
    after = TODAY + 2 * DAY
    with clock.at(after):
        answer(late, operator)
        status.resolve(conversation_id=late.pk, actor=operator)
    catch_up(after + HOUR)
    assert (figures().total.answered, figures().total.resolved) == (1, 1)
    with clock.at(after + 2 * DAY):
        rating.rate(conversation_id=late.pk, score=4, comment="")
    assert catch_up(after + 2 * DAY + HOUR) > 0
    assert Ratings.of(figures().total).average == 4


def test_only_days_in_which_something_changed_are_counted_anew(
    talked: Inbox, yekaterinburg: Branch, operator: User
) -> None:
    late = talk(talked, yekaterinburg, MONDAY - 3 * DAY)
    catch_up()
    with clock.at(TODAY + 2 * HOUR):
        answer(late, operator)
    with clock.at(TODAY + 3 * HOUR):
        mark_stale()
    assert [row.day for row in CountedDay.objects.filter(is_stale=True)] == [date(2026, 11, 20)]
    assert catch_up(TODAY + 3 * HOUR) == 1


def test_what_is_stale_stays_so_until_it_is_counted(
    talked: Inbox, yekaterinburg: Branch, operator: User
) -> None:
    """A run that was killed after it marked, and one of another day that succeeded."""
    late = talk(talked, yekaterinburg, MONDAY - 3 * DAY)
    catch_up()
    with clock.at(TODAY + 2 * HOUR):
        answer(late, operator)
    with clock.at(TODAY + 3 * HOUR):
        counting.count_range(date(2026, 11, 24), date(2026, 11, 24))
    assert catch_up(TODAY + 9 * HOUR) == 1
    assert figures(MONDAY - 3 * DAY).total.answered == 3


def test_months_are_the_sum_of_their_days(talked: Inbox, yekaterinburg: Branch, operator: User) -> None:
    talk(talked, yekaterinburg, MONDAY - 25 * DAY, by=operator, answered=minutes(3))
    later, autumn = TODAY + 40 * DAY, (date(2026, 10, 1), date(2026, 12, 31))
    assert catch_up(later) > 60
    counted = figures(*autumn, now=later)
    assert [sums.conversations for sums in counted.series.values()] == [1, 2, 0]
    Figures.objects.filter(grain="day", day__month=11).delete()
    assert shown(figures(*autumn, now=later)) == shown(counted), "of November its own row is read"


def test_days_that_nobody_counted_yet_are_told_of(talked: Inbox) -> None:
    made = figures(MONDAY - DAY, TODAY + 20 * DAY, now=TODAY + 20 * DAY)
    assert made.missing > 0
    assert made.total.conversations == 0
    catch_up(TODAY + 20 * DAY)
    made = figures(MONDAY - DAY, TODAY + 20 * DAY, now=TODAY + 20 * DAY)
    assert (made.missing, made.total.conversations) == (0, 2)


def test_the_newest_days_come_first(talked: Inbox, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(counting, "MOST_DAYS", 1)
    with clock.at(TODAY):
        assert [days[0].day for days in counting._portions(counting._due())] == [24, 23, 22]
        assert counting.catch_up(seconds=0) == 0


def test_days_are_those_of_the_projects_zone(
    inbox: Inbox, yekaterinburg: Branch, settings: LazySettings
) -> None:
    """Two minutes before midnight in Berlin, on the day whose clock goes back, and 25 hours before that."""
    settings.TIME_ZONE = "Europe/Berlin"
    end = datetime(2026, 10, 25, 22, 58, tzinfo=UTC)
    for at in (end, end - timedelta(hours=24, minutes=30), end + minutes(3)):
        talk(inbox, yekaterinburg, at)
    made = [
        figures(day, day, now=end + DAY).total.conversations
        for day in (date(2026, 10, d) for d in (24, 25, 26))
    ]
    assert made == [0, 2, 1]
    assert catch_up(end + 2 * DAY) == 2
    made = [
        figures(day, day, now=end + 2 * DAY).total.conversations
        for day in (date(2026, 10, 25), date(2026, 10, 26))
    ]
    assert made == [2, 1]


def test_sums_stay_when_clients_go(talked: Inbox, yekaterinburg: Branch) -> None:
    catch_up()
    before = shown(figures(MONDAY - DAY))
    with clock.at(MONDAY - DAY):
        open_widget(talked, yekaterinburg)
    purge_empty(older_than=timedelta())
    for conversation in talked.conversations.all():
        anonymize(conversation.contact_id, redact_messages=True, delete_attachments=True)
    with clock.at(TODAY):
        counting.count_range(date(2026, 11, 1), date(2026, 11, 24))
    assert shown(figures(MONDAY - DAY)) == before


def test_the_number_of_queries_is_the_same_for_more(
    talked: Inbox, yekaterinburg: Branch, operator: User
) -> None:
    def queries(act: Callable[[], object]) -> int:
        with CaptureQueriesContext(connection) as found:
            act()
        return len(found)

    catch_up()
    few = queries(lambda: figures(MONDAY - DAY))
    for number in range(5):
        talk(talked, yekaterinburg, MONDAY + minutes(number), by=operator, answered=minutes(1))
    with clock.at(TODAY):
        counting.count_range(date(2026, 11, 1), date(2026, 11, 24))
    assert queries(lambda: figures(MONDAY - DAY)) == few


def test_the_job_and_the_command(
    talked: Inbox, settings: LazySettings, capsys: pytest.CaptureFixture[str]
) -> None:
    with clock.at(TODAY):
        assert tasks.count_figures() == "3 days counted"
        call_command("aggregate_messenger_figures")
        call_command("aggregate_messenger_figures", "--from=2026-11-23", "--to=2026-11-23")
    assert capsys.readouterr().out == "0 days counted.\n1 day counted.\n"
    settings.MESSENGER_ENABLED = False
    assert tasks.count_figures() == "messenger disabled"


@pytest.mark.parametrize("wrong", [["--from=tomorrow"], ["--from=2026-11-23", "--to=2026-11-22"]])
def test_the_command_says_what_is_wrong(db: None, wrong: list[str]) -> None:
    with pytest.raises(CommandError):
        call_command("aggregate_messenger_figures", *wrong)
