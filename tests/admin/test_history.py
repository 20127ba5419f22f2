"""Going back in a timeline: pages between two messages, and what stands around one."""

import re
from time import perf_counter

import pytest
from django.test import Client

from crm.models import User
from messenger.admin import timeline
from messenger.models import Conversation, Message
from messenger.services import status
from tests.admin.people import ask, page, part_of


def messages_in(html: str) -> list[int]:
    return [int(pk) for pk in re.findall(r'data-message="(\d+)"', html)]


@pytest.fixture
def small_pages(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(timeline, "PAGE_SIZE", 4)


@pytest.fixture
def sent(conversation: Conversation) -> list[int]:
    """Twenty messages, oldest first."""
    return [conversation.last_message_id or 0, *(ask(conversation, str(number)) for number in range(19))]


def history(client: Client, conversation: Conversation, **query: object) -> str:
    return part_of(client, page(conversation, "timeline/"), **query)


def flags(html: str) -> tuple[bool, bool]:
    return 'data-has-earlier="1"' in html, 'data-has-more="1"' in html


@pytest.mark.usefixtures("small_pages")
def test_around_a_message(operator_client: Client, conversation: Conversation, sent: list[int]) -> None:
    shown = history(operator_client, conversation, around_id=sent[8], before_id=sent[16])
    assert messages_in(shown) == sent[7:11]
    assert flags(shown) == (True, True)


@pytest.mark.usefixtures("small_pages")
def test_around_a_message_near_the_ends(
    operator_client: Client, conversation: Conversation, sent: list[int]
) -> None:
    first = history(operator_client, conversation, around_id=sent[0], before_id=sent[16])
    assert (messages_in(first), flags(first)) == (sent[0:3], (False, True))
    joined = history(operator_client, conversation, around_id=sent[14], before_id=sent[16])
    assert (messages_in(joined), flags(joined)) == (sent[13:16], (True, False))


@pytest.mark.usefixtures("small_pages")
def test_a_gap_fills_from_both_sides_without_hole_or_double(
    operator_client: Client, operator: User, conversation: Conversation, sent: list[int]
) -> None:
    status.close(conversation_id=conversation.pk, actor=operator)
    above, below, got = sent[3], sent[17], []
    more, side = True, "start"
    while more:
        shown = history(operator_client, conversation, after_id=above, before_id=below, **{"from": side})
        found = messages_in(shown)
        got += found
        earlier, later = flags(shown)
        more = later if side == "start" else earlier
        if side == "start":
            above = found[-1]
        else:
            below = found[0]
        side = "end" if side == "start" else "start"
    assert sorted(got) == sent[4:17]
    assert len(got) == len(set(got))


def test_messages_of_others_are_no_place(
    operator_client: Client, conversation: Conversation, sent: list[int]
) -> None:
    for query in ({"around_id": 1}, {"around_id": sent[5] + 10**6}, {"after_id": 1, "from": "start"}):
        assert messages_in(history(operator_client, conversation, before_id=sent[16], **query)) == []
    assert messages_in(history(operator_client, conversation, before_id=sent[3], around_id=sent[5])) == []


@pytest.mark.parametrize("name", ["around_id", "after_id"])
@pytest.mark.parametrize("value", ["x", "-1", "²", "9" * 30])
def test_ids_that_are_none_are_refused(
    operator_client: Client, conversation: Conversation, name: str, value: str
) -> None:
    asked: dict[str, str | int] = {"before_id": conversation.last_message_id or 0, name: value}
    assert operator_client.get(page(conversation, "timeline/"), asked).status_code == 400


def test_events_come_once_with_their_messages(
    operator_client: Client, operator: User, conversation: Conversation
) -> None:
    first = conversation.last_message_id
    status.resolve(conversation_id=conversation.pk, actor=operator)
    second, third = ask(conversation), ask(conversation)
    shown = history(operator_client, conversation, around_id=second, before_id=third)
    assert messages_in(shown) == [first, second]
    assert len(re.findall('data-key="event-', shown)) == conversation.events.count() > 0


@pytest.mark.usefixtures("operator")
def test_five_thousand_messages_are_quick(operator_client: Client, conversation: Conversation) -> None:
    Message.objects.bulk_create(
        (Message(conversation=conversation, direction="in", body=f"line {n}") for n in range(5000)), 1000
    )
    ids = list(conversation.messages.order_by("pk").values_list("pk", flat=True))
    operator_client.get(page(conversation))
    begun = perf_counter()
    for query in ({}, {"before_id": ids[2500]}, {"around_id": ids[10], "before_id": ids[-50]}):
        assert len(messages_in(history(operator_client, conversation, **query))) <= 50
    assert perf_counter() - begun < 3, "three pages, with room for a busy machine"
