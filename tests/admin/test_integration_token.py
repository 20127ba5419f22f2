"""Tokens in the admin: made and shown once, changed within limits, revoked, and all of it in the audit."""

import re
from datetime import timedelta
from typing import Any

import pytest
from django.contrib.sessions.models import Session
from django.test import Client
from django.utils import timezone

from crm.models import AuditEntry, User
from messenger.models import Inbox, IntegrationToken
from tests.api.v1.rest import Program, make_token

pytestmark = pytest.mark.django_db
LIST = "/admin/messenger/integrationtoken/"
SECRET = re.compile(r"msgr_[A-Za-z0-9_-]{43}")


def form_of(user: User, **more: Any) -> dict[str, Any]:
    return {"name": "Shop bot", "acts_as": user.pk, "scopes": ["messages:read"], "inboxes": [], **more}


def make(client: Client, user: User, **more: Any) -> Any:
    return client.post(f"{LIST}add/", form_of(user, **more))


def secret_in(response: Any) -> str:
    assert response.status_code == 200
    found = set(SECRET.findall(response.content.decode()))
    assert len(found) == 1, response.content.decode()
    return str(found.pop())


def test_made_and_shown_once(
    administrator_client: Client, administrator: User, operator: User, inbox: Inbox
) -> None:
    response = make(administrator_client, operator, name="  Shop   bot ", inboxes=[inbox.pk])
    secret = secret_in(response)
    assert "no-store" in response["Cache-Control"]
    token = IntegrationToken.objects.get()
    assert (token.name, token.created_by, token.acts_as) == ("Shop bot", administrator, operator)
    answer = Program(secret).get("token/").json()
    assert (answer["scopes"], answer["inboxes"]) == (["messages:read"], [inbox.pk])
    for path in (LIST, f"{LIST}{token.pk}/change/", f"{LIST}{token.pk}/history/", "/admin/crm/auditentry/"):
        assert not SECRET.search(administrator_client.get(path).content.decode())
    sessions = [session.get_decoded() for session in Session.objects.all()]
    assert secret not in str(sessions)


def test_the_page_that_shows_it_makes_no_second_one(administrator_client: Client, operator: User) -> None:
    make(administrator_client, operator)
    again = make(administrator_client, operator, name="SHOP BOT")
    assert again.status_code == 200
    assert not SECRET.search(again.content.decode())
    assert IntegrationToken.objects.count() == 1


def test_the_audit_tells_who_made_changed_and_revoked_it(
    administrator_client: Client, administrator: User, operator: User
) -> None:
    make(administrator_client, operator)
    token = IntegrationToken.objects.get()
    change(administrator_client, token, scopes=["messages:read", "messages:write"])
    revoke(administrator_client, token)
    entries = AuditEntry.objects.filter(target="messenger.integrationtoken").order_by("pk")
    assert [(entry.action, entry.actor) for entry in entries] == [
        (action, administrator) for action in ("added", "changed", "revoked")
    ]
    assert entries[1].details["changes"] == [
        {"field": "allowed", "old": ["messages:read"], "new": ["messages:read", "messages:write"]}
    ]


def change(client: Client, token: IntegrationToken, **more: Any) -> Any:
    body = {"name": token.name, "scopes": token.scopes, "inboxes": [], **more}
    return client.post(f"{LIST}{token.pk}/change/", body)


def revoke(client: Client, token: IntegrationToken) -> Any:
    return client.post(f"{LIST}{token.pk}/revoke/", {"_form_submitted": "on"})


def test_as_whom_it_acts_is_chosen_once(
    administrator_client: Client, operator: User, outsider: User, inbox: Inbox
) -> None:
    _secret, token = make_token(operator)
    assert change(administrator_client, token, acts_as=outsider.pk, inboxes=[inbox.pk]).status_code == 302
    token.refresh_from_db()
    assert (token.acts_as, token.is_limited) == (operator, True)
    change(administrator_client, token)
    token.refresh_from_db()
    assert not token.is_limited


def test_revoked_at_once_and_for_good(administrator_client: Client, operator: User) -> None:
    secret, token = make_token(operator)
    assert Program(secret).get("token/").status_code == 200
    response = revoke(administrator_client, token)
    assert response["HX-Redirect"] == f"{LIST}{token.pk}/change/"
    assert Program(secret).get("token/").status_code == 401
    assert change(administrator_client, token, name="Back").status_code == 403
    assert revoke(administrator_client, token).status_code == 403
    assert AuditEntry.objects.filter(action="revoked").count() == 1
    assert "name" in administrator_client.get(f"{LIST}{token.pk}/change/").content.decode()


def test_a_get_revokes_nothing(administrator_client: Client, operator: User) -> None:
    _secret, token = make_token(operator)
    administrator_client.get(f"{LIST}{token.pk}/revoke/")
    token.refresh_from_db()
    assert token.revoked_at is None


@pytest.mark.parametrize(
    "wrong",
    [
        {"scopes": []},
        {"scopes": ["all"]},
        {"name": " "},
        {"name": "x" * 81},
        {"inboxes": [0]},
        {"expires_at_0": "2020-01-01", "expires_at_1": "00:00"},
        {"expires_at_0": "soon", "expires_at_1": ""},
    ],
)
def test_what_can_not_be_made(administrator_client: Client, operator: User, wrong: Any) -> None:
    response = make(administrator_client, operator, **wrong)
    assert response.status_code == 200
    assert not SECRET.search(response.content.decode())
    assert not IntegrationToken.objects.exists()


def test_nobody_lends_powers_that_they_have_not(
    administrator_client: Client, administrator: User, operator: User
) -> None:
    """A superuser's, and those of somebody who left."""
    mighty = User.objects.create_superuser("root", "root@example.com", "a long password")
    gone = User.objects.create_user("gone", "gone@example.com", "a long password", is_active=False)
    for user in (mighty, gone):
        make(administrator_client, user)
    assert not IntegrationToken.objects.exists()
    _secret, token = make_token(mighty)
    assert change(administrator_client, token, scopes=["messages:write"]).status_code == 403
    assert revoke(administrator_client, token).status_code == 200
    User.objects.filter(pk=administrator.pk).update(is_superuser=True)
    administrator_client.force_login(User.objects.get(pk=administrator.pk))
    assert make(administrator_client, mighty).status_code == 200
    assert IntegrationToken.objects.filter(name="Shop bot").exists()


def test_operators_have_no_tokens(operator_client: Client, operator: User) -> None:
    _secret, token = make_token(operator)
    assert make(operator_client, operator).status_code == 403
    for path in (LIST, f"{LIST}{token.pk}/change/"):
        assert operator_client.get(path).status_code == 403
    assert revoke(operator_client, token).status_code == 403
    assert IntegrationToken.objects.get().revoked_at is None


def test_the_list_tells_how_each_is(
    administrator_client: Client, operator: User, inbox: Inbox, django_assert_max_num_queries: Any
) -> None:
    now = timezone.now()
    make_token(operator, name="Old", expires_at=now - timedelta(days=1))
    make_token(operator, name="Lost", revoked_at=now)
    for number in range(5):
        make_token(operator, name=f"Good {number}", inboxes=[inbox], last_used_at=now)
    administrator_client.get(LIST)
    with django_assert_max_num_queries(16):
        page = administrator_client.get(LIST).content.decode()
    for word in ("истёк", "отозван", "действует") if "Токены" in page else ("expired", "revoked", "valid"):
        assert word in page
