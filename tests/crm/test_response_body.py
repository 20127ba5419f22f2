"""Clients that read slowly or not at all: they hold no thread."""

import asyncio
import errno
import io
from collections.abc import Coroutine, Iterator
from typing import Any

import pytest

import crm.response_body as module
from crm.request_body import BODY
from crm.response_body import WholeAnswer
from crm.threaded_wsgi import ThreadedWsgi


def download(environ: dict[str, Any], start_response: Any) -> Iterator[bytes]:
    """As many blocks as the path says."""
    start_response("200 OK", [("Content-Type", "application/pdf")])
    for number in range(int(environ["PATH_INFO"].strip("/"))):
        yield bytes([number % 256]) * 65_536


class Reader:
    """A client; it reads once `reads` is set."""

    def __init__(self, *, reads: bool = True) -> None:
        self.reads = asyncio.Event()
        self.status = 0
        self.body = b""
        self.is_whole = False
        if reads:
            self.reads.set()

    async def send(self, message: Any) -> None:
        if message["type"] == "http.response.start":
            self.status = message["status"]
            return
        await self.reads.wait()
        self.body += message["body"]
        self.is_whole = not message["more_body"]

    async def ask(self, application: WholeAnswer, blocks: int) -> None:
        scope = {
            "type": "http",
            "method": "GET",
            "path": f"/{blocks}",
            "query_string": b"",
            "http_version": "1.1",
            "headers": [],
            BODY: io.BytesIO(),
        }
        await application(scope, self.receive, self.send)

    async def receive(self) -> Any:
        return {"type": "http.request", "body": b"", "more_body": False}


def served(application: Any = download, *, threads: int = 2) -> WholeAnswer:
    return WholeAnswer(ThreadedWsgi(application, workers=threads))


def run(test: Coroutine[Any, Any, None]) -> None:
    asyncio.run(asyncio.wait_for(test, 20))


@pytest.mark.parametrize("blocks", [0, 1, 8, 9, 60])
def test_answer_arrives_whole(blocks: int) -> None:
    async def test() -> None:
        reader = Reader()
        await reader.ask(served(), blocks)
        assert (reader.status, reader.is_whole) == (200, True)
        assert reader.body == b"".join(bytes([number]) * 65_536 for number in range(blocks))

    run(test())


def test_who_does_not_read_holds_no_thread() -> None:
    async def test() -> None:
        application = served()
        idle = [Reader(reads=False) for _ in range(4)]
        waiting = [asyncio.create_task(reader.ask(application, 60)) for reader in idle]
        quick = Reader()
        await quick.ask(application, 1)
        assert quick.is_whole
        for reader in idle:
            reader.reads.set()
        await asyncio.gather(*waiting)
        assert [(reader.is_whole, len(reader.body)) for reader in idle] == [(True, 60 * 65_536)] * 4

    run(test())


def test_who_never_reads_is_left(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(module, "BLOCK_SECONDS", 0.1)

    async def test() -> None:
        for blocks in (1, 60):
            reader = Reader(reads=False)
            await reader.ask(served(threads=1), blocks)
            assert not reader.is_whole

    run(test())


def test_answer_that_breaks_off_is_not_whole() -> None:
    def break_off(_environ: Any, start_response: Any) -> Iterator[bytes]:
        start_response("200 OK", [])
        for _ in range(20):
            yield b"x" * 65_536
        raise OSError("the disk is gone")

    async def test() -> None:
        reader = Reader()
        with pytest.raises(OSError, match="gone"):
            await reader.ask(served(break_off), 1)
        assert not reader.is_whole

    run(test())


def test_full_disk_costs_the_answer_and_no_thread(monkeypatch: pytest.MonkeyPatch) -> None:
    class Full(io.BytesIO):
        def __init__(self, **_how: Any) -> None:
            super().__init__()

        def write(self, _block: Any) -> int:
            raise OSError(errno.ENOSPC, "No space left on device")

    async def test() -> None:
        application = served(threads=1)
        with monkeypatch.context() as full:
            full.setattr(module, "SpooledTemporaryFile", Full)
            reader = Reader()
            await reader.ask(application, 60)
            assert not reader.is_whole
        after = Reader()
        await after.ask(application, 1)
        assert after.is_whole

    run(test())
