"""Two that count at once, and somebody who looks meanwhile."""

import pytest

from crm.models import Branch, User
from messenger.lib import clock
from messenger.models import Figures, Inbox
from messenger.services.insight import counting
from tests.parallel import in_parallel
from tests.services.insight.people import TODAY, figures, minutes, talk

pytestmark = pytest.mark.django_db(transaction=True)


def count_and_look() -> int:
    with clock.at(TODAY):
        counting.catch_up()
    return figures().total.conversations


def test_who_counts_at_the_same_time_counts_nothing_twice(
    inbox: Inbox, yekaterinburg: Branch, operator: User
) -> None:
    talk(inbox, yekaterinburg, by=operator, answered=minutes(1))
    assert in_parallel(4, count_and_look) == [1, 1, 1, 1]
    assert Figures.objects.filter(level="cell").count() == 1
