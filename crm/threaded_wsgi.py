"""A WSGI application behind ASGI, whose whole body is there before a thread is taken (`crm.request_body.WholeBody`).

a2wsgi crosses from thread to event loop and back for each block of body and answer, four times for a message, and runs
each request in a context of its own, in which Django makes its clients of the cache anew. Here it is once there and
once back, in the thread's own context: a message takes 30 per cent less of the process's CPU time.
"""

import asyncio
import logging
from collections.abc import Callable, Iterable
from concurrent.futures import ThreadPoolExecutor
from typing import IO, Any

from a2wsgi.wsgi import build_environ

from crm.request_body import BODY, IN_MEMORY, Message, Receive, Send

logger = logging.getLogger(__name__)

type Answer = list[Message]
type Wsgi = Callable[[dict[str, Any], Any], Iterable[bytes]]


class ThreadedWsgi:
    """ASGI application. `scope[BODY]` is the body as a file; an answer beyond IN_MEMORY goes out in parts."""

    def __init__(self, application: Wsgi, *, workers: int) -> None:
        self._application = application
        self._threads = ThreadPoolExecutor(workers, thread_name_prefix="WSGI")

    async def __call__(self, scope: Any, receive: Receive, send: Send) -> None:
        loop = asyncio.get_running_loop()
        body: IO[bytes] = scope.pop(BODY)
        environ: Any = build_environ(scope, body)  # type: ignore[arg-type]

        async def send_all(messages: Answer) -> None:
            for message in messages:
                await send(message)

        def hand_over(messages: Answer) -> None:
            asyncio.run_coroutine_threadsafe(send_all(messages), loop).result()

        # What `run_in_executor` puts around it takes a fifth of the loop's time.
        answered: asyncio.Future[Answer] = loop.create_future()
        work = self._threads.submit(self._run, environ, hand_over, answered)
        try:
            answer = await answered
        except asyncio.CancelledError:
            # What waits for a thread still is done for nobody.
            work.cancel()
            raise
        await send_all(answer)

    def _run(
        self, environ: dict[str, Any], hand_over: Callable[[Answer], None], answered: asyncio.Future[Answer]
    ) -> None:
        """In a thread."""
        loop = answered.get_loop()
        try:
            answer = self._answer(environ, hand_over)
        except BaseException as error:  # noqa: BLE001  (told to whoever waits)
            loop.call_soon_threadsafe(_settle, answered, None, error)
        else:
            loop.call_soon_threadsafe(_settle, answered, answer, None)

    def _answer(self, environ: dict[str, Any], hand_over: Callable[[Answer], None]) -> Answer:
        """What is left of the answer after parts that were too large to keep."""
        messages: Answer = []
        blocks: list[bytes] = []

        def start(
            status: str, headers: list[tuple[str, str]], _exc_info: Any = None
        ) -> Callable[[bytes], None]:
            messages.append(
                {
                    "type": "http.response.start",
                    "status": int(status[:3]),
                    "headers": [
                        (name.lower().encode("latin-1"), value.encode("latin-1")) for name, value in headers
                    ],
                }
            )
            return blocks.append

        parts = self._application(environ, start)
        try:
            size = 0
            for block in parts:
                blocks.append(block)
                size += len(block)
                if size > IN_MEMORY:
                    hand_over([*messages, _block(blocks, more=True)])
                    messages, size = [], 0
                    blocks.clear()
        finally:
            _close(parts)
        return [*messages, _block(blocks, more=False)]


def _settle(answered: asyncio.Future[Answer], answer: Answer | None, error: BaseException | None) -> None:
    if answered.done():
        # Cancelled: the server ends.
        return
    if error is None:
        answered.set_result(answer or [])
    else:
        answered.set_exception(error)


def _close(parts: Iterable[bytes]) -> None:
    """The work is done by then, and its answer is worth more than what fails in tidying up."""
    try:
        getattr(parts, "close", lambda: None)()
    except Exception:
        logger.exception("An answer could not be closed")


def _block(blocks: list[bytes], *, more: bool) -> Message:
    return {"type": "http.response.body", "body": b"".join(blocks), "more_body": more}
