"""What programs do through the REST API in the name of a user: the operators' own verbs, more strictly.

A program looks at no page: what an operator sees and leaves alone, it has to be told.
"""

import uuid
from collections.abc import Iterable, Sequence
from typing import Literal

from django.db import transaction
from django.utils.translation import gettext as _

from crm.models import User
from messenger.exceptions import Anonymized, Blocked, ConversationClosed, IdempotencyConflict
from messenger.models import Attachment, Message
from messenger.models.contact import Contact
from messenger.services import status
from messenger.services.posting import post_once_from_operator

Verb = Literal["resolve", "close", "reopen"]
_KEYS = uuid.UUID("5f0e0c5c-8f0a-4b53-9d0e-1c3a1f4f7a11")


def message_id_of(key: str, user: User) -> uuid.UUID:
    """The `client_message_id` that an idempotency key stands for: a new token of the same user repeats as well."""
    return uuid.uuid5(_KEYS, f"{user.pk} {key}")


@transaction.atomic
def post_answer(
    *,
    conversation_id: int,
    user: User,
    body: str,
    client_message_id: uuid.UUID | None,
    files: Sequence[Attachment] = (),
) -> tuple[Message, bool]:
    """Writes to the contact; whether the message was written now, or had been before.

    `files` are rows whose content is stored already (`attaching.stored`); a repeat has the same ones, or is a
    conflict. Errors as of `post_from_operator`, and Blocked or Anonymized: nobody is there to read it.
    """
    conversation = status.locked(conversation_id)
    earlier = Message.objects.filter(conversation=conversation, client_message_id=client_message_id)
    if client_message_id is None or not earlier.exists():
        _refuse_gone(Contact.objects.get(pk=conversation.contact_id))
    message, created = post_once_from_operator(
        conversation_id=conversation_id,
        operator=user,
        body=body,
        client_message_id=client_message_id,
        files=files,
    )
    if not created and _contents(files) != _contents(message.attachments.all()):
        raise IdempotencyConflict
    return message, created


def set_status(*, conversation_id: int, actor: User, verb: Verb) -> None:
    """A repeat changes nothing. ConversationClosed where what is closed shall be resolved; errors as of `reopen`."""
    if verb == "reopen":
        status.reopen(conversation_id=conversation_id, actor=actor)
    elif verb == "close":
        status.close(conversation_id=conversation_id, actor=actor)
    elif status.resolve(conversation_id=conversation_id, actor=actor).is_closed:
        raise ConversationClosed(_("The conversation is closed. Reopen it first."))


def _contents(files: Iterable[Attachment]) -> list[tuple[str, str]]:
    """What they are called and hold, in whichever order. The same picture is encoded to the same bytes."""
    return sorted((file.original_name, file.sha256) for file in files)


def _refuse_gone(contact: Contact) -> None:
    if contact.anonymized_at is not None:
        raise Anonymized(_("The client's personal data was removed: there is nobody to write to."))
    if contact.is_blocked:
        raise Blocked(_("The client is blocked."))
