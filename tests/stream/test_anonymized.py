"""Open streams of a client whose data was removed end at once."""

import pytest

from messenger.models import Conversation
from messenger.services.privacy.anonymize import anonymize
from tests.stream.people import Listener
from tests.stream.server import StreamServer

pytestmark = pytest.mark.django_db(transaction=True)


def test_stream_ends_and_is_not_opened_again(server: StreamServer, conversation: Conversation) -> None:
    listener = Listener(server, conversation)
    with listener.listen(conversation.last_message_id or 0) as client:
        anonymize(conversation.contact_id, redact_messages=True)
        assert client.next(seconds=3) is None
    with listener.open() as refused:
        assert (refused.status, refused.json()["code"]) == (401, "session_invalid")
