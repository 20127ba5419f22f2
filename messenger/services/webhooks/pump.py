"""Sends what waits in the outbox: one pump at a time over all workers, many requests at a time in it.

While some receivers are slow the others get theirs: a request that waits costs a task of the event loop and nobody's
place. The database is asked by one thread, one question after the other (`claims`).

It runs for some seconds and hands on to a new task, so that with a single worker process other tasks have their turn.
"""

import asyncio
import logging
import time
import uuid
from collections import Counter
from collections.abc import Callable
from concurrent.futures import ThreadPoolExecutor
from typing import Any

from django.conf import settings
from django.db import connection

from messenger.lib import clock
from messenger.lib.outbound import Answer, Policy, post
from messenger.models import WebhookDelivery
from messenger.models.lease import hold, let_go
from messenger.services.webhooks import claims, outbox, payload, results

logger = logging.getLogger(__name__)

LEASE = "webhooks"
LEASE_SECONDS = 30.0
RUN_SECONDS = 20.0
LOOK_SECONDS = 0.2
# So close to the next attempt it isn't worth to stop.
NEAR_SECONDS = 8.0


def policy() -> Policy:
    return Policy(
        ports=tuple(int(port) for port in settings.MESSENGER_WEBHOOK_PORTS),
        allowed=tuple(settings.MESSENGER_WEBHOOK_ALLOWED_HOSTS),
    )


def run_seconds() -> float:
    """A quarter of a task's life; a receiver has half of it at most (messenger.E075). The rest is the database's."""
    return min(RUN_SECONDS, settings.WORKER_TASK_SECONDS / 4)


def deliver(*, seconds: float | None = None) -> int:
    """Sends until nothing is due, or the time is over; how many requests. 0 where another pump is at work.

    What is under way at the end is waited for: as long as a receiver may take, in addition.
    """
    outbox.woken()
    until = time.monotonic() + (run_seconds() if seconds is None else seconds)
    with ThreadPoolExecutor(max_workers=1) as thread:
        try:
            return _deliver(thread, until)
        finally:
            thread.submit(_close_connection).result()


def _deliver(thread: ThreadPoolExecutor, until: float) -> int:
    sent = 0
    while True:
        pump = Pump(thread, until)
        if not thread.submit(hold, LEASE, pump.holder, LEASE_SECONDS).result():
            return sent
        try:
            sent += asyncio.run(pump.run())
        finally:
            thread.submit(let_go, LEASE, pump.holder).result()
        # Whoever woke a second pump while this one held the lease was sent away.
        left = thread.submit(claims.next_due).result()
        if left is None or left > NEAR_SECONDS:
            return sent
        if pump.is_over:
            outbox.wake()
            return sent


def _close_connection() -> None:
    """That of the thread in which it is called."""
    connection.close()


class Pump:
    def __init__(self, thread: ThreadPoolExecutor, until: float) -> None:
        self.holder = uuid.uuid4()
        self._thread = thread
        self._until = until
        self._policy = policy()
        self._under_way: Counter[int] = Counter()
        self._tasks: set[asyncio.Task[None]] = set()
        self._sent = 0

    @property
    def is_over(self) -> bool:
        return time.monotonic() >= self._until

    async def run(self) -> int:
        """Ends when nothing is due and nothing under way; what is under way is always waited for."""
        await self._ask(claims.free_claims)
        held = time.monotonic()
        while True:
            if time.monotonic() - held > LEASE_SECONDS / 3:
                held = time.monotonic()
                if not await self._ask(hold, LEASE, self.holder, LEASE_SECONDS):
                    self._give_up()
            if not self.is_over:
                for delivery in await self._ask(claims.claim, dict(self._under_way)):
                    self._begin(delivery)
            if self._tasks:
                await asyncio.wait(self._tasks, timeout=LOOK_SECONDS, return_when=asyncio.FIRST_COMPLETED)
                continue
            left = None if self.is_over else await self._ask(claims.next_due)
            if left is None or left > NEAR_SECONDS:
                return self._sent
            await asyncio.sleep(min(left, LOOK_SECONDS))

    def _give_up(self) -> None:
        """It was silent for so long that another pump is at work: nothing more is begun."""
        logger.warning("Another process delivers webhooks now")
        self._until = time.monotonic()

    def _begin(self, delivery: WebhookDelivery) -> None:
        self._under_way[delivery.inbox_id] += 1
        task = asyncio.create_task(self._send(delivery))
        self._tasks.add(task)
        task.add_done_callback(self._tasks.discard)

    async def _send(self, delivery: WebhookDelivery) -> None:
        try:
            at, url = clock.now(), delivery.inbox.webhook_url
            answer = await send(delivery, policy=self._policy, at=at)
            self._sent += 1
            await self._ask(lambda: results.keep(delivery, answer, at=at, url=url))
        except Exception:
            # Its claim runs out; the others go on.
            logger.exception("Webhook delivery %s could not be sent", delivery.pk)
        finally:
            self._under_way[delivery.inbox_id] -= 1

    async def _ask[T](self, question: Callable[..., T], *arguments: Any) -> T:
        return await asyncio.get_running_loop().run_in_executor(self._thread, question, *arguments)


async def send(delivery: WebhookDelivery, *, policy: Policy, at: Any) -> Answer:
    body = payload.body_of(delivery)
    headers = payload.headers_of(
        delivery.inbox, event=delivery.event, public_id=payload.message_id_of(delivery), body=body, at=at
    )
    return await post(
        delivery.inbox.webhook_url,
        body,
        headers,
        policy=policy,
        seconds=settings.MESSENGER_WEBHOOK_TIMEOUT_SECONDS,
    )
