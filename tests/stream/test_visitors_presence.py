"""Whether a visitor is there can be told by their open stream, and by nobody else's."""

import pytest

from messenger.models import Conversation
from messenger.services.visitor_mail.missed import who_is_here
from tests.stream.people import Listener
from tests.stream.server import StreamServer

pytestmark = pytest.mark.django_db(transaction=True)


def test_a_visitor_is_here_as_long_as_their_stream_is_open(
    server: StreamServer, conversation: Conversation
) -> None:
    assert who_is_here([conversation.pk]) == set()
    with Listener(server, conversation).open() as client:
        client.next_of("ready")
        assert who_is_here([conversation.pk, conversation.pk + 1]) == {conversation.pk}
