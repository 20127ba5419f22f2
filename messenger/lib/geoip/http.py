"""One GET that is over in time, whatever the other side does.

`requests` is not used: it follows redirects, keeps cookies, reads proxies from the environment, and nobody outside can
end a request of its that trickles.
"""

import http.client
import socket
import ssl
import time
from contextlib import closing, suppress
from functools import cache
from typing import NamedTuple
from urllib.parse import SplitResult

from messenger.lib.geoip.provider import LookupFailed
from messenger.lib.geoip.workers import workers

MAX_BYTES = 4096
HEADERS = {"User-Agent": "Messenger", "Accept": "application/json", "Connection": "close"}


class Answer(NamedTuple):
    """`headers` are looked up without regard to case."""

    status: int
    headers: http.client.HTTPMessage
    body: bytes


def get(url: SplitResult, seconds: float) -> Answer:
    """The answer of `url`, of http or https. No redirect is followed, nothing is sent twice.

    Raises LookupFailed, at the latest after `seconds`.
    """
    request = _Request(url, seconds)
    try:
        return workers().run(request.send, seconds)
    except (OSError, http.client.HTTPException, ValueError) as error:
        # ValueError: a host that is no name, or a TLS socket that was abandoned.
        raise LookupFailed(type(error).__name__) from error
    finally:
        request.abandon()


class _Request:
    """Sent by one thread, abandoned by another."""

    def __init__(self, url: SplitResult, seconds: float) -> None:
        self._url = url
        self._seconds = seconds
        self._ends_at = time.monotonic() + seconds
        self._socket: socket.socket | None = None

    def send(self) -> Answer:
        with closing(_connection(self._url)) as connection:
            connection.sock = self._connect(connection.host, connection.port)
            connection.request("GET", f"{self._url.path}?{self._url.query}", headers=HEADERS)
            with closing(connection.getresponse()) as response:
                body = response.read(MAX_BYTES + 1)
            if len(body) > MAX_BYTES:
                raise LookupFailed("the answer is too large")
            return Answer(response.status, response.headers, body)

    def abandon(self) -> None:
        """Ends what the sending thread waits for; of no effect on a request that is over."""
        if self._socket is not None:
            with suppress(OSError):
                # Not the method of a TLS socket, which would take its state away from under the other thread.
                socket.socket.shutdown(self._socket, socket.SHUT_RDWR)

    def _connect(self, host: str, port: int) -> socket.socket:
        self._socket = plain = socket.create_connection((host, port), timeout=self._seconds)
        try:
            self._check_time()
            if self._url.scheme == "https":
                # The handshake is a step of its own, so that it can be abandoned too.
                self._socket = tls = _tls().wrap_socket(
                    plain, server_hostname=host, do_handshake_on_connect=False
                )
                tls.do_handshake()
                self._check_time()
        except (OSError, ValueError):
            self._socket.close()
            raise
        return self._socket

    def _check_time(self) -> None:
        """A request that leaves after its time, as when a name server was slow, would pass the limit of another."""
        if time.monotonic() >= self._ends_at:
            raise TimeoutError


def _connection(url: SplitResult) -> http.client.HTTPConnection:
    host = url.hostname or ""
    if url.scheme == "https":
        return http.client.HTTPSConnection(host, url.port or 443, context=_tls())
    return http.client.HTTPConnection(host, url.port or 80)


@cache
def _tls() -> ssl.SSLContext:
    return ssl.create_default_context()
