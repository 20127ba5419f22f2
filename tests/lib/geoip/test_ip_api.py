"""The provider ip-api against a real server, and above all against a bad one."""

import json
import socket
import ssl
import threading
import time
from collections.abc import Callable
from contextlib import closing
from http.server import BaseHTTPRequestHandler
from typing import Any

import pytest

from messenger.lib.geoip import LookupFailed, Place, http
from messenger.lib.geoip.http import MAX_BYTES
from messenger.lib.geoip.ip_api import IpApi
from messenger.lib.geoip.workers import COUNT, workers
from tests.lib.geoip.server import (
    ADDRESS,
    SVERDLOVSK,
    UNKNOWN,
    Answer,
    FakeProvider,
    respond,
    say_nothing,
    trickle_body,
    trickle_headers,
)

# Far above the deadline of half a second, for a busy machine; far below what the slow answers would take.
SOON = 1.5


def ask(url: str, address: str = ADDRESS) -> Place | None:
    return IpApi(url, "ru", lambda seconds: None).locate(address)


def fails(url: str) -> LookupFailed:
    with pytest.raises(LookupFailed) as caught:
        ask(url)
    assert ADDRESS not in str(caught.value)
    return caught.value


def fails_soon(url: str) -> LookupFailed:
    started = time.monotonic()
    failure = fails(url)
    assert time.monotonic() - started < SOON
    return failure


def wait_for_all_workers() -> None:
    free = workers()._free
    assert all(free.acquire(timeout=5) for _ in range(COUNT))
    free.release(COUNT)


# --- A good provider ---------------------------------------------------------------------------------------


def test_place_that_is_known(server: FakeProvider) -> None:
    assert ask(server.url) == Place("RU", "Sverdlovsk Oblast", "SVE")


@pytest.mark.parametrize(
    "answer",
    [UNKNOWN, {"status": "fail"}, {"status": "success", "countryCode": "RU", "region": "", "regionName": ""}],
)
def test_place_that_is_known_to_be_unknown(server: FakeProvider, answer: object) -> None:
    server.answer = respond(answer)
    assert ask(server.url) is None


def test_nothing_but_the_address_is_sent(server: FakeProvider) -> None:
    server.answer = respond(SVERDLOVSK, Set_Cookie="visitor=1; Path=/")
    ask(server.url)
    ask(server.url)
    path = f"/json/{ADDRESS}?fields=status,message,countryCode,region,regionName&lang=ru"
    headers = {
        "Host": f"127.0.0.1:{server.server_port}", "User-Agent": "Messenger", "Accept": "application/json",
        "Accept-Encoding": "identity", "Connection": "close",
    }  # fmt: skip
    assert server.requests == [(path, headers)] * 2


def test_key_of_the_paid_service_is_kept(server: FakeProvider) -> None:
    ask(f"{server.url}?key=secret", "2a02:2698::1")
    assert server.requests[0].path.startswith("/json/2a02:2698::1?key=secret&fields=status,")


def test_proxies_of_the_environment_are_not_asked(
    server: FakeProvider, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setenv("http_proxy", "http://127.0.0.1:1")
    assert ask(server.url)


def test_https(server: FakeProvider, monkeypatch: pytest.MonkeyPatch) -> None:
    """With ciphers that need no certificate: one in the tests would run out some day."""
    url = server.speak_tls(without_certificates(ssl.PROTOCOL_TLS_SERVER))
    context = without_certificates(ssl.PROTOCOL_TLS_CLIENT)
    monkeypatch.setattr(http, "_tls", lambda: context)
    assert ask(url) == Place("RU", "Sverdlovsk Oblast", "SVE")


def without_certificates(protocol: int) -> ssl.SSLContext:
    context = ssl.SSLContext(protocol)
    context.check_hostname = False
    context.verify_mode = ssl.CERT_NONE
    context.maximum_version = ssl.TLSVersion.TLSv1_2
    context.set_ciphers("aNULL:@SECLEVEL=0")
    return context


def test_certificates_are_asked_for() -> None:
    assert http._tls().verify_mode == ssl.CERT_REQUIRED
    assert http._tls().check_hostname


# --- A bad one ---------------------------------------------------------------------------------------------


@pytest.mark.parametrize(
    "answer",
    [
        respond(SVERDLOVSK, 500),
        respond(SVERDLOVSK, 204),
        respond(b"<html>Welcome to the hotel's network</html>"),
        respond(b""),
        respond(b"\xff\xfe"),
        respond(b'{"status": "success", "region": "\xff"}'),
        respond([SVERDLOVSK]),
        respond(None),
        respond({"countryCode": "RU"}),
        respond({"status": "perhaps"}),
        respond(SVERDLOVSK | {"regionName": "Sverdlovsk\0Oblast"}),
        respond(SVERDLOVSK | {"region": "SVE\n"}),
        respond(SVERDLOVSK | {"status": 1}),
        respond(SVERDLOVSK | {"regionName": ["Sverdlovsk Oblast"]}),
        respond(SVERDLOVSK | {"region": None}),
        respond(b"[" * MAX_BYTES),
        lambda handler: handler.wfile.write(b"SSH-2.0-OpenSSH\r\n"),
        lambda handler: None,
    ],
)
def test_answer_that_is_none(server: FakeProvider, answer: Answer) -> None:
    server.answer = answer
    assert fails(server.url).is_breakage
    assert len(server.requests) == 1


def pour(handler: BaseHTTPRequestHandler) -> None:
    """Never ends."""
    handler.wfile.write(b"HTTP/1.0 200 OK\r\n\r\n")
    while True:
        handler.wfile.write(b" " * MAX_BYTES)


@pytest.mark.parametrize("answer", [respond(json.dumps(SVERDLOVSK).encode() + b" " * MAX_BYTES), pour])
def test_large_answer_is_not_taken(server: FakeProvider, answer: Answer) -> None:
    server.answer = answer
    assert fails(server.url).reason == "the answer is too large"


@pytest.mark.parametrize("status", [301, 302, 307, 308])
def test_redirect_is_not_followed(server: FakeProvider, status: int) -> None:
    server.answer = respond(SVERDLOVSK, status, Location=f"{server.url}elsewhere")
    assert fails(server.url).is_breakage
    assert len(server.requests) == 1


@pytest.mark.parametrize("answer", [say_nothing, trickle_headers, trickle_body])
def test_slow_answer_is_not_waited_for_and_holds_no_thread(server: FakeProvider, answer: Answer) -> None:
    server.answer = answer
    fails_soon(server.url)
    wait_for_all_workers()


def test_slow_handshake_is_not_waited_for_and_holds_no_thread() -> None:
    with closing(socket.create_server(("127.0.0.1", 0))) as silent:
        assert fails_soon(f"https://127.0.0.1:{silent.getsockname()[1]}/json/").is_breakage
        wait_for_all_workers()


def test_slow_name_server_is_not_waited_for_and_nothing_is_sent_later(
    server: FakeProvider, monkeypatch: pytest.MonkeyPatch
) -> None:
    found, look_up = threading.Event(), socket.getaddrinfo

    def look_up_slowly(*args: Any, **kwargs: Any) -> Any:
        found.wait(10)
        return look_up(*args, **kwargs)

    monkeypatch.setattr(socket, "getaddrinfo", look_up_slowly)
    assert fails_soon(server.url).is_breakage
    found.set()
    wait_for_all_workers()
    assert server.requests == []


def test_nobody_there() -> None:
    with closing(socket.create_server(("127.0.0.1", 0))) as gone:
        port = gone.getsockname()[1]
    assert fails_soon(f"http://127.0.0.1:{port}/json/").reason == "ConnectionRefusedError"


@pytest.mark.parametrize("host", ["no-such-host.invalid", "x" * 64, "a..b"])
def test_host_that_is_none(host: str) -> None:
    assert fails_soon(f"http://{host}/json/").is_breakage


# --- One that wants to be left alone -----------------------------------------------------------------------


@pytest.mark.parametrize(
    ("answer", "seconds"),
    [
        (respond(b"", 429, X_Ttl=17), [17]),
        (respond(b"", 429, X_Rl=0, X_Ttl=17), [17]),
        (respond(b"", 429), [60]),
        (respond(b"", 429, X_Ttl="soon"), [60]),
        (respond(b"", 429, X_Ttl="-5"), [60]),
        (respond(b"", 429, X_Ttl="0"), [1]),
        (respond(b"", 429, X_Ttl="9" * 8), [3600]),
        (respond(b"", 429, X_Ttl="9" * 5000), [60]),
        (respond(SVERDLOVSK, X_Rl=0, X_Ttl=17), [17]),
        (respond(SVERDLOVSK, X_Rl=1, X_Ttl=17), []),
        (respond(SVERDLOVSK, X_Ttl=17), []),
        (respond(SVERDLOVSK, 500, X_Rl=0, X_Ttl=17), [17]),
    ],
)
def test_pause_that_is_asked_for(server: FakeProvider, answer: Answer, seconds: list[int]) -> None:
    pauses: list[int] = []
    server.answer = answer
    outcome(IpApi(server.url, "ru", pauses.append).locate)
    assert pauses == seconds


def outcome(locate: Callable[[str], Place | None]) -> Place | None:
    try:
        return locate(ADDRESS)
    except LookupFailed:
        return None


def test_answer_that_is_the_last_one_for_now_is_an_answer(server: FakeProvider) -> None:
    server.answer = respond(SVERDLOVSK, X_Rl=0, X_Ttl=17)
    assert ask(server.url) == Place("RU", "Sverdlovsk Oblast", "SVE")


def test_provider_at_its_limit_is_not_broken(server: FakeProvider) -> None:
    server.answer = respond(b"", 429)
    assert not fails(server.url).is_breakage
