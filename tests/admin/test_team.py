"""Who is on duty above the list, and "my status" there and in the menu of every page."""

from datetime import UTC, datetime, timedelta

import pytest
from django.conf import LazySettings
from django.contrib.auth.models import Group
from django.db import connection
from django.http import HttpRequest
from django.test import Client, RequestFactory
from django.test.utils import CaptureQueriesContext
from django.utils import timezone

from crm.models import Branch, User
from messenger.admin.team import Colleague, OnDuty, my_status, on_duty
from messenger.lib import clock
from messenger.models import AgentProfile, Conversation, Inbox
from messenger.services import presence, status
from tests.admin.people import LIST, PART, answer, part_of, start
from tests.conftest import make_user

TEAM = f"{LIST}team/"
NOW = datetime(2026, 7, 29, 11, 5, tzinfo=UTC)


@pytest.fixture(autouse=True)
def lease(settings: LazySettings) -> None:
    settings.MESSENGER_PRESENCE_TIMEOUT_SECONDS = 120


def seen(user: User, at: datetime | None, said: str = "online") -> None:
    AgentProfile.objects.filter(user=user).update(status=said, last_seen_at=at)


def shown(user: User) -> dict[str, Colleague]:
    with clock.at(NOW):
        return {person.name: person for group in on_duty(user).groups for person in group.colleagues}


# --- Who may -----------------------------------------------------------------------------------------------


def test_strangers_are_told_nothing(operator_client: Client) -> None:
    response = Client().get(TEAM, headers=PART)
    assert (response.status_code, response["Location"].split("?")[0]) == (302, "/admin/login/")
    Group.objects.get(name="Messenger operators").permissions.clear()
    assert operator_client.get(TEAM, headers=PART).status_code == 403
    assert b"data-msgr-my-status" not in operator_client.get("/admin/").content


def test_without_the_messenger_there_is_no_status(operator_client: Client, settings: LazySettings) -> None:
    settings.MESSENGER_ENABLED = False
    assert operator_client.get(TEAM).status_code == 404
    assert b"data-msgr-my-status" not in operator_client.get("/admin/").content


def test_it_is_only_looked_at(operator_client: Client) -> None:
    assert operator_client.post(TEAM).status_code == 405


def test_outsiders_see_their_own_branch(
    operator: User, colleague: User, outsider: User, administrator: User
) -> None:
    assert set(shown(operator)) == {"Anna Sergeeva", "Boris"}
    assert set(shown(outsider)) == {"Victor"}
    assert [(group.name, len(group.colleagues)) for group in on_duty(administrator).groups] == [
        ("Moscow", 1), ("Yekaterinburg", 2)
    ]  # fmt: skip
    assert [group.name for group in on_duty(operator).groups] == [""]


def test_those_who_get_no_conversations_are_not_on_duty(
    operator: User, colleague: User, administrator: User, yekaterinburg: Branch
) -> None:
    make_user("boss", yekaterinburg, role=User.Role.ADMINISTRATOR)
    User.objects.filter(pk=colleague.pk).update(is_active=False)
    lonely = make_user("lonely", None)
    assert set(shown(operator)) == {"Anna Sergeeva"}
    assert set(shown(administrator)) == {"Anna Sergeeva"}
    assert on_duty(lonely) == OnDuty([], 0, 0)


# --- What is shown -----------------------------------------------------------------------------------------


@pytest.mark.parametrize("said", ["online", "away", "busy", "offline"])
def test_status_holds_within_the_lease(operator: User, said: str) -> None:
    seen(operator, NOW - timedelta(seconds=120), said)
    assert shown(operator)["Anna Sergeeva"] == Colleague(
        "Anna Sergeeva", AgentProfile.Status(said), "", 0, 20
    )


@pytest.mark.parametrize("said", ["online", "away", "busy", "offline"])
@pytest.mark.parametrize(
    ("last_seen", "since"),
    [
        (NOW - timedelta(seconds=121), "2:02 p.m."),
        (NOW - timedelta(days=2), "27 July"),
        (datetime(2025, 12, 31, 12, tzinfo=UTC), "12/31/2025"),
    ],
)
def test_whose_browser_is_gone_is_offline(operator: User, said: str, last_seen: datetime, since: str) -> None:
    seen(operator, last_seen, said)
    person = shown(operator)["Anna Sergeeva"]
    assert (person.status, person.since) == ("offline", since)


def test_without_a_profile_one_is_online(operator: User, yekaterinburg: Branch) -> None:
    make_user("clara", yekaterinburg, first_name="Clara")
    assert shown(operator)["Clara"] == Colleague("Clara", AgentProfile.Status.ONLINE, "", 0, 20)
    with clock.at(NOW):
        assert on_duty(operator)[1:] == (1, 2)


def test_load_counts_unfinished_conversations(
    operator: User, colleague: User, inbox: Inbox, yekaterinburg: Branch
) -> None:
    for verb in (None, None, status.resolve, status.close):
        conversation = start(inbox, yekaterinburg)
        answer(conversation, operator)
        if verb:
            verb(conversation_id=conversation.pk, actor=operator)
    AgentProfile.objects.filter(user=operator).update(capacity=3)
    loads = {name: (person.load, person.capacity) for name, person in shown(operator).items()}
    assert loads == {"Anna Sergeeva": (2, 3), "Boris": (0, 20)}


def test_one_query_however_many(administrator: User, yekaterinburg: Branch, moscow: Branch) -> None:
    for number in range(8):
        user = make_user(f"user{number}", (yekaterinburg, moscow)[number % 2])
        if number > 3:
            AgentProfile.objects.create(user=user)
    with CaptureQueriesContext(connection) as queries:
        assert on_duty(administrator).total == 8
    assert len(queries) == 1


@pytest.mark.parametrize("part", [False, True])
def test_the_list_shows_words_and_shapes(
    operator_client: Client, operator: User, colleague: User, *, part: bool
) -> None:
    seen(operator, timezone.now(), "busy")
    seen(colleague, timezone.now() - timedelta(hours=1))
    page = part_of(operator_client, TEAM) if part else operator_client.get(LIST).content.decode()
    text = " ".join(page.split())
    assert "On duty: 0 of 2 online" in text
    assert "msgr-dot-busy" in text
    assert "offline since" in text
    assert "0/20" in text
    assert ("<html" in page) is not part


def test_names_are_text(operator_client: Client, colleague: User) -> None:
    User.objects.filter(pk=colleague.pk).update(first_name="<img src=x onerror=alert(1)>")
    page = operator_client.get(LIST).content.decode()
    assert "<img src=x" not in page
    assert "&lt;img src=x" in page


@pytest.mark.parametrize(("number", "large"), [(12, False), (13, True)])
def test_many_are_opened_by_a_click(
    operator_client: Client, yekaterinburg: Branch, number: int, *, large: bool
) -> None:
    for index in range(number - 1):
        make_user(f"user{index}", yekaterinburg)
    assert (b"msgr-team-large" in operator_client.get(LIST).content) is large


# --- My status ---------------------------------------------------------------------------------------------


def asked_by(user: User, rf: RequestFactory) -> HttpRequest:
    request: HttpRequest = rf.get("/")
    request.user = User.objects.get(pk=user.pk)
    return request


def test_my_status_is_what_i_said(operator: User, administrator: User, rf: RequestFactory) -> None:
    """Not what the lease says: whoever reads this is there."""
    seen(operator, NOW - timedelta(days=1), "busy")
    for user, expected in ((operator, "busy"), (administrator, "online")):
        mine = my_status(asked_by(user, rf))
        assert mine
        assert (mine.user_id, mine.status) == (user.pk, expected)


def test_my_status_is_asked_once(operator: User, rf: RequestFactory) -> None:
    request = asked_by(operator, rf)
    assert request.user.has_perm("messenger.view_conversation")
    with CaptureQueriesContext(connection) as queries:
        assert my_status(request) == my_status(request)
    assert len(queries) == 1


@pytest.mark.parametrize("url", ["/admin/", f"{LIST}?box=all", "/admin/messenger/contact/"])
def test_every_page_has_it_in_its_menu(operator_client: Client, url: str, operator: User) -> None:
    presence.set_status(user=operator, status="away")
    page = " ".join(operator_client.get(url).content.decode().split())
    menu = page[page.index('class="msgr-status-menu"') :]
    menu = menu[: menu.index("</form>")]
    assert 'method="post" action="/messenger/me/status/"' in menu
    assert f'name="next" value="{url}"' in menu
    assert 'value="away" aria-pressed="true"' in menu
    assert menu.count('aria-pressed="false"') == 3


def test_a_page_without_scripts_sends_it_too(operator: User) -> None:
    client = Client(enforce_csrf_checks=True)
    client.force_login(operator)
    page = client.get(f"{LIST}?box=all").content.decode()
    form = page[page.index('class="msgr-my-status"') :]
    form = form[: form.index("</form>")]
    assert "<noscript>" in form
    token = form.split('name="csrfmiddlewaretoken" value="')[1].split('"')[0]
    said = {"status": "busy", "next": f"{LIST}?box=all", "csrfmiddlewaretoken": token}
    response = client.post("/messenger/me/status/", said)
    assert (response.status_code, response["Location"]) == (302, f"{LIST}?box=all")
    assert AgentProfile.objects.get(user=operator).status == "busy"
    assert '<option value="busy" selected>' in client.get(LIST).content.decode()


def test_workspace_has_it_as_well(operator_client: Client, conversation: Conversation) -> None:
    page = operator_client.get(f"{LIST}{conversation.pk}/change/").content.decode()
    assert page.count("data-msgr-my-status") == 1
