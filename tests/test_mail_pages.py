"""The pages behind a mail's links: who comes in, who doesn't, and that looking changes nothing."""

import time
from typing import Any
from urllib.parse import urlsplit

import pytest
from django.conf import LazySettings
from django.db import connection
from django.test import Client
from django.test.utils import CaptureQueriesContext
from django.utils import timezone

from messenger.models import Contact, Conversation, Inbox
from messenger.services.visitor_mail import links
from messenger.services.visitor_mail.unsubscribing import wants_no_mail
from tests.visitor import Visitor

pytestmark = pytest.mark.django_db
ADDRESS = "maria@example.org"
NOW = time.time()


@pytest.fixture(autouse=True)
def public(settings: LazySettings) -> None:
    settings.MESSENGER_PUBLIC_URL = "https://crm.example.com"


@pytest.fixture
def maria(conversation: Conversation) -> Contact:
    Contact.objects.filter(pk=conversation.contact_id).update(email=ADDRESS)
    return Contact.objects.select_related("inbox").get(pk=conversation.contact_id)


def path_of(url: str) -> str:
    return urlsplit(url).path


def back(contact: Contact) -> Any:
    return Client().get(path_of(links.back_url(contact)))


def no_more(contact: Contact) -> str:
    return path_of(links.no_more_url(contact))


# Back to the conversation


def test_the_link_makes_a_browser_the_visitor_s(maria: Contact, conversation: Conversation) -> None:
    """What the page's script hands to the widget opens Maria's conversation."""
    page = back(maria)
    assert page.status_code == 200
    visitor = Visitor(maria.inbox.widget_token)
    visitor.bootstrap(visitor_token=page.context["visitor_token"])
    assert visitor.conversation_id == conversation.pk
    assert visitor.texts() == ["Do you deliver to Tagil?"]
    assert page.context["visitor_token"] in page.content.decode()


def test_the_secret_goes_nowhere(maria: Contact) -> None:
    page = back(maria)
    assert page["Cache-Control"] == "no-store, private"
    assert page["Referrer-Policy"] == "no-referrer"
    assert "noindex" in page["X-Robots-Tag"]
    assert "script-src 'self'" in page["Content-Security-Policy"]
    assert "Tagil" not in page.content.decode()


def test_the_page_itself_writes_nothing(maria: Contact) -> None:
    with CaptureQueriesContext(connection) as asked:
        back(maria)
        Client().head(path_of(links.back_url(maria)))
        Client().get(no_more(maria))
    assert [query["sql"] for query in asked if not query["sql"].startswith("SELECT")] == []


def test_without_the_secret_the_page_is_a_stranger_s(maria: Contact) -> None:
    page = Client().get("/messenger/back/", {"token": maria.inbox.widget_token})
    assert page.status_code == 200
    assert page.context["visitor_token"] == ""
    assert Client().get("/messenger/back/", {"token": "\0"}).status_code == 404


def correct_the_address(contact: Contact) -> None:
    Contact.objects.update(email="other@example.org")


def anonymize(contact: Contact) -> None:
    Contact.objects.update(name="", email="", anonymized_at=timezone.now())


def block(contact: Contact) -> None:
    Contact.objects.update(is_blocked=True)


def switch_the_inbox_off(contact: Contact) -> None:
    Inbox.objects.update(is_active=False)


@pytest.fixture
def link(maria: Contact) -> str:
    return path_of(links.back_url(maria))


@pytest.mark.parametrize("end", [correct_the_address, anonymize, block, switch_the_inbox_off])
def test_the_link_ends(maria: Contact, link: str, end: Any) -> None:
    end(maria)
    page = Client().get(link)
    assert page.status_code == 404
    assert "visitor_token" not in page.context
    assert page["Cache-Control"] == "no-store, private"


@pytest.mark.parametrize(("days", "status"), [(29, 200), (31, 404)])
def test_the_link_holds_for_thirty_days(
    maria: Contact, monkeypatch: pytest.MonkeyPatch, days: int, status: int
) -> None:
    with monkeypatch.context() as past:
        past.setattr(time, "time", lambda: NOW - days * 86_400)
        link = path_of(links.back_url(maria))
    assert Client().get(link).status_code == status


@pytest.mark.parametrize("spoil", [lambda s: s[:-1], lambda s: "1" + s, lambda s: "x", lambda s: s.upper()])
def test_a_forged_link_opens_nothing(maria: Contact, spoil: Any) -> None:
    signed = links.back_url(maria).rstrip("/").rpartition("/")[2]
    page = Client().get(f"/messenger/back/{spoil(signed)}/")
    assert page.status_code == 404
    assert "visitor_token" not in page.context


def test_one_link_is_no_other(maria: Contact) -> None:
    """The link that ends mails stands in headers, which programs read: it opens no conversation."""
    signed = no_more(maria).rstrip("/").rpartition("/")[2]
    assert Client().get(f"/messenger/back/{signed}/").status_code == 404
    signed = links.back_url(maria).rstrip("/").rpartition("/")[2]
    assert Client().post(f"/messenger/no-more-mail/{signed}/").status_code == 404
    assert not wants_no_mail(maria)


def test_the_page_speaks_the_conversation_s_language(maria: Contact, conversation: Conversation) -> None:
    Conversation.objects.filter(pk=conversation.pk).update(locale="ru-RU")
    page = back(maria)
    assert '<html lang="ru">' in page.content.decode()
    assert page["Content-Language"] == "ru"


def test_no_page_where_the_messenger_is_off(maria: Contact, settings: LazySettings) -> None:
    settings.MESSENGER_ENABLED = False
    assert back(maria).status_code == 404


# No more mails


def test_the_button_ends_mails(maria: Contact) -> None:
    assert Client().get(no_more(maria)).status_code == 200
    assert not wants_no_mail(maria)
    page = Client(enforce_csrf_checks=True).post(no_more(maria))
    assert page.context["is_done"] is True
    assert wants_no_mail(maria)


def test_a_mail_program_ends_them_by_itself(maria: Contact) -> None:
    """RFC 8058: a POST without cookies, from anywhere."""
    page = Client(enforce_csrf_checks=True).post(
        no_more(maria),
        "List-Unsubscribe=One-Click",
        content_type="application/x-www-form-urlencoded",
        headers={"Origin": "https://mail.example.net"},
    )
    assert page.status_code == 200
    assert wants_no_mail(maria)


def test_a_second_time_changes_nothing(maria: Contact) -> None:
    Client().post(no_more(maria))
    at = Contact.objects.get(pk=maria.pk).mail_unsubscribed_at
    assert Client().post(no_more(maria)).status_code == 200
    assert Contact.objects.get(pk=maria.pk).mail_unsubscribed_at == at


def test_it_works_while_the_messenger_is_off(maria: Contact, settings: LazySettings) -> None:
    settings.MESSENGER_ENABLED = False
    Client().post(no_more(maria))
    assert wants_no_mail(maria)


def test_another_address_has_refused_nothing(maria: Contact) -> None:
    Client().post(no_more(maria))
    Contact.objects.filter(pk=maria.pk).update(email="MARIA@example.org")
    assert Contact.objects.get(pk=maria.pk).mail_unsubscribed_at
    maria.email = "new@example.org"
    maria.save(update_fields=["email"])
    assert Contact.objects.get(pk=maria.pk).mail_unsubscribed_at is None
    assert not wants_no_mail(maria)


def test_a_forged_one_ends_nothing(maria: Contact) -> None:
    assert Client().post("/messenger/no-more-mail/x/").status_code == 404
    assert not wants_no_mail(maria)
