"""Operators correct who a contact is, and nobody overwrites what they didn't see: the visitor may do so at once."""

import uuid
from collections.abc import Mapping

from django.core.exceptions import ValidationError
from django.db import transaction
from django.utils.translation import gettext as _

from crm.models import User
from messenger.exceptions import Anonymized, ContactChanged, Invalid, NotFound
from messenger.models import Contact, Conversation, ConversationEvent
from messenger.services.change import change
from messenger.services.contact_details import FIELDS
from messenger.services.visitor_mail.shutting_out import shut_out_who_was_mailed
from messenger.services.visitors import latest_conversation


@transaction.atomic
def correct(
    *,
    contact_id: uuid.UUID,
    actor: User,
    values: Mapping[str, str],
    seen: Mapping[str, str],
    conversation_id: int | None = None,
) -> list[str]:
    """Stores what differs from `seen`, the values that the actor had before their eyes; the names of what changed.

    Of a field that somebody else changed meanwhile, to something else, ContactChanged tells; then nothing is stored.
    The timeline of the conversation at hand, or else of the last one, names the fields and not their values: those can
    be forgotten. Raises Invalid or NotFound.
    """
    conversation = _conversation(contact_id, conversation_id)
    contact = Contact.objects.select_for_update(no_key=True).filter(pk=contact_id).first()
    if contact is None:
        raise NotFound
    if contact.anonymized_at is not None:
        raise Anonymized
    wanted = _wanted(values, seen)
    _check_conflicts(contact, wanted, seen)
    news = {name: value for name, value in wanted.items() if getattr(contact, name) != value}
    if not news:
        return []
    for name, value in news.items():
        setattr(contact, name, value)
    _check(contact, set(news))
    contact.save(update_fields=list(news))
    if "email" in news:
        shut_out_who_was_mailed(contact_id)
    if conversation is not None:
        fields = {"fields": sorted(news)}
        change(conversation, kind=ConversationEvent.Kind.CONTACT_CHANGED, actor=actor, data=fields)
    return sorted(news)


def _conversation(contact_id: uuid.UUID, conversation_id: int | None) -> Conversation | None:
    """Locked, before the contact is."""
    if conversation_id is None:
        contact = Contact.objects.filter(pk=contact_id).first()
        last = latest_conversation(contact) if contact else None
        conversation_id = last.pk if last else None
    mine = Conversation.objects.filter(pk=conversation_id or 0, contact=contact_id)
    return mine.select_for_update(no_key=True).first()


def _wanted(values: Mapping[str, str], seen: Mapping[str, str]) -> dict[str, str]:
    said = {name: " ".join(values[name].split()) for name in FIELDS if name in values}
    return {name: value for name, value in said.items() if value != seen.get(name)}


def _check_conflicts(contact: Contact, wanted: Mapping[str, str], seen: Mapping[str, str]) -> None:
    current = {name: str(getattr(contact, name)) for name in FIELDS}
    changed = {name: current[name] for name in wanted if current[name] not in {seen.get(name), wanted[name]}}
    if changed:
        raise ContactChanged(changed)


def _check(contact: Contact, fields: set[str]) -> None:
    broken = {
        name: [_("The text has characters that can't be stored.")]
        for name in fields
        if "\0" in getattr(contact, name)
    }
    if broken:
        raise Invalid(broken)
    others = {field.name for field in Contact._meta.concrete_fields} - fields  # noqa: SLF001  (Django's own API)
    try:
        contact.clean_fields(exclude=others)
    except ValidationError as error:
        raise Invalid(error.message_dict) from error
