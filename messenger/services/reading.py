"""Marks messages as read, on both sides."""

from collections.abc import Sequence
from datetime import datetime

from django.db.models import Q
from django.db.models.functions import Coalesce

from crm.models import User
from messenger.events import publish, publish_to_conversation
from messenger.lib import clock
from messenger.models import Conversation, Message


def mark_read_by_contact(
    *, conversation_id: int, last_message_id: int | None = None, message_ids: Sequence[int] = ()
) -> datetime:
    """Marks unread messages to the contact, up to an id or of these ids; earlier reading times stay.

    Returns the time of reading.
    """
    now = clock.now()
    wanted = Q(pk__in=message_ids) if last_message_id is None else Q(pk__lte=last_message_id)
    marked = Message.objects.filter(
        wanted, conversation=conversation_id, direction=Message.Direction.OUT, read_at__isnull=True
    ).update(read_at=now)
    if marked:
        publish_to_conversation({"type": "read", "conversation": conversation_id, "by": "contact"})
    return now


def mark_read_by_operator(*, conversation_id: int, operator: User) -> bool:
    """The operator has the conversation before their eyes: the first time it is opened, every time it is read.

    Counts only for the assignee, or for anyone while there is none: a colleague's look leaves it unread.
    Returns whether it counted; not where something arrived meanwhile.
    """
    now = clock.now()
    mine = Conversation.objects.filter(Q(assignee=operator) | Q(assignee__isnull=True), pk=conversation_id)
    row = mine.values_list(
        "branch_id", "assignee_id", "unread_count", "operator_read_up_to", "last_message_id"
    ).first()
    if row is None:
        return False
    branch_id, assignee_id, unread, read_up_to, last_id = row
    news = last_id is not None and (unread > 0 or read_up_to < last_id)
    if assignee_id is not None:
        mine.filter(assignee=operator).update(
            assignee_opened_at=Coalesce("assignee_opened_at", now),
            assignee_last_read_at=now,
            escalation_failed_at=None,
        )
    # Where something arrived since the look at the row nothing happens: the page will say "read" again for it.
    if not news:
        return True
    if not mine.filter(last_message_id=last_id).update(unread_count=0, operator_read_up_to=last_id):
        return False
    publish(
        {
            "type": "read",
            "conversation": conversation_id,
            "branch": branch_id,
            "assignee": assignee_id,
            "by": "operator",
        }
    )
    return True
