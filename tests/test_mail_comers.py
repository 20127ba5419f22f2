"""Who has a mail's link has what it opens, and no more: strangers, mistyped addresses, passed-on links."""

from typing import Any
from urllib.parse import urlsplit

import pytest
from django.conf import LazySettings
from django.db import connection
from django.test import Client
from django.utils import timezone

from crm.models import User
from messenger.mail_pages import masked
from messenger.models import Contact, Conversation, Inbox, MailRefusal, VisitorMail
from messenger.services import contact_editing
from messenger.services.visitor_mail import links
from messenger.services.visitor_mail.unsubscribing import unsubscribe, wants_no_mail
from messenger.services.visitors import visitor_token
from tests.visitor import Visitor

pytestmark = pytest.mark.django_db


@pytest.fixture(autouse=True)
def public(settings: LazySettings) -> None:
    settings.MESSENGER_PUBLIC_URL = "https://crm.example.com"


@pytest.fixture
def maria(conversation: Conversation) -> Contact:
    Contact.objects.filter(pk=conversation.contact_id).update(email="maria@example.org")
    return Contact.objects.select_related("inbox").get(pk=conversation.contact_id)


def page_of(contact: Contact) -> Any:
    return Client().get(urlsplit(links.back_url(contact)).path)


def come_back(contact: Contact, token: str) -> Visitor:
    visitor = Visitor(contact.inbox.widget_token)
    visitor.bootstrap(visitor_token=token)
    return visitor


def correct_address(contact: Contact, operator: User) -> None:
    contact_editing.correct(
        contact_id=contact.pk,
        actor=operator,
        values={"email": "mariya@example.org"},
        seen={"email": "maria@example.org"},
    )


def test_a_corrected_address_shuts_out_the_browser_that_came_by_the_old_one(
    maria: Contact, conversation: Conversation, operator: User
) -> None:
    """A stranger got the mail and opened it; nor does what their browser was given on the way let them in."""
    token = page_of(maria).context["visitor_token"]
    stranger = come_back(maria, token)
    renewed = stranger.visitor_token
    assert stranger.conversation_id == conversation.pk
    correct_address(maria, operator)
    for kept in (token, renewed):
        again = come_back(maria, kept)
        assert again.conversation_id != conversation.pk
        assert again.texts() == []


def test_a_chat_that_the_stranger_has_open_ends(
    maria: Contact,
    conversation: Conversation,
    operator: User,
    django_capture_on_commit_callbacks: Any,
) -> None:
    VisitorMail.objects.create(
        conversation=conversation,
        from_message_id=1,
        up_to_message_id=2,
        state="sent",
        finished_at=timezone.now(),
    )
    mine, stranger = (
        come_back(maria, token) for token in (visitor_token(maria), page_of(maria).context["visitor_token"])
    )
    with django_capture_on_commit_callbacks(execute=True):
        correct_address(maria, operator)
    assert [visitor.send("Hello?").status_code for visitor in (mine, stranger)] == [401, 401]
    mine.bootstrap(visitor_token=mine.visitor_token)
    stranger.bootstrap(visitor_token=stranger.visitor_token)
    assert mine.conversation_id == conversation.pk
    assert stranger.conversation_id != conversation.pk


def test_the_browser_in_which_it_was_written_stays_known(
    maria: Contact, conversation: Conversation, operator: User
) -> None:
    token = visitor_token(maria)
    correct_address(maria, operator)
    assert come_back(maria, token).conversation_id == conversation.pk


def test_who_came_by_a_mail_is_known_the_next_day(maria: Contact, conversation: Conversation) -> None:
    token = page_of(maria).context["visitor_token"]
    for _day in range(3):
        visitor = come_back(maria, token)
        assert visitor.conversation_id == conversation.pk
        token = visitor.visitor_token


@pytest.mark.parametrize("spoil", [".", ".x", ".0123456789abcdef", ".x.y"])
def test_a_token_is_whole(maria: Contact, conversation: Conversation, spoil: str) -> None:
    value, _colon, rest = visitor_token(maria).partition(":")
    assert come_back(maria, f"{value}{spoil}:{rest}").conversation_id != conversation.pk


def test_the_page_says_whose_it_is(maria: Contact) -> None:
    """Who is sent somebody else's link is not to write their own affairs into it."""
    shown = page_of(maria).content.decode()
    assert "m…a@example.org" in shown
    assert "maria@" not in shown


@pytest.mark.parametrize(
    ("address", "shown"), [("a@b.c", "a…@b.c"), ("ab@b.c", "a…@b.c"), ("a<b>c@b.c", "a…c@b.c"), ("x", "…x")]
)
def test_an_address_is_masked(address: str, shown: str) -> None:
    assert masked(address) == shown


def test_no_link_into_a_chat_that_takes_vouched_visitors_alone(maria: Contact) -> None:
    """It was sent before the inbox asked for that."""
    path = urlsplit(links.back_url(maria)).path
    Inbox.objects.update(identity_required=True)
    assert Client().get(path).status_code == 404


# Refusals


def test_a_refusal_is_taken_back_by_whoever_has_the_mail(maria: Contact) -> None:
    path = urlsplit(links.no_more_url(maria)).path
    assert 'name="again"' not in Client().get(path).content.decode()
    assert 'name="again"' in Client().post(path).content.decode()
    page = Client().post(path, {"again": "1"})
    assert page.context["is_done"] is False
    assert not wants_no_mail(maria)
    assert Contact.objects.get(pk=maria.pk).mail_unsubscribed_at is None


def test_a_refusal_is_of_the_inbox_and_holds_no_address(maria: Contact, global_inbox: Inbox) -> None:
    unsubscribe(maria)
    assert not wants_no_mail(Contact.objects.create(inbox=global_inbox, email=maria.email))
    assert "maria" not in MailRefusal.objects.get().digest


def test_the_database_knows_it_by_the_same_digest(maria: Contact) -> None:
    unsubscribe(maria)
    with connection.cursor() as cursor:
        cursor.execute("SELECT messenger_mail_digest(%s, %s)", [maria.inbox_id, "Maria@Example.ORG"])
        assert cursor.fetchone()[0] == MailRefusal.objects.get().digest
