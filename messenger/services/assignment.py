"""Chooses operators for conversations: the least loaded one who is there, and among equals who waited longest.

The database function `messenger_pick_operator` holds a lock per branch until the transaction ends and looks at the
loads in a statement of its own, so that two choices at the same moment never stand on the same stale load. Of 32
parallel starts without a lock all went to one operator, with SKIP LOCKED four out of five to nobody.
"""

from collections.abc import Collection
from typing import Any

from django.db import connection, transaction

from crm.models import Branch, User
from messenger.lib import clock
from messenger.models import Conversation, Inbox, Message
from messenger.models.agent_profile import DEFAULT_CAPACITY, lease
from messenger.services import hours, presence
from messenger.services.change import change

# From the queue an operator gets so many at a time: more come as these are opened. When a branch begins its day the
# first one to log in is not given all that waited overnight.
QUEUE_AT_ONCE = 3
QUEUE_BATCH = 500
_PICK = "SELECT messenger_pick_operator(%s, %s, %s, %s::bigint[], %s, %s)"


def assign(conversation: Conversation) -> User | None:
    """Gives a locked conversation of the visitor's to an operator of its branch; None where it has to wait.

    It waits outside of the inbox's working hours, and while nobody is there who could take one more.
    """
    if conversation.assignee_id is not None or not hours.is_open(conversation.inbox):
        return None
    operator = pick(conversation.branch_id)
    if operator is not None:
        give(conversation, operator, kind="assigned")
    return operator


def reassign(conversation: Conversation) -> None:
    """A visitor came back to what had ended: its operator goes on if they are there, else it is assigned anew."""
    assignee = conversation.assignee
    if assignee is None:
        assign(conversation)
        return
    open_now = hours.is_open(conversation.inbox)
    belongs_here = assignee.branch_id in {None, conversation.branch_id}
    if open_now and belongs_here and presence.is_available(assignee):
        return
    operator = pick(conversation.branch_id, excluded=[assignee.pk]) if open_now else None
    data = taken_from(assignee)
    if operator is None:
        give(conversation, None, kind="unassigned", data=data | {"outside_hours": not open_now})
    else:
        give(conversation, operator, kind="assigned", data=data)


def assign_waiting(*, branch: Branch) -> int:
    """Assigns what waits in the branch, the longest first; how many were assigned.

    Each in a transaction of its own; what somebody else works on is left to them. It ends with the first for which
    there is nobody: whoever is free is free for all of the branch, but for what they gave back
    themselves. What waits for hours to begin is left out from the start, so that a night's worth of it doesn't stand
    before another inbox's visitors.
    """
    waiting = Conversation.objects.waiting().filter(branch=branch)
    inboxes = Inbox.objects.filter(pk__in=waiting.order_by().values("inbox"))
    open_now = [one.pk for one in inboxes.prefetch_related("working_hours", "holidays") if hours.is_open(one)]
    if not open_now:
        return 0
    assigned = 0
    for pk in list(waiting.filter(inbox__in=open_now).values_list("pk", flat=True)[:QUEUE_BATCH]):
        outcome = _assign_from_queue(pk)
        if outcome == "nobody":
            break
        assigned += outcome == "assigned"
    return assigned


@transaction.atomic
def _assign_from_queue(conversation_id: int) -> str:
    conversation = locked_if(Conversation.objects.waiting().filter(pk=conversation_id))
    if conversation is None:
        return "gone"
    given_up = _given_back_by(conversation)
    operator = pick(conversation.branch_id, excluded=given_up, most_unopened=QUEUE_AT_ONCE)
    if operator is None:
        return "left" if given_up else "nobody"
    give(conversation, operator, kind="assigned")
    return "assigned"


def _given_back_by(conversation: Conversation) -> list[int]:
    """Who gave it back to the queue by hand: it would come to them again and again."""
    last = conversation.events.filter(kind__in=("assigned", "unassigned", "escalated", "transferred"))
    event = last.order_by("-pk").first()
    if event is None or event.kind != "unassigned" or event.actor_id is None:
        return []
    return [event.data["from"]]


def locked_if(conversations: Any) -> Conversation | None:
    """The conversation, locked, if it still is one of these and nobody else has it locked; with its inbox."""
    found: Conversation | None = (
        conversations.select_for_update(no_key=True, skip_locked=True, of=("self",))
        .select_related("inbox", "branch", "assignee")
        .first()
    )
    return found


def pick(branch_id: int, *, excluded: Collection[int] = (), most_unopened: int | None = None) -> User | None:
    """The operator of the branch whose turn it is; until the transaction ends nobody else picks in the branch.

    Candidates are active, online and seen within the lease, below their capacity and, if given, below
    `most_unopened` conversations that they have not opened yet.
    """
    now = clock.now()
    parameters: list[Any] = [branch_id, now, now - lease(), list(excluded), DEFAULT_CAPACITY, most_unopened]
    with connection.cursor() as cursor:
        cursor.execute(_PICK, parameters)
        (user_id,) = cursor.fetchone()
    return None if user_id is None else User.objects.get(pk=user_id)


def give(
    conversation: Conversation,
    operator: User | None,
    *,
    kind: str,
    actor: User | None = None,
    data: dict[str, Any] | None = None,
    **values: Any,
) -> None:
    """Makes the operator the assignee of a locked conversation: all of it is new to them.

    Without an operator it is left to whoever is free first.
    """
    to = {} if operator is None else {"to": operator.pk, "to_name": operator.display_name}
    change(
        conversation,
        kind=kind,
        actor=actor,
        data=to | (data or {}),
        assignee=operator,
        assignee_assigned_at=None if operator is None else clock.now(),
        assignee_opened_at=None,
        assignee_last_read_at=None,
        escalation_failed_at=None,
        unread_count=_incoming(conversation),
        **values,
    )


def taken_from(operator: User) -> dict[str, Any]:
    """For the timeline: who had the conversation before."""
    return {"from": operator.pk, "from_name": operator.display_name}


def _incoming(conversation: Conversation) -> int:
    return Message.objects.filter(conversation=conversation, direction=Message.Direction.IN).count()
