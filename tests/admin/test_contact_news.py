"""What visitors tell of themselves comes to the workspace by itself, and stays with the contact."""

import pytest
from django.contrib.auth.models import Group
from django.db import connection
from django.test import Client
from django.test.utils import CaptureQueriesContext
from django.urls import reverse

from crm.models import User
from messenger.admin import timeline
from messenger.admin.workspace_page import fragment_context
from messenger.models import Consent, Conversation, Inbox
from messenger.services.contact_details import give_details
from tests.admin.people import ask, page, part_of

TEXT = "I agree to <b>all</b> of it."


@pytest.fixture
def asks_for_consent(inbox: Inbox) -> None:
    inbox.privacy_text, inbox.privacy_url, inbox.consent_required = TEXT, "https://shop.example.com/p", True
    inbox.save()


def tell(conversation: Conversation, *, consents: bool = False, **details: str) -> None:
    give_details(
        conversation_id=conversation.pk,
        contact_id=conversation.contact_id,
        details=details,
        consents=consents,
    )


def test_details_come_with_the_news(operator_client: Client, conversation: Conversation) -> None:
    url, seen = page(conversation, "timeline/"), conversation.last_message_id
    assert "data-contact" not in part_of(operator_client, url, since_id=seen)
    tell(conversation, name="Maria & Co", email="maria@example.com")
    part = part_of(operator_client, url, since_id=seen)
    assert 'data-contact="Maria &amp; Co"' in part
    assert "The client gave their email and name" in part
    for name in ("avatar", "title", "person", "details", "consents"):
        assert part.count(f'data-msgr-part="{name}"') == 1
    assert 'href="mailto:maria@example.com"' in part
    event = conversation.events.latest("pk").pk
    assert "data-contact" not in part_of(operator_client, url, since_id=seen, since_event=event)


def test_details_are_not_older_than_their_line(conversation: Conversation, operator: User) -> None:
    """The visitor tells them after the request has read the conversation and before it reads the lines."""
    read = Conversation.objects.select_related("contact__region", "inbox").get(pk=conversation.pk)
    tell(conversation, name="Maria Ivanova")
    context = fragment_context(read, timeline.latest(read), operator, can_change=True)
    assert context["contact"].name == "Maria Ivanova"
    assert context["avatar"].initials == "MI"


@pytest.mark.usefixtures("asks_for_consent")
def test_consent_is_shown_in_the_words_that_they_saw(
    operator_client: Client, conversation: Conversation, inbox: Inbox
) -> None:
    tell(conversation, consents=True)
    inbox.privacy_text = "Other words"
    inbox.save()
    card = operator_client.get(page(conversation)).content.decode()
    contact = operator_client.get(_contact(conversation)).content.decode()
    for shown in (card, contact):
        assert "I agree to &lt;b&gt;all&lt;/b&gt; of it." in shown
        assert "https://shop.example.com/p" in shown
        assert "Other words" not in shown
    assert "The client agreed to the privacy terms" in card


@pytest.mark.usefixtures("asks_for_consent")
def test_consents_take_a_permission(operator_client: Client, conversation: Conversation) -> None:
    tell(conversation, consents=True)
    group = Group.objects.get(name="Messenger operators")
    group.permissions.remove(group.permissions.get(codename="view_consent"))
    for url in (page(conversation), _contact(conversation)):
        assert "I agree to" not in operator_client.get(url).content.decode()


def test_both_roles_may_see_consents(db: None) -> None:
    for role in ("operators", "administrators"):
        group = Group.objects.get(name=f"Messenger {role}")
        assert group.permissions.filter(codename="view_consent").exists()
        assert not group.permissions.filter(codename__in=["change_consent", "delete_consent"]).exists()


@pytest.mark.usefixtures("asks_for_consent")
def test_news_of_the_contact_cost_little(operator_client: Client, conversation: Conversation) -> None:
    def queries(since: int) -> int:
        query = {"since_id": since, "since_event": before}
        with CaptureQueriesContext(connection) as captured:
            part_of(operator_client, page(conversation, "timeline/"), **query)
        return len(captured)

    before = conversation.events.latest("pk").pk if conversation.events.exists() else 0
    since = ask(conversation)
    without = queries(since)
    tell(conversation, name="Maria Ivanova", consents=True)
    Consent.objects.create(contact=conversation.contact, text="Once more")
    # The contact once more, and the consents.
    assert queries(since) == without + 2


def _contact(conversation: Conversation) -> str:
    return reverse("admin:messenger_contact_change", args=[conversation.contact_id])
