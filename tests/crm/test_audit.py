"""The audit: settings old → new, without secrets, for administrators to read and nobody to change."""

from typing import Any

import pytest
from django.contrib.auth.models import Group, Permission
from django.db import transaction
from django.test import Client, RequestFactory
from django.urls import reverse

from crm import audit
from crm.models import AuditEntry, Branch, User
from messenger.models import Inbox, RoutingRule
from tests.admin.test_users import change, values

pytestmark = pytest.mark.django_db

LIST = "/admin/crm/auditentry/"


def the_entry() -> AuditEntry:
    return AuditEntry.objects.get()


def changes(entry: AuditEntry) -> dict[str, tuple[Any, Any]]:
    return {
        ": ".join(filter(None, (one.get("row"), one["field"]))): (one.get("old"), one.get("new"))
        for one in entry.details["changes"]
    }


def test_who_when_what_and_from_where(operator: User, inbox: Inbox) -> None:
    request = RequestFactory().get("/", REMOTE_ADDR="203.0.113.7", headers={"X-Forwarded-For": "1.2.3.4"})
    request.user = operator
    audit.record(request, "exported", target=inbox, rows=12, format="csv")
    entry = the_entry()
    assert (entry.actor, entry.actor_name, entry.action) == (operator, "Anna Sergeeva", "exported")
    assert (entry.target, entry.target_id, entry.target_name) == ("messenger.inbox", str(inbox.pk), "Shop")
    assert (entry.details, entry.address) == ({"rows": 12, "format": "csv"}, "203.0.113.7")


def test_the_system_itself(db: None) -> None:
    audit.record(None, "anonymized", contacts=3)
    assert (the_entry().actor, the_entry().actor_name, the_entry().address) == (None, "", None)


def test_what_is_rolled_back_was_not_done(db: None) -> None:
    with transaction.atomic():
        audit.record(None, "changed")
        transaction.set_rollback(True)
    assert not AuditEntry.objects.exists()


def test_long_names_are_cut(db: None, inbox: Inbox) -> None:
    inbox.name = "x" * 300
    assert len(audit.record(None, "changed", target=inbox).target_name) == 200


def test_an_entry_outlives_what_it_tells_of(administrator_client: Client, moscow: Branch) -> None:
    audit.record(None, "changed", target=moscow)
    moscow.delete()
    assert administrator_client.get(f"{LIST}{the_entry().pk}/change/").status_code == 200


# --- The admin's forms -------------------------------------------------------------------------------------------


def test_a_change_is_told_old_and_new(administrator_client: Client, operator: User, moscow: Branch) -> None:
    body = values(operator, branch=moscow.pk, email="new@example.com", **{"agent_profile-TOTAL_FORMS": "0"})
    assert administrator_client.post(change(operator), body).status_code == 302
    entry = the_entry()
    assert (entry.action, entry.actor_name, entry.target_name) == ("changed", "Alice", "Anna Sergeeva")
    assert changes(entry) == {
        "branch": ("Yekaterinburg", "Moscow"),
        "email address": ("anna@example.com", "new@example.com"),
    }


def test_rows_of_a_form_are_told_by_name(administrator_client: Client, operator: User) -> None:
    profile = {"agent_profile-INITIAL_FORMS": "1", "agent_profile-0-id": operator.agent_profile.pk}
    profile |= {"agent_profile-0-user": operator.pk, "agent_profile-0-display_name": "Anna"}
    profile |= {"agent_profile-0-status": "away"}
    assert administrator_client.post(change(operator), values(operator, **profile)).status_code == 302
    told = changes(the_entry())
    assert told == {"operator's profile: Anna: name for visitors": (None, "Anna")}


def test_what_was_saved_as_it_was_is_no_change(administrator_client: Client, moscow: Branch) -> None:
    url = reverse("admin:crm_branch_change", args=[moscow.pk])
    assert administrator_client.post(url, {"name": "Moscow", "is_active": "on"}).status_code == 302
    assert not AuditEntry.objects.exists()


def test_what_was_added_and_deleted(administrator_client: Client, moscow: Branch) -> None:
    administrator_client.post("/admin/crm/branch/add/", {"name": "Perm", "is_active": "on"})
    assert (the_entry().action, changes(the_entry())) == ("added", {"name": (None, "Perm")})
    rule = RoutingRule.objects.create(name="South", branch=moscow)
    url = reverse("admin:messenger_routingrule_delete", args=[rule.pk])
    assert administrator_client.post(url, {"post": "yes"}).status_code == 302
    entry = AuditEntry.objects.get(action="deleted")
    assert (entry.target, entry.target_name) == ("messenger.routingrule", "South")


def test_several_deleted_at_once(admin_client: Client) -> None:
    ids = [Group.objects.create(name=name).pk for name in ("South", "North")]
    body = {"action": "delete_selected", "_selected_action": ids, "post": "yes"}
    assert admin_client.post("/admin/auth/group/", body).status_code == 302
    names = AuditEntry.objects.filter(action="deleted").values_list("target_name", flat=True)
    assert sorted(names) == ["North", "South"]


def test_passwords_are_not_told(administrator_client: Client, operator: User) -> None:
    url = reverse("admin:auth_user_password_change", args=[operator.pk])
    secret = "correct horse battery"
    administrator_client.post(url, {"password1": secret, "password2": secret})
    assert changes(the_entry()) == {"password": (None, None)}
    assert secret not in str(the_entry().details)
    page = administrator_client.get(f"{LIST}{the_entry().pk}/change/").content.decode()
    assert "a secret is not shown" in page


def test_permissions_of_a_group_are_told(admin_client: Client) -> None:
    group = Group.objects.create(name="Viewers")
    one = Permission.objects.get(codename="view_inbox")
    url = reverse("admin:auth_group_change", args=[group.pk])
    admin_client.post(url, {"name": "Viewers", "permissions": [one.pk]})
    ((old, new),) = changes(the_entry()).values()
    assert old in (None, [])
    assert new == [str(one)]


def test_a_failed_save_leaves_nothing(administrator_client: Client, moscow: Branch) -> None:
    Branch.objects.create(name="Perm")
    url = reverse("admin:crm_branch_change", args=[moscow.pk])
    assert administrator_client.post(url, {"name": "Perm"}).status_code == 200
    assert not AuditEntry.objects.exists()


# --- The page ---------------------------------------------------------------------------------------------------


def test_administrators_read_it(administrator_client: Client, inbox: Inbox) -> None:
    change = {"field": "greeting", "old": "<b>Hello</b>", "new": "Good day"}
    entry = audit.record(None, "changed", target=inbox, changes=[change])
    shown = administrator_client.get(LIST)
    assert "Shop" in shown.content.decode()
    page = administrator_client.get(f"{LIST}{entry.pk}/change/").content.decode()
    assert "&lt;b&gt;Hello&lt;/b&gt;" in page
    assert "Good day" in page
    assert LIST in administrator_client.get("/admin/").content.decode()


@pytest.mark.parametrize(
    ("query", "found"),
    [("action=deleted", 1), ("target=messenger.inbox", 2), ("q=Shop", 2), ("action=imported", 0), ("", 3)],
)
def test_filters(administrator_client: Client, inbox: Inbox, moscow: Branch, query: str, found: int) -> None:
    audit.record(None, "changed", target=inbox)
    audit.record(None, "deleted", target=inbox)
    audit.record(None, "something_of_tomorrow", target=moscow)
    assert len(administrator_client.get(f"{LIST}?{query}").context["cl"].result_list) == found


def test_nobody_changes_it(administrator_client: Client, admin_client: Client) -> None:
    entry = audit.record(None, "changed")
    for client in (administrator_client, admin_client):
        for path in ("add/", f"{entry.pk}/delete/", f"{entry.pk}/change/"):
            assert client.post(LIST + path, {"action": "x", "post": "yes"}).status_code == 403
    assert AuditEntry.objects.get().action == "changed"


def test_operators_do_not_read_it(operator_client: Client) -> None:
    entry = audit.record(None, "changed")
    assert operator_client.get(LIST).status_code == 403
    assert operator_client.get(f"{LIST}{entry.pk}/change/").status_code == 403


def test_entries_come_with_few_queries(
    administrator_client: Client, inbox: Inbox, django_assert_max_num_queries: Any
) -> None:
    for _ in range(30):
        audit.record(None, "changed", target=inbox)
    with django_assert_max_num_queries(16):
        administrator_client.get(LIST)
