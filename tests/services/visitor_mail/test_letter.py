"""What stands in the mail, as it arrives."""

from datetime import datetime
from typing import Any
from urllib.parse import urlsplit

import pytest
from django.conf import LazySettings
from django.utils import translation
from django.utils.translation import gettext as _

from crm.models import User
from messenger.models import AgentProfile, Contact, Conversation, Inbox
from messenger.services import attaching
from messenger.services.visitor_mail.letter import one_line
from tests.files import pdf
from tests.letterbox import Letter, Letterbox
from tests.services.visitor_mail.conftest import PUBLIC_URL, After, Answer

pytestmark = pytest.mark.django_db


@pytest.fixture
def mailed(answer: Answer, after: After, letterbox: Letterbox) -> Any:
    def act(*bodies: str) -> Letter:
        for body in bodies or ("Yes, **tomorrow**",):
            answer(body)
        after(6)
        return letterbox.only

    return act


def set_inbox(**values: Any) -> None:
    Inbox.objects.update(**values)


def test_who_writes_to_whom_about_what(left: Conversation, mailed: Any) -> None:
    letter = mailed()
    assert letter.sender == ("Shop of Tagil", "chat@example.com")
    assert letter.message["To"] == "maria@example.org"
    assert letter.subject == "Shop of Tagil: you have an answer"
    assert "Anna" in letter.text
    assert "Sergeeva" not in letter.text


def test_the_sender_has_a_name_of_their_own(left: Conversation, mailed: Any) -> None:
    set_inbox(mail_sender="Магазин «Тагил», поддержка")
    assert mailed().sender == ("Магазин «Тагил», поддержка", "chat@example.com")


def test_operators_have_the_name_that_visitors_see(left: Conversation, operator: User, mailed: Any) -> None:
    AgentProfile.objects.filter(user=operator).update(display_name="Anna of the shop")
    letter = mailed()
    assert "Anna of the shop" in letter.text
    assert "Anna of the shop" in letter.html


def test_texts_are_formatted_and_harmless(left: Conversation, mailed: Any) -> None:
    letter = mailed("Yes, **tomorrow**\nSee https://shop.example.com/?a=1&b=2 <script>alert(1)</script>")
    assert "<strong>tomorrow</strong><br>See" in letter.html
    assert 'href="https://shop.example.com/?a=1&amp;b=2"' in letter.html
    assert "<script" not in letter.html
    assert "<script>alert(1)</script>" in letter.text
    assert "<table" not in letter.html


def test_headers_say_what_it_is(left: Conversation, mailed: Any) -> None:
    message = mailed().message
    assert message["Auto-Submitted"] == "auto-generated"
    assert message["List-Unsubscribe-Post"] == "List-Unsubscribe=One-Click"
    assert message["List-Unsubscribe"].startswith(f"<{PUBLIC_URL}/messenger/no-more-mail/")
    assert message["Message-ID"].endswith("@crm.example.com>")
    assert message["Date"]


def test_both_links_stand_in_both_parts(left: Conversation, mailed: Any) -> None:
    letter = mailed()
    for part in (letter.text, letter.html):
        assert f"{PUBLIC_URL}/messenger/back/" in part
        assert f"{PUBLIC_URL}/messenger/no-more-mail/" in part


def test_nothing_that_the_visitor_said_is_sent_on(left: Conversation, mailed: Any) -> None:
    """Anybody can give anybody's address: we send no words of theirs there."""
    Contact.objects.update(name="Cheap pills https://pills.example")
    letter = mailed()
    for part in (letter.text, letter.html, str(letter.message)):
        assert "pills" not in part
        assert "Do you deliver" not in part


def test_files_are_named_and_not_attached(
    left: Conversation, answer: Answer, after: After, letterbox: Letterbox, folder: Any
) -> None:
    limits = attaching.Limits(["application/pdf"], 1_000)
    with attaching.stored([pdf("prices & terms.pdf")], limits) as rows:
        answer("", files=rows)
    after(6)
    letter = letterbox.only
    assert "prices & terms.pdf" in letter.text
    assert "prices &amp; terms.pdf" in letter.html
    assert not list(letter.message.iter_attachments())


def test_what_goes_beyond_is_counted(left: Conversation, mailed: Any) -> None:
    letter = mailed(*[f"Answer no. {number}." for number in range(33)])
    assert "Answer no. 29." in letter.text
    assert "Answer no. 30." not in letter.text
    assert "3 more answers are in the chat." in " ".join(letter.text.split())
    assert "33 answers" in letter.html


@pytest.mark.parametrize(
    ("conversation_locale", "contact_locale", "language"),
    [
        ("ru-RU", "", "ru"),
        ("en", "ru", "en"),
        ("", "ru", "ru"),
        ("de-DE", "", "en"),
        ("", "", "en"),
    ],
)
def test_in_the_language_of_the_conversation(
    left: Conversation, mailed: Any, conversation_locale: str, contact_locale: str, language: str
) -> None:
    Conversation.objects.filter(pk=left.pk).update(locale=conversation_locale)
    Contact.objects.update(locale=contact_locale)
    letter = mailed()
    with translation.override(language):
        subject, link = _("%(title)s: you have an answer"), _("No more mails from this chat")
    assert letter.subject == subject % {"title": "Shop of Tagil"}
    assert link in letter.html
    assert f'<html lang="{language}">' in letter.html


def test_elsewhere_in_the_crm_s_own_language(left: Conversation, mailed: Any, settings: LazySettings) -> None:
    settings.LANGUAGE_CODE = "ru"
    assert '<html lang="ru">' in mailed().html


def test_times_are_those_of_the_inbox(left: Conversation, mailed: Any, noon: datetime) -> None:
    set_inbox(time_zone="Asia/Yekaterinburg")
    at = noon.astimezone(Inbox.objects.get().zone())
    assert f"{at:%H:%M}" in mailed().text


HOSTILE = "Shop\r\nBcc: everybody@example.com\nX: y\u2028z\x00\x1b[31m"


@pytest.mark.parametrize("field", ["title", "mail_sender"])
def test_no_name_adds_a_header(left: Conversation, mailed: Any, field: str) -> None:
    set_inbox(**{field: HOSTILE.replace("\0", "")})
    letter = mailed()
    assert letter.to == ["maria@example.org"]
    assert letter.message["Bcc"] is None
    assert letter.message["X"] is None
    assert "Shop Bcc: everybody@example.com X: y z [31m" in f"{letter.subject} {letter.message['From']}"


def test_an_operator_s_name_adds_no_header(left: Conversation, operator: User, mailed: Any) -> None:
    AgentProfile.objects.filter(user=operator).update(display_name="Anna\nBcc: everybody@example.com")
    letter = mailed()
    assert letter.message["Bcc"] is None
    assert "Anna Bcc: everybody@example.com" in letter.text


@pytest.mark.parametrize("text", ["a\r\nb", "a\x00b", "a\u2028b", "  a \t b "])
def test_one_line(text: str) -> None:
    assert one_line(text) == "a b"


def test_where_the_site_vouches_for_visitors_no_link_stands_in(left: Conversation, mailed: Any) -> None:
    set_inbox(identity_required=True)
    letter = mailed()
    assert "/messenger/back/" not in letter.text + letter.html
    assert "log in to the site" in letter.text


def test_links_are_absolute_and_whole(left: Conversation, mailed: Any, settings: LazySettings) -> None:
    settings.MESSENGER_PUBLIC_URL = "https://crm.example.com/"
    text = mailed().text
    (line,) = [line for line in text.splitlines() if "/messenger/back/" in line]
    assert urlsplit(line).netloc == "crm.example.com"
    assert "//messenger" not in line
