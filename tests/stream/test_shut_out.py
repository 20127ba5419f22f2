"""Who got a mail by mistake and has the chat open hears nothing more once the address is corrected."""

import pytest
from django.utils import timezone
from redis import Redis

from crm.models import User
from messenger.models import Contact, Conversation, VisitorMail
from messenger.services.contact_editing import correct
from messenger.services.privacy import sessions
from tests.stream.people import Listener
from tests.stream.server import StreamServer

pytestmark = pytest.mark.django_db(transaction=True)


def test_open_streams_end_and_are_not_opened_again(
    server: StreamServer,
    conversation: Conversation,
    operator: User,
    stream_redis: Redis,
    monkeypatch: pytest.MonkeyPatch,
) -> None:
    monkeypatch.setattr(sessions, "get_redis_connection", lambda alias: stream_redis)
    last = conversation.last_message_id or 0
    Contact.objects.filter(pk=conversation.contact_id).update(email="maria@example.org")
    VisitorMail.objects.create(
        conversation=conversation,
        from_message_id=1,
        up_to_message_id=2,
        state="sent",
        finished_at=timezone.now(),
    )
    listener = Listener(server, conversation)
    with listener.listen(last) as client:
        correct(
            contact_id=conversation.contact_id,
            actor=operator,
            values={"email": "mariya@example.org"},
            seen={"email": "maria@example.org"},
        )
        assert client.wait_for_end()
    with listener.open() as refused:
        assert (refused.status, refused.json()["code"]) == (401, "session_invalid")
