"""Every kind of event as the timeline tells it."""

from typing import Any

import pytest
from django.test import Client
from django.utils import translation

from crm.models import User
from messenger.admin.event_words import change_by_another, event_sentence
from messenger.models import Conversation, ConversationEvent
from tests.admin.people import page

MOVE = {"from_branch": 1, "from_branch_name": "Ural", "to_branch": 2, "to_branch_name": "Moscow"}
WITHIN = {"from_branch": 2, "from_branch_name": "Moscow", "to_branch": 2, "to_branch_name": "Moscow"}
TO = {"to": 7, "to_name": "Victor"}
FROM = {"from": 5, "from_name": "Anna"}


def event_of(
    conversation: Conversation, kind: str, data: dict[str, Any], actor: User | None = None
) -> ConversationEvent:
    return ConversationEvent.objects.create(conversation=conversation, kind=kind, data=data, actor=actor)


@pytest.mark.parametrize(
    ("kind", "data", "sentence"),
    [
        ("assigned", TO, "The conversation was given to Victor"),
        ("assigned", TO | FROM, "The conversation went from Anna to Victor because Anna is away"),
        ("unassigned", FROM, "Anna is away: the conversation waits for anybody"),
        (
            "unassigned",
            FROM | {"outside_hours": True},
            "It is outside of working hours: the conversation waits until they begin",
        ),
        ("escalated", TO | FROM, "Anna didn't open the conversation in time: given to Victor"),
        (
            "escalation_failed",
            {},
            "Nobody else of the branch could take the conversation; the administrators were told",
        ),
    ],
)
def test_what_the_system_does(
    conversation: Conversation, kind: str, data: dict[str, Any], sentence: str
) -> None:
    assert event_sentence(event_of(conversation, kind, data)) == sentence


@pytest.mark.parametrize(
    ("data", "sentence"),
    [
        (MOVE | TO, "Boris moved the conversation from Ural to Moscow, to Victor"),
        (MOVE, "Boris moved the conversation from Ural to Moscow, to whoever is free first"),
        (WITHIN | TO, "Boris gave the conversation to Victor"),
        (WITHIN, "Boris left the conversation to whoever is free first in Moscow"),
        (MOVE | TO | {"reason": ""}, "Boris moved the conversation from Ural to Moscow, to Victor"),
        (
            WITHIN | TO | {"reason": "Speaks 100% Tatar"},
            "Boris gave the conversation to Victor: “Speaks 100% Tatar”",
        ),
    ],
)
def test_transfers(conversation: Conversation, colleague: User, data: dict[str, Any], sentence: str) -> None:
    assert event_sentence(event_of(conversation, "transferred", data, colleague)) == sentence


@pytest.mark.parametrize(
    ("fields", "english", "russian"),
    [
        (["email"], "The client gave their email", "Клиент сообщил email"),
        (
            ["email", "name"],
            "The client gave their email and name",
            "Клиент сообщил email и имя",
        ),
        (
            ["email", "name", "phone"],
            "The client gave their email, name and phone",
            "Клиент сообщил email, имя и телефон",
        ),
        (["shoe size"], "contact details given", "клиент сообщил контакты"),
    ],
)
def test_details_are_named_and_not_told(
    conversation: Conversation, fields: list[str], english: str, russian: str
) -> None:
    event = event_of(conversation, "details_given", {"fields": fields})
    assert event_sentence(event) == english
    with translation.override("ru"):
        assert event_sentence(event) == russian


def test_consent(conversation: Conversation) -> None:
    event = event_of(conversation, "consented", {})
    assert event_sentence(event) == "The client agreed to the privacy terms"
    with translation.override("ru"):
        assert event_sentence(event) == "Клиент согласился с условиями конфиденциальности"


def test_reasons_are_text(operator_client: Client, conversation: Conversation, colleague: User) -> None:
    reason = "<script>alert(1)</script> %(who)s **bold**"
    event_of(conversation, "transferred", WITHIN | TO | {"reason": reason}, colleague)
    shown = operator_client.get(page(conversation)).content.decode()
    assert "<script>alert" not in shown
    assert "“&lt;script&gt;alert(1)&lt;/script&gt; %(who)s **bold**”" in shown


@pytest.mark.parametrize("kind", ["unassigned", "escalated", "transferred"])
def test_who_comes_second_hears_of_it(
    conversation: Conversation, operator: User, colleague: User, kind: str
) -> None:
    event = event_of(conversation, kind, WITHIN | TO | FROM, colleague)
    assert change_by_another(conversation, operator) == event_sentence(event)
    assert change_by_another(conversation, colleague) == ""
