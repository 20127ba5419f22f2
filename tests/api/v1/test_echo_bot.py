"""The example bot of docs/: it gets a signed webhook, and its answer arrives in the conversation."""

import base64
import hashlib
import hmac
import json
import os
import socket
import subprocess
import sys
import time
import uuid
from collections.abc import Iterator
from pathlib import Path

import httpx
import pytest
from django.conf import settings

from crm.models import User
from crm.servers.base import free_port
from messenger.models import Conversation, Message
from messenger.services import status
from tests.api.v1.rest import make_token
from tests.stream.server import StreamServer, stream_server

pytestmark = pytest.mark.django_db(transaction=True)
BOT = Path(settings.BASE_DIR) / "docs" / "examples" / "echo_bot.py"
KEY = b"a key of the inbox's webhook"
SECRET = f"whsec_{base64.b64encode(KEY).decode()}"


@pytest.fixture
def server(tmp_path: Path, db: None) -> Iterator[StreamServer]:
    redis = {"REDIS_URL": os.environ["REDIS_URL"]}
    with stream_server(tmp_path, "crm.asgi:application", **redis) as running:
        yield running


@pytest.fixture
def bot(server: StreamServer, robot: User, tmp_path: Path) -> Iterator[str]:
    """Its address."""
    User.objects.filter(pk=robot.pk).update(is_superuser=True)
    port = free_port()
    environment = {
        "MESSENGER_URL": f"http://127.0.0.1:{server.port}",
        "MESSENGER_TOKEN": make_token(robot)[0],
        "WEBHOOK_SECRET": SECRET,
        "PORT": str(port),
    }
    log = tmp_path / "bot.log"
    # Without the packages of the project: it must run with Python alone.
    command = [sys.executable, "-I", "-S", str(BOT)]
    with log.open("wb") as output, subprocess.Popen(command, env=environment, stderr=output) as process:
        try:
            wait_for(port, process, log)
            yield f"http://127.0.0.1:{port}/"
        finally:
            process.terminate()


def wait_for(port: int, process: subprocess.Popen[bytes], log: Path) -> None:
    for _ in range(400):
        if process.poll() is not None:
            break
        try:
            socket.create_connection(("127.0.0.1", port), 1).close()
        except OSError:
            time.sleep(0.05)
        else:
            return
    raise AssertionError(log.read_text())


class Sender:
    """Sends webhooks as the contract has them."""

    def __init__(self, url: str, conversation: Conversation) -> None:
        self.url, self.conversation = url, conversation

    def send(self, text: str, *, webhook_id: str = "", age: int = 0, key: bytes = KEY) -> int:
        body = self._body(text)
        webhook_id = webhook_id or f"msg_{uuid.uuid4().hex}"
        stamp = str(int(time.time()) - age)
        digest = hmac.new(key, f"{webhook_id}.{stamp}.".encode() + body, hashlib.sha256).digest()
        signature = f"v1,{base64.b64encode(digest).decode()}"
        headers = {
            "Content-Type": "application/json",
            "webhook-id": webhook_id,
            "webhook-timestamp": stamp,
            "webhook-signature": f"v1,AAAA {signature}",
        }
        return httpx.post(self.url, content=body, headers=headers, timeout=20).status_code

    def _body(self, text: str) -> bytes:
        one = self.conversation
        message = {"id": 1, "conversation_id": one.pk, "direction": "in", "body": text}
        about = {"id": one.pk, "inbox_id": one.inbox_id, "branch_id": one.branch_id, "status": one.status}
        return json.dumps({"event": "message.in", "message": message, "conversation": about}).encode()

    def answers(self) -> list[str]:
        found = Message.objects.filter(conversation=self.conversation, direction="out")
        return list(found.order_by("pk").values_list("body", flat=True))


@pytest.fixture
def sender(bot: str, conversation: Conversation) -> Sender:
    return Sender(bot, conversation)


def test_it_answers_once_and_hands_over_when_asked(sender: Sender, robot: User, operator: User) -> None:
    assert [sender.send("Hello?", webhook_id="msg_1") for _ in range(2)] == [204, 204]
    assert sender.answers() == ["You wrote: Hello?"]
    sender.conversation.refresh_from_db()
    assert sender.conversation.assignee == robot
    assert sender.send("An operator, please") == 204
    sender.conversation.refresh_from_db()
    assert (sender.conversation.assignee_id, len(sender.answers())) == (None, 2)
    status.take(conversation_id=sender.conversation.pk, operator=operator)
    assert sender.send("Thank you") == 204
    assert len(sender.answers()) == 2


def test_it_believes_no_stranger_and_survives_what_is_over(sender: Sender, robot: User) -> None:
    assert sender.send("Hello?", key=b"another") == 401
    assert sender.send("Hello?", age=600) == 401
    status.close(conversation_id=sender.conversation.pk, actor=robot)
    assert sender.send("Hello?") == 204
    assert sender.answers() == []
