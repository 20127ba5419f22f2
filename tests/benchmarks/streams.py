"""Open streams: memory and CPU of idle ones, and the delay from a commit to the client's byte (W4, W5).

Part of bench.py; alone: `.venv/bin/python -m tests.benchmarks.bench --only W4 --streams 1000`
"""

import asyncio
import contextlib
import json
import math
import os
import resource
import secrets
import statistics
import subprocess
import sys
import time
from collections.abc import Callable, Sequence
from dataclasses import dataclass
from typing import Any

import django
import psutil

from tests.benchmarks.cpu import cpu_seconds
from tests.benchmarks.processes import Servers
from tests.benchmarks.stream_clients import open_stream, stream_request

OPENED_AT_ONCE = 50
SETTLE_SECONDS = 2
LAST_WAIT_SECONDS = 10


@dataclass(frozen=True, slots=True)
class Plan:
    """`rate` messages a second for `seconds`, none with 0, after `idle` seconds of watching."""

    rate: int
    seconds: float
    idle: float

    @property
    def messages(self) -> int:
        return int(self.rate * self.seconds)


@dataclass(frozen=True, slots=True)
class Visitors:
    """What they ask for, and who writes to them: by message, when its event was published."""

    requests: Sequence[bytes]
    write: Callable[[Plan], dict[int, float]]


def set_up(servers: Servers) -> None:
    os.environ.update(servers.environment)
    django.setup()
    hard = resource.getrlimit(resource.RLIMIT_NOFILE)[1]
    resource.setrlimit(resource.RLIMIT_NOFILE, (hard, hard))


def measured(servers: Servers, count: int, plan: Plan) -> dict[str, Any]:
    """With `count` streams in one process; Django is set up on the servers' database in this one."""
    with servers.running("stream"):
        program = servers.programs["stream"]
        visitors = _visitors(count, program.port, servers)
        return asyncio.run(_measure(plan, program.pid, program.port, visitors))


def bare_limit(servers: Servers, count: int, plan: Plan) -> dict[str, Any]:
    """The same by a service that only passes on what is published."""
    with servers.running("stream", application="tests.benchmarks.bare_streams:application"):
        program = servers.programs["stream"]
        channels = [secrets.token_urlsafe(32) for _ in range(count)]
        requests = [stream_request(program.port, "T" * 43, channel) for channel in channels]

        def write(plan: Plan) -> dict[int, float]:
            return _written("tests.benchmarks.bare_streams", servers, plan, channels=channels)

        return asyncio.run(_measure(plan, program.pid, program.port, Visitors(requests, write)))


def _visitors(count: int, port: int, servers: Servers) -> Visitors:
    """With a conversation each, and an operator who will answer."""
    from django.db import connection  # noqa: PLC0415
    from django.db.models.functions import Now  # noqa: PLC0415

    from crm.models import Branch, User  # noqa: PLC0415
    from messenger.models import Contact, Conversation, Inbox  # noqa: PLC0415
    from messenger.utils import create_widget_session  # noqa: PLC0415

    name = f"Streams {secrets.token_hex(4)}"
    branch = Branch.objects.create(name=name)
    inbox = Inbox.objects.create(name=name, branch=branch)
    operator = User.objects.create_user(name.replace(" ", "-"), branch=branch, first_name="Bench")
    contacts = Contact.objects.bulk_create(Contact(inbox=inbox) for _ in range(count))
    own = {"inbox": inbox, "branch": branch, "assignee": operator, "assignee_assigned_at": Now()}
    made = Conversation.objects.bulk_create(Conversation(contact=contact, **own) for contact in contacts)
    tokens = [
        create_widget_session(inbox_id=inbox.pk, conversation_id=one.pk, contact_id=one.contact_id)
        for one in made
    ]
    requests = [stream_request(port, inbox.widget_token, token) for token in tokens]
    conversations = [one.pk for one in made]
    # As autovacuum does within a minute: until then plans are those of empty tables.
    with connection.cursor() as cursor:
        cursor.execute("ANALYZE messenger_conversation, messenger_contact, messenger_inbox, crm_user")

    def write(plan: Plan) -> dict[int, float]:
        who = {"conversations": conversations, "operator": operator.pk}
        return _written("tests.benchmarks.stream_writer", servers, plan, **who)

    return Visitors(requests, write)


async def _measure(plan: Plan, pid: int, port: int, visitors: Visitors) -> dict[str, Any]:
    arrived: list[tuple[int, float]] = []
    process, requests, gate = psutil.Process(pid), visitors.requests, asyncio.Semaphore(OPENED_AT_ONCE)
    opened = [await open_stream(port, requests[0], arrived)]
    before, began, busy = process.memory_full_info().uss, time.perf_counter(), cpu_seconds(pid)
    opened += await asyncio.gather(*(open_stream(port, one, arrived, gate) for one in requests[1:]))
    opening, opening_cpu = time.perf_counter() - began, cpu_seconds(pid) - busy
    await asyncio.sleep(SETTLE_SECONDS)
    memory = (process.memory_full_info().uss - before) / max(1, len(requests) - 1)
    busy = cpu_seconds(pid)
    await asyncio.sleep(plan.idle)
    idle_core = (cpu_seconds(pid) - busy) / plan.idle
    result = {
        "streams": len(requests),
        "opened_per_second": round(len(requests) / opening),
        "opening_cpu_ms": round(1000 * opening_cpu / len(requests), 2),
        "kb_per_stream": round(memory / 1024, 1),
        "idle_core_percent": round(100 * idle_core, 1),
    }
    if plan.messages:
        result |= await _deliver(plan, pid, visitors, arrived, idle_core)
    for transport in opened:
        transport.abort()
    # They are closed by the loop's next turn.
    await asyncio.sleep(0)
    return result


async def _deliver(
    plan: Plan, pid: int, visitors: Visitors, arrived: list[tuple[int, float]], idle_core: float
) -> dict[str, Any]:
    busy, began = cpu_seconds(pid), time.perf_counter()
    committed = await asyncio.to_thread(visitors.write, plan)
    with contextlib.suppress(TimeoutError):
        await asyncio.wait_for(_arrival(max(committed), arrived), LAST_WAIT_SECONDS)
    # Time for what comes twice.
    await asyncio.sleep(1)
    spent = cpu_seconds(pid) - busy - idle_core * (time.perf_counter() - began)
    delays = sorted((when - committed[pk]) * 1000 for pk, when in arrived if pk in committed)
    seen = [pk for pk, _ in arrived if pk in committed]
    return {
        "message_cpu_ms": round(1000 * spent / len(committed), 2),
        "messages": len(committed),
        "lost": len(committed.keys() - set(seen)),
        "doubled": len(seen) - len(set(seen)),
        "delay_ms_p50": round(statistics.median(delays), 2),
        "delay_ms_p99": round(delays[math.ceil(len(delays) * 0.99) - 1], 2),
    }


async def _arrival(pk: int, arrived: list[tuple[int, float]]) -> None:
    while not any(found == pk for found, _ in reversed(arrived)):  # noqa: ASYNC110 (it may have come already)
        await asyncio.sleep(0.1)


def _written(module: str, servers: Servers, plan: Plan, **more: Any) -> dict[int, float]:
    """By a process of its own: in that of the clients it would hold them up."""
    done = subprocess.run(
        [sys.executable, "-m", module],
        env={**os.environ, **servers.environment},
        input=json.dumps({"rate": plan.rate, "messages": plan.messages, **more}),
        stdout=subprocess.PIPE,
        text=True,
        check=True,
    )
    return {int(pk): at for pk, at in json.loads(done.stdout.splitlines()[-1]).items()}
