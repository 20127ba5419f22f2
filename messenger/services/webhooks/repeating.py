"""By hand: deliver again, and send a test."""

import asyncio
import uuid

import orjson
from django.conf import settings
from django.db import transaction

from messenger.lib import clock
from messenger.lib.outbound import Answer, post
from messenger.models import Inbox, WebhookDelivery
from messenger.services.webhooks import outbox, payload
from messenger.services.webhooks.pump import policy

State = WebhookDelivery.State
TEST = "test"


@transaction.atomic
def deliver_again(delivery_id: int) -> bool:
    """At once, under the same id, from the first attempt on; False where it waits anyway and is under way."""
    delivery = WebhookDelivery.objects.select_for_update().get(pk=delivery_id)
    if delivery.claimed_at is not None:
        return False
    delivery.state, delivery.finished_at = State.WAITING, None
    delivery.attempts, delivery.due_at = 0, clock.now()
    delivery.save(update_fields=["state", "finished_at", "attempts", "due_at"])
    outbox.wake_on_commit()
    return True


def send_test(inbox: Inbox) -> Answer:
    """An event `test` to the address, now; nothing of it is kept."""
    body = orjson.dumps({"event": TEST, "inbox": {"id": inbox.pk, "name": inbox.name}})
    headers = payload.headers_of(
        inbox, event=TEST, public_id=f"msg_{uuid.uuid4().hex}", body=body, at=clock.now()
    )
    seconds: float = settings.MESSENGER_WEBHOOK_TIMEOUT_SECONDS
    return asyncio.run(post(inbox.webhook_url, body, headers, policy=policy(), seconds=seconds))
