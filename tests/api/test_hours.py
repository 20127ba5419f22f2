"""Working hours as the widget hears of them, and what they do to a first message."""

from datetime import UTC, datetime, time
from typing import Any

import pytest
from django.conf import LazySettings
from django.utils import translation

from crm.models import User
from messenger.lib import clock
from messenger.models import AgentProfile, Conversation, ConversationEvent, Inbox, Message, WorkingHours
from tests.visitor import Visitor

# A Wednesday in Yekaterinburg, five hours ahead.
NIGHT = datetime(2026, 7, 29, 0, 30, tzinfo=UTC)
MORNING = datetime(2026, 7, 29, 4, 0, tzinfo=UTC)


@pytest.fixture
def inbox(inbox: Inbox) -> Inbox:
    """The shop answers from nine to six."""
    inbox.time_zone, inbox.working_hours_enabled = "Asia/Yekaterinburg", True
    inbox.save(update_fields=["time_zone", "working_hours_enabled"])
    for weekday in range(1, 6):
        WorkingHours.objects.create(inbox=inbox, weekday=weekday, opens=time(9), closes=time(18))
    return inbox


@pytest.fixture
def on_duty(operator: User) -> User:
    AgentProfile.objects.filter(user=operator).update(status=AgentProfile.Status.ONLINE)
    return operator


def told(inbox: Inbox, language: str = "en") -> dict[str, Any]:
    visitor = Visitor(inbox.widget_token, headers={"Accept-Language": language})
    answer = visitor.bootstrap().json()
    names = ("outside_working_hours", "working_hours_message", "working_hours_display", "next_opening_at")
    return {name: answer[name] for name in names}


def test_outside_of_hours(inbox: Inbox) -> None:
    with clock.at(NIGHT):
        assert told(inbox) == {
            "outside_working_hours": True,
            "working_hours_message": "We will answer during working hours.",
            "working_hours_display": "Mon–Fri 09:00–18:00",
            # Nine in Yekaterinburg, written in the server's zone as all times are.
            "next_opening_at": "2026-07-29T07:00:00.000+03:00",
        }


def test_within_hours(inbox: Inbox) -> None:
    with clock.at(MORNING):
        assert told(inbox) == {
            "outside_working_hours": False,
            "working_hours_message": "",
            "working_hours_display": "Mon–Fri 09:00–18:00",
            "next_opening_at": None,
        }


def test_hours_that_do_not_count_are_not_told(inbox: Inbox) -> None:
    Inbox.objects.update(working_hours_enabled=False)
    with clock.at(NIGHT):
        assert told(inbox) == {
            "outside_working_hours": False,
            "working_hours_message": "",
            "working_hours_display": "",
            "next_opening_at": None,
        }


def test_the_visitors_language(inbox: Inbox) -> None:
    with clock.at(NIGHT):
        answer = told(inbox, "ru")
    with translation.override("ru"):
        assert answer["working_hours_message"] == translation.gettext("We will answer during working hours.")
    assert answer["working_hours_display"] == "Пн–Пт 09:00–18:00"


def test_the_setting_is_sent_to_the_letter(inbox: Inbox, settings: LazySettings) -> None:
    settings.MESSENGER_OUTSIDE_WORKING_HOURS_MESSAGE = " Мы спим & видим <b>сны</b> "
    with clock.at(NIGHT):
        for language in ("ru", "en"):
            answer = told(inbox, language)
            assert answer["working_hours_message"] == " Мы спим & видим <b>сны</b> "


@pytest.mark.usefixtures("on_duty")
def test_a_message_outside_of_hours_waits(inbox: Inbox) -> None:
    visitor = Visitor(inbox.widget_token)
    with clock.at(NIGHT):
        visitor.bootstrap()
        assert visitor.send("Anybody there?").status_code == 201
    conversation = Conversation.objects.get()
    assert Message.objects.get().body == "Anybody there?"
    assert (conversation.assignee, conversation.status) == (None, "open")
    assert conversation.waiting_since is not None
    assert not ConversationEvent.objects.filter(kind="assigned").exists()


def test_a_message_within_hours_is_assigned(inbox: Inbox, on_duty: User) -> None:
    visitor = Visitor(inbox.widget_token)
    with clock.at(MORNING):
        visitor.bootstrap()
        assert visitor.send().status_code == 201
    conversation = Conversation.objects.get()
    assert conversation.assignee == on_duty
    assert conversation.assignee_assigned_at == MORNING
    assert ConversationEvent.objects.get(kind="assigned").data["to"] == on_duty.pk


@pytest.mark.usefixtures("on_duty")
def test_the_second_message_of_the_night_waits_as_well(inbox: Inbox) -> None:
    visitor = Visitor(inbox.widget_token)
    with clock.at(NIGHT):
        visitor.bootstrap()
        visitor.send("One")
        visitor.send("Two")
    assert Conversation.objects.get().assignee is None
    assert Message.objects.count() == 2
