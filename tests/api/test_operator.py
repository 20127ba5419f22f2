"""The operators' API: the admin's session, permission and branch, and POST with CSRF."""

from typing import Any

import pytest
from django.conf import LazySettings
from django.contrib.auth.models import Group
from django.db import connection
from django.test import Client
from django.test.utils import CaptureQueriesContext
from django.utils import timezone

from crm.models import Branch, User
from messenger.models import AgentProfile, Conversation
from messenger.services import status, typing

pytestmark = pytest.mark.django_db

JSON = {"Accept": "application/json"}
FORM = {"Accept": "text/html,application/xhtml+xml,*/*;q=0.8"}
ME = "/messenger/me/status/"
UNREAD = "/api/messenger/unread/"
LIST = "/admin/messenger/conversation/"


def typing_url(conversation: Conversation | int) -> str:
    pk = conversation if isinstance(conversation, int) else conversation.pk
    return f"/api/messenger/conversations/{pk}/typing/"


REQUESTS = [("GET", typing_url(1)), ("POST", typing_url(1)), ("GET", UNREAD), ("POST", ME)]
every_request = pytest.mark.parametrize(("method", "url"), REQUESTS, ids=lambda part: part)


def answer_of(response: Any) -> tuple[int, str]:
    assert response["Content-Type"] == "application/json"
    assert response.json()["detail"]
    return response.status_code, response.json()["code"]


# --- Who may -----------------------------------------------------------------------------------------------


@every_request
def test_disabled_messenger_says_only_that(
    operator_client: Client, settings: LazySettings, method: str, url: str
) -> None:
    settings.MESSENGER_ENABLED = False
    for client in (operator_client, Client()):
        response = client.generic(method, url)
        assert (response.status_code, response.json()) == (404, {"detail": "Messenger disabled"})


@every_request
def test_anonymous_is_asked_to_log_in(db: None, method: str, url: str) -> None:
    assert answer_of(Client().generic(method, url, headers=JSON)) == (401, "not_authenticated")


@every_request
def test_user_without_permission_is_refused(operator_client: Client, method: str, url: str) -> None:
    Group.objects.get(name="Messenger operators").permissions.clear()
    assert answer_of(operator_client.generic(method, url, headers=JSON)) == (403, "not_allowed")
    assert AgentProfile.objects.get().last_seen_at is None


@every_request
def test_inactive_user_is_refused(operator_client: Client, operator: User, method: str, url: str) -> None:
    User.objects.filter(pk=operator.pk).update(is_active=False)
    assert answer_of(operator_client.generic(method, url, headers=JSON))[0] in {401, 403}


@every_request
def test_user_who_is_no_staff_is_refused(
    operator_client: Client, operator: User, method: str, url: str
) -> None:
    User.objects.filter(pk=operator.pk).update(is_staff=False)
    assert answer_of(operator_client.generic(method, url, headers=JSON)) == (403, "not_allowed")


@pytest.mark.parametrize("url", [typing_url(1), ME])
def test_post_without_csrf_token_is_refused(operator: User, url: str) -> None:
    client = Client(enforce_csrf_checks=True)
    client.force_login(operator)
    assert answer_of(client.post(url, {"status": "busy"}, headers=JSON))[0] == 403
    assert AgentProfile.objects.get().status == "away"


def test_post_with_csrf_token_is_taken(operator: User) -> None:
    client = Client(enforce_csrf_checks=True)
    client.force_login(operator)
    client.get(LIST)
    token = client.cookies["crm_csrf"].value
    assert client.post(ME, {"status": "away"}, headers=JSON | {"X-CSRFToken": token}).status_code == 200
    assert client.post(ME, {"status": "busy", "csrfmiddlewaretoken": token}).status_code == 302
    assert AgentProfile.objects.get().status == "busy"


def test_wrong_method_is_refused(operator_client: Client) -> None:
    for url in (typing_url(1), UNREAD, ME):
        for method in ("PUT", "PATCH", "DELETE"):
            assert answer_of(operator_client.generic(method, url)) == (405, "method_not_allowed")


@pytest.mark.parametrize("url", [UNREAD, ME])
def test_answers_are_not_for_other_sites(operator_client: Client, url: str) -> None:
    response = operator_client.generic("GET", url, headers={"Origin": "https://evil.example"})
    assert "Access-Control-Allow-Origin" not in response


# --- Typing ------------------------------------------------------------------------------------------------


def test_typing_of_both_sides(operator_client: Client, conversation: Conversation) -> None:
    quiet = operator_client.get(typing_url(conversation))
    assert (quiet.status_code, quiet.json()) == (200, {"operator_typing": False, "contact_typing": False})
    typing.mark_typing(conversation.pk, "contact")
    told = operator_client.post(typing_url(conversation))
    assert (told.status_code, told.json()) == (200, {"operator_typing": True, "contact_typing": True})
    assert typing.typing_state(conversation.pk).operator


@pytest.mark.parametrize("method", ["GET", "POST"])
def test_outsider_does_not_find_the_conversation(
    outsider_client: Client, conversation: Conversation, method: str
) -> None:
    assert answer_of(outsider_client.generic(method, typing_url(conversation))) == (404, "not_found")
    assert not typing.typing_state(conversation.pk).operator


def test_assignee_of_another_branch_finds_it(
    outsider_client: Client, outsider: User, conversation: Conversation
) -> None:
    Conversation.objects.filter(pk=conversation.pk).update(
        assignee=outsider, assignee_assigned_at=timezone.now()
    )
    assert outsider_client.get(typing_url(conversation)).status_code == 200


def test_administrator_finds_every_conversation(
    administrator_client: Client, conversation: Conversation
) -> None:
    assert administrator_client.get(typing_url(conversation)).status_code == 200


def test_operator_without_a_branch_finds_none(conversation: Conversation, operator: User) -> None:
    User.objects.filter(pk=operator.pk).update(branch=None)
    operator.refresh_from_db()
    client = Client()
    client.force_login(operator)
    assert client.get(typing_url(conversation)).status_code == 404


@pytest.mark.parametrize("pk", ["999999", "9" * 30])
def test_unknown_conversation_is_not_found(operator_client: Client, pk: str) -> None:
    assert operator_client.get(f"/api/messenger/conversations/{pk}/typing/").status_code == 404


# --- Unread ------------------------------------------------------------------------------------------------


def test_unread_counts_own_conversations_only(
    operator_client: Client, operator: User, colleague: User, conversation: Conversation
) -> None:
    assert operator_client.get(UNREAD).json() == {"unread": 0}
    status.take(conversation_id=conversation.pk, operator=operator)
    assert operator_client.get(UNREAD).json() == {"unread": 1}
    Conversation.objects.update(assignee=colleague)
    assert operator_client.get(UNREAD).json() == {"unread": 0}


def test_unread_forgets_what_is_finished(
    operator_client: Client, operator: User, conversation: Conversation
) -> None:
    status.take(conversation_id=conversation.pk, operator=operator)
    status.resolve(conversation_id=conversation.pk, actor=operator)
    assert operator_client.get(UNREAD).json() == {"unread": 0}


def test_unread_takes_one_statement_beside_session_and_permission(operator_client: Client) -> None:
    operator_client.get(UNREAD)  # The first shows a sign of life, the next ones find it fresh.
    with CaptureQueriesContext(connection) as queries:
        operator_client.get(UNREAD)
    assert (
        len([q for q in queries if "messenger_conversation" in q["sql"] and "unread_count" in q["sql"]]) == 1
    )
    assert len(queries) <= 6


# --- My status ---------------------------------------------------------------------------------------------


def test_status_is_kept(operator_client: Client, operator: User) -> None:
    for chosen in ("online", "away", "busy", "offline"):
        response = operator_client.post(ME, {"status": chosen}, headers=JSON)
        assert (response.status_code, response.json()) == (200, {"status": chosen})
        assert AgentProfile.objects.get(user=operator).status == chosen


def test_json_is_answered_in_json(operator_client: Client) -> None:
    response = operator_client.post(ME, {"status": "busy"}, content_type="application/json")
    assert (response.status_code, response.json()) == (200, {"status": "busy"})


def test_unknown_status_is_invalid(operator_client: Client) -> None:
    for chosen in ("", "asleep", "ONLINE", ["online"], {"a": 1}, None, 1):
        response = operator_client.post(ME, {"status": chosen}, content_type="application/json")
        assert answer_of(response) == (400, "invalid"), chosen
        assert list(response.json()["fields"]) == ["status"]
    assert AgentProfile.objects.get().status == "away"


def test_body_that_is_no_object_is_invalid(operator_client: Client) -> None:
    for body in ("[]", "{", '"online"'):
        response = operator_client.post(ME, body, content_type="application/json")
        assert answer_of(response) == (400, "invalid"), body


def test_only_the_own_status_changes(operator_client: Client, operator: User, colleague: User) -> None:
    operator_client.post(ME, {"status": "busy", "user": colleague.pk, "user_id": colleague.pk}, headers=JSON)
    assert dict(AgentProfile.objects.values_list("user", "status")) == {
        operator.pk: "busy",
        colleague.pk: "away",
    }


def test_other_fields_of_the_profile_stay(operator_client: Client, operator: User) -> None:
    AgentProfile.objects.update(display_name="Support", capacity=3)
    operator_client.post(ME, {"status": "busy", "capacity": 99}, headers=JSON)
    profile = AgentProfile.objects.get()
    assert (profile.status, profile.display_name, profile.capacity) == ("busy", "Support", 3)


@pytest.mark.parametrize("by", ["next", "referer"])
def test_form_leads_back_on_this_host_only(operator_client: Client, by: str) -> None:
    for target, leads_to in (
        ("/admin/messenger/conversation/?box=mine", "/admin/messenger/conversation/?box=mine"),
        ("http://testserver/admin/", "http://testserver/admin/"),
        ("https://evil.example/", LIST),
        ("//evil.example/", LIST),
        ("/\\evil.example/", LIST),
        ("\\\\evil.example", LIST),
        ("javascript:alert(1)", LIST),
        ("http:evil.example", LIST),
        ("http://testserver@evil.example/", LIST),
        ("https:///evil.example", LIST),
        ("/admin/\r\nX-Injected: 1", "/admin/%0D%0AX-Injected:%201"),
        ("", LIST),
    ):
        form = {"status": "busy"} | ({"next": target} if by == "next" else {})
        referer = {"Referer": target} if by == "referer" else {}
        response = operator_client.post(ME, form, headers=FORM | referer)
        assert (response.status_code, response["Location"]) == (302, leads_to), target
    assert AgentProfile.objects.get().status == "busy"


def test_branch_has_no_part_in_it(outsider_client: Client, moscow: Branch) -> None:
    assert outsider_client.post(ME, {"status": "away"}, headers=JSON).status_code == 200
