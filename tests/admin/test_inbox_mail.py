"""Mail to visitors who left, on an inbox's page: turned on only where mail can go out."""

from typing import Any

import pytest
from django.conf import LazySettings
from django.test import Client
from django.utils.translation import override

from messenger.admin.event_words import event_sentence
from messenger.models import ConversationEvent, Inbox
from tests.admin.test_inboxes import change, values

pytestmark = pytest.mark.django_db
ON = {"mail_enabled": "on", "mail_after_minutes": "15", "mail_sender": "Support"}


@pytest.fixture(autouse=True)
def can_send(settings: LazySettings) -> None:
    settings.SENDS_MAIL, settings.MESSENGER_PUBLIC_URL = True, "https://crm.example.com"


def errors(page: Any) -> dict[str, Any]:
    return dict(page.context["adminform"].form.errors)


def test_it_is_turned_on(administrator_client: Client, inbox: Inbox) -> None:
    assert administrator_client.post(change(inbox), values(**ON)).status_code == 302
    inbox.refresh_from_db()
    assert (inbox.mail_enabled, inbox.mail_after_minutes, inbox.mail_sender) == (True, 15, "Support")


@pytest.mark.parametrize(
    ("lacking", "named"), [("SENDS_MAIL", "EMAIL_URL"), ("MESSENGER_PUBLIC_URL", "MESSENGER_PUBLIC_URL")]
)
def test_not_where_nothing_can_go_out(
    administrator_client: Client, inbox: Inbox, settings: LazySettings, lacking: str, named: str
) -> None:
    setattr(settings, lacking, "")
    page = administrator_client.post(change(inbox), values(**ON))
    assert f"No mail can be sent: {named} must be set" in str(errors(page)["mail_enabled"])
    inbox.refresh_from_db()
    assert not inbox.mail_enabled


def test_what_is_on_already_keeps_nobody_from_saving(
    administrator_client: Client, inbox: Inbox, settings: LazySettings
) -> None:
    Inbox.objects.filter(pk=inbox.pk).update(mail_enabled=True)
    settings.SENDS_MAIL = False
    assert administrator_client.post(change(inbox), values(**ON, greeting="Hi")).status_code == 302
    inbox.refresh_from_db()
    assert (inbox.greeting, inbox.mail_enabled) == ("Hi", True)


@pytest.mark.parametrize("minutes", ["0", "1441", "soon"])
def test_wrong_minutes_are_named(administrator_client: Client, inbox: Inbox, minutes: str) -> None:
    page = administrator_client.post(change(inbox), values(**ON | {"mail_after_minutes": minutes}))
    assert list(errors(page)) == ["mail_after_minutes"]


def test_minutes_that_are_left_empty_stay(administrator_client: Client, inbox: Inbox) -> None:
    Inbox.objects.filter(pk=inbox.pk).update(mail_after_minutes=30)
    administrator_client.post(change(inbox), values(**ON | {"mail_after_minutes": ""}))
    inbox.refresh_from_db()
    assert inbox.mail_after_minutes == 30


def test_the_timeline_has_a_sentence() -> None:
    with override("en"):
        sentence = event_sentence(ConversationEvent(kind=ConversationEvent.Kind.MAILED))
    assert sentence == "The client left before the answer: it was sent by email"
