"""Routing rules: administrators make them, are told what is wrong with them, and try them."""

from typing import Any

import pytest
from django.conf import LazySettings
from django.contrib.admin.models import LogEntry
from django.contrib.auth.models import Permission
from django.contrib.messages import get_messages
from django.test import Client
from django.urls import reverse

from crm.models import Branch, Region, User
from messenger.models import Inbox, RoutingRule
from tests.admin.test_pages import assert_clean
from tests.rules import make_rule, switch_off

pytestmark = pytest.mark.django_db

LIST = "/admin/messenger/routingrule/"
ADD = f"{LIST}add/"


@pytest.fixture(autouse=True)
def no_lookups(settings: LazySettings) -> None:
    settings.MESSENGER_GEOIP_ENABLED = False


def values(**more: Any) -> dict[str, Any]:
    return {"name": "Ural", "priority": "10", "is_active": "on", "branch": "", "inbox": ""} | more


def change(rule: RoutingRule) -> str:
    return reverse("admin:messenger_routingrule_change", args=[rule.pk])


def errors_of(client: Client, body: dict[str, Any], url: str = ADD) -> dict[str, list[str]]:
    response = client.post(url, body)
    assert response.status_code == 200
    return dict(response.context["adminform"].form.errors)


def told(response: Any) -> list[str]:
    return [str(message) for message in get_messages(response.wsgi_request)]


# Who may


@pytest.mark.parametrize("path", ["", "add/", "1/change/", "1/delete/", "?try-region=1"])
def test_operators_are_refused(operator_client: Client, moscow: Branch, path: str) -> None:
    rule = make_rule("Rest", branch=moscow)
    url = LIST + path.replace("1/", f"{rule.pk}/")
    assert operator_client.get(url).status_code == 403
    assert operator_client.post(url, values(branch=moscow.pk)).status_code == 403
    assert RoutingRule.objects.get().name == "Rest"


@pytest.mark.parametrize("path", ["", "add/", "1/change/"])
def test_anonymous_is_led_to_the_log_in(client: Client, path: str) -> None:
    assert client.get(LIST + path)["Location"].startswith("/admin/login/")


def test_who_may_look_may_try_and_not_change(operator_client: Client, operator: User, perm: Region) -> None:
    operator.user_permissions.add(Permission.objects.get(codename="view_routingrule"))
    assert "Nowhere" in assert_clean(operator_client, f"{LIST}?try-region={perm.pk}")
    assert operator_client.get(ADD).status_code == 403


def test_nothing_is_there_while_the_messenger_is_off(
    administrator_client: Client, settings: LazySettings
) -> None:
    settings.MESSENGER_ENABLED = False
    assert administrator_client.get(LIST).status_code == 404
    assert administrator_client.get("/settings/messenger/routing/").status_code == 404


def test_short_address_leads_to_the_list(client: Client) -> None:
    assert client.get("/settings/messenger/routing/")["Location"] == LIST


# The form


def test_two_destinations_and_none_are_refused(
    administrator_client: Client, inbox: Inbox, moscow: Branch, perm: Region
) -> None:
    for destinations in ({}, {"branch": moscow.pk, "inbox": inbox.pk}):
        errors = errors_of(administrator_client, values(regions=[perm.pk], **destinations))
        assert errors == {"__all__": ["Choose a branch or an inbox, and not both."]}
    assert not RoutingRule.objects.exists()


def test_global_inbox_is_no_destination(
    administrator_client: Client, global_inbox: Inbox, perm: Region
) -> None:
    errors = errors_of(administrator_client, values(regions=[perm.pk], inbox=global_inbox.pk))
    assert errors["inbox"] == ["This inbox has no branch of its own: choose one that has."]


def test_rule_needs_regions(administrator_client: Client, moscow: Branch) -> None:
    errors = errors_of(administrator_client, values(branch=moscow.pk))
    assert errors == {"regions": ["Choose at least one region, or let the rule take the rest."]}


def test_rule_for_the_rest_has_no_regions(administrator_client: Client, moscow: Branch, perm: Region) -> None:
    errors = errors_of(administrator_client, values(branch=moscow.pk, regions=[perm.pk], is_fallback="on"))
    assert errors == {"regions": ["A rule that takes the rest takes every region: name none."]}


def test_region_that_is_gone_is_named_once(administrator_client: Client, moscow: Branch) -> None:
    errors = errors_of(administrator_client, values(branch=moscow.pk, regions=[999_999]))
    assert len(errors["regions"]) == 1


@pytest.mark.parametrize(
    ("field", "off", "sentence"),
    [
        ("branch", "branch", "This branch is inactive: nobody answers there."),
        ("inbox", "inbox", "This inbox is inactive."),
        ("inbox", "branch", "The branch of this inbox is inactive: nobody answers there."),
    ],
)
def test_inactive_destination_is_refused_to_an_active_rule(
    administrator_client: Client, inbox: Inbox, yekaterinburg: Branch, field: str, off: str, sentence: str
) -> None:
    switch_off(inbox if off == "inbox" else yekaterinburg)
    chosen = {field: (inbox if field == "inbox" else yekaterinburg).pk}
    body = values(is_fallback="on", **chosen)
    assert errors_of(administrator_client, body) == {field: [sentence]}
    del body["is_active"]
    assert administrator_client.post(ADD, body).status_code == 302


@pytest.mark.parametrize("priority", ["-1", "", "x", "99999999999"])
def test_priority_is_a_number(administrator_client: Client, moscow: Branch, priority: str) -> None:
    body = values(branch=moscow.pk, is_fallback="on", priority=priority)
    assert set(errors_of(administrator_client, body)) == {"priority"}


def test_rule_is_made_and_changed(
    administrator_client: Client, inbox: Inbox, moscow: Branch, perm: Region, tula: Region
) -> None:
    response = administrator_client.post(ADD, values(branch=moscow.pk, regions=[perm.pk, tula.pk]))
    assert response.status_code == 302
    rule = RoutingRule.objects.get()
    assert (rule.branch, set(rule.regions.all())) == (moscow, {perm, tula})
    administrator_client.post(change(rule), values(inbox=inbox.pk, regions=[tula.pk]))
    rule = RoutingRule.objects.get()
    assert (rule.branch, rule.inbox, list(rule.regions.all())) == (None, inbox, [tula])
    assert LogEntry.objects.count() == 2


def test_rule_can_be_deleted(administrator_client: Client, moscow: Branch) -> None:
    rule = make_rule("Rest", branch=moscow)
    url = reverse("admin:messenger_routingrule_delete", args=[rule.pk])
    assert administrator_client.post(url, {"post": "yes"}).status_code == 302
    assert not RoutingRule.objects.exists()


def test_regions_are_found_by_typing(administrator_client: Client, perm: Region, tula: Region) -> None:
    query = {"app_label": "messenger", "model_name": "routingrule", "field_name": "regions", "term": "per"}
    found = administrator_client.get("/admin/autocomplete/", query).json()["results"]
    assert [entry["text"] for entry in found] == ["Perm"]


def test_only_inboxes_with_a_branch_are_offered(
    administrator_client: Client, inbox: Inbox, global_inbox: Inbox
) -> None:
    query = {"app_label": "messenger", "model_name": "routingrule", "field_name": "inbox", "term": ""}
    found = administrator_client.get("/admin/autocomplete/", query).json()["results"]
    assert [entry["text"] for entry in found] == ["Shop"]


def test_form_is_clean(administrator_client: Client, moscow: Branch, perm: Region) -> None:
    shown = assert_clean(administrator_client, change(make_rule("Ural", perm, branch=moscow)))
    assert "Perm" in shown


# What is wrong with the rules


def test_rule_that_never_matches_is_saved_with_a_warning(
    administrator_client: Client, moscow: Branch, perm: Region
) -> None:
    make_rule("Early", perm, branch=moscow, priority=1)
    response = administrator_client.post(ADD, values(branch=moscow.pk, regions=[perm.pk]))
    assert response.status_code == 302
    assert told(response)[1] == (
        "“Ural” never matches. Rules that are asked earlier take all its regions: Early (Perm)."
    )
    rule = RoutingRule.objects.get(name="Ural")
    response = administrator_client.post(change(rule), values(branch=moscow.pk, regions=[perm.pk]))
    assert "“Ural” never matches." in told(response)[-1]


def test_rule_that_loses_some_regions_is_saved_with_a_note(
    administrator_client: Client, moscow: Branch, perm: Region, tula: Region
) -> None:
    make_rule("Early", perm, branch=moscow, priority=1)
    response = administrator_client.post(ADD, values(branch=moscow.pk, regions=[perm.pk, tula.pk]))
    assert "“Ural” is partly shadowed." in told(response)[1]


def test_rule_that_works_is_saved_without_a_warning(
    administrator_client: Client, moscow: Branch, perm: Region
) -> None:
    response = administrator_client.post(ADD, values(branch=moscow.pk, regions=[perm.pk]))
    assert len(told(response)) == 1
