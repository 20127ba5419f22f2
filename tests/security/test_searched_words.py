"""Whatever somebody types into a search is looked for, and is never a pattern, a query or an error."""

import pytest
from django.test import Client
from hypothesis import HealthCheck, given, settings
from hypothesis import strategies as st

from messenger.models import Contact, Conversation
from messenger.services.contact_lookup import with_email
from messenger.services.search import search
from messenger.services.search_people import contacts_like
from messenger.services.search_words import excerpts

pytestmark = pytest.mark.django_db

# What means something to regular expressions, LIKE, tsquery, SQL or Python.
SHARP = r"""\ ' " % _ * + ? . ^ $ | & ! : ; ( ) [ ] { } < > - # @ / ~
    ***= ***: (?i) \y \m [[:<:]] :* <-> É ё ß İ ı ﬁ ² ٣ \x00 100% a'b"""
texts = st.lists(st.sampled_from(SHARP.split()) | st.text(max_size=4) | st.just(" "), max_size=8).map("".join)
quick = settings(
    max_examples=300,
    derandomize=True,
    database=None,
    deadline=None,
    suppress_health_check=list(HealthCheck),
)


@pytest.fixture
def told(conversation: Conversation) -> Conversation:
    Contact.objects.filter(pk=conversation.contact_id).update(name="Maria", email="maria@shop.example")
    return conversation


def test_nothing_breaks_the_search(told: Conversation) -> None:
    @quick
    @given(texts)
    def find(text: str) -> None:
        found = search(text, [Conversation.objects.all()])
        list(found.contacts)
        if found.words:
            excerpts(found.words, [told.last_message_id or 0])

    find()


def test_only_what_has_the_text_is_found(told: Conversation) -> None:
    @quick
    @given(texts.filter(lambda text: text.strip() and "\0" not in text))
    def find(text: str) -> None:
        words = text.split()[:8]
        if any(contacts_like(text)):
            spelled = " maria maria@shop.example"
            assert all(word.lower() in spelled for word in words), text

    find()


@pytest.mark.parametrize("text", ["maria@shop.exampl_", "%", "@", "", "*@*"])
def test_an_address_is_no_pattern(told: Conversation, text: str) -> None:
    assert not with_email(Contact.objects.all(), text).exists()


NONSENSE = ["%00", "***%3D(", "%27%22%5C", "a" * 5000, "%FF", "(((((((", "x" * 50 + "*" * 50]
LISTS = ["conversation", "contact", "visitormail", "webhookdelivery", "inbox", "cannedresponse"]


@pytest.mark.parametrize("page", LISTS)
def test_no_list_breaks(administrator_client: Client, told: Conversation, page: str) -> None:
    asked = [f"q={text}" for text in NONSENSE]
    asked += [f"p={number}" for number in ("-1", "x", "%00", "9" * 30)]
    asked += [f"{name}={value}" for name in ("inbox", "state", "o", "e") for value in ("%00", "²", "9" * 30)]
    for query in asked:
        answer = administrator_client.get(f"/admin/messenger/{page}/?{query}")
        assert answer.status_code in (200, 302, 404), query
