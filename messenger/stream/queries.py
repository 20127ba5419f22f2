"""What the streams ask the database beside the visitors' snapshots; called in threads."""

from collections.abc import Sequence
from typing import NamedTuple

from django.db.models import Max

from messenger.models import Conversation, ConversationEvent, Message
from messenger.models.conversation import ACTIVE


class Newest(NamedTuple):
    """The highest ids there are: whether anything happened since one looked."""

    message: int
    event: int


def newest() -> Newest:
    message = Message.objects.aggregate(newest=Max("id"))["newest"]
    event = ConversationEvent.objects.aggregate(newest=Max("id"))["newest"]
    return Newest(message or 0, event or 0)


def successors(conversation_ids: Sequence[int]) -> dict[int, int]:
    """For closed conversations the one in which their contact goes on, where there is one."""
    closed = Conversation.objects.filter(pk__in=conversation_ids, status=Conversation.Status.CLOSED)
    contacts = dict(closed.values_list("id", "contact_id"))
    active = Conversation.objects.filter(status__in=ACTIVE, contact__in=set(contacts.values()))
    current = dict(active.values_list("contact_id", "id"))
    return {pk: current[contact] for pk, contact in contacts.items() if contact in current}
