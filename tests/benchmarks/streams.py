"""Open streams: memory and CPU of idle ones, and the delay from a commit to the client's byte (W4, W5).

Run: `.venv/bin/python -m crm.servers run -- .venv/bin/python -m tests.benchmarks.streams --streams 1000`
It starts a stream process of its own on loopback, opens bounded numbers of streams and stops.
"""

import argparse
import asyncio
import contextlib
import json
import os
import re
import resource
import statistics
import subprocess
import sys
import time
from collections.abc import Iterator
from typing import Any

import django
import psutil

PORT = 8392
OPENED_AT_ONCE = 50
NO_LIMIT = "1000000/min"
ENVIRONMENT = {
    "DJANGO_SETTINGS_MODULE": "crm.settings",
    "SECRET_KEY": "benchmark" * 8,
    "DEBUG": "0",
    "HTTPS": "0",
    "ALLOWED_HOSTS": "127.0.0.1",
    "MESSENGER_ENABLED": "1",
    "MESSENGER_STREAMS_PER_ADDRESS": "1000000",
    "MESSENGER_THROTTLE_STREAM_ADDRESS": NO_LIMIT,
    "MESSENGER_THROTTLE_STREAM_INBOX": NO_LIMIT,
}
os.environ.update(ENVIRONMENT)
django.setup()

from django.core.management import call_command  # noqa: E402  (needs the settings)
from django.db.models.functions import Now  # noqa: E402

from crm.models import Branch, User  # noqa: E402
from messenger.models import Contact, Conversation, Inbox  # noqa: E402
from messenger.services.posting import post_from_operator  # noqa: E402
from messenger.utils import create_widget_session  # noqa: E402
from messenger.volatile import volatile  # noqa: E402


class Listener(asyncio.Protocol):
    """Notes when which message came."""

    def __init__(self, request: bytes, arrived: list[tuple[int, float]]) -> None:
        self._request = request
        self._arrived = arrived
        self.ready = asyncio.get_running_loop().create_future()

    def connection_made(self, transport: Any) -> None:
        transport.write(self._request)

    def data_received(self, data: bytes) -> None:
        now = time.perf_counter()
        if not self.ready.done() and b"event: ready" in data:
            self.ready.set_result(None)
        self._arrived.extend((int(found), now) for found in re.findall(rb"^id: (\d+)", data, re.MULTILINE))


def main() -> None:
    parser = argparse.ArgumentParser(description=__doc__)
    parser.add_argument("--streams", type=int, default=1000)
    parser.add_argument("--rate", type=int, default=100, help="messages per second")
    parser.add_argument("--seconds", type=float, default=5)
    parser.add_argument("--idle", type=float, default=15, help="seconds of watching idle streams")
    options = parser.parse_args()
    hard = resource.getrlimit(resource.RLIMIT_NOFILE)[1]
    resource.setrlimit(resource.RLIMIT_NOFILE, (hard, hard))
    requests, conversations, operator = prepare(options.streams)
    with stream_process() as process:
        result = asyncio.run(measure(options, process, requests, conversations, operator))
    sys.stdout.write(json.dumps(result, indent=2) + "\n")


def prepare(count: int) -> tuple[list[bytes], list[int], Any]:
    """The requests of `count` visitors, their conversations, and an operator who will answer."""
    call_command("migrate", verbosity=0)
    branch = Branch.objects.create(name="Bench")
    inbox = Inbox.objects.create(name="Bench", branch=branch)
    operator = User.objects.create_user("bench", branch=branch, first_name="Bench")
    contacts = Contact.objects.bulk_create(Contact(inbox=inbox) for _ in range(count))
    made = Conversation.objects.bulk_create(
        Conversation(
            inbox=inbox, branch=branch, contact=contact, assignee=operator, assignee_assigned_at=Now()
        )
        for contact in contacts
    )
    requests = []
    for conversation in made:
        token = create_widget_session(
            inbox_id=inbox.pk, conversation_id=conversation.pk, contact_id=conversation.contact_id
        )
        lines = (
            "GET /api/widget/stream/?since_id=0 HTTP/1.1",
            f"Host: 127.0.0.1:{PORT}",
            f"X-Widget-Token: {inbox.widget_token}",
            f"X-Widget-Session: {token}",
            "Origin: https://shop.example.com",
            "User-Agent: Mozilla/5.0 (X11; Linux x86_64) AppleWebKit/537.36 (KHTML, like Gecko) Chrome/150.0",
            "Accept: text/event-stream",
            "Accept-Language: ru-RU,ru;q=0.9,en;q=0.8",
            "Accept-Encoding: gzip, deflate, br, zstd",
            "Cache-Control: no-cache",
            "Referer: https://shop.example.com/catalogue/",
            "Sec-Fetch-Mode: cors",
        )
        requests.append("\r\n".join([*lines, "", ""]).encode())
    return requests, [conversation.pk for conversation in made], operator


@contextlib.contextmanager
def stream_process() -> Iterator[psutil.Process]:
    command = [sys.executable, "-m", "uvicorn", "messenger.stream.asgi:application", "--port", str(PORT)]
    with subprocess.Popen(
        [*command, "--no-proxy-headers", "--no-access-log", "--log-level", "warning"]
    ) as process:
        try:
            yield psutil.Process(process.pid)
        finally:
            process.terminate()


async def measure(
    options: argparse.Namespace,
    process: psutil.Process,
    requests: list[bytes],
    conversations: list[int],
    operator: Any,
) -> dict[str, Any]:
    arrived: list[tuple[int, float]] = []
    await open_stream(requests[0], arrived)
    before, begun = process.memory_full_info().uss, time.perf_counter()
    gate, opening_cpu = asyncio.Semaphore(OPENED_AT_ONCE), cpu_seconds(process)
    await asyncio.gather(*(open_stream(request, arrived, gate) for request in requests[1:]))
    opening, opening_cpu = time.perf_counter() - begun, cpu_seconds(process) - opening_cpu
    await asyncio.sleep(2)
    memory = (process.memory_full_info().uss - before) / max(1, len(requests) - 1)
    idle_cpu = cpu_seconds(process)
    await asyncio.sleep(options.idle)
    idle_cpu = cpu_seconds(process) - idle_cpu
    writing_cpu = cpu_seconds(process)
    committed = await asyncio.to_thread(write, options, conversations, operator)
    await asyncio.sleep(1)
    writing_cpu = cpu_seconds(process) - writing_cpu - idle_cpu / options.idle * (options.seconds + 1)
    delays = sorted((when - committed[pk]) * 1000 for pk, when in arrived if pk in committed)
    seen = [pk for pk, _ in arrived if pk in committed]
    return {
        "streams": len(requests),
        "opened_per_second": round(len(requests) / opening),
        "opening_cpu_ms": round(1000 * opening_cpu / len(requests), 2),
        "kb_per_stream": round(memory / 1024, 1),
        "idle_core_percent": round(100 * idle_cpu / options.idle, 1),
        "message_cpu_ms": round(1000 * writing_cpu / len(committed), 2),
        "messages": len(committed),
        "lost": len(committed.keys() - set(seen)),
        "doubled": len(seen) - len(set(seen)),
        "delay_ms_p50": round(statistics.median(delays), 2),
        "delay_ms_p99": round(delays[int(len(delays) * 0.99)], 2),
    }


async def open_stream(request: bytes, arrived: list[tuple[int, float]], gate: Any = None) -> None:
    async with gate or contextlib.nullcontext():
        for _ in range(100):
            try:
                _, listener = await asyncio.get_running_loop().create_connection(
                    lambda: Listener(request, arrived), "127.0.0.1", PORT
                )
                break
            except ConnectionRefusedError:
                await asyncio.sleep(0.1)
        await asyncio.wait_for(listener.ready, 60)


def write(options: argparse.Namespace, conversations: list[int], operator: Any) -> dict[int, float]:
    """Answers at an even rate; by message, when its event was published, right behind the commit."""
    committed: dict[int, float] = {}
    publish = volatile.publish

    def note(channels: Any, message: bytes, **more: Any) -> bool:
        event = json.loads(message)
        if event["type"] == "message":
            committed[event["message"]] = time.perf_counter()
        return publish(channels, message, **more)

    volatile.publish = note  # type: ignore[method-assign]
    begun = time.perf_counter()
    for number in range(int(options.rate * options.seconds)):
        time.sleep(max(0.0, begun + number / options.rate - time.perf_counter()))
        pk = conversations[number * 7919 % len(conversations)]
        post_from_operator(conversation_id=pk, operator=operator, body=f"Answer {number}")
    return committed


def cpu_seconds(process: psutil.Process) -> float:
    times = process.cpu_times()
    return float(times.user + times.system)


if __name__ == "__main__":
    main()
