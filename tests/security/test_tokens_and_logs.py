"""Programs' tokens and the webhooks' log in the hands of people who may a little: nobody gets more by them."""

from importlib import import_module
from typing import Any

import pytest
from django.apps import apps
from django.contrib.auth.models import Group
from django.test import Client
from django.urls import reverse

from crm.models import Branch, User
from messenger.models import Inbox, IntegrationToken, WebhookAttempt, WebhookDelivery
from messenger.services.webhooks.repeating import deliver_several_again
from tests.api.v1.rest import make_token, program
from tests.conftest import make_user
from tests.people import open_widget, write
from tests.security.test_small_permissions import give
from tests.services.webhooks.conftest import hook

pytestmark = pytest.mark.django_db
TOKENS = "/admin/messenger/integrationtoken/"
SAID = "Zyxquv"


def save(client: Client, token: IntegrationToken | None = None, **values: Any) -> Any:
    path = f"{TOKENS}{token.pk}/change/" if token else f"{TOKENS}add/"
    form = {"name": "A bot", "scopes": ["messages:read"], "inboxes": []}
    return client.post(path, form | values)


def test_a_token_whose_inboxes_are_gone_stays_limited_when_it_is_renamed(
    administrator_client: Client, operator: User, inbox: Inbox
) -> None:
    _secret, token = make_token(operator, inboxes=[inbox])
    token.inboxes.clear()
    assert save(administrator_client, token, name="Another name").status_code == 302
    token.refresh_from_db()
    assert (token.name, token.is_limited) == ("Another name", True)


def test_who_takes_the_last_inbox_away_means_all(
    administrator_client: Client, operator: User, inbox: Inbox
) -> None:
    _secret, token = make_token(operator, inboxes=[inbox])
    save(administrator_client, token)
    token.refresh_from_db()
    assert not token.is_limited


def test_whoever_makes_tokens_lends_no_more_than_they_have(
    operator_client: Client, operator: User, colleague: User, outsider: User, administrator: User
) -> None:
    give(operator, "view_integrationtoken", "add_integrationtoken", "change_integrationtoken")
    for mightier in (administrator, outsider):
        save(operator_client, acts_as=mightier.pk)
    Group.objects.get(name="Messenger operators").permissions.clear()
    save(operator_client, acts_as=colleague.pk)
    assert not IntegrationToken.objects.exists()
    give(operator, "view_conversation")
    assert save(operator_client, acts_as=colleague.pk).status_code == 200
    _secret, token = make_token(administrator)
    assert save(operator_client, token, scopes=["contacts:write"]).status_code == 403


def test_a_limited_token_learns_of_the_operators_of_its_inboxes_alone(
    administrator: User, operator: User, outsider: User, inbox: Inbox, global_inbox: Inbox
) -> None:
    def listed(*inboxes: Inbox) -> list[int]:
        answer = program(administrator, inboxes=inboxes).get("operators/").json()
        return [row["id"] for row in answer["results"]]

    assert listed(inbox) == [operator.pk]
    assert listed(inbox, global_inbox) == listed() == [operator.pk, outsider.pk]


@pytest.fixture
def delivery(inbox: Inbox) -> WebhookDelivery:
    hook(inbox, "https://example.com/hook", "message.in")
    assert inbox.branch is not None
    write(open_widget(inbox, inbox.branch), SAID)
    delivery = WebhookDelivery.objects.get()
    values: Any = {"at": delivery.created_at, "duration_ms": 1, "status": 200, "answer": SAID}
    WebhookAttempt.objects.create(delivery=delivery, **values)
    return delivery


def test_who_sees_no_conversations_reads_none_in_the_log(
    operator_client: Client, operator: User, delivery: WebhookDelivery
) -> None:
    give(operator, "view_webhookdelivery")
    page = reverse("admin:messenger_webhookdelivery_change", args=[delivery.pk])
    assert operator_client.get(page).content.decode().count(SAID) == 2
    Group.objects.get(name="Messenger operators").permissions.clear()
    assert operator_client.get(page).status_code == 200
    assert SAID not in operator_client.get(page).content.decode()


def test_another_branchs_deliveries_are_not_repeated(
    moscow: Branch, delivery: WebhookDelivery, administrator_client: Client
) -> None:
    stranger = make_user("mark", moscow, role=User.Role.ADMINISTRATOR)
    client = Client()
    client.force_login(stranger)
    again = reverse("admin:messenger_webhookdelivery_again", args=[delivery.pk])
    assert client.post(again).status_code == 404
    listed = reverse("admin:messenger_webhookdelivery_changelist")
    chosen = {"action": "deliver_again_several", "_selected_action": [delivery.pk]}
    WebhookDelivery.objects.update(attempts=3)
    client.post(listed, chosen)
    assert WebhookDelivery.objects.get().attempts == 3
    administrator_client.post(listed, chosen)
    assert WebhookDelivery.objects.get().attempts == 0


def test_whoever_repeats_while_the_webhook_is_off_is_told(
    administrator_client: Client, inbox: Inbox, delivery: WebhookDelivery
) -> None:
    Inbox.objects.filter(pk=inbox.pk).update(webhook_enabled=False)
    again = reverse("admin:messenger_webhookdelivery_again", args=[delivery.pk])
    page = administrator_client.post(again, follow=True).content.decode()
    assert "The webhook is turned off" in page


def test_what_is_under_way_is_left_alone(delivery: WebhookDelivery) -> None:
    WebhookDelivery.objects.update(claimed_at=delivery.created_at, attempts=2)
    assert deliver_several_again([delivery.pk]) == 0
    assert WebhookDelivery.objects.get().attempts == 2


@pytest.fixture(autouse=True)
def roles(db: None) -> None:
    """What the migrations filled in is gone after a test that empties the tables."""
    import_module("messenger.migrations.0003_groups").make_groups(apps, None)
    for name in ("0014_privacy", "0017_integrations", "0018_webhooks"):
        import_module(f"messenger.migrations.{name}").grant(apps, None)
