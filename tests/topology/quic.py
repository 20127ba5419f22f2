"""A client that speaks HTTP/3 alone, for one question."""

import asyncio
import ssl
from collections.abc import Sequence
from typing import Any

from aioquic.asyncio.client import connect
from aioquic.asyncio.protocol import QuicConnectionProtocol
from aioquic.h3.connection import H3_ALPN, H3Connection
from aioquic.h3.events import DataReceived, HeadersReceived
from aioquic.quic.configuration import QuicConfiguration
from aioquic.quic.events import ConnectionTerminated, QuicEvent

PATIENCE_SECONDS = 10


class _Client(QuicConnectionProtocol):
    def __init__(self, *arguments: Any, **more: Any) -> None:
        super().__init__(*arguments, **more)
        self._http = H3Connection(self._quic)
        self.headers: dict[str, str] = {}
        self.body = b""
        self._end = asyncio.get_running_loop().create_future()

    async def ask(self, headers: Sequence[tuple[str, str]], body: bytes) -> None:
        stream = self._quic.get_next_available_stream_id()
        lines = [(name.encode(), value.encode()) for name, value in headers]
        self._http.send_headers(stream, lines, end_stream=not body)
        if body:
            self._http.send_data(stream, body, end_stream=True)
        self.transmit()
        await self._end

    def quic_event_received(self, event: QuicEvent) -> None:
        if isinstance(event, ConnectionTerminated) and not self._end.done():
            self._end.set_exception(ConnectionError(event.reason_phrase))
        for answer in self._http.handle_event(event):
            if isinstance(answer, HeadersReceived):
                self.headers |= {name.decode(): value.decode() for name, value in answer.headers}
            elif isinstance(answer, DataReceived):
                self.body += answer.data
            if getattr(answer, "stream_ended", False) and not self._end.done():
                self._end.set_result(None)


def ask(
    name: str, port: int, path: str, authority: str, *, method: str = "GET", body: bytes = b""
) -> tuple[dict[str, str], bytes]:
    """Headers, with `:status`, and body; `authority` is the file of the certificate that is trusted."""
    configuration = QuicConfiguration(is_client=True, alpn_protocols=H3_ALPN, verify_mode=ssl.CERT_REQUIRED)
    configuration.load_verify_locations(authority)
    configuration.server_name = name
    headers = [
        (":method", method),
        (":scheme", "https"),
        (":authority", f"{name}:{port}"),
        (":path", path),
        ("content-type", "application/json"),
        ("content-length", str(len(body))),
    ]

    async def talk() -> tuple[dict[str, str], bytes]:
        async with connect("127.0.0.1", port, configuration=configuration, create_protocol=_Client) as client:
            assert isinstance(client, _Client)
            await client.ask(headers, body)
            return client.headers, client.body

    return asyncio.run(asyncio.wait_for(talk(), PATIENCE_SECONDS))
