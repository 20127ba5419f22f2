"""Operators who were given one permission more have that one, for their branch, and nothing that follows from it."""

from concurrent.futures import ThreadPoolExecutor
from typing import Any

import pytest
from django.contrib.auth.models import Permission
from django.db import connection, transaction
from django.test import Client
from django.urls import reverse

from crm.models import Branch, User
from messenger.lib.advisory_lock import wait_for_lock
from messenger.models import CannedResponse, Inbox, Label
from tests.admin.test_users import change, values
from tests.worker.cluster import wait_until

pytestmark = pytest.mark.django_db

LABELS, RESPONSES = "/admin/messenger/label/", "/admin/messenger/cannedresponse/"
USERS, INBOXES = "/admin/crm/user/", "/admin/messenger/inbox/"
NEW_PASSWORD = {"password1": "correct horse battery", "password2": "correct horse battery"}


def give(user: User, *codenames: str) -> None:
    found = Permission.objects.filter(codename__in=codenames)
    assert len(found) == len(codenames)
    user.user_permissions.add(*found)


def delete_selected(client: Client, url: str, pk: int) -> Any:
    return client.post(url, {"action": "delete_selected", "_selected_action": [pk], "post": "yes"})


# --- Labels and canned responses ----------------------------------------------------------------------------------


def test_a_label_of_all_is_not_deleted_among_many(operator_client: Client, operator: User) -> None:
    give(operator, "view_label", "delete_label")
    shared, own = (
        Label.objects.create(name="Refund"),
        Label.objects.create(name="Ours", branch=operator.branch),
    )
    assert delete_selected(operator_client, LABELS, shared.pk).status_code in {200, 403}
    assert Label.objects.filter(pk=shared.pk).exists()
    assert delete_selected(operator_client, LABELS, own.pk).status_code == 302
    assert not Label.objects.filter(pk=own.pk).exists()


@pytest.fixture
def shared_response(db: None) -> CannedResponse:
    return CannedResponse.objects.create(shortcut="hi", text="Hello")


def test_a_canned_response_of_all_is_the_administrators(
    operator_client: Client, operator: User, shared_response: CannedResponse
) -> None:
    give(operator, "view_cannedresponse", "change_cannedresponse", "delete_cannedresponse")
    page = f"{RESPONSES}{shared_response.pk}/"
    body = {"shortcut": "hi", "text": "Buy elsewhere", "is_active": "on"}
    assert operator_client.post(f"{page}change/", body).status_code == 403
    assert operator_client.post(f"{page}delete/", {"post": "yes"}).status_code == 403
    delete_selected(operator_client, RESPONSES, shared_response.pk)
    shared_response.refresh_from_db()
    assert shared_response.text == "Hello"


def test_a_canned_response_is_written_for_the_own_branch_alone(
    operator_client: Client, operator: User, moscow: Branch
) -> None:
    give(operator, "view_cannedresponse", "add_cannedresponse")
    for branch in ("", moscow.pk):
        body = {"shortcut": "hi", "text": "Hello", "is_active": "on", "branch": branch}
        assert operator_client.post(f"{RESPONSES}add/", body).status_code == 200
    assert not CannedResponse.objects.exists()
    body["branch"] = operator.branch_id or ""
    assert operator_client.post(f"{RESPONSES}add/", body).status_code == 302
    assert CannedResponse.objects.get().branch == operator.branch


# --- Inboxes ------------------------------------------------------------------------------------------------------


@pytest.mark.parametrize("field", ["identity_secret"])
def test_a_secret_is_not_found_out_by_filters(
    operator_client: Client, operator: User, inbox: Inbox, field: str
) -> None:
    give(operator, "view_inbox")
    assert "Shop" in operator_client.get(INBOXES).content.decode()
    for lookup in ("", "__startswith", "__gte", "__regex"):
        answer = operator_client.get(INBOXES, {field + lookup: getattr(inbox, field)})
        assert answer.status_code in {302, 400}, lookup


# --- People -------------------------------------------------------------------------------------------------------


@pytest.fixture
def head(operator: User, operator_client: Client) -> Client:
    """Anna keeps the names of her branch in order."""
    give(operator, "view_user", "add_user", "change_user")
    return operator_client


def test_nobody_promotes_themselves(head: Client, operator: User) -> None:
    head.post(change(operator), values(operator, role="administrator"))
    operator.refresh_from_db()
    assert operator.role == "operator"


def test_nobody_makes_administrators(head: Client, yekaterinburg: Branch) -> None:
    body = {
        "username": "mine",
        "role": "administrator",
        "branch": "",
        "usable_password": "true",
        **NEW_PASSWORD,
    }
    head.post(f"{USERS}add/", body)
    assert not User.objects.filter(role="administrator").exists()


def test_nobody_moves_people_between_branches(
    head: Client, colleague: User, operator: User, moscow: Branch
) -> None:
    for user in (colleague, operator):
        head.post(change(user), values(user, branch=moscow.pk))
        user.refresh_from_db()
        assert user.branch != moscow


def test_administrators_and_other_branches_are_out_of_reach(
    head: Client, administrator: User, outsider: User
) -> None:
    shown = head.get(USERS).content.decode()
    for user in (administrator, outsider):
        assert user.username not in shown
        assert head.get(change(user)).status_code in {302, 403, 404}
        head.post(change(user), values(user, username="mine"))
        head.post(reverse("admin:auth_user_password_change", args=[user.pk]), NEW_PASSWORD)
        head.post(f"{USERS}{user.pk}/invitation/")
        user.refresh_from_db()
        assert user.username != "mine"
        assert user.check_password("a long password")


def test_what_they_were_given_they_can_do(head: Client, colleague: User) -> None:
    assert "boris" in head.get(USERS).content.decode()
    assert head.post(change(colleague), values(colleague, last_name="Petrov")).status_code == 302
    colleague.refresh_from_db()
    assert (colleague.last_name, colleague.role) == ("Petrov", "operator")


# --- The last administrator ---------------------------------------------------------------------------------------


@pytest.mark.parametrize("wrong", [{"role": "operator"}, {"is_active": ""}])
def test_somebody_is_left_who_can_take_it_back(
    administrator_client: Client, administrator: User, operator: User, wrong: dict[str, str]
) -> None:
    answer = administrator_client.post(change(administrator), values(administrator, **wrong))
    assert answer.status_code == 200
    administrator.refresh_from_db()
    assert (administrator.role, administrator.is_active) == ("administrator", True)
    operator.role = "administrator"
    operator.save()
    assert administrator_client.post(change(administrator), values(administrator, **wrong)).status_code == 302


@pytest.mark.django_db(transaction=True)
def test_two_who_take_it_from_each_other_do_not_both_lose_it(
    role_groups: None, administrator: User, colleague: User
) -> None:
    colleague.role = "administrator"
    colleague.save()
    client = Client()
    client.force_login(colleague)
    with ThreadPoolExecutor(1) as pool:
        with transaction.atomic():
            wait_for_lock("crm.administrators")
            User.objects.filter(pk=colleague.pk).update(role="operator")
            second = pool.submit(post, client, change(administrator), values(administrator, role="operator"))
            wait_until(lambda: second.done() or somebody_waits(), "the second, before the lock or past it")
        answer = second.result()
    assert "This is the last administrator" in answer.content.decode()
    assert [user.pk for user in User.objects.administrators()] == [administrator.pk]


def post(client: Client, url: str, data: Any) -> Any:
    try:
        return client.post(url, data)
    finally:
        connection.close()


def somebody_waits() -> bool:
    with connection.cursor() as cursor:
        cursor.execute("SELECT 1 FROM pg_locks WHERE locktype = 'advisory' AND NOT granted")
        return cursor.fetchone() is not None
