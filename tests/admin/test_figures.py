"""The figures' page: who sees it, of what, and what it says."""

from datetime import timedelta

import pytest
from django.conf import LazySettings
from django.contrib.auth.models import Group, Permission
from django.db import connection
from django.test import Client
from django.test.utils import CaptureQueriesContext
from django.utils import timezone

from crm.models import Branch, User
from messenger.models import Conversation, Inbox
from messenger.services.insight import counting, days
from tests.admin.people import start
from tests.conftest import make_user
from tests.services.insight.people import minutes, talk

URL = "/admin/messenger/figures/"


def shown_to(client: Client, **query: str) -> str:
    response = client.get(URL, query)
    assert response.status_code == 200
    return response.content.decode()


def content_of(page: str) -> str:
    return page[page.index("msgr-figures-form") :]


def grant(user: User) -> None:
    user.user_permissions.add(Permission.objects.get(codename="view_figures"))


def client_of(user: User) -> Client:
    client = Client()
    client.force_login(user)
    return client


@pytest.fixture
def talked(inbox: Inbox, yekaterinburg: Branch, operator: User) -> Inbox:
    talk(inbox, yekaterinburg, timezone.now() - timedelta(hours=30), by=operator, answered=minutes(10))
    return inbox


def test_an_administrator_sees_all(administrator_client: Client, talked: Inbox) -> None:
    shown = shown_to(administrator_client)
    assert "Anna Sergeeva" in shown
    assert "Yekaterinburg" in shown
    assert "10 min" in shown
    assert shown.count("msgr-chart-plot") == 2, "nothing was resolved: there is no chart of that"


def test_counted_or_not_it_says_the_same(administrator_client: Client, talked: Inbox) -> None:
    before = content_of(shown_to(administrator_client))
    assert counting.catch_up() > 0
    assert content_of(shown_to(administrator_client)) == before


@pytest.mark.parametrize("who", ["operator_client", "outsider_client"])
def test_operators_may_not(request: pytest.FixtureRequest, who: str, talked: Inbox) -> None:
    client = request.getfixturevalue(who)
    assert client.get(URL).status_code == 403
    index = client.get("/admin/").content.decode()
    assert URL not in index
    assert "msgr-figures-now" not in index


def test_who_was_given_the_permission_sees_their_branch(
    operator: User, outsider: User, talked: Inbox, yekaterinburg: Branch
) -> None:
    for user in (operator, outsider):
        grant(user)
    assert "Anna Sergeeva" in shown_to(client_of(operator))
    for query in ({}, {"branch": str(yekaterinburg.pk)}, {"inbox": str(talked.pk)}):
        assert "Anna Sergeeva" not in shown_to(client_of(outsider), **query)


def test_an_operator_without_a_branch_has_nothing_to_see(db: None) -> None:
    nobody = make_user("nobody", None)
    grant(nobody)
    assert client_of(nobody).get(URL).status_code == 403


def test_an_administrator_of_a_branch_sees_that_one(
    talked: Inbox, moscow: Branch, yekaterinburg: Branch, administrator: User
) -> None:
    administrator.branch = moscow
    administrator.save()
    shown = shown_to(client_of(administrator), branch=str(yekaterinburg.pk))
    assert "Anna Sergeeva" not in shown
    assert "No conversation began" in shown
    assert talked.name not in shown
    administrator.branch = yekaterinburg
    administrator.save()
    assert "Anna Sergeeva" in shown_to(client_of(administrator))


def test_without_the_permission_an_administrator_sees_nothing(administrator_client: Client) -> None:
    Group.objects.get(name="Messenger administrators").permissions.clear()
    assert administrator_client.get(URL).status_code == 403


def test_nothing_while_the_messenger_is_off(administrator_client: Client, settings: LazySettings) -> None:
    settings.MESSENGER_ENABLED = False
    assert administrator_client.get(URL).status_code == 404
    assert "msgr-figures-now" not in administrator_client.get("/admin/").content.decode()


def test_strangers_are_led_to_the_log_in(client: Client, db: None) -> None:
    assert client.get(URL).status_code == 302


def test_nothing_is_taken(administrator_client: Client) -> None:
    assert administrator_client.post(URL, {}).status_code == 405


def test_an_empty_database(administrator_client: Client) -> None:
    shown = shown_to(administrator_client)
    assert "No conversation began in these days." in shown
    assert "msgr-chart-plot" not in shown


@pytest.mark.parametrize(
    ("query", "said"),
    [
        ({"since": "2026-11-20", "until": "2026-11-01"}, "The last day comes before the first."),
        ({"since": "2001-01-01", "until": "2026-11-01"}, "Choose five years at most."),
        ({"since": "yesterday"}, "Enter a valid date."),
        ({"since": "0001-01-01"}, "Ensure this value is greater"),
        ({"since": "2026-11-01\0"}, ""),
        ({"branch": "999999"}, "Select a valid choice."),
        ({"inbox": "x'; DROP TABLE"}, "Select a valid choice."),
        ({"since": "2150-01-01", "until": "2150-02-01"}, "No conversation began"),
    ],
)
def test_whatever_is_asked_for_there_is_an_answer(
    administrator_client: Client, talked: Inbox, query: dict[str, str], said: str
) -> None:
    assert said in shown_to(administrator_client, **query)


def test_what_is_wrong_shows_nothing(administrator_client: Client, talked: Inbox) -> None:
    """Nor do days that aren't understood give those of others."""
    for query in ({"inbox": "999999999999999999999"}, {"since": "2026-11-20", "until": "2026-11-01"}):
        shown = shown_to(administrator_client, **query)
        assert "Mend what is marked" in shown
        assert "Anna Sergeeva" not in shown


def test_presets_keep_the_branch(administrator_client: Client, talked: Inbox, yekaterinburg: Branch) -> None:
    shown = shown_to(administrator_client, branch=str(yekaterinburg.pk))
    assert f"until={days.today()}&amp;branch={yekaterinburg.pk}" in shown
    assert 'aria-current="true">30 days' in shown


def test_names_are_text(
    administrator_client: Client, inbox: Inbox, yekaterinburg: Branch, operator: User
) -> None:
    inbox.name = "<script>alert(1)</script>"
    inbox.save()
    talk(inbox, yekaterinburg, timezone.now() - timedelta(hours=1), by=operator, answered=minutes(1))
    assert "<script>alert" not in shown_to(administrator_client)


def test_what_is_going_on_now(
    administrator_client: Client, inbox: Inbox, yekaterinburg: Branch, operator: User
) -> None:
    for name in ("Maria", "Ivan"):
        start(inbox, yekaterinburg, name)
    Conversation.objects.filter(contact__name="Ivan").update(
        assignee=operator,
        assignee_assigned_at=timezone.now(),
        waiting_since=timezone.now() - timedelta(minutes=25),
    )
    for url in ("/admin/", URL):
        cards = administrator_client.get(url).context["now_cards"]
        assert [card.value for card in cards] == ["2", "1", "25 min"]
    start(inbox, yekaterinburg, "Petr")
    assert administrator_client.get(URL).context["now_cards"][0].value == "3"


def test_the_number_of_queries_is_the_same_for_more(
    administrator_client: Client, talked: Inbox, yekaterinburg: Branch, colleague: User
) -> None:
    counting.catch_up()
    shown_to(administrator_client)
    with CaptureQueriesContext(connection) as few:
        shown_to(administrator_client, since="2026-01-01")
    for hours in range(1, 6):
        talk(
            talked,
            yekaterinburg,
            timezone.now() - timedelta(hours=30 + hours),
            by=colleague,
            answered=minutes(1),
        )
    counting.catch_up()
    with CaptureQueriesContext(connection) as more:
        shown_to(administrator_client, since="2026-01-01")
    assert len(more) == len(few)
