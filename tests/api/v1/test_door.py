"""Who is let in: by which token, for what, how often; and that a token is written down nowhere."""

import logging
from datetime import timedelta
from typing import Any

import pytest
from django.conf import LazySettings
from django.contrib.auth.models import Group
from django.db import connection
from django.test import Client
from django.test.utils import CaptureQueriesContext
from django.utils import timezone

from crm.models import User
from messenger.lib import clock
from messenger.models import Conversation, Inbox, IntegrationToken
from messenger.models.integration_token import KIND, Scope, digest_of
from tests.api.v1.rest import BASE, Program, code, make_token, program

pytestmark = pytest.mark.django_db
UNKNOWN = KIND + "A" * 43


def requests_of(conversation: Conversation) -> list[tuple[str, str, Scope]]:
    one, contact = f"conversations/{conversation.pk}/", f"contacts/{conversation.contact_id}/"
    return [
        ("get", "conversations/", Scope.CONVERSATIONS_READ),
        ("get", one, Scope.CONVERSATIONS_READ),
        ("get", "operators/", Scope.CONVERSATIONS_READ),
        ("get", f"{one}messages/", Scope.MESSAGES_READ),
        ("post", f"{one}messages/", Scope.MESSAGES_WRITE),
        ("post", f"{one}assign/", Scope.CONVERSATIONS_WRITE),
        ("post", f"{one}resolve/", Scope.CONVERSATIONS_WRITE),
        ("post", f"{one}close/", Scope.CONVERSATIONS_WRITE),
        ("post", f"{one}reopen/", Scope.CONVERSATIONS_WRITE),
        ("get", "contacts/", Scope.CONTACTS_READ),
        ("get", contact, Scope.CONTACTS_READ),
        ("patch", contact, Scope.CONTACTS_WRITE),
    ]


def ask(who: Program, method: str, path: str) -> Any:
    return who.get(path) if method == "get" else getattr(who, method)(path, {"body": "Hi", "assignee": None})


def test_without_a_token_nothing_is_told(conversation: Conversation, operator_client: Client) -> None:
    for method, path, _scope in requests_of(conversation):
        response = getattr(operator_client, method)(BASE + path)
        assert code(response) == (401, "not_authenticated")
        assert response["WWW-Authenticate"] == 'Bearer realm="messenger"'
        assert response["Cache-Control"] == "no-store"


@pytest.mark.parametrize(
    "header", [f"Bearer {UNKNOWN}", "Bearer", "Bearer x", "bearer \xff\x00", f"Bearer {UNKNOWN} {UNKNOWN}"]
)
def test_an_unknown_token(db: None, header: str) -> None:
    response = Client().get(f"{BASE}token/", headers={"Authorization": header})
    assert code(response) == (401, "token_invalid")
    assert "WWW-Authenticate" in response


def test_what_has_not_the_form_of_a_token_asks_no_database(django_assert_num_queries: Any) -> None:
    with django_assert_num_queries(0):
        assert code(Program("x" * 5000).get("token/")) == (401, "token_invalid")


def test_it_ends_with_its_time_by_revoking_and_with_its_user(robot: User) -> None:
    now = timezone.now()
    secret, token = make_token(robot, expires_at=now + timedelta(hours=1))
    who = Program(secret)
    assert who.get("token/").status_code == 200
    with clock.at(now + timedelta(hours=1)):
        assert code(who.get("token/")) == (401, "token_invalid")
    User.objects.filter(pk=robot.pk).update(is_active=False)
    assert code(who.get("token/")) == (401, "token_invalid")
    User.objects.filter(pk=robot.pk).update(is_active=True)
    IntegrationToken.objects.filter(pk=token.pk).update(revoked_at=now)
    assert code(who.get("token/")) == (401, "token_invalid")


def test_each_request_needs_its_scope_and_no_other(conversation: Conversation, robot: User) -> None:
    for method, path, scope in requests_of(conversation):
        others = [one for one in Scope if one != scope]
        assert code(ask(program(robot, *others), method, path)) == (403, "scope_missing")
        assert ask(program(robot, scope), method, path).status_code in {200, 201}, path
    assert program(robot, Scope.CONTACTS_READ).get("token/").json()["scopes"] == ["contacts:read"]


def test_a_token_can_do_no_more_than_its_user(anna: Program, conversation: Conversation) -> None:
    Group.objects.get(name="Messenger operators").permissions.clear()
    for method, path, _scope in requests_of(conversation):
        assert code(ask(anna, method, path)) == (403, "not_allowed")


def test_what_belongs_to_others_is_not_found(
    victor: Program, robot: User, global_inbox: Inbox, conversation: Conversation
) -> None:
    """Another branch's, or outside of the token's inboxes."""
    limited = program(robot, inboxes=[global_inbox])
    for who in (victor, limited):
        for method, path, _scope in requests_of(conversation):
            if str(conversation.pk) in path or str(conversation.contact_id) in path:
                assert code(ask(who, method, path)) == (404, "not_found")
        assert who.get("conversations/").json()["results"] == []
        assert who.get("contacts/").json()["results"] == []
    assert conversation.messages.count() == 1


def test_a_limited_token_sees_nothing_once_its_inbox_is_gone(
    robot: User, global_inbox: Inbox, conversation: Conversation
) -> None:
    limited = program(robot, inboxes=[global_inbox])
    global_inbox.delete()
    assert limited.get("conversations/").json()["results"] == []
    assert limited.get("token/").json()["inboxes"] == []


def test_while_the_messenger_is_off(rest: Program, settings: LazySettings) -> None:
    settings.MESSENGER_ENABLED = False
    for who in (rest, Program("x")):
        response = who.get("conversations/")
        assert (response.status_code, response.json()) == (404, {"detail": "Messenger disabled"})


def test_each_token_has_a_limit_of_its_own(rest: Program, robot: User, settings: LazySettings) -> None:
    settings.MESSENGER_THROTTLE_REST_TOKEN = "2/hour"
    assert [rest.get("token/").status_code for _ in range(3)] == [200, 200, 429]
    response = rest.get("token/")
    assert code(response) == (429, "throttled")
    assert 1 <= int(response["Retry-After"]) <= 3600
    assert program(robot).get("token/").status_code == 200


def test_its_use_is_written_once_a_minute(robot: User) -> None:
    secret, token = make_token(robot)
    who, begin = Program(secret), timezone.now()
    for seconds, noted in ((0, 0), (59, 0), (60, 60), (61, 60)):
        with clock.at(begin + timedelta(seconds=seconds)):
            who.get("token/")
        token.refresh_from_db()
        assert token.last_used_at == begin + timedelta(seconds=noted)


def test_the_token_is_in_no_log_and_in_no_row(
    rest: Program, conversation: Conversation, caplog: pytest.LogCaptureFixture
) -> None:
    caplog.set_level(logging.DEBUG)
    with CaptureQueriesContext(connection) as queries:
        for method, path, _scope in requests_of(conversation):
            ask(rest, method, path)
        Client().post(f"{BASE}nothing/", headers={"Authorization": f"Bearer {rest.secret}"})
    written = caplog.text + "".join(query["sql"] for query in queries)
    token = IntegrationToken.objects.get(digest=digest_of(rest.secret))
    assert rest.secret not in written
    assert rest.secret.startswith(token.prefix)
    assert rest.secret[len(token.prefix) :] not in str(IntegrationToken.objects.values().get(pk=token.pk))


def test_other_methods_and_bodies(rest: Program, conversation: Conversation) -> None:
    path = f"{BASE}conversations/{conversation.pk}/messages/"
    headers = {"Authorization": f"Bearer {rest.secret}"}
    assert code(rest.client.put(path, headers=headers)) == (405, "method_not_allowed")
    assert code(rest.client.options(path, headers=headers)) == (405, "method_not_allowed")
    form = rest.client.post(
        path, "body=Hi", content_type="application/x-www-form-urlencoded", headers=headers
    )
    assert code(form) == (415, "unsupported_media_type")
    for body in ('["Hi"]', '"Hi"', "{", "", "\xff", '{"body": ' + "[" * 2000):
        sent = rest.client.post(path, body, content_type="application/json", headers=headers)
        assert code(sent) == (400, "invalid")
    large = rest.client.post(
        path, {"body": "x" * 2_000_000}, content_type="application/json", headers=headers
    )
    assert code(large) == (413, "invalid")
    assert conversation.messages.count() == 1
