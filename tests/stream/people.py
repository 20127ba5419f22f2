"""Who talks over streams in the tests."""

from collections.abc import Callable
from typing import Any

from django.conf import settings
from django.test import Client

from crm.models import User
from messenger.models import Conversation, Message
from messenger.services.posting import post_from_operator
from messenger.utils import create_widget_session
from tests.stream.client import StreamClient
from tests.stream.server import StreamServer

VISITOR_PATH = "/api/widget/stream/"
OPERATOR_PATH = "/api/messenger/stream/"


type Open = Callable[..., StreamClient]


def log_in(user: User) -> str:
    """The cookie of a session of the user's."""
    client = Client()
    client.force_login(user)
    return client.cookies[settings.SESSION_COOKIE_NAME].value


def new_session(conversation: Conversation) -> str:
    """The session token of a browser of the conversation's visitor."""
    return create_widget_session(
        inbox_id=conversation.inbox_id,
        conversation_id=conversation.pk,
        contact_id=conversation.contact_id,
    )


class Listener:
    """Opens streams as the visitor of a conversation, from one browser."""

    def __init__(self, server: StreamServer, conversation: Conversation) -> None:
        self._server = server
        self._tokens = {
            "X-Widget-Token": conversation.inbox.widget_token,
            "X-Widget-Session": new_session(conversation),
        }

    def open(self, path: str = VISITOR_PATH, *, buffer: int = 0, **headers: Any) -> StreamClient:
        named = {name.replace("_", "-"): str(value) for name, value in headers.items()}
        return StreamClient(self._server.port, path, self._tokens | named, receive_buffer=buffer)

    def listen(self, since_id: int = 0, **headers: Any) -> StreamClient:
        """Opens a stream and reads `ready`."""
        client = self.open(f"{VISITOR_PATH}?since_id={since_id}", **headers)
        event = client.next()
        if event is None or event.name != "ready":
            raise AssertionError(f"{client.status} {event}")
        return client


def answer(operator: User, conversation: Conversation, text: str) -> Message:
    return post_from_operator(conversation_id=conversation.pk, operator=operator, body=text)
