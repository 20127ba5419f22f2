"""The demo's data: loaded once for all of these tests, which only look."""

from collections import Counter
from collections.abc import Iterator
from datetime import timedelta
from typing import Any

import pytest
from django.db import transaction
from django.db.models import Count, F, Max
from django.utils import timezone
from pytest_django import DjangoDbBlocker

from crm.demo_data.loading import Demo, load
from crm.models import Branch, Region, User
from messenger.models import (
    AgentProfile,
    CannedResponse,
    Contact,
    Conversation,
    ConversationEvent,
    Label,
    Message,
    VisitorMail,
    WebhookDelivery,
)
from messenger.services.routing import route_by_rules

pytestmark = pytest.mark.django_db


@pytest.fixture(scope="module", autouse=True)
def demo(django_db_setup: None, django_db_blocker: DjangoDbBlocker) -> Iterator[Demo]:
    with django_db_blocker.unblock(), transaction.atomic():
        yield load()
        transaction.set_rollback(True)


def test_places_and_people(demo: Demo) -> None:
    assert Region.objects.count() == 89
    assert set(Branch.objects.values_list("pk", flat=True)) == {1, 2, 3}
    staffed = Counter(account.user.branch for account in demo.staff.operators)
    assert len(staffed) == 3
    assert set(staffed.values()) <= {2, 3}
    assert AgentProfile.objects.filter(status="away").count() == 1


def test_rows_are_as_the_services_leave_them() -> None:
    for conversation in Conversation.objects.prefetch_related("messages"):
        messages = sorted(conversation.messages.all(), key=lambda message: message.pk)
        times = [message.created_at for message in messages]
        assert times == sorted(times)
        assert conversation.created_at < times[0]
        assert (conversation.last_message_id, conversation.last_message_at) == (messages[-1].pk, times[-1])
        read_up_to = conversation.operator_read_up_to
        assert conversation.unread_count == sum(m.direction == "in" and m.pk > read_up_to for m in messages)
        assert conversation.waiting_since == (
            waiting_since(messages) if conversation.status == "open" else None
        )
        assert (conversation.assignee_id is None) == all(m.sender_user_id is None for m in messages)


def waiting_since(messages: list[Message]) -> Any:
    answered = max((m.pk for m in messages if m.direction == "out"), default=0)
    return next((m.created_at for m in messages if m.direction == "in" and m.pk > answered), None)


def test_time_goes_one_way_and_ends_now() -> None:
    for rows in (Message.objects.order_by("pk"), ConversationEvent.objects.order_by("pk")):
        times = list(rows.values_list("created_at", flat=True))
        assert times == sorted(times)
        assert timezone.now() - timedelta(minutes=5) < times[-1] < timezone.now()
        assert times[0] < timezone.now() - timedelta(days=100)
    latest = Conversation.objects.aggregate(
        *(
            Max(name)
            for name in ("created_at", "resolved_at", "closed_at", "rated_at", "assignee_last_read_at")
        )
    )
    latest |= Message.objects.aggregate(Max("read_at")) | Contact.objects.aggregate(Max("last_seen_at"))
    assert all(moment < timezone.now() for moment in latest.values())
    assert not Message.objects.filter(read_at__lt=F("created_at")).exists()


def test_events_tell_how_the_conversation_came_to_its_state() -> None:
    for conversation in Conversation.objects.prefetch_related("events"):
        kinds = Counter(event.kind for event in conversation.events.all())
        assert kinds["assigned"] == (conversation.assignee_id is not None)
        assert kinds["resolved"] - kinds["reopened"] == (conversation.resolved_at is not None)
        assert kinds["closed"] == (conversation.closed_at is not None)
        assert kinds["rated"] == (conversation.rated_at is not None)
    started = ConversationEvent.objects.filter(kind="started").first()
    assert started is not None
    earlier = Conversation.objects.get(pk=started.data["after"])
    assert earlier.contact_id == started.conversation.contact_id
    assert earlier.status == "closed"


def test_the_list_looks_alive() -> None:
    total = Conversation.objects.count()
    unfinished = Conversation.objects.unfinished()
    assert 250 <= total <= 400
    assert 20 <= unfinished.count() <= total / 8
    waiting = unfinished.filter(assignee=None, waiting_since__isnull=False)
    assert waiting.values("branch").distinct().count() == 3
    for operator in User.objects.filter(role="operator"):
        assert Conversation.objects.all().unread_of(operator) > 0
    scores = dict(
        Conversation.objects.exclude(rated_at=None).values_list("inbox__rating_type").annotate(n=Count("pk"))
    )
    assert min(scores["stars"], scores["nps"]) > 30


def test_the_logs_tell_of_messages_that_were_written_before() -> None:
    states = Counter(WebhookDelivery.objects.values_list("state", flat=True))
    assert states["delivered"] > states["failed"] > 0
    assert not states["waiting"]
    ids = list(WebhookDelivery.objects.order_by("created_at", "pk").values_list("pk", flat=True))
    assert ids == sorted(ids)
    late = WebhookDelivery.objects.filter(message__created_at__gt=F("created_at"))
    assert not late.exists()
    assert {*VisitorMail.objects.values_list("state", flat=True)} == {"sent", "not_needed"}
    assert not VisitorMail.objects.filter(conversation__contact__email="").exists()


def test_labels_and_answers_are_at_hand() -> None:
    assert Label.objects.filter(conversations__isnull=False).distinct().count() == Label.objects.count() > 3
    assert CannedResponse.objects.count() > 3
    for response in CannedResponse.objects.all():
        response.full_clean()


def test_texts_have_no_slot_left_open() -> None:
    texts = [
        *Message.objects.values_list("body", flat=True),
        *Conversation.objects.values_list("page_url", flat=True),
        *Conversation.objects.values_list("rating_comment", flat=True),
    ]
    assert not [text for text in texts if "{" in text or "  " in text]
    assert all(Message.objects.values_list("body", flat=True))


def test_visitors_are_led_to_the_branch_of_their_region() -> None:
    yekaterinburg = Region.objects.get(name="Свердловская область")
    assert route_by_rules(yekaterinburg).branch == Branch.objects.get(name="Екатеринбург")
    rest = route_by_rules(Region.objects.get(name="Камчатский край"))
    assert (rest.reason, rest.branch) == ("fallback", Branch.objects.get(pk=1))
    assert route_by_rules(None).branch == rest.branch


def test_hours_are_written_down_and_not_yet_considered(demo: Demo) -> None:
    for inbox in demo.inboxes.values():
        assert {hours.weekday for hours in inbox.working_hours.all()} == set(range(1, 8))
        assert not inbox.working_hours_enabled
