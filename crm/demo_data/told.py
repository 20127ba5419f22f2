"""What others were told: the log of the shop's webhook, and that of the mails to visitors who had left."""

from collections.abc import Iterator, Sequence
from datetime import datetime, timedelta
from random import Random

from django.utils import timezone

from crm.demo_data.story import Story
from messenger.models import VisitorMail, WebhookDelivery
from messenger.models.webhook import WebhookAttempt

ADDRESS = "https://shop.example.com/hooks/messenger"
DAYS = timedelta(days=14)
DAYS_OF_MAILS = timedelta(days=90)
# A mail goes out when they are away so long; one in so many came back just before.
PATIENCE = timedelta(minutes=5)
SEEN_IN_TIME = 12
# One in so many is refused first, and one is given up.
REFUSED_FIRST, GIVEN_UP = 12, 40
SENT_AFTER = [timedelta(seconds=seconds) for seconds in (1, 32, 153, 754, 4355)]
Event, State = WebhookDelivery.Event, WebhookDelivery.State


def write_logs(stories: Sequence[Story], rng: Random) -> None:
    """Of the last weeks; ids follow time."""
    stories, now = sorted(stories, key=lambda story: story.begun_at), timezone.now()
    _write_webhooks(
        [story for story in stories if story.begun_at > now - DAYS and not story.inbox.is_global], rng
    )
    mails = _mails([story for story in stories if story.begun_at > now - DAYS_OF_MAILS])
    VisitorMail.objects.bulk_create(sorted(mails, key=lambda mail: mail.created_at))


def _write_webhooks(stories: Sequence[Story], rng: Random) -> None:
    deliveries = sorted(
        (one for story in stories for one in _deliveries(story)), key=lambda one: one.created_at
    )
    for number, delivery in enumerate(deliveries, 1):
        answers = _answers(number)
        delivery.attempts = len(answers)
        delivery.state = State.DELIVERED if answers[-1] == 200 else State.FAILED
        delivery.finished_at = delivery.created_at + SENT_AFTER[len(answers) - 1]
    log = [
        _attempt(delivery, delivery.created_at + after, status, rng)
        for number, delivery in enumerate(WebhookDelivery.objects.bulk_create(deliveries), 1)
        for after, status in zip(SENT_AFTER, _answers(number), strict=False)
    ]
    WebhookAttempt.objects.bulk_create(log)


def _deliveries(story: Story) -> Iterator[WebhookDelivery]:
    yield _delivery(story, Event.CONVERSATION_CREATED, story.begun_at)
    for line in story.lines:
        if line.direction in ("in", "out"):
            event = Event.MESSAGE_IN if line.direction == "in" else Event.MESSAGE_OUT
            yield _delivery(story, event, line.at, message_id=line.id)
    if story.closed_at:
        yield _delivery(story, Event.CONVERSATION_CLOSED, story.closed_at)


def _delivery(story: Story, event: str, at: datetime, *, message_id: int | None = None) -> WebhookDelivery:
    return WebhookDelivery(
        inbox=story.inbox,
        conversation_id=story.id,
        message_id=message_id,
        event=event,
        conversation_status="closed" if event == Event.CONVERSATION_CLOSED else "open",
        conversation_branch=story.branch.pk,
        created_at=at,
        due_at=at,
    )


def _answers(number: int) -> list[int]:
    if number % GIVEN_UP == 0:
        return [500, 502, 502, 500, 410]
    return [503, 200] if number % REFUSED_FIRST == 0 else [200]


def _attempt(delivery: WebhookDelivery, at: datetime, status: int, rng: Random) -> WebhookAttempt:
    return WebhookAttempt(
        delivery=delivery,
        at=at,
        duration_ms=rng.randint(40, 400),
        url=ADDRESS,
        status=status,
        answer="ok" if status == 200 else "",
    )


def _mails(stories: Sequence[Story]) -> Iterator[VisitorMail]:
    """Where the answer was the last word, the visitor was away, and has an address."""
    for number, story in enumerate(filter(_wants_mail, stories)):
        last = story.lines[-1]
        seen_in_time = last.read_at is not None and last.read_at < last.at + PATIENCE
        if seen_in_time and number % SEEN_IN_TIME:
            continue
        yield VisitorMail(
            conversation_id=story.id,
            from_message_id=last.id,
            up_to_message_id=last.id,
            state=VisitorMail.State.NOT_NEEDED if seen_in_time else VisitorMail.State.SENT,
            attempts=int(not seen_in_time),
            created_at=last.at + PATIENCE,
            due_at=last.at + PATIENCE,
            finished_at=last.at + PATIENCE + timedelta(seconds=2),
        )


def _wants_mail(story: Story) -> bool:
    return bool(story.visitor.contact.email) and story.lines[-1].direction == "out"
