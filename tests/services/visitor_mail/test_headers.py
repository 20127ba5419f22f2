"""What stands in the mail as programs read it: byte by byte, and not as a lenient parser mends it."""

import re

import pytest
from django.conf import LazySettings

from messenger.models import Contact, Conversation, Inbox
from tests.letterbox import Letterbox
from tests.services.visitor_mail.conftest import PUBLIC_URL, After, Answer

pytestmark = pytest.mark.django_db


def headers_of(letterbox: Letterbox) -> str:
    return letterbox.only.raw.partition(b"\r\n\r\n")[0].decode("ascii")


def test_mail_programs_find_the_address_that_ends_mails(
    answer: Answer, after: After, letterbox: Letterbox
) -> None:
    """Encoded as words are, it would be nobody's: RFC 2047 forbids it there, and the button would be missing."""
    answer()
    after(6)
    line = re.search(r"^List-Unsubscribe: <(\S+)>\r?$", headers_of(letterbox), re.MULTILINE)
    assert line
    assert line[1].startswith(f"{PUBLIC_URL}/messenger/no-more-mail/")
    assert re.search(
        r"^List-Unsubscribe-Post: List-Unsubscribe=One-Click\r?$", headers_of(letterbox), re.MULTILINE
    )


def test_no_line_is_longer_than_a_server_takes(answer: Answer, after: After, letterbox: Letterbox) -> None:
    Inbox.objects.update(title="Ж" * 80, mail_sender="Щ" * 80)
    answer("Ы" * 2_000)
    after(6)
    assert max(map(len, letterbox.only.raw.split(b"\r\n"))) <= 998
    assert letterbox.only.subject.startswith("Ж" * 80)
    assert letterbox.only.sender[0] == "Щ" * 80


def test_a_host_of_another_alphabet(
    answer: Answer, after: After, letterbox: Letterbox, settings: LazySettings
) -> None:
    settings.MESSENGER_PUBLIC_URL = "https://чат.пример.рф:8443/"
    answer()
    after(6)
    host = "xn--80a0bn.xn--e1afmkfd.xn--p1ai"
    assert f"@{host}>" in headers_of(letterbox)
    assert f"https://{host}:8443/messenger/back/" in letterbox.only.text


def test_an_address_of_another_alphabet(
    left: Conversation, answer: Answer, after: After, letterbox: Letterbox
) -> None:
    Contact.objects.update(email="maria@пример.рф")
    answer()
    after(6)
    assert letterbox.only.to == ["maria@xn--e1afmkfd.xn--p1ai"]


@pytest.mark.parametrize(
    "address",
    [
        "maria@example.org, everybody@example.org",
        "maria@example.org\r\nBcc: everybody@example.org",
        "friends: maria@example.org, everybody@example.org;",
        "маша@example.org",
        "@",
    ],
)
def test_no_address_is_several(
    left: Conversation, answer: Answer, after: After, letterbox: Letterbox, address: str
) -> None:
    """However it came into the row: nothing goes out, and it is given up at once."""
    Contact.objects.update(email=address)
    answer()
    after(6)
    assert letterbox.letters == []
    assert list(left.mails.values_list("state", flat=True)) == ["failed"]
