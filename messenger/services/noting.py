"""Internal notes: lines of the timeline that only colleagues read.

A note is no answer. Of the conversation's row it takes the lock, so that ids become visible in order, and changes
nothing: neither what is unread and who waits, nor the last message, nor the version by which visitors' polls are
answered from the cache. Whatever the visitor's side asks for is the same before and after.
"""

import uuid
from collections.abc import Sequence

from django.db import IntegrityError, transaction

from crm.models import User
from messenger.events import publish, publish_mention
from messenger.exceptions import IdempotencyConflict, NotFound
from messenger.lib import clock
from messenger.models import Attachment, Conversation, Mention, Message
from messenger.services.mentioning import mentioned_in
from messenger.services.status import locked
from messenger.services.text import check_body

INTERNAL = Message.Direction.INTERNAL


def add_note(
    *,
    conversation_id: int,
    author: User,
    body: str,
    client_message_id: uuid.UUID | None = None,
    files: Sequence[Attachment] = (),
) -> Message:
    """Stores a note, in a closed conversation as well, and tells the colleagues whom it names.

    Raises Invalid, also where it names somebody who may not see the conversation; NotFound or IdempotencyConflict.
    A repeat returns the first note and tells nobody again.
    """
    text = check_body(body, may_be_empty=bool(files))
    try:
        with transaction.atomic():
            conversation = locked(conversation_id)
            if repeated := _repeated(conversation_id, author, text, client_message_id):
                return repeated
            if not conversation.is_visible_to(author):
                raise NotFound
            mentioned = mentioned_in(text, conversation=conversation, author=author)
            return _write(conversation, author, text, client_message_id, files, mentioned)
    except IntegrityError:
        repeated = _repeated(conversation_id, author, text, client_message_id)
        if repeated is None:
            raise
        return repeated


def _write(
    conversation: Conversation,
    author: User,
    text: str,
    client_message_id: uuid.UUID | None,
    files: Sequence[Attachment],
    mentioned: Sequence[User],
) -> Message:
    moment = clock.set_moment()
    note = Message.objects.create(
        conversation=conversation,
        direction=INTERNAL,
        body=text,
        sender_user=author,
        client_message_id=client_message_id,
        **({"created_at": moment} if moment else {}),
    )
    for attachment in files:
        attachment.message = note
    Attachment.objects.bulk_create(files)
    Mention.objects.bulk_create(Mention(message=note, user=user) for user in mentioned)
    _announce(conversation, note, mentioned)
    return note


def _announce(conversation: Conversation, note: Message, mentioned: Sequence[User]) -> None:
    author_id = note.sender_user_id or 0
    publish(
        {
            "type": "message",
            "conversation": conversation.pk,
            "branch": conversation.branch_id,
            "assignee": conversation.assignee_id,
            "message": note.pk,
            "direction": INTERNAL.value,
            "by": "operator",
            "actor": author_id,
        }
    )
    for user in mentioned:
        publish_mention(conversation_id=conversation.pk, user_id=user.pk, actor_id=author_id)


def _repeated(
    conversation_id: int, author: User, text: str, client_message_id: uuid.UUID | None
) -> Message | None:
    if client_message_id is None:
        return None
    earlier = Message.objects.filter(
        conversation=conversation_id, client_message_id=client_message_id
    ).first()
    if earlier and (earlier.body, earlier.sender_user_id, earlier.direction) != (text, author.pk, INTERNAL):
        raise IdempotencyConflict
    return earlier
