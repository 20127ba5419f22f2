"""Whoever got somebody else's mail, to a mistyped address, has the conversation until that is corrected, no longer."""

import pytest

from messenger.models import Contact, Inbox
from messenger.services.visitors import visitor_token
from tests.visitor import Visitor

pytestmark = pytest.mark.django_db


@pytest.fixture
def mistyped(visitor: Visitor) -> Contact:
    visitor.send("My order is late")
    contact = Contact.objects.get()
    Contact.objects.filter(pk=contact.pk).update(email="marja@shop.example")
    contact.refresh_from_db()
    return contact


@pytest.fixture
def stranger(inbox: Inbox, mistyped: Contact) -> Visitor:
    stranger = Visitor(inbox.widget_token)
    stranger.visitor_token = visitor_token(mistyped, by_mail=True)
    return stranger


def own_id(inbox: Inbox) -> dict[str, str]:
    """The shop vouches for the stranger, too: as who they are."""
    return {"contact_external_id": "stranger", "identity_hash": inbox.identity_hash("stranger")}


def test_the_link_opens_the_conversation(stranger: Visitor) -> None:
    stranger.bootstrap(visitor_token=stranger.visitor_token)
    assert stranger.texts() == ["My order is late"]


def test_nobody_makes_it_their_own(inbox: Inbox, mistyped: Contact, stranger: Visitor) -> None:
    stranger.bootstrap(visitor_token=stranger.visitor_token, **own_id(inbox))
    Contact.objects.filter(pk=mistyped.pk).update(email="maria@shop.example")
    later = Visitor(inbox.widget_token)
    assert later.bootstrap(**own_id(inbox)).json()["initial_messages"] == []
    assert later.texts() == []
    assert Contact.objects.get(pk=mistyped.pk).external_id == ""


def test_a_browser_of_ones_own_is_vouched_for_as_ever(
    inbox: Inbox, mistyped: Contact, visitor: Visitor
) -> None:
    visitor.bootstrap(visitor_token=visitor.visitor_token, **own_id(inbox))
    assert Contact.objects.get(pk=mistyped.pk).external_id == "stranger"
