"""What visitors tell of themselves, and what they agree to."""

from typing import Any

import pytest
from django.conf import LazySettings
from django.db import connection
from django.test.utils import CaptureQueriesContext

from messenger.models import Consent, Contact, Conversation, ConversationEvent, Inbox
from tests.visitor import Visitor


def give(visitor: Visitor, **said: Any) -> Any:
    return visitor.post("contact/", said)


def test_details_are_kept_and_told_in_the_timeline(visitor: Visitor) -> None:
    response = give(visitor, name="Maria", email="maria@example.com", phone="+7 900 123-45-67")
    assert response.status_code == 200
    assert response.json() == {
        "name": "Maria", "email": "maria@example.com", "phone": "+7 900 123-45-67", "consent": False
    }  # fmt: skip
    contact = Contact.objects.get()
    assert (contact.name, contact.email) == ("Maria", "maria@example.com")
    event = ConversationEvent.objects.get()
    assert (event.kind, event.data) == ("details_given", {"fields": ["email", "name", "phone"]})
    assert event.actor is None


def test_mistake_can_be_corrected_and_nothing_said_changes_nothing(visitor: Visitor) -> None:
    give(visitor, name="Maria", email="mria@example.com")
    give(visitor, email="maria@example.com", name="", phone=None)
    contact = Contact.objects.get()
    assert (contact.name, contact.email, contact.phone) == ("Maria", "maria@example.com", "")
    give(visitor, email="maria@example.com")
    assert ConversationEvent.objects.count() == 2, "what was known is no news"


@pytest.mark.parametrize(
    ("field", "value"),
    [
        ("email", "maria"), ("email", "a@b@c"), ("email", "a" * 250 + "@b.ru"), ("phone", "call me"),
        ("phone", "12"), ("phone", "7" * 41), ("name", "M" * 121), ("name", ["Maria"]), ("name", {"a": 1}),
        ("email", 7), ("name", "Ma\0ria"), ("consent", "perhaps"),
    ],
)  # fmt: skip
def test_wrong_field_is_named(visitor: Visitor, field: str, value: Any) -> None:
    said = {"name": "Ivan", "email": "ivan@example.com"} | {field: value}
    response = give(visitor, **said)
    assert (response.status_code, response.json()["code"]) == (400, "invalid")
    assert list(response.json()["fields"]) == [field]
    assert Contact.objects.get().name == "", "nothing of it is stored"


def test_nothing_at_all_is_a_mistake(visitor: Visitor) -> None:
    assert give(visitor).json()["code"] == "invalid"


def test_somebody_elses_email_opens_nothing(visitor: Visitor, inbox: Inbox) -> None:
    visitor.send("My secret")
    give(visitor, email="maria@example.com")
    stranger = Visitor(inbox.widget_token)
    stranger.bootstrap()
    give(stranger, email="maria@example.com")
    assert stranger.texts() == []
    assert Contact.objects.filter(email="maria@example.com").count() == 2


def test_owner_fields_are_not_taken_from_input(visitor: Visitor, inbox: Inbox) -> None:
    give(visitor, name="Maria", is_blocked=False, external_id="boss", inbox=7, id="0", region=1)
    contact = Contact.objects.get()
    assert (contact.external_id, contact.claimed_external_id, contact.inbox_id) == ("", "", inbox.pk)


def test_blocked_visitor_says_nothing(visitor: Visitor) -> None:
    Contact.objects.update(is_blocked=True)
    assert give(visitor, name="Maria").json()["code"] == "blocked"


def test_prechat_asks_for_what_is_not_known(inbox: Inbox) -> None:
    inbox.prechat_name, inbox.prechat_email = "optional", "required"
    inbox.save()
    visitor = Visitor(inbox.widget_token)
    answer = visitor.bootstrap().json()
    assert answer["prechat_fields"] == {"name": "optional", "email": "required"}
    assert answer["prechat_required"] is True
    give(visitor, email="maria@example.com")
    answer = visitor.bootstrap(visitor_token=visitor.visitor_token).json()
    assert (answer["prechat_fields"], answer["prechat_required"]) == ({"name": "optional"}, False)


@pytest.fixture
def asking(inbox: Inbox) -> Inbox:
    """An inbox whose visitors have to agree first."""
    inbox.privacy_text = "I agree that my data is processed."
    inbox.privacy_url = "https://shop.example.com/privacy"
    inbox.consent_required = True
    inbox.save()
    return inbox


def test_consent_comes_first_and_is_recorded(asking: Inbox) -> None:
    visitor = Visitor(asking.widget_token)
    assert visitor.bootstrap().json()["consent_required"] is True
    refused = visitor.send("Hello")
    assert (refused.status_code, list(refused.json()["fields"])) == (400, ["consent"])
    assert give(visitor, consent=True).json()["consent"] is True
    consent = Consent.objects.get()
    assert (consent.text, consent.url) == (asking.privacy_text, asking.privacy_url)
    assert consent.given_at is not None
    assert consent.contact_id == Conversation.objects.get().contact_id
    assert ConversationEvent.objects.get().kind == "consented"
    assert visitor.send("Hello").status_code == 201
    again = visitor.bootstrap(visitor_token=visitor.visitor_token).json()
    assert again["consent_required"] is False


def test_consent_is_recorded_once(asking: Inbox) -> None:
    visitor = Visitor(asking.widget_token)
    visitor.bootstrap()
    give(visitor, consent=True)
    give(visitor, consent=True)
    assert Consent.objects.count() == 1


def test_another_text_is_agreed_to_anew(asking: Inbox) -> None:
    visitor = Visitor(asking.widget_token)
    visitor.bootstrap()
    give(visitor, consent=True)
    asking.privacy_text = "I agree that my data is sold."
    asking.save()
    assert visitor.send("Hello").status_code == 400
    give(visitor, consent=True)
    assert visitor.send("Hello").status_code == 201
    assert [consent.text[-10:] for consent in Consent.objects.order_by("pk")] == ["processed.", "a is sold."]


def test_text_that_was_not_shown_is_not_agreed_to(asking: Inbox) -> None:
    visitor = Visitor(asking.widget_token)
    shown = visitor.bootstrap().json()["privacy_text"]
    asking.privacy_text = "I agree that my data is sold."
    asking.save()
    refused = give(visitor, name="Maria", consent=True, privacy_text=shown)
    assert (refused.status_code, list(refused.json()["fields"])) == (400, ["consent"])
    assert not Consent.objects.exists()
    assert give(visitor, consent=True, privacy_text=asking.privacy_text).status_code == 200


def test_saying_no_is_no_consent(asking: Inbox) -> None:
    visitor = Visitor(asking.widget_token)
    visitor.bootstrap()
    assert give(visitor, consent=False).status_code == 400
    assert not Consent.objects.exists()


def test_no_details_are_kept_before_the_consent(asking: Inbox) -> None:
    visitor = Visitor(asking.widget_token)
    visitor.bootstrap()
    refused = give(visitor, name="Maria", consent=False)
    assert (refused.status_code, list(refused.json()["fields"])) == (400, ["consent"])
    assert Contact.objects.get().name == ""
    give(visitor, name="Maria", consent=True)
    assert give(visitor, email="maria@example.com").status_code == 200, "once is enough"


def test_details_count_as_messages(visitor: Visitor, settings: LazySettings) -> None:
    settings.MESSENGER_THROTTLE_SEND_SESSION = "2/day"
    assert [give(visitor, name=name).status_code for name in ("A", "B", "C")] == [200, 200, 429]


def test_where_nothing_is_asked_a_message_costs_nothing_more(visitor: Visitor) -> None:
    visitor.send("First")
    with CaptureQueriesContext(
        connection,
    ) as queries:
        visitor.send("Second")
    assert not [query for query in queries if "consent" in query["sql"]]
