"""Requests to hostile addresses, by the real client against real servers on loopback."""

import asyncio
import ipaddress
import socket
import ssl
import time
from collections.abc import Callable, Iterator
from contextlib import suppress
from datetime import UTC, datetime, timedelta
from http.server import BaseHTTPRequestHandler
from pathlib import Path
from typing import Any

import pytest
from cryptography import x509
from cryptography.hazmat.primitives import hashes
from cryptography.hazmat.primitives.asymmetric import ec
from cryptography.hazmat.primitives.serialization import Encoding, NoEncryption, PrivateFormat
from cryptography.x509.oid import NameOID

from messenger.lib.outbound import Answer, Policy, post
from tests.receiver import Receiver, receiving

PEM = Encoding.PEM
LOOPBACK = Policy(allowed=("127.0.0.0/8",))
STRICT = Policy()


def ask(url: str, policy: Policy = LOOPBACK, seconds: float = 5.0) -> Answer:
    return asyncio.run(post(url, b'{"event": "test"}', {"X-Test": "yes"}, policy=policy, seconds=seconds))


@pytest.fixture
def receiver() -> Iterator[Receiver]:
    with receiving() as one:
        yield one


def test_a_request_arrives_as_it_was_sent(receiver: Receiver) -> None:
    answer = ask(receiver.url)
    assert (answer.status, answer.body, answer.problem) == (200, b"ok", None)
    (request,) = receiver.received
    assert (request.path, request.body) == ("/hook", b'{"event": "test"}')
    assert request.headers["X-Test"] == "yes"
    assert request.headers["Host"] == f"127.0.0.1:{receiver.port}"


@pytest.mark.parametrize(
    "url",
    [
        "http://127.0.0.1/",
        "http://127.8.8.8/",
        "http://0.0.0.0/",
        "http://10.1.2.3/",
        "http://172.16.0.1/",
        "http://192.168.1.1/",
        "http://100.64.0.1/",
        "http://169.254.169.254/latest/meta-data/",
        "http://224.0.0.1/",
        "http://255.255.255.255/",
        "http://[::1]/",
        "http://[::]/",
        "http://[fe80::1]/",
        "http://[fd00:ec2::254]/",
        "http://[::ffff:127.0.0.1]/",
        "http://[::ffff:169.254.169.254]/",
        "http://[::127.0.0.1]/",
        "http://[64:ff9b::7f00:1]/",
        "http://[64:ff9b:1::a00:1]/",
        "http://[2002:7f00:1::]/",
        "http://localhost/",
        "http://2130706433/",
        "http://0x7f.1/",
        "http://017700000001/",
    ],
)
def test_addresses_that_are_not_public_are_refused(url: str) -> None:
    answer = ask(url, STRICT)
    assert answer.status is None
    assert answer.problem in {"address", "unknown_host"}


@pytest.mark.parametrize(
    ("url", "problem"),
    [
        ("ftp://example.com/", "url"),
        ("file:///etc/passwd", "url"),
        ("http:///path", "url"),
        ("https://user:secret@example.com/", "url"),
        ("http://example.com:99999/", "url"),
        ("http://[::1", "url"),
        ("", "url"),
        ("http://example.com:22/", "port"),
        ("http://8.8.8.8:6379/", "port"),
        ("http://no-such-host.invalid/", "unknown_host"),
        (f"http://{'a' * 70}.example/", "unknown_host"),
    ],
)
def test_what_is_no_web_address_is_refused(url: str, problem: str) -> None:
    assert ask(url, STRICT).problem == problem


def answers_of(monkeypatch: pytest.MonkeyPatch, *answers: list[str]) -> list[str]:
    """The system's resolver gives these, one after the other; what was asked."""
    asked: list[str] = []

    def getaddrinfo(host: Any, port: Any, *more: Any, **options: Any) -> list[Any]:
        name = host.decode() if isinstance(host, bytes) else host
        with suppress(ValueError, OSError):
            socket.inet_aton(name)
            return [(socket.AF_INET, socket.SOCK_STREAM, 6, "", (name, int(port)))]
        asked.append(name)
        found = answers[min(len(asked), len(answers)) - 1]
        return [(socket.AF_INET, socket.SOCK_STREAM, 6, "", (one, int(port))) for one in found]

    monkeypatch.setattr(socket, "getaddrinfo", getaddrinfo)
    return asked


def test_a_name_that_changes_its_address_is_asked_for_once(
    monkeypatch: pytest.MonkeyPatch, receiver: Receiver
) -> None:
    """DNS rebinding: allowed at the check, private at the connection."""
    asked = answers_of(monkeypatch, ["127.0.0.2"], ["127.0.0.1"])
    answer = ask(
        f"http://rebinding.example:{receiver.port}/hook",
        Policy(ports=(receiver.port,), allowed=("127.0.0.2",)),
    )
    # The server listens on 127.0.0.1 alone: where the second look-up was believed it would have been reached.
    assert answer.problem == "unreachable"
    assert receiver.received == []
    assert asked == ["rebinding.example"]


def test_one_private_address_among_public_ones_refuses_all(monkeypatch: pytest.MonkeyPatch) -> None:
    answers_of(monkeypatch, ["93.184.215.14", "10.0.0.1"])
    assert ask("http://mixed.example/", STRICT).problem == "address"


def test_a_private_name_is_refused_whatever_it_is_called(
    monkeypatch: pytest.MonkeyPatch, receiver: Receiver
) -> None:
    answers_of(monkeypatch, ["127.0.0.1"])
    policy = Policy(ports=(receiver.port,))
    assert ask(f"http://public-looking.example:{receiver.port}/", policy).problem == "address"
    assert receiver.received == []


def test_a_host_on_the_list_may_be_private(monkeypatch: pytest.MonkeyPatch, receiver: Receiver) -> None:
    answers_of(monkeypatch, ["127.0.0.1"])
    policy = Policy(allowed=("n8n.internal",))
    assert ask(f"http://N8N.internal:{receiver.port}/hook", policy).status == 200


def redirect(handler: BaseHTTPRequestHandler) -> None:
    handler.send_response(307)
    handler.send_header("Location", "http://169.254.169.254/")
    handler.send_header("Content-Length", "0")
    handler.end_headers()


def test_redirects_are_not_followed() -> None:
    with receiving(redirect) as receiver:
        answer = ask(receiver.url)
    assert (answer.status, answer.is_success) == (307, False)
    assert len(receiver.received) == 1


def drip(handler: BaseHTTPRequestHandler) -> None:
    """A byte now and then: no single read is slow."""
    handler.send_response(200)
    handler.end_headers()
    with suppress(OSError):
        for _ in range(200):
            handler.wfile.write(b".")
            handler.wfile.flush()
            time.sleep(0.05)


def flood(handler: BaseHTTPRequestHandler) -> None:
    handler.send_response(200)
    handler.end_headers()
    with suppress(OSError):
        while True:
            handler.wfile.write(b"x" * 65_536)


def silence(handler: BaseHTTPRequestHandler) -> None:
    time.sleep(2)


def nonsense(handler: BaseHTTPRequestHandler) -> None:
    handler.wfile.write(b"\x00\xff garbage\r\n\r\n")


@pytest.mark.parametrize("behave", [drip, silence])
def test_slow_answers_are_cut_off(behave: Callable[[BaseHTTPRequestHandler], None]) -> None:
    with receiving(behave) as receiver:
        answer = ask(receiver.url, seconds=0.6)
    assert answer.problem == "timeout"
    assert answer.seconds < 2


def test_of_an_endless_answer_little_is_read() -> None:
    with receiving(flood) as receiver:
        answer = ask(receiver.url)
    assert (answer.status, len(answer.body)) == (200, 65_536)


def test_what_is_no_http_is_no_answer() -> None:
    with receiving(nonsense) as receiver:
        assert ask(receiver.url).problem == "protocol"


def test_nobody_listens() -> None:
    with socket.socket() as unused:
        unused.bind(("127.0.0.1", 0))
        assert ask(f"http://127.0.0.1:{unused.getsockname()[1]}/").problem == "unreachable"


def self_signed() -> bytes:
    key = ec.generate_private_key(ec.SECP256R1())
    name = x509.Name([x509.NameAttribute(NameOID.COMMON_NAME, "127.0.0.1")])
    now = datetime.now(UTC)
    address = x509.SubjectAlternativeName([x509.IPAddress(ipaddress.ip_address("127.0.0.1"))])
    certificate = (
        x509.CertificateBuilder(
            name, name, key.public_key(), x509.random_serial_number(), now, now + timedelta(1)
        )
        .add_extension(address, critical=False)
        .sign(key, hashes.SHA256())
    )
    return certificate.public_bytes(PEM) + key.private_bytes(PEM, PrivateFormat.PKCS8, NoEncryption())


def test_a_certificate_nobody_vouches_for_is_refused(tmp_path: Path) -> None:
    pem = tmp_path / "self-signed.pem"
    pem.write_bytes(self_signed())
    tls = ssl.SSLContext(ssl.PROTOCOL_TLS_SERVER)
    tls.load_cert_chain(pem)
    with receiving(tls=tls) as receiver:
        assert ask(receiver.url).problem == "certificate"
        assert receiver.received == []
