"""What receivers of webhooks and whoever types their addresses in may try."""

import asyncio
import socket
import threading
import time
from collections.abc import Callable, Iterator
from contextlib import contextmanager
from typing import Any

import pytest

from messenger.lib.outbound import Answer, Policy, post
from messenger.services.webhooks.payload import standard_key
from messenger.services.webhooks.results import readable
from tests.receiver import Receiver, receiving

LOOPBACK = Policy(allowed=("127.0.0.0/8",))
OK = b"HTTP/1.1 200 OK\r\n"
CHUNKED = OK + b"Transfer-Encoding: chunked\r\n\r\n"
NO_HTTP = [
    b"",
    b"\x00\xff\xfe",
    b"HTTP/0.9\r\n\r\n",
    b"HTTP/1.1 000 x\r\n\r\n",
    b"HTTP/1.1 101 Switching\r\nUpgrade: x\r\nConnection: upgrade\r\n\r\n",
    OK + b"X: " + b"a" * 300_000 + b"\r\n\r\n",
    OK + b"Content-Length: -5\r\n\r\n",
    OK + b"Content-Length: 99999999999999999999\r\n\r\nabc",
    OK + b"Content-Length: 5\r\nContent-Length: 6\r\n\r\nabc",
    OK + b"A\x00b: c\r\n\r\n",
    CHUNKED + b"zz\r\n",
    CHUNKED + b"f" * 50 + b"\r\n",
    CHUNKED + b"5\r\nhello\r\n",
]


@contextmanager
def answering(raw: bytes) -> Iterator[str]:
    """A server that says this to whoever comes, and hangs up; its address."""
    with socket.create_server(("127.0.0.1", 0)) as server:

        def serve() -> None:
            client, _address = server.accept()
            with client:
                while not client.recv(65_536).endswith(b"{}"):
                    pass
                client.sendall(raw)

        thread = threading.Thread(target=serve)
        thread.start()
        yield f"http://127.0.0.1:{server.getsockname()[1]}/"
        thread.join()


def ask(url: str, policy: Policy = LOOPBACK, seconds: float = 5.0) -> Answer:
    return asyncio.run(post(url, b"{}", {"X-Test": "yes"}, policy=policy, seconds=seconds))


@pytest.mark.parametrize("raw", NO_HTTP, ids=range(len(NO_HTTP)))
def test_nonsense_is_no_answer_and_breaks_nothing(raw: bytes) -> None:
    with answering(raw) as url:
        answer = ask(url)
    assert (answer.status, answer.problem) == (None, "protocol")


def test_an_answer_in_no_language_can_be_kept() -> None:
    with answering(OK + b"\r\n\xff\x00\xd8\x1b[31m<script>") as url:
        text = readable(ask(url).body)
    assert "\0" not in text
    assert text.encode().endswith(b"<script>")


def test_azures_wire_server_is_refused_however_it_is_spelled() -> None:
    for url in ("http://168.63.129.16/", "http://[::ffff:168.63.129.16]/", "http://2822734096/"):
        assert ask(url, Policy()).problem == "address"


@pytest.fixture
def receiver() -> Iterator[Receiver]:
    with receiving() as one:
        yield one


def resolving(monkeypatch: pytest.MonkeyPatch, answer: Callable[[str], str]) -> None:
    def getaddrinfo(host: Any, port: Any, *more: Any, **options: Any) -> list[Any]:
        name = host.decode() if isinstance(host, bytes) else host
        found = name if name[0].isdecimal() else answer(name)
        return [(socket.AF_INET, socket.SOCK_STREAM, 6, "", (found, int(port)))]

    monkeypatch.setattr(socket, "getaddrinfo", getaddrinfo)


def test_cyrillic_addresses_are_asked_for_as_http_spells_them(
    monkeypatch: pytest.MonkeyPatch, receiver: Receiver
) -> None:
    asked: list[str] = []
    resolving(monkeypatch, lambda name: asked.append(name) or "127.0.0.1")  # type: ignore[func-returns-value]
    policy = Policy(ports=(receiver.port,), allowed=LOOPBACK.allowed)
    assert ask(f"http://Пример.рф:{receiver.port}/крючок?a=%20&б=1", policy).status == 200
    (request,) = receiver.received
    assert request.path == "/%D0%BA%D1%80%D1%8E%D1%87%D0%BE%D0%BA?a=%20&%D0%B1=1"
    assert request.headers["Host"] == f"xn--e1afmkfd.xn--p1ai:{receiver.port}"
    assert asked == ["xn--e1afmkfd.xn--p1ai"]
    by_name = Policy(allowed=("пример.рф",))
    assert ask(f"http://пример.рф:{receiver.port}/", by_name).status == 200


def test_a_dead_name_server_holds_up_nobody_else(monkeypatch: pytest.MonkeyPatch, receiver: Receiver) -> None:
    """Neither other receivers, nor the pump that has to end."""
    released, hanging = threading.Event(), []

    def answer(name: str) -> str:
        if name == "dead.example":
            hanging.append(name)
            released.wait(30)
        return "127.0.0.1"

    resolving(monkeypatch, answer)

    async def many() -> list[Answer]:
        urls = ["http://dead.example/"] * 40 + [f"http://alive.example:{receiver.port}/"]
        policy = Policy(ports=(80, receiver.port), allowed=LOOPBACK.allowed)
        asked = (post(url, b"{}", {}, policy=policy, seconds=2.0) for url in urls)
        return await asyncio.gather(*asked)

    begun = time.monotonic()
    try:
        *dead, alive = asyncio.run(many())
        assert time.monotonic() - begun < 10
    finally:
        released.set()
    assert alive.status == 200
    assert {one.problem for one in dead} == {"timeout"}
    assert hanging == ["dead.example"]


@pytest.mark.parametrize("secret", ["whsec_пароль", "whsec_", "whsec_====", "пароль"])
def test_any_secret_signs_and_none_with_an_empty_key(secret: str) -> None:
    assert standard_key(secret) == secret.encode()
