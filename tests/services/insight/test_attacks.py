"""What could make counted figures untrue: long runs, killed ones, late rows, changed questions, clocks that differ."""

from collections.abc import Sequence
from datetime import date, datetime, timedelta

import pytest
from django.db import connection, transaction

from crm.models import Branch, User
from messenger.lib import clock
from messenger.lib.tally import Tally
from messenger.models import Conversation, CountedDay, Figures, Inbox, Message
from messenger.services import status
from messenger.services.insight import counting
from messenger.services.insight.staleness import mark_stale
from messenger.services.insight.sums import Ratings
from messenger.services.insight.times import median
from messenger.services.transfer import transfer
from tests.admin.people import answer
from tests.people import come
from tests.services.insight.people import MONDAY, TODAY, figures, minutes, talk

pytestmark = pytest.mark.django_db
DAY, HOUR = timedelta(days=1), timedelta(hours=1)
QUESTION = date(2026, 11, 23)


def catch_up(now: datetime) -> int:
    with clock.at(now):
        return counting.catch_up()


def answer_at(moment: datetime, conversation: Conversation, by: User) -> None:
    with clock.at(moment):
        answer(conversation, by)


@pytest.mark.parametrize("by_hand", [False, True])
def test_what_happens_during_a_run_of_hours_is_found_by_the_next(
    inbox: Inbox, yekaterinburg: Branch, operator: User, monkeypatch: pytest.MonkeyPatch, by_hand: bool
) -> None:
    """The first run goes back through years. An answer comes after its day was counted, two hours before the end."""
    monkeypatch.setattr(counting, "MOST_DAYS", 1)
    late = talk(inbox, yekaterinburg)
    talk(inbox, yekaterinburg, MONDAY - DAY)
    moments = {QUESTION: TODAY, QUESTION - DAY: TODAY + 3 * HOUR}
    count = counting.count

    def slowly(days: Sequence[date]) -> int:
        with clock.at(moments.get(days[0], TODAY)):
            counted = count(days)
        if days == [QUESTION]:
            answer_at(TODAY + HOUR, late, operator)
        return counted

    monkeypatch.setattr(counting, "count", slowly)
    if by_hand:
        with clock.at(TODAY):
            counting.count_range(QUESTION, QUESTION)
        with clock.at(TODAY + 3 * HOUR):
            counting.count_range(QUESTION - DAY, QUESTION - DAY)
    else:
        catch_up(TODAY)
    monkeypatch.undo()
    catch_up(TODAY + 4 * HOUR)
    assert figures(now=TODAY + 4 * HOUR).total.answered == 1


def test_a_message_of_yesterday_that_is_committed_after_the_count(
    inbox: Inbox, yekaterinburg: Branch, operator: User
) -> None:
    """Its transaction began before midnight, and ended after the job had counted the day."""
    talk(inbox, yekaterinburg)
    midnight = datetime(2026, 11, 23, 21, tzinfo=MONDAY.tzinfo)
    assert catch_up(midnight + minutes(11)) == 1
    with clock.at(midnight - minutes(1)):
        come(inbox, yekaterinburg, "Late")
    catch_up(midnight + minutes(71))
    assert figures(now=midnight + minutes(72)).total.conversations == 2
    assert catch_up(midnight + minutes(131)) == 0, "once is enough"


def test_a_client_who_goes_on_writing_has_nothing_counted_anew(
    inbox: Inbox, yekaterinburg: Branch, operator: User
) -> None:
    conversation = talk(inbox, yekaterinburg, by=operator, answered=minutes(1))
    catch_up(TODAY)
    with clock.at(TODAY + 5 * minutes(1)):
        come(inbox, yekaterinburg, "Somebody of today")
        Message.objects.create(conversation=conversation, direction="in", created_at=clock.now())
    assert catch_up(TODAY + HOUR) == 0


def test_a_rating_is_of_what_was_asked_for_then(stars: Inbox, yekaterinburg: Branch, operator: User) -> None:
    """The inbox asks for recommendation now, and something happens on the day of the stars."""
    talk(stars, yekaterinburg, by=operator, answered=minutes(1), resolved=minutes(2), score=5)
    late = talk(stars, yekaterinburg, MONDAY + HOUR)
    catch_up(TODAY)
    Inbox.objects.filter(pk=stars.pk).update(rating_type="nps")
    answer_at(TODAY + HOUR, late, operator)
    assert catch_up(TODAY + 2 * HOUR) == 1
    ratings = Ratings.of(figures(now=TODAY + 2 * HOUR).total)
    assert (ratings.average, ratings.score) == (5, None)


def test_a_low_recommendation_stays_one(nps: Inbox, moscow: Branch, outsider: User) -> None:
    talk(nps, moscow, by=outsider, answered=minutes(1), resolved=minutes(2), score=4)
    Inbox.objects.filter(pk=nps.pk).update(rating_type="stars")
    ratings = Ratings.of(figures().total)
    assert (ratings.average, ratings.score) == (None, -100)


def test_ratings_from_before_it_was_kept_are_what_the_inbox_asks_for(
    nps: Inbox, moscow: Branch, outsider: User
) -> None:
    talk(nps, moscow, by=outsider, answered=minutes(1), resolved=minutes(2), score=9)
    Conversation.objects.update(rating_type="")
    assert Ratings.of(figures().total).score == 100


def test_the_question_changes_between_showing_and_rating(
    stars: Inbox, yekaterinburg: Branch, operator: User
) -> None:
    talk(stars, yekaterinburg, by=operator, resolved=minutes(2), answered=minutes(1), score=3)
    assert Conversation.objects.get().rating_type == "stars"


def test_an_answer_of_a_clock_that_is_behind(hours: Inbox, yekaterinburg: Branch, operator: User) -> None:
    """Two machines wrote; by their clocks the answer came before the question."""
    conversation = talk(hours, yekaterinburg)
    Message.objects.create(
        conversation=conversation,
        direction="out",
        sender_user=operator,
        created_at=MONDAY - minutes(2),
    )
    for _counted in range(2):
        total = figures().total
        assert (total.answered, median(Tally(total.answer_times)), median(Tally(total.business_times))) == (
            1,
            0,
            0,
        )
        catch_up(TODAY)


@pytest.mark.django_db(transaction=True)
def test_a_run_that_is_killed_leaves_what_was(inbox: Inbox, yekaterinburg: Branch, operator: User) -> None:
    """Between the rows that are taken away and those that are written."""
    late = talk(inbox, yekaterinburg)
    catch_up(TODAY)
    answer_at(TODAY + HOUR, late, operator)
    with clock.at(TODAY + 2 * HOUR), transaction.atomic():
        mark_stale()
        counting.count([QUESTION])
        transaction.set_rollback(True)
    assert Figures.objects.filter(level="cell", unanswered=1).count() == 1
    assert catch_up(TODAY + 3 * HOUR) == 1
    assert figures(now=TODAY + 3 * HOUR).total.answered == 1


def test_a_conversation_that_is_gone_is_gone_after_the_next_count_of_its_day(
    inbox: Inbox, yekaterinburg: Branch, operator: User
) -> None:
    gone = talk(inbox, yekaterinburg)
    talk(inbox, yekaterinburg, by=operator, answered=minutes(1))
    catch_up(TODAY)
    with connection.cursor() as cursor:
        cursor.execute("SET LOCAL session_replication_role = replica")
    for rows in (gone.messages, gone.events):
        rows.all().delete()
    assert figures().total.conversations == 2
    with clock.at(TODAY):
        counting.count_range(QUESTION, QUESTION)
    assert figures().total.conversations == 1


def test_reopened_and_moved_after_the_count(
    global_inbox: Inbox, yekaterinburg: Branch, moscow: Branch, administrator: User
) -> None:
    conversation = talk(
        global_inbox, yekaterinburg, by=administrator, answered=minutes(1), resolved=minutes(5)
    )
    catch_up(TODAY)
    with clock.at(TODAY + HOUR):
        status.reopen(conversation_id=conversation.pk, actor=administrator)
        transfer(conversation_id=conversation.pk, branch=moscow, actor=administrator, reason="Moscow knows")
    catch_up(TODAY + 2 * HOUR)
    made = figures(now=TODAY + 2 * HOUR)
    assert (made.total.resolved, made.total.reopened, made.total.transferred) == (0, 1, 1)
    assert set(made.branches) == {moscow.pk}
    assert CountedDay.objects.filter(is_stale=True).count() == 0
