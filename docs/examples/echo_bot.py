#!/usr/bin/env python3
"""A bot that answers with what the client wrote, and leaves the conversation to people when asked for an operator.

It needs nothing but Python 3.11. In the inbox's settings give it a webhook for `message.in` with a secret; make a
token with the scopes conversations:read, conversations:write and messages:write that acts as a user of its own.

    MESSENGER_URL=https://crm.example.com MESSENGER_TOKEN=msgr_… WEBHOOK_SECRET=whsec_… python3 echo_bot.py
"""

import base64
import hashlib
import hmac
import json
import logging
import os
import time
import urllib.error
import urllib.request
from http.server import BaseHTTPRequestHandler, ThreadingHTTPServer
from typing import Any

SECONDS = 300  # A request that was recorded and sent again later is refused.
LARGEST = 1_000_000
WORDS = ("operator", "human", "оператор", "человек")

logger = logging.getLogger("echo_bot")


class TryAgain(Exception):
    """The CRM can't answer now: the webhook will be repeated."""


def is_signed(headers: Any, body: bytes, secret: str, now: float) -> bool:
    """Standard Webhooks (https://www.standardwebhooks.com): the id, the time and the body, signed together."""
    stamp = headers.get("webhook-timestamp", "")
    if not stamp.isascii() or not stamp.isdigit() or abs(now - int(stamp)) > SECONDS:
        return False
    key = base64.b64decode(secret[6:]) if secret.startswith("whsec_") else secret.encode()
    signed = f"{headers.get('webhook-id', '')}.{stamp}.".encode() + body
    expected = b"v1," + base64.b64encode(hmac.new(key, signed, hashlib.sha256).digest())
    # There may be several, while a secret is being changed.
    given = headers.get("webhook-signature", "").encode().split(b" ")
    return any(hmac.compare_digest(expected, one) for one in given)


class Messenger:
    """The REST API, as far as the bot needs it."""

    def __init__(self, url: str, token: str) -> None:
        self.url = f"{url.rstrip('/')}/api/messenger/v1/"
        self.token = token
        self.own_id: int = self.ask("GET", "token/")["acts_as"]["id"]

    def ask(self, method: str, path: str, body: Any = None, **headers: str) -> Any:
        """None where the CRM says that it can't be done, such as in a closed conversation."""
        request = urllib.request.Request(  # noqa: S310  (the address is the administrator's own)
            self.url + path,
            method=method,
            data=None if body is None else json.dumps(body).encode(),
            headers={"Authorization": f"Bearer {self.token}", "Content-Type": "application/json", **headers},
        )
        try:
            with urllib.request.urlopen(request, timeout=10) as answer:  # noqa: S310
                return json.load(answer)
        except urllib.error.HTTPError as error:
            code = error.read().decode(errors="replace")
            logger.warning("%s %s: %s %s", method, path, error.code, code)
            if error.code in (401, 403, 429) or error.code >= 500:
                raise TryAgain from error
            return None
        except OSError as error:
            raise TryAgain from error

    def answer(self, message: dict[str, Any], webhook_id: str) -> None:
        """As long as no operator has opened the conversation. A repeat of the webhook writes nothing twice."""
        path = f"conversations/{message['conversation_id']}/"
        conversation = self.ask("GET", path)
        if conversation is None or self._is_theirs(conversation):
            return
        text = message["body"]
        wants_human = any(word in text.lower() for word in WORDS)
        reply = "One moment, a colleague will answer." if wants_human else f"You wrote: {text[:1900]}"
        written = self.ask("POST", f"{path}messages/", {"body": reply}, **{"Idempotency-Key": webhook_id})
        if written and wants_human:
            # Who answers has the conversation: the bot gives it back to the queue.
            self.ask("POST", f"{path}assign/", {"assignee": None, "expected_assignee": self.own_id})

    def _is_theirs(self, conversation: dict[str, Any]) -> bool:
        assignee = conversation["assignee"]
        return bool(assignee and assignee["id"] != self.own_id and conversation["assignee_opened_at"])


class Receiver(BaseHTTPRequestHandler):
    messenger: Messenger
    secret: str

    def do_POST(self) -> None:
        self._finish(self._receive())

    def _receive(self) -> int:
        length = self.headers.get("Content-Length", "")
        if not length.isdigit() or int(length) > LARGEST:
            return 413
        body = self.rfile.read(int(length))
        if not is_signed(self.headers, body, self.secret, time.time()):
            return 401
        said = json.loads(body)
        if said["event"] == "message.in":
            try:
                self.messenger.answer(said["message"], self.headers["webhook-id"])
            except TryAgain:
                return 503
        return 204

    def _finish(self, status: int) -> None:
        self.send_response(status)
        self.send_header("Content-Length", "0")
        self.end_headers()

    def log_message(self, format: str, *args: Any) -> None:
        logger.info(format, *args)


def main() -> None:
    logging.basicConfig(level=logging.INFO)
    Receiver.secret = os.environ["WEBHOOK_SECRET"]
    Receiver.messenger = Messenger(os.environ["MESSENGER_URL"], os.environ["MESSENGER_TOKEN"])
    # Behind a proxy with HTTPS: what clients write goes over the network.
    address = (os.environ.get("HOST", "127.0.0.1"), int(os.environ.get("PORT", "8090")))
    with ThreadingHTTPServer(address, Receiver) as server:
        logger.info("Listening on %s:%s", *server.server_address)
        server.serve_forever()


if __name__ == "__main__":
    main()
