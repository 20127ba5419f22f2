"""What the client's browser sees when their data was removed: a chat that begins anew."""

from typing import Any

import pytest
from django.test import TestCase

from messenger.models import Contact, Conversation
from messenger.services.privacy.anonymize import anonymize
from messenger.services.visitor_view import snapshot
from messenger.utils import create_widget_session, get_widget_session
from tests.visitor import Visitor

pytestmark = pytest.mark.django_db


def forget(visitor: Visitor) -> None:
    contact = Contact.objects.get(conversations=visitor.conversation_id)
    with TestCase.captureOnCommitCallbacks(execute=True):
        anonymize(contact.pk)


@pytest.fixture
def gone(visitor: Visitor) -> Visitor:
    """A browser with a message and a polled view of it, whose contact was anonymized."""
    assert visitor.send("Hello").status_code == 201
    assert visitor.poll(10**15).status_code == 200
    forget(visitor)
    return visitor


def keep_session(visitor: Visitor) -> None:
    """As if Redis had been away when the sessions were ended."""
    conversation = Conversation.objects.get(pk=visitor.conversation_id)
    visitor.session_token = create_widget_session(
        inbox_id=conversation.inbox_id, conversation_id=conversation.pk, contact_id=conversation.contact_id
    )


def test_session_has_ended(gone: Visitor) -> None:
    assert get_widget_session(gone.session_token) is None
    assert gone.poll().json()["code"] == "session_invalid"


def test_session_of_another_client_goes_on(visitor: Visitor) -> None:
    other = Visitor(visitor.widget_token)
    other.bootstrap()
    forget(visitor)
    assert other.poll().status_code == 200


def requests() -> list[Any]:
    return [
        lambda v: v.poll(),
        lambda v: v.poll(10**15),
        lambda v: v.send("Still there?"),
        lambda v: v.post("typing/", {}, headers=v.headers),
        lambda v: v.post("mark_read/", {"last_message_id": 1}, headers=v.headers),
        lambda v: v.post("rate/", {"score": 5}, headers=v.headers),
        lambda v: v.post("contact/", {"name": "Maria"}, headers=v.headers),
    ]


@pytest.mark.parametrize("number", range(len(requests())))
def test_session_that_is_still_there_opens_nothing(gone: Visitor, number: int) -> None:
    keep_session(gone)
    response = requests()[number](gone)
    assert (response.status_code, response.json()["code"]) == (401, "session_invalid")


def test_view_of_streams_is_gone(gone: Visitor) -> None:
    assert snapshot(gone.conversation_id, 0) is None


def test_chat_begins_anew(gone: Visitor) -> None:
    before = gone.conversation_id
    answer = gone.bootstrap(visitor_token=gone.visitor_token).json()
    assert gone.conversation_id != before
    assert answer["initial_messages"] == []
    assert gone.send("I am new here").status_code == 201
    assert Contact.objects.filter(anonymized_at=None).count() == 1
