"""The clients: so many connections kept open, each with one request at a time, in one thread of a process of its own.

Run by `Load`: a plan comes as a line of JSON, and after it each line with a number asks for so many requests and is
answered by a line of JSON. Nothing of the product is imported, and requests are ready-made: the clients share the
machine with what they measure.
"""

import asyncio
import json
import math
import re
import subprocess
import sys
import time
import uuid
from collections.abc import Iterator, Sequence
from dataclasses import dataclass, field
from types import TracebackType
from typing import Any, Self

CLIENTS = 16
BODY = "x" * 80
# Stands in a request for an id of its own; as long as one, so that the length of the body is right.
ANY_UUID = "00000000-0000-4000-8000-aaaaaaaaaaaa"
_LENGTH = re.compile(rb"\r\ncontent-length: *(\d+)", re.IGNORECASE)


def request(port: int, method: str, path: str, body: str = "", **headers: str) -> str:
    """An HTTP/1.1 request as text."""
    lines = [f"{method} {path} HTTP/1.1", f"Host: 127.0.0.1:{port}"]
    lines += [f"{name.replace('_', '-')}: {value}" for name, value in headers.items()]
    lines += ["Content-Type: application/json", f"Content-Length: {len(body)}"] if body else []
    return "\r\n".join([*lines, "", body])


class Client(asyncio.Protocol):
    """Takes the next number as long as there is one, and tells how long each answer took."""

    def __init__(self, requests: Sequence[bytes], numbers: Iterator[int], delays: list[float]) -> None:
        self._requests, self._numbers, self._delays = requests, numbers, delays
        self._seen, self._began = b"", 0.0
        self.done: asyncio.Future[None] = asyncio.get_running_loop().create_future()

    def connection_made(self, transport: Any) -> None:
        self._transport = transport
        self._ask()

    def _ask(self) -> None:
        number = next(self._numbers, None)
        if number is None:
            self._transport.close()
            self.done.set_result(None)
            return
        wanted = self._requests[number % len(self._requests)]
        self._seen, self._began = b"", time.perf_counter()
        self._transport.write(wanted.replace(ANY_UUID.encode(), str(uuid.uuid4()).encode()))

    def data_received(self, data: bytes) -> None:
        self._seen += data
        if not is_whole(self._seen):
            return
        if self._seen[9:10] != b"2":
            self._fail(f"an answer was {self._seen[:400]!r}")
            return
        self._delays.append(time.perf_counter() - self._began)
        self._ask()

    def connection_lost(self, error: Exception | None) -> None:
        if not self.done.done():
            self._fail(f"a connection was closed: {error}")

    def _fail(self, why: str) -> None:
        if not self.done.done():
            self.done.set_exception(RuntimeError(why))


def is_whole(answer: bytes) -> bool:
    head, found, body = answer.partition(b"\r\n\r\n")
    if not found:
        return False
    length = _LENGTH.search(head)
    return len(body) >= int(length[1]) if length else body.endswith(b"0\r\n\r\n")


async def spread(port: int, requests: Sequence[bytes], number: int, clients: int) -> dict[str, float]:
    """So many requests by all clients: the seconds of all, and percentiles of each in milliseconds."""
    delays: list[float] = []
    numbers, began = iter(range(number)), time.perf_counter()
    loop = asyncio.get_running_loop()
    made = [
        await loop.create_connection(lambda: Client(requests, numbers, delays), "127.0.0.1", port)
        for _ in range(clients)
    ]
    await asyncio.gather(*(client.done for _, client in made))
    seconds = time.perf_counter() - began
    return {"requests": number, "seconds": seconds, **shares(delays)}


def shares(delays: list[float]) -> dict[str, float]:
    """Percentiles in milliseconds of delays in seconds."""
    delays.sort()
    return {f"p{share}": delays[math.ceil(len(delays) * share / 100) - 1] * 1000 for share in (50, 95, 99)}


@dataclass
class Load:
    """The process of the clients, from outside."""

    port: int
    requests: Sequence[str]
    clients: int = CLIENTS
    _process: "subprocess.Popen[str]" = field(init=False)

    def __enter__(self) -> Self:
        command = [sys.executable, "-m", "tests.benchmarks.load"]
        self._process = subprocess.Popen(
            command, stdin=subprocess.PIPE, stdout=subprocess.PIPE, text=True, bufsize=1
        )
        self._tell({"port": self.port, "requests": list(self.requests), "clients": self.clients})
        return self

    def __exit__(self, kind: type[BaseException] | None, error: Any, trace: TracebackType | None) -> None:
        self._process.communicate()

    def run(self, number: int) -> dict[str, float]:
        self._tell(number)
        assert self._process.stdout
        answer = self._process.stdout.readline()
        if not answer:
            raise SystemExit("The clients gave up; why stands above.")
        found: dict[str, float] = json.loads(answer)
        return found

    def _tell(self, what: object) -> None:
        assert self._process.stdin
        self._process.stdin.write(json.dumps(what) + "\n")


def main() -> None:
    plan = json.loads(sys.stdin.readline())
    requests = [text.encode() for text in plan["requests"]]
    for line in sys.stdin:
        try:
            result = asyncio.run(spread(plan["port"], requests, int(line), plan["clients"]))
        except (OSError, RuntimeError) as error:
            sys.exit(f"load: {error}")
        sys.stdout.write(json.dumps(result) + "\n")
        sys.stdout.flush()


if __name__ == "__main__":
    main()
