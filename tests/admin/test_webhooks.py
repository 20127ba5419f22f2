"""The webhook in the admin: its settings, a test at a button, the log, "deliver again"."""

from importlib import import_module
from typing import Any

import pytest
from django.apps import apps
from django.test import Client
from django.urls import reverse

from crm.models import AuditEntry, Branch, User
from messenger.models import Conversation, Inbox, WebhookDelivery
from messenger.services.webhooks import pump
from tests.conftest import make_user
from tests.people import open_widget, write
from tests.receiver import Receiver, receiving
from tests.services.webhooks.conftest import hook

pytestmark = pytest.mark.django_db(transaction=True)


@pytest.fixture
def roles(transactional_db: None) -> None:
    """What the migrations filled in is gone after the first test that empties the tables."""
    import_module("messenger.migrations.0003_groups").make_groups(apps, None)
    import_module("messenger.migrations.0018_webhooks").grant(apps, None)


@pytest.fixture(autouse=True)
def loopback_allowed(settings: Any, roles: None) -> None:
    settings.MESSENGER_WEBHOOK_ALLOWED_HOSTS = ["127.0.0.0/8"]


@pytest.fixture
def receiver() -> Any:
    with receiving() as one:
        yield one


def url_of(name: str, *arguments: Any) -> str:
    return reverse(f"admin:messenger_{name}", args=arguments)


@pytest.fixture
def delivered(inbox: Inbox, receiver: Receiver) -> WebhookDelivery:
    hook(inbox, receiver.url, "message.in")
    assert inbox.branch is not None
    write(open_widget(inbox, inbox.branch), "Is it there?")
    pump.deliver()
    return WebhookDelivery.objects.get()


def test_the_log_shows_request_and_answer(administrator_client: Client, delivered: WebhookDelivery) -> None:
    page = administrator_client.get(url_of("webhookdelivery_change", delivered.pk)).content.decode()
    assert "Is it there?" in page
    assert f"msg_{delivered.public_id.hex}" in page
    assert "ok</pre>" in page
    assert "(&#x27;" not in page, "the state in words"
    assert delivered.inbox.webhook_secret not in page
    listed = administrator_client.get(url_of("webhookdelivery_changelist")).content.decode()
    assert f"#{delivered.conversation_id}" in listed


def test_delivered_again_by_post_only(
    administrator_client: Client, delivered: WebhookDelivery, receiver: Receiver
) -> None:
    again = url_of("webhookdelivery_again", delivered.pk)
    assert administrator_client.get(again).status_code == 405
    assert administrator_client.post(again, follow=True).status_code == 200
    pump.deliver()
    assert len(receiver.received) == 2
    several = {"action": "deliver_again_several", "_selected_action": [delivered.pk]}
    assert administrator_client.post(url_of("webhookdelivery_changelist"), several).status_code == 302
    pump.deliver()
    assert len({one.headers["webhook-id"] for one in receiver.received}) == 1
    assert len(receiver.received) == 3


def test_operators_see_nothing_of_it(operator_client: Client, delivered: WebhookDelivery) -> None:
    assert operator_client.get(url_of("webhookdelivery_changelist")).status_code == 403
    assert operator_client.get(url_of("webhookdelivery_change", delivered.pk)).status_code == 403
    assert operator_client.post(url_of("webhookdelivery_again", delivered.pk)).status_code == 403
    test = url_of("inbox_webhook_test", delivered.inbox_id)
    assert operator_client.post(test).status_code in {403, 404}


def test_an_administrator_of_another_branch_sees_nothing_of_it(
    moscow: Branch, delivered: WebhookDelivery
) -> None:
    client = Client()
    client.force_login(make_user("max", moscow, role=User.Role.ADMINISTRATOR))
    assert (
        f"#{delivered.conversation_id}<"
        not in client.get(url_of("webhookdelivery_changelist")).content.decode()
    )
    assert client.post(url_of("webhookdelivery_again", delivered.pk)).status_code == 404


def test_a_test_says_what_came_of_it(administrator_client: Client, inbox: Inbox, receiver: Receiver) -> None:
    test = url_of("inbox_webhook_test", inbox.pk)
    assert administrator_client.get(test).status_code == 405
    assert administrator_client.post(test).status_code == 400
    hook(inbox, receiver.url)
    answer = administrator_client.post(test, headers={"Accept-Language": "en"}).json()
    assert answer["good"]
    assert answer["answer"] == "ok"
    receiver.answers[:] = [500]
    assert not administrator_client.post(test).json()["good"]
    hook(inbox, "http://10.0.0.1/")
    assert "10.0.0.1" not in str(administrator_client.post(test).json())


def form_of(inbox: Inbox, **changes: Any) -> dict[str, Any]:
    """What the page would send, with the tab's fields filled."""
    from django.forms import model_to_dict  # noqa: PLC0415

    values = {name: value for name, value in model_to_dict(inbox).items() if value not in (None, False, [])}
    rows = {"TOTAL_FORMS": 0, "INITIAL_FORMS": 0, "MIN_NUM_FORMS": 0, "MAX_NUM_FORMS": 1000}
    formsets = {
        f"{prefix}-{name}": value for prefix in ("working_hours", "holidays") for name, value in rows.items()
    }
    return {**values, **formsets, **changes}


def save(client: Client, inbox: Inbox, **changes: Any) -> Inbox:
    """The inbox as it is afterwards."""
    client.post(
        url_of("inbox_change", inbox.pk),
        form_of(inbox, **changes),
        headers={"Accept-Language": "en"},
        follow=True,
    )
    return Inbox.objects.get(pk=inbox.pk)


def test_settings_are_kept_and_refused(administrator_client: Client, inbox: Inbox) -> None:
    assert not save(administrator_client, inbox, webhook_enabled="on", webhook_url="").webhook_enabled
    for bad in (
        "http://10.0.0.1/",
        "ftp://example.com/",
        "http://example.com:22/",
        "http://u:p@example.com/",
    ):
        assert not save(administrator_client, inbox, webhook_enabled="on", webhook_url=bad).webhook_enabled, (
            bad
        )
    good = {"webhook_enabled": "on", "webhook_url": "https://example.com/hook", "webhook_secret": "hush-hush"}
    saved = save(administrator_client, inbox, **good, webhook_events=["message.in"])
    assert (saved.webhook_enabled, saved.webhook_events) == (True, ["message.in"])
    assert not save(
        administrator_client, inbox, auto_reply_enabled="on", auto_reply_text=" "
    ).auto_reply_enabled
    assert save(
        administrator_client, inbox, auto_reply_enabled="on", auto_reply_text="Soon!"
    ).auto_reply_enabled
    assert "hush-hush" not in str(list(AuditEntry.objects.values_list("details", flat=True)))


def test_turned_on_again_what_waited_is_due(
    administrator_client: Client, inbox: Inbox, receiver: Receiver
) -> None:
    hook(inbox, receiver.url, "message.in")
    receiver.answers[:] = [410, 200]
    assert inbox.branch is not None
    write(open_widget(inbox, inbox.branch))
    pump.deliver()
    inbox.refresh_from_db()
    assert inbox.webhook_stopped_at is not None
    first_page = administrator_client.get(reverse("admin:index")).content.decode()
    assert url_of("inbox_change", inbox.pk) in first_page
    saved = save(administrator_client, inbox, webhook_enabled="on")
    assert saved.webhook_enabled
    assert saved.webhook_stopped_at is None
    pump.deliver()
    assert len(receiver.received) == 2
    assert Conversation.objects.count() == 1
