"""Names within the links of a note: nothing is put into an attribute."""

from html.parser import HTMLParser

import pytest

from crm.models import User
from messenger.admin.note_text import note_html
from messenger.models import Conversation
from messenger.services.noting import add_note

pytestmark = pytest.mark.django_db


class Tags(HTMLParser):
    """The links of a text, and its other tags."""

    def __init__(self, html: str) -> None:
        super().__init__()
        self.links: list[str | None] = []
        self.others: list[str] = []
        self.feed(html)

    def handle_starttag(self, tag: str, attrs: list[tuple[str, str | None]]) -> None:
        if tag == "a":
            self.links.append(dict(attrs)["href"])
        else:
            self.others.append(tag)


def test_a_link_stays_whole(conversation: Conversation, operator: User, colleague: User) -> None:
    link = "https://example.com/(@boris)/x"
    note = add_note(conversation_id=conversation.pk, author=operator, body=f"{link} (@boris) @boris")
    tags = Tags(note_html(note))
    assert tags.links == [link]
    assert tags.others == ["span", "span"]
