"""Django behind ASGI, as `crm.asgi` serves it."""

import asyncio
import io
import threading
from collections.abc import Iterator
from typing import Any

import pytest
from django.core.cache import caches

from crm.request_body import BODY, IN_MEMORY
from crm.threaded_wsgi import ThreadedWsgi


async def ask(application: ThreadedWsgi, body: bytes = b"") -> list[Any]:
    scope: dict[str, Any] = {
        "type": "http",
        "method": "POST",
        "path": "/кот",
        "query_string": b"a=1",
        "http_version": "1.1",
        "headers": [(b"x-name", b"\xe9")],
        BODY: io.BytesIO(body),
    }
    sent: list[Any] = []

    async def send(message: Any) -> None:
        sent.append(message)

    await application(scope, send, send)  # type: ignore[arg-type]
    return sent


def test_a_request_arrives_and_its_answer_goes_out_at_once() -> None:
    def application(environ: dict[str, Any], start: Any) -> Iterator[bytes]:
        start("201 Created", [("X-Path", environ["PATH_INFO"]), ("X-Name", environ["HTTP_X_NAME"])])
        yield environ["wsgi.input"].read()
        yield b"!"

    sent = asyncio.run(ask(ThreadedWsgi(application, workers=1), b"body"))
    assert sent == [
        {
            "type": "http.response.start",
            "status": 201,
            "headers": [(b"x-path", "/кот".encode()), (b"x-name", b"\xe9")],
        },
        {"type": "http.response.body", "body": b"body!", "more_body": False},
    ]


def test_a_large_answer_is_not_kept() -> None:
    held: list[int] = []

    class Parts:
        """Counts what has been made when it is asked for the next."""

        def __iter__(self) -> Iterator[bytes]:
            for _ in range(5):
                yield b"x" * IN_MEMORY
                held.append(1)

        def close(self) -> None:
            held.append(-1)

    def application(_environ: Any, start: Any) -> Any:
        start("200 OK", [])
        return Parts()

    sent = asyncio.run(ask(ThreadedWsgi(application, workers=1)))
    sizes = [len(message["body"]) for message in sent[1:]]
    assert sum(sizes) == 5 * IN_MEMORY
    assert max(sizes) <= 2 * IN_MEMORY
    assert [message["more_body"] for message in sent[1:]] == [True] * (len(sizes) - 1) + [False]
    assert held == [1] * 5 + [-1]


def test_what_fails_fails_the_request() -> None:
    def application(_environ: Any, _start: Any) -> Any:
        raise LookupError("lost")

    with pytest.raises(LookupError, match="lost"):
        asyncio.run(ask(ThreadedWsgi(application, workers=1)))


def test_what_fails_in_closing_costs_no_answer(caplog: pytest.LogCaptureFixture) -> None:
    class Parts(list[bytes]):
        def close(self) -> None:
            raise LookupError("a receiver")

    def application(_environ: Any, start: Any) -> Any:
        start("200 OK", [])
        return Parts([b"done"])

    sent = asyncio.run(ask(ThreadedWsgi(application, workers=1)))
    assert sent[-1] == {"type": "http.response.body", "body": b"done", "more_body": False}
    assert "could not be closed" in caplog.text


def test_a_thread_keeps_its_clients_of_the_cache() -> None:
    """Made anew for each request they took a tenth of its time."""
    used: list[Any] = []

    def application(_environ: Any, start: Any) -> list[bytes]:
        used.append(caches["default"])
        start("200 OK", [])
        return []

    async def twice() -> None:
        server = ThreadedWsgi(application, workers=1)
        await asyncio.gather(*(asyncio.create_task(ask(server)) for _ in range(2)))

    asyncio.run(twice())
    assert used[0] is used[1]


def test_an_answer_that_nobody_waits_for_any_more(caplog: pytest.LogCaptureFixture) -> None:
    """The server ends, and gives up what still runs."""
    begun, may_end = threading.Event(), threading.Event()
    runs: list[str] = []

    def application(environ: dict[str, Any], start: Any) -> list[bytes]:
        runs.append(environ["wsgi.input"].read().decode())
        begun.set()
        may_end.wait(10)
        start("200 OK", [])
        return [b"late"]

    async def give_up() -> None:
        told: list[Any] = []
        loop = asyncio.get_running_loop()
        loop.set_exception_handler(lambda _loop, context: told.append(context))
        server = ThreadedWsgi(application, workers=1)
        runs_on = asyncio.create_task(ask(server, b"first"))
        await asyncio.to_thread(begun.wait, 10)
        waits_for_a_thread = asyncio.create_task(ask(server, b"second"))
        await asyncio.sleep(0)
        for given_up in (runs_on, waits_for_a_thread):
            given_up.cancel()
            with pytest.raises(asyncio.CancelledError):
                await given_up
        may_end.set()
        # Whoever comes next has the thread after it.
        assert (await ask(server, b"third"))[-1]["body"] == b"late"
        assert (runs, told) == (["first", "third"], [])

    asyncio.run(give_up())
    assert caplog.text == ""
