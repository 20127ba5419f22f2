"""Within a conversation nothing is told before what came before it, whoever writes and however often it fails."""

from datetime import timedelta
from http.server import BaseHTTPRequestHandler
from itertools import count, groupby

import pytest

from crm.models import Branch, User
from messenger.models import Conversation, Inbox, WebhookDelivery
from messenger.services.posting import post_from_contact, post_from_operator
from messenger.services.webhooks import pump, results
from tests.parallel import in_parallel
from tests.people import on_duty, open_widget
from tests.receiver import Receiver
from tests.services.webhooks.conftest import hook

pytestmark = pytest.mark.django_db(transaction=True)


@pytest.fixture
def anna(yekaterinburg: Branch) -> User:
    return on_duty("anna", yekaterinburg)


def chatter(conversations: list[Conversation], anna: User) -> None:
    """Six writers at once: clients and the operator, in all conversations."""
    numbers = count()

    def write() -> None:
        number = next(numbers)
        for conversation in conversations:
            if number % 3:
                post_from_contact(
                    inbox_id=conversation.inbox_id,
                    conversation_id=conversation.pk,
                    contact_id=conversation.contact_id,
                    body=f"in {number}",
                    client_message_id=None,
                )
            else:
                post_from_operator(conversation_id=conversation.pk, operator=anna, body=f"out {number}")

    in_parallel(6, write)


def told(receiver: Receiver) -> dict[int, list[tuple[str, int]]]:
    """Event and message by conversation, each at its last arrival: those before it were refused."""
    last = {one.headers["webhook-id"]: one for one in receiver.received}
    arrived = sorted(last.values(), key=lambda one: (one.json["conversation"]["id"], one.at))
    return {
        pk: [(one.event, one.json.get("message", {}).get("id", 0)) for one in mine]
        for pk, mine in groupby(arrived, lambda one: one.json["conversation"]["id"])
    }


def test_parallel_writers_and_a_receiver_that_fails_now_and_then(
    inbox: Inbox, anna: User, receiver: Receiver, monkeypatch: pytest.MonkeyPatch
) -> None:
    assert inbox.branch is not None
    monkeypatch.setattr(results, "REPEATS", (timedelta(milliseconds=50),) * 9)
    inbox.auto_reply_enabled, inbox.auto_reply_text = True, "We answer soon."
    hook(inbox, receiver.url)
    arrivals = count()

    def moody(handler: BaseHTTPRequestHandler) -> None:
        handler.send_response(500 if next(arrivals) % 3 == 0 else 200)
        handler.send_header("Content-Length", "0")
        handler.end_headers()

    receiver.answers[:] = [moody]
    conversations = [open_widget(inbox, inbox.branch) for _ in range(4)]
    chatter(conversations, anna)
    pump.deliver(seconds=60)
    assert not WebhookDelivery.objects.exclude(state="delivered").exists()
    for conversation in conversations:
        events = told(receiver)[conversation.pk]
        messages = list(conversation.messages.order_by("pk").values_list("direction", "pk"))
        assert events[0] == ("conversation.created", 0) or messages[0][0] == "out"
        assert [one for one in events if one[1]] == [(f"message.{way}", pk) for way, pk in messages]
