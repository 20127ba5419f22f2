"""Shuts visitors out, and lets them in again."""

import uuid

from django.db import transaction
from django.utils.translation import gettext as _

from crm.models import User
from messenger.exceptions import Invalid, NotFound
from messenger.models import Contact, Conversation, ConversationEvent
from messenger.services.change import change
from messenger.services.status import close_locked, locked
from messenger.services.visitors import latest_conversation

REASON_LENGTH = 500
Kind = ConversationEvent.Kind


@transaction.atomic
def block(
    *,
    contact_id: uuid.UUID,
    actor: User,
    reason: str,
    conversation_id: int | None = None,
    closes: bool = False,
) -> bool:
    """From now on the visitor can't write; whether it wasn't so already.

    The reason stands in the timeline of the conversation at hand and of the contact's last one, which `closes` ends.
    Raises Invalid without a reason, or NotFound.
    """
    text = _checked_reason(reason)
    last = _last(contact_id)
    if not _set(contact_id, actor, {conversation_id, last}, blocked=True, data={"reason": text}):
        return False
    if closes and last is not None:
        # Whoever sees the client may: the conversation to which they would come can be another branch's.
        close_locked(locked(last), actor=actor)
    return True


@transaction.atomic
def unblock(*, contact_id: uuid.UUID, actor: User, conversation_id: int | None = None) -> bool:
    """Lets the visitor write again; whether they were blocked."""
    return _set(contact_id, actor, {conversation_id, _last(contact_id)}, blocked=False, data={})


def _last(contact_id: uuid.UUID) -> int | None:
    """The conversation to which the visitor would come: their pages hear of it there."""
    contact = Contact.objects.filter(pk=contact_id).first()
    if contact is None:
        raise NotFound
    conversation = latest_conversation(contact)
    return conversation.pk if conversation else None


def _set(
    contact_id: uuid.UUID, actor: User, told: set[int | None], *, blocked: bool, data: dict[str, str]
) -> bool:
    """Conversations are locked before their contact, and in the order of their ids."""
    conversations = list(
        Conversation.objects.select_for_update(no_key=True)
        .filter(pk__in=[pk for pk in told if pk is not None], contact=contact_id)
        .order_by("pk")
    )
    done = Contact.objects.filter(pk=contact_id, is_blocked=not blocked).update(is_blocked=blocked)
    if not done:
        return False
    for conversation in conversations:
        change(conversation, kind=Kind.BLOCKED if blocked else Kind.UNBLOCKED, actor=actor, data=data)
    return True


def _checked_reason(reason: str) -> str:
    text = reason.strip()
    if not text:
        raise Invalid({"reason": [_("Say why, for your colleagues.")]})
    if len(text) > REASON_LENGTH:
        raise Invalid({"reason": [_("At most %(limit)d characters.") % {"limit": REASON_LENGTH}]})
    if "\0" in text:
        raise Invalid({"reason": [_("The text has characters that can't be stored.")]})
    return text
