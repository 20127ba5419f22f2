"""By hand: deliver again, and send a test."""

import asyncio
import uuid
from collections.abc import Iterable
from typing import Any

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


def deliver_again(delivery_id: int) -> bool:
    """At once, under the same id, from the first attempt on; False where it waits anyway and is under way."""
    return bool(deliver_several_again([delivery_id]))


@transaction.atomic
def deliver_several_again(ids: Iterable[int]) -> int:
    """How many of them; those that are under way are left alone."""
    idle = WebhookDelivery.objects.filter(pk__in=list(ids), claimed_at=None)
    locked = list(idle.order_by("pk").select_for_update().values_list("pk", flat=True))
    anew: dict[str, Any] = {"state": State.WAITING, "finished_at": None, "attempts": 0, "due_at": clock.now()}
    count = WebhookDelivery.objects.filter(pk__in=locked).update(**anew)
    if count:
        outbox.wake_on_commit()
    return count


def send_test(inbox: Inbox) -> Answer:
    """An event `test` to the address, now; nothing of it is kept."""
    body = orjson.dumps({"event": TEST, "inbox": {"id": inbox.pk, "name": inbox.name}})
    headers = payload.headers_of(
        inbox, event=TEST, public_id=f"msg_{uuid.uuid4().hex}", body=body, at=clock.now()
    )
    seconds: float = settings.MESSENGER_WEBHOOK_TIMEOUT_SECONDS
    return asyncio.run(post(inbox.webhook_url, body, headers, policy=policy(), seconds=seconds))
