"""Whatever happens in whatever order: counted figures are those of the rows, in every scope."""

from datetime import timedelta
from typing import Any

import pytest
from django.db import transaction
from hypothesis import HealthCheck, Phase, given, settings
from hypothesis import strategies as st

from crm.models import Branch, User
from messenger.lib import clock
from messenger.models import Inbox
from messenger.services.insight import counting, reading
from messenger.services.insight.reading import Scope
from tests.conftest import make_user
from tests.services.insight.people import MONDAY, figures, minutes, shown, talk

pytestmark = pytest.mark.django_db
STORY = st.fixed_dictionaries(
    {
        "at": st.integers(0, 20 * 24).map(lambda hours: timedelta(hours=hours)),
        "answered": st.none() | st.integers(0, 3000).map(minutes),
        "resolved": st.none() | st.integers(3001, 9000).map(minutes),
        "place": st.integers(0, 2),
    }
)
NOW = MONDAY + timedelta(days=90)


@settings(
    max_examples=12,
    deadline=None,
    phases=[Phase.explicit, Phase.generate],
    suppress_health_check=[HealthCheck.function_scoped_fixture, HealthCheck.too_slow],
)
@given(st.lists(STORY, max_size=6), st.sampled_from([20, 80]))
def test_counted_is_what_the_rows_say(
    inbox: Inbox,
    global_inbox: Inbox,
    yekaterinburg: Branch,
    moscow: Branch,
    administrator: User,
    stories: list[dict[str, Any]],
    days: int,
) -> None:
    with transaction.atomic():
        compare(inbox, global_inbox, yekaterinburg, moscow, administrator, stories, days)
        transaction.set_rollback(True)


def compare(
    inbox: Inbox,
    global_inbox: Inbox,
    yekaterinburg: Branch,
    moscow: Branch,
    administrator: User,
    stories: list[dict[str, Any]],
    days: int,
) -> None:
    places = [(inbox, yekaterinburg), (global_inbox, yekaterinburg), (global_inbox, moscow)]
    first, last = (MONDAY - timedelta(days=2)).date(), (MONDAY + timedelta(days=days)).date()
    other = make_user("adam", None, role=User.Role.ADMINISTRATOR)
    scopes = [
        Scope(),
        Scope(yekaterinburg.pk),
        Scope(None, global_inbox.pk),
        Scope(moscow.pk, global_inbox.pk),
    ]
    with pytest.MonkeyPatch.context() as patch:
        for number, story in enumerate(stories):
            inbox_, branch = places[story["place"]]
            who = (administrator, other)[number % 2]
            talk(
                inbox_,
                branch,
                MONDAY + story["at"],
                by=who,
                answered=story["answered"],
                resolved=story["resolved"],
            )
        patch.setattr(reading, "MOST_LIVE_DAYS", 1_000)
        live = [shown(figures(first, last, scope, now=NOW)) for scope in scopes]
        with clock.at(NOW):
            counting.catch_up()
        assert [shown(figures(first, last, scope, now=NOW)) for scope in scopes] == live
