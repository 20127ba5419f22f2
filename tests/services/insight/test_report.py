"""Every figure of a small world, computed by hand."""

from datetime import date, timedelta

import pytest

from crm.models import Branch, User
from messenger.lib import clock
from messenger.lib.tally import Tally
from messenger.models import Conversation, Inbox, Message
from messenger.services.insight import counting
from messenger.services.insight.reading import Scope
from messenger.services.insight.report import Report
from messenger.services.insight.sums import Ratings, Sums
from messenger.services.insight.times import median, ninety
from messenger.services.transfer import transfer
from tests.people import come
from tests.services.insight.people import MONDAY, TODAY, again, figures, minutes, talk

pytestmark = pytest.mark.django_db
DAY = timedelta(days=1)


def about(seconds: float) -> object:
    return pytest.approx(seconds, rel=0.05)


@pytest.fixture
def monday(
    stars: Inbox, nps: Inbox, yekaterinburg: Branch, moscow: Branch, operator: User, outsider: User
) -> None:
    """Three conversations in Yekaterinburg, one of them unanswered, and two in Moscow; one more on Tuesday."""
    talk(stars, yekaterinburg, by=operator, answered=minutes(1), resolved=minutes(10), score=5)
    talk(
        stars,
        yekaterinburg,
        MONDAY + minutes(90),
        by=operator,
        answered=minutes(3),
        resolved=minutes(60),
        score=2,
    )
    talk(stars, yekaterinburg, MONDAY + minutes(95))
    talk(nps, moscow, by=outsider, answered=minutes(2), resolved=minutes(20), score=9)
    talk(nps, moscow, by=outsider, answered=minutes(30), resolved=minutes(40), score=6)
    talk(nps, moscow, MONDAY + DAY, by=outsider, answered=minutes(5))


def assert_numbers(made: Report, operator: User, outsider: User, stars: Inbox, nps: Inbox) -> None:
    total = made.total
    assert (total.conversations, total.unanswered, total.answered, total.resolved) == (6, 1, 5, 4)
    answers, resolutions = Tally(total.answer_times), Tally(total.resolution_times)
    assert (median(answers), ninety(answers)) == (about(180), about(1800))
    assert (median(resolutions), ninety(resolutions)) == (about(1200), about(3600))
    ratings = Ratings.of(total)
    assert (ratings.average, ratings.good, ratings.score) == (3.5, 0.5, 0)
    series = made.series
    assert [sums.conversations for sums in series.values()] == [5, 1, 0]
    assert {pk: sums.conversations for pk, sums in made.inboxes.items()} == {stars.pk: 3, nps.pk: 3}
    found = {pk: (s.conversations, s.answered) for pk, s in made.operators.items()}
    assert found == {operator.pk: (2, 2), outsider.pk: (3, 3), None: (1, 0)}


def test_from_the_rows_themselves(
    monday: None, operator: User, outsider: User, stars: Inbox, nps: Inbox
) -> None:
    assert_numbers(figures(), operator, outsider, stars, nps)


def test_from_counted_days(monday: None, operator: User, outsider: User, stars: Inbox, nps: Inbox) -> None:
    with clock.at(TODAY):
        assert counting.catch_up() == 2
    assert_numbers(figures(), operator, outsider, stars, nps)


def test_hours_are_those_of_the_week(monday: None) -> None:
    slots = dict(Tally(figures().total.hours).items())
    assert slots == {12: 3, 13: 2, 24 + 12: 1}, "noon in Moscow, whatever the branch"


def test_a_branch_and_an_inbox(monday: None, moscow: Branch, stars: Inbox, yekaterinburg: Branch) -> None:
    for _counted in range(2):
        assert figures(scope=Scope(moscow.pk)).total.conversations == 3
        assert figures(scope=Scope(inbox_id=stars.pk)).total.conversations == 3
        assert figures(scope=Scope(yekaterinburg.pk, stars.pk)).total.conversations == 3
        assert figures(scope=Scope(moscow.pk, stars.pk)).total.conversations == 0
        assert set(figures(scope=Scope(moscow.pk)).branches) == {moscow.pk}
        with clock.at(TODAY):
            counting.catch_up()


def test_an_automatic_answer_answers_nobody(inbox: Inbox, yekaterinburg: Branch, operator: User) -> None:
    talk(inbox, yekaterinburg, by=operator, answered=minutes(10))
    Message.objects.create(
        conversation=talk(inbox, yekaterinburg),
        direction="out",
        sender_user=operator,
        is_automatic=True,
        created_at=MONDAY + minutes(1),
    )
    total = figures().total
    assert (total.answered, total.unanswered) == (1, 1)


def test_an_answer_before_the_first_question_is_none(
    inbox: Inbox, yekaterinburg: Branch, operator: User
) -> None:
    with clock.at(MONDAY):
        conversation = come(inbox, yekaterinburg)
    Message.objects.filter(conversation=conversation).delete()
    Message.objects.create(
        conversation=conversation, direction="out", sender_user=operator, created_at=MONDAY - minutes(9)
    )
    Message.objects.create(conversation=conversation, direction="in", created_at=MONDAY)
    assert (figures().total.conversations, figures().total.answered) == (1, 0)


def test_only_the_last_resolving_counts(inbox: Inbox, yekaterinburg: Branch, operator: User) -> None:
    conversation = talk(inbox, yekaterinburg, by=operator, answered=minutes(1), resolved=minutes(5))
    again(conversation, MONDAY + minutes(30))
    assert (figures().total.resolved, figures().total.reopened) == (0, 1)
    talked = talk(inbox, yekaterinburg, by=operator, answered=minutes(1), resolved=minutes(5))
    again(talked, MONDAY + minutes(30))
    Conversation.objects.filter(pk=talked.pk).update(status="resolved", resolved_at=MONDAY + minutes(100))
    total = figures().total
    assert (total.resolved, total.reopened) == (1, 2)
    assert median(Tally(total.resolution_times)) == about(6000)


def test_a_transferred_one_counts_where_it_is(
    global_inbox: Inbox, yekaterinburg: Branch, moscow: Branch, operator: User, outsider: User
) -> None:
    conversation = talk(global_inbox, yekaterinburg, by=operator, answered=minutes(2))
    with clock.at(MONDAY + minutes(5)):
        transfer(conversation_id=conversation.pk, branch=moscow, actor=operator, reason="Moscow knows")
    made = figures()
    assert made.total.transferred == 1
    assert set(made.branches) == {moscow.pk}
    assert made.operators[operator.pk].answered == 1, "whoever gave the first answer"
    assert made.operators[operator.pk].conversations == 0


def test_business_time_counts_open_hours_alone(hours: Inbox, yekaterinburg: Branch, operator: User) -> None:
    """Asked on Monday at 17:50 in Moscow, answered on Tuesday at 9:05."""
    talk(hours, yekaterinburg, MONDAY + minutes(350), by=operator, answered=minutes(15 * 60 + 15))
    total = figures().total
    assert median(Tally(total.answer_times)) == about(54_900)
    assert median(Tally(total.business_times)) == about(15 * 60)


def test_without_working_hours_there_is_no_business_time(monday: None) -> None:
    assert not figures().total.business_times


def test_stars_beyond_five_are_recommendations(stars: Inbox, yekaterinburg: Branch, operator: User) -> None:
    """It was given before its kind was kept, when the inbox asked for recommendation."""
    conversation = talk(stars, yekaterinburg, by=operator, answered=minutes(1), resolved=minutes(2), score=4)
    Conversation.objects.filter(pk=conversation.pk).update(rating_score=10, rating_type="")
    assert Ratings.of(figures().total).score == 100


def test_what_nobody_wrote_in_counts_for_nothing(empty_conversation: Conversation) -> None:
    assert figures().total == Sums()


def test_an_empty_database(db: None) -> None:
    made = figures()
    assert (made.total.conversations, made.missing) == (0, 0)
    assert list(made.series) == [date(2026, 11, 23), date(2026, 11, 24), date(2026, 11, 25)]
