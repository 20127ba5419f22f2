"""The operators' small API, as a browser that is logged in to the admin uses it."""

import httpx
import pytest

from crm.models import User
from messenger.models import AgentProfile, Conversation
from tests.peer.conftest import NewHttp

pytestmark = pytest.mark.django_db(transaction=True)

UNREAD = "/api/messenger/unread/"
STATUS = "/messenger/me/status/"


def typing_of(conversation: Conversation) -> str:
    return f"/api/messenger/conversations/{conversation.pk}/typing/"


def test_typing(operator_http: httpx.Client, conversation: Conversation) -> None:
    nobody = {"operator_typing": False, "contact_typing": False}
    assert operator_http.get(typing_of(conversation)).json() == nobody
    assert operator_http.post(typing_of(conversation)).json() == nobody | {"operator_typing": True}
    for unknown in ("1", "x", "9" * 30):
        refused = operator_http.get(f"/api/messenger/conversations/{unknown}/typing/")
        assert (refused.status_code, refused.json()["code"]) == (404, "not_found")


def test_status_as_json_and_from_a_form(operator_http: httpx.Client, operator: User) -> None:
    assert operator_http.post(STATUS, json={"status": "busy"}).json() == {"status": "busy"}
    asked = operator_http.post(STATUS, data={"status": "away"})
    assert (asked.status_code, asked.json()) == (200, {"status": "away"})
    form = operator_http.post(
        STATUS, data={"status": "online", "next": "/admin/"}, headers={"Accept": "text/html"}
    )
    assert (form.status_code, form.headers["Location"]) == (302, "/admin/")
    assert AgentProfile.objects.get(user=operator).status == "online"
    astray = operator_http.post(
        STATUS, data={"status": "online", "next": "nowhere"}, headers={"Accept": "*/*"}
    )
    assert astray.status_code == 302
    refused = operator_http.post(STATUS, json={"status": "asleep"})
    assert (refused.status_code, refused.json()["fields"].keys()) == (400, {"status"})


def test_who_is_not_logged_in_is_refused(new_http: NewHttp, conversation: Conversation) -> None:
    http = new_http()
    for response in (
        http.get(UNREAD),
        http.post(STATUS, json={"status": "busy"}),
        http.get(typing_of(conversation)),
        http.post(typing_of(conversation)),
    ):
        assert (response.status_code, response.json()["code"]) == (401, "not_authenticated")


def test_what_changes_something_wants_a_csrf_token(
    operator_http: httpx.Client, conversation: Conversation
) -> None:
    del operator_http.headers["X-CSRFToken"]
    for path in (STATUS, typing_of(conversation)):
        refused = operator_http.post(path, json={"status": "busy"})
        assert (refused.status_code, refused.json()["code"]) == (403, "not_allowed")
