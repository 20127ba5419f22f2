"""The workspace: what it shows, in which order, and how it is brought up to date."""

import re
from datetime import timedelta

import pytest
from django.db import connection
from django.test import Client
from django.test.utils import CaptureQueriesContext

from crm.models import User
from messenger.admin import timeline
from messenger.models import Conversation, ConversationEvent, Message
from messenger.services import presence, reading, status
from tests.admin.people import answer, ask, page, part_of


def keys(html: str) -> list[str]:
    return re.findall(r'data-key="([^"]+)"', html)


def messages_in(html: str) -> list[int]:
    return [int(pk) for pk in re.findall(r'data-message="(\d+)"', html)]


def test_it_shows_who_writes_from_where(operator_client: Client, conversation: Conversation) -> None:
    Conversation.objects.update(page_url="https://shop.example.com/sofas", referrer="javascript:alert(1)")
    shown = operator_client.get(page(conversation)).content.decode()
    assert "Do you deliver to Tagil?" in shown
    assert 'href="https://shop.example.com/sofas"' in shown
    assert 'href="javascript' not in shown
    assert "Nobody answers yet" in shown


def test_texts_and_names_are_text(operator_client: Client, conversation: Conversation) -> None:
    conversation.contact.name = '"><script>alert(1)</script>'
    conversation.contact.email = '"onclick="alert(1)"@example.com'
    conversation.contact.save()
    ask(conversation, "<img src=x onerror=alert(2)> **bold** https://example.com/?a=1&b=2")
    shown = operator_client.get(page(conversation)).content.decode()
    assert "<script>alert" not in shown
    assert "<img src=x" not in shown
    assert '"onclick="' not in shown
    assert "<strong>bold</strong>" in shown
    assert 'href="https://example.com/?a=1&amp;b=2"' in shown


def test_queries_do_not_grow_with_messages(
    operator_client: Client, operator: User, conversation: Conversation
) -> None:
    def queries(url: str) -> int:
        with CaptureQueriesContext(connection) as captured:
            assert operator_client.get(url).status_code == 200
        return len(captured)

    ask(conversation, files=2)
    few = queries(page(conversation)), queries(page(conversation, "timeline/"))
    for _ in range(20):
        ask(conversation, files=2)
        answer(conversation, operator)
    many = queries(page(conversation)), queries(page(conversation, "timeline/"))
    # Session, user, permissions twice; conversation, messages, their files, events, unread; on the page labels twice,
    # consents, earlier ones, the own status and badge.
    assert few == many == (15, 9)


def test_events_stand_between_the_messages(
    operator_client: Client, operator: User, conversation: Conversation
) -> None:
    first = conversation.last_message_id
    presence.set_status(user=operator, status="online")
    status.take(conversation_id=conversation.pk, operator=operator)
    second = answer(conversation, operator)
    status.resolve(conversation_id=conversation.pk, actor=operator)
    third = ask(conversation)
    shown = operator_client.get(page(conversation)).content.decode()
    order = [key.partition("-")[0] for key in keys(shown)]
    assert messages_in(shown) == [first, second, third]
    assert order == ["day", "message", "event", "message", "event", "event", "message"]
    for sentence in (
        "Anna Sergeeva took the conversation",
        "Anna Sergeeva resolved the conversation",
        "reopened",
    ):
        assert sentence in shown


def test_news_are_what_the_page_does_not_have(
    operator_client: Client, operator: User, conversation: Conversation
) -> None:
    url = page(conversation, "timeline/")
    seen = conversation.last_message_id
    assert messages_in(part_of(operator_client, url, since_id=seen)) == []
    new = [answer(conversation, operator), ask(conversation)]
    news = part_of(operator_client, url, since_id=seen)
    assert messages_in(news) == new
    event = max(ConversationEvent.objects.values_list("pk", flat=True))
    assert keys(part_of(operator_client, url, since_id=new[-1], since_event=event)) == []


def test_many_news_come_in_pages(
    operator_client: Client, conversation: Conversation, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(timeline, "PAGE_SIZE", 3)
    sent = [ask(conversation, str(number)) for number in range(7)]
    got: list[int] = []
    more = True
    while more:
        part = part_of(
            operator_client,
            page(conversation, "timeline/"),
            since_id=got[-1] if got else conversation.last_message_id,
        )
        got += messages_in(part)
        more = 'data-has-more="1"' in part
    assert got == sent


def test_earlier_pages_join_without_gap_or_double(
    operator_client: Client, operator: User, conversation: Conversation, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(timeline, "PAGE_SIZE", 4)
    all_messages = [conversation.last_message_id]
    for number in range(10):
        all_messages.append(ask(conversation, str(number)) if number % 2 else answer(conversation, operator))
        if number == 4:
            status.resolve(conversation_id=conversation.pk, actor=operator)
    shown = operator_client.get(page(conversation)).content.decode()
    pages, found = [keys(shown)], messages_in(shown)
    while 'data-has-earlier="0"' not in shown:
        shown = part_of(operator_client, page(conversation, "timeline/"), before_id=found[0])
        found = messages_in(shown) + found
        pages.insert(0, keys(shown))
    assert found == all_messages
    lines = [key for keys_of_page in pages for key in keys_of_page if not key.startswith("day")]
    assert len(lines) == len(set(lines)) == len(all_messages) + ConversationEvent.objects.count()


@pytest.mark.parametrize("name", ["since_id", "since_event", "before_id"])
@pytest.mark.parametrize("value", ["x", "-1", "1.5", "²", "9" * 30, "1 OR 1=1"])
def test_cursors_that_are_none_are_refused(
    operator_client: Client, conversation: Conversation, name: str, value: str
) -> None:
    assert operator_client.get(page(conversation, "timeline/"), {name: value}).status_code == 400


def test_earlier_than_a_foreign_message_is_nothing(
    operator_client: Client, conversation: Conversation
) -> None:
    assert keys(part_of(operator_client, page(conversation, "timeline/"), before_id=999_999)) == []


def test_lines_of_one_sender_stand_together(
    operator_client: Client, operator: User, conversation: Conversation
) -> None:
    ask(conversation)
    answer(conversation, operator)
    last = answer(conversation, operator)
    shown = timeline.latest(conversation).lines
    joined = [line.continues for line in shown if isinstance(line, timeline.MessageLine)]
    assert joined == [False, True, False, True]
    news = timeline.since(conversation, timeline.Cursor(last - 1, 10**9)).lines
    assert [line.continues for line in news if isinstance(line, timeline.MessageLine)] == [True]


def test_every_day_has_its_divider(conversation: Conversation, operator: User) -> None:
    first = Message.objects.get()
    Message.objects.create(
        conversation=conversation,
        direction="out",
        sender_user=operator,
        body="The next day",
        created_at=first.created_at + timedelta(days=1),
    )
    kinds = [line.kind for line in timeline.latest(conversation).lines]
    assert kinds == ["day", "message", "day", "message"]


def test_what_the_client_read_is_marked(
    operator_client: Client, operator: User, conversation: Conversation
) -> None:
    sent = answer(conversation, operator)
    url = page(conversation, "timeline/")
    assert f'data-unread="{sent}"' in part_of(operator_client, url)
    reading.mark_read_by_contact(conversation_id=conversation.pk, last_message_id=sent)
    part = part_of(operator_client, url)
    assert 'data-unread=""' in part
    assert "msgr-read" in part


def test_earlier_conversations_lead_to_their_pages(
    operator_client: Client, operator: User, conversation: Conversation
) -> None:
    status.close(conversation_id=conversation.pk, actor=operator)
    ask(conversation, "It is me again")
    successor = Conversation.objects.exclude(pk=conversation.pk).get()
    assert page(conversation) in operator_client.get(page(successor)).content.decode()


def test_parts_are_kept_by_no_cache(operator_client: Client, conversation: Conversation) -> None:
    response = operator_client.get(page(conversation, "timeline/"))
    assert "no-store" in response["Cache-Control"]
    assert "X-Messenger-Part" in response["Vary"]
