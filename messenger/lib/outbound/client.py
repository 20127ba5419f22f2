"""One POST to a checked address: no redirects, no proxies, no cookies, little time, and a short answer.

By httpcore, whose network backend is ours: it connects to the address that was checked, while name and certificate
stay those of the host. Between check and connection nobody is asked again.
"""

import asyncio
import ssl
import time
from collections.abc import Iterable, Mapping
from dataclasses import dataclass
from enum import StrEnum
from functools import cache
from typing import Any

import httpcore

from messenger.lib.outbound.addresses import Policy, Refused, resolve
from messenger.lib.outbound.spelling import ascii_url

# As much as is read of an answer, and kept of it.
LONGEST_ANSWER = 65_536


class Problem(StrEnum):
    """Why there is no answer. The first four are never even tried."""

    URL = "url"
    ADDRESS = "address"
    PORT = "port"
    UNKNOWN_HOST = "unknown_host"
    UNREACHABLE = "unreachable"
    CERTIFICATE = "certificate"
    TIMEOUT = "timeout"
    PROTOCOL = "protocol"


@dataclass(frozen=True, slots=True)
class Answer:
    """`status` is None where none came; `body` holds the beginning of the answer."""

    status: int | None
    body: bytes
    seconds: float
    problem: Problem | None = None

    @property
    def is_success(self) -> bool:
        return self.status is not None and 200 <= self.status < 300


async def post(
    url: str, content: bytes, headers: Mapping[str, str], *, policy: Policy, seconds: float
) -> Answer:
    """Never raises for what the other side does; `seconds` are for all of it together."""
    begun = time.monotonic()
    status: int | None = None
    body, problem = b"", None
    try:
        policy.check_url(url)
        async with asyncio.timeout(seconds):
            status, body = await _exchange(_spelled(url), content, headers, policy, seconds)
    except Refused as error:
        problem = Problem(error.code)
    except (TimeoutError, httpcore.TimeoutException):
        problem = Problem.TIMEOUT
    except httpcore.ConnectError as error:
        problem = Problem.CERTIFICATE if _is_tls(error) else Problem.UNREACHABLE
    except (httpcore.NetworkError, OSError):
        problem = Problem.UNREACHABLE
    except (httpcore.ProtocolError, httpcore.UnsupportedProtocol, ValueError, TypeError):
        problem = Problem.PROTOCOL
    return Answer(status, body, time.monotonic() - begun, problem)


async def _exchange(
    url: str, content: bytes, headers: Mapping[str, str], policy: Policy, seconds: float
) -> tuple[int, bytes]:
    waits = dict.fromkeys(("connect", "read", "write", "pool"), seconds)
    pool = httpcore.AsyncConnectionPool(
        ssl_context=_tls(), max_connections=1, network_backend=CheckedBackend(policy)
    )
    async with (
        pool,
        pool.stream(
            "POST",
            url,
            headers=list(headers.items()),
            content=content,
            extensions={"timeout": waits},
        ) as response,
    ):
        body = b""
        async for piece in response.aiter_stream():
            body += piece
            if len(body) >= LONGEST_ANSWER:
                break
        return response.status, body[:LONGEST_ANSWER]


def _spelled(url: str) -> str:
    try:
        return ascii_url(url)
    except ValueError as error:
        raise Refused("unknown_host") from error


class CheckedBackend(httpcore.AsyncNetworkBackend):
    """Connects to one of the addresses that the policy lets through, in the order of the look-up."""

    def __init__(self, policy: Policy) -> None:
        self._policy = policy
        self._network = httpcore.AnyIOBackend()

    async def connect_tcp(
        self,
        host: str,
        port: int,
        timeout: float | None = None,  # noqa: ASYNC109  (httpcore's signature)
        local_address: str | None = None,
        socket_options: Iterable[Any] | None = None,
    ) -> httpcore.AsyncNetworkStream:
        failure: Exception | None = None
        for address in await resolve(host, port, self._policy):
            try:
                return await self._network.connect_tcp(address, port, timeout, local_address, socket_options)
            except httpcore.ConnectError as error:
                failure = error
        raise failure or httpcore.ConnectError(host)

    async def sleep(self, seconds: float) -> None:
        await asyncio.sleep(seconds)


@cache
def _tls() -> ssl.SSLContext:
    """The system's authorities."""
    return ssl.create_default_context()


def _is_tls(error: BaseException | None) -> bool:
    while error is not None:
        if isinstance(error, ssl.SSLError):
            return True
        error = error.__cause__ or error.__context__
    return False
