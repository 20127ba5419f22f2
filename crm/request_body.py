"""Takes a request's body before a thread is taken for it: whoever sends slowly holds a socket and nothing else.

Uploads may be large and come from a phone in a tunnel: they wait on disk, and get time as long as they go on.
"""

import asyncio
from collections import Counter
from collections.abc import Awaitable, Callable, Iterator, MutableMapping
from contextlib import AbstractAsyncContextManager, contextmanager, nullcontext
from tempfile import SpooledTemporaryFile
from typing import IO, Any

type Message = MutableMapping[str, Any]
type Receive = Callable[[], Awaitable[Message]]
type Send = Callable[[Message], Awaitable[None]]
type Application = Callable[[Any, Receive, Send], Awaitable[None]]

BODY_SECONDS = 15.0
# What Django takes by itself, and room for the frames of a form.
BODY_BYTES = 2 * 1_048_576
# Each of these bytes of an upload buys a second more.
SLOWEST_UPLOAD = 8_192
IN_MEMORY = 524_288
# Where the application behind finds the body as a file.
BODY = "crm.body"
UPLOADS_AT_ONCE = 64
# Of one client: else a single one could keep everybody's files out.
UPLOADS_OF_ONE = 8
# The others wait without a thread: an image can take seconds, and whoever only writes needs a thread as well.
UPLOADS_AT_WORK = 4


def peer(scope: Any) -> str:
    """Whoever is at the other end of the connection."""
    return str((scope.get("client") or ("",))[0])


class WholeBody:
    """ASGI middleware: answers 408 to a body that takes too long and 413 to one that is too large.

    Forms with files may have up to `upload_bytes`; beyond UPLOADS_AT_ONCE of them, or UPLOADS_OF_ONE of the client
    that `client_of` tells, the answer is 503. Below `public_path` UPLOADS_AT_WORK of them are worked on at a time.
    The application finds the body in `scope[BODY]`, and nothing of it in `receive`.
    Header names with an underscore are dropped on the way: WSGI can't tell `X_Forwarded_For`, which any client may
    write, from `X-Forwarded-For`, which is the proxy's.
    """

    def __init__(
        self,
        application: Application,
        *,
        upload_bytes: int = BODY_BYTES,
        client_of: Callable[[Any], str] = peer,
        public_path: str = "/",
    ) -> None:
        self._application = application
        self._upload_bytes = upload_bytes
        self._client_of = client_of
        self._public_path = public_path
        self._uploads: Counter[str] = Counter()
        self._at_work = asyncio.Semaphore(UPLOADS_AT_WORK)

    async def __call__(self, scope: Any, receive: Receive, send: Send) -> None:
        scope["headers"] = [(name, value) for name, value in scope["headers"] if b"_" not in name]
        headers = dict(scope["headers"])
        length = headers.get(b"content-length", b"")
        if not headers.get(b"content-type", b"").lower().startswith(b"multipart/form-data"):
            await self._pass_on(scope, receive, send, length, BODY_BYTES)
            return
        client = self._client_of(scope)
        if self._uploads.total() >= UPLOADS_AT_ONCE or self._uploads[client] >= UPLOADS_OF_ONE:
            await _refuse_unread(receive, send, 503)
            return
        with self._counted(client):
            await self._pass_on(scope, receive, send, length, self._upload_bytes, is_upload=True)

    async def _pass_on(
        self,
        scope: Any,
        receive: Receive,
        send: Send,
        announced: bytes,
        limit: int,
        *,
        is_upload: bool = False,
    ) -> None:
        is_strangers = is_upload and scope["path"].startswith(self._public_path)
        turn: AbstractAsyncContextManager[Any] = self._at_work if is_strangers else nullcontext()
        with SpooledTemporaryFile(max_size=IN_MEMORY) as body:
            if await _read(receive, send, body, announced, limit, is_upload):
                scope[BODY] = body
                async with turn:
                    await self._application(scope, receive, send)

    @contextmanager
    def _counted(self, client: str) -> Iterator[None]:
        self._uploads[client] += 1
        try:
            yield
        finally:
            self._uploads[client] -= 1
            if not self._uploads[client]:
                del self._uploads[client]


async def _read(
    receive: Receive, send: Send, body: IO[bytes], announced: bytes, limit: int, is_upload: bool
) -> bool:
    """Whether the body is there now; else the client has gone, or was refused."""
    if announced.isdigit() and int(announced) > limit:
        await _refuse_unread(receive, send, 413)
        return False
    received, more = 0, True
    begun = asyncio.get_running_loop().time()
    try:
        async with asyncio.timeout(BODY_SECONDS) as patience:
            while more:
                message = await receive()
                if message["type"] == "http.disconnect":
                    return False
                received += len(message.get("body", b""))
                if received > limit:
                    break
                body.write(message.get("body", b""))
                more = message.get("more_body", False)
                if is_upload:
                    patience.reschedule(begun + BODY_SECONDS + received / SLOWEST_UPLOAD)
    except TimeoutError:
        await _refuse(send, 408)
        return False
    except OSError:
        # The disk is full.
        await _refuse_unread(receive, send, 503)
        return False
    if received > limit:
        await _refuse_unread(receive, send, 413)
        return False
    body.seek(0)
    return True


async def _refuse_unread(receive: Receive, send: Send, status: int) -> None:
    """Lets the rest go by for a while: cut off while it still sends, a browser would never see the answer."""
    try:
        async with asyncio.timeout(BODY_SECONDS):
            while (await receive()).get("more_body"):
                pass
    except TimeoutError:
        pass
    await _refuse(send, status)


async def _refuse(send: Send, status: int) -> None:
    detail = b'{"detail": "The request took too long or is too large.", "code": "invalid"}'
    headers = [(b"content-type", b"application/json"), (b"connection", b"close")]
    if status == 503:
        detail = b'{"detail": "There is no room for the upload right now.", "code": "unavailable"}'
        headers.append((b"retry-after", b"10"))
    await send({"type": "http.response.start", "status": status, "headers": headers})
    await send({"type": "http.response.body", "body": detail})
