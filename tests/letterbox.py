"""A mail server on loopback, as badly behaved as a test wants it."""

import asyncio
import email
import email.policy
import socket
import threading
from collections.abc import Iterator
from contextlib import contextmanager
from dataclasses import dataclass, field
from email.header import decode_header, make_header
from email.message import EmailMessage
from email.utils import parseaddr
from typing import Any

from aiosmtpd.controller import Controller


@dataclass
class Letter:
    """As it came: who it is for by the envelope, and the message."""

    to: list[str]
    message: EmailMessage
    raw: bytes = b""

    @property
    def sender(self) -> tuple[str, str]:
        """Name and address. Read by the older parser: the newer one puts a space between two encoded words."""
        name, address = parseaddr(email.message_from_bytes(self.raw)["From"])
        return str(make_header(decode_header(name))), address

    @property
    def subject(self) -> str:
        return str(self.message["Subject"])

    def part(self, kind: str) -> str:
        part = self.message.get_body((kind,))
        assert part is not None
        return str(part.get_content())

    @property
    def text(self) -> str:
        return self.part("plain")

    @property
    def html(self) -> str:
        return self.part("html")


@dataclass
class Letterbox:
    """`recipient` and `data` are what the server says to them; it holds each answer back for `slow` seconds."""

    port: int = 0
    recipient: str = "250 OK"
    data: str = "250 OK"
    slow: float = 0.0
    letters: list[Letter] = field(default_factory=list)
    arrived: threading.Condition = field(default_factory=threading.Condition)

    @property
    def only(self) -> Letter:
        (letter,) = self.letters
        return letter

    @property
    def mailers(self) -> dict[str, Any]:
        """For Django's settings."""
        options = {"host": "127.0.0.1", "port": self.port, "timeout": 2}
        return {"default": {"BACKEND": "django.core.mail.backends.smtp.EmailBackend", "OPTIONS": options}}

    @contextmanager
    def open(self) -> Iterator["Letterbox"]:
        """At the same port as the last time."""
        self.port = self.port or free_port()
        controller = Controller(Handler(self), hostname="127.0.0.1", port=self.port)
        controller.start()
        try:
            yield self
        finally:
            controller.stop()


class Handler:
    """What aiosmtpd asks; it looks at every attribute, and so gets an object of its own."""

    def __init__(self, letterbox: Letterbox) -> None:
        self._box = letterbox

    async def handle_RCPT(  # noqa: N802
        self, server: Any, session: Any, envelope: Any, address: str, options: Any
    ) -> str:
        await asyncio.sleep(self._box.slow)
        if self._box.recipient.startswith("250"):
            envelope.rcpt_tos.append(address)
        return self._box.recipient

    async def handle_DATA(self, server: Any, session: Any, envelope: Any) -> str:  # noqa: N802
        await asyncio.sleep(self._box.slow)
        message = email.message_from_bytes(envelope.content, policy=email.policy.default)
        with self._box.arrived:
            self._box.letters.append(Letter(list(envelope.rcpt_tos), message, envelope.content))
            self._box.arrived.notify_all()
        return self._box.data


def free_port() -> int:
    with socket.socket() as tried:
        tried.bind(("127.0.0.1", 0))
        return int(tried.getsockname()[1])
