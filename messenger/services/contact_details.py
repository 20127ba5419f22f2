"""What visitors tell of themselves in the widget's forms, and what they agree to."""

import uuid
from collections.abc import Mapping
from typing import Any

from django.db import transaction
from django.db.models import F
from django.utils.translation import gettext as _

from messenger.exceptions import Blocked, Invalid, SessionInvalid
from messenger.models import Consent, Contact, Conversation, Inbox
from messenger.services.change import change

FIELDS = ("name", "email", "phone")


@transaction.atomic
def give_details(
    *,
    conversation_id: int,
    contact_id: uuid.UUID,
    details: Mapping[str, str],
    consents: bool,
    shown_text: str = "",
) -> Contact:
    """Stores what was said in the contact, and the consent with its text and time; what is empty was not said.

    Who they say they are stays a claim: it opens nobody's conversation. Raises Invalid where nothing was said, or
    before the consent that the inbox asks for, or where `shown_text` is not what the inbox asks for; Blocked; or
    SessionInvalid where the conversation is gone.
    """
    conversation = (
        Conversation.objects.select_for_update(no_key=True, of=("self",))
        .select_related("inbox")
        .filter(pk=conversation_id, contact=contact_id)
        .first()
    )
    # Under the conversation's lock, which whoever anonymizes the contact holds meanwhile.
    contact = Contact.objects.select_for_update(no_key=True).filter(pk=contact_id).first()
    if conversation is None or contact is None or contact.anonymized_at is not None:
        raise SessionInvalid
    conversation.contact = contact
    if contact.is_blocked:
        raise Blocked
    if consents and shown_text and shown_text != conversation.inbox.privacy_text:
        raise Invalid({"consent": [_("The text has changed. Please reload the page and read it again.")]})
    if conversation.inbox.consent_required and not consents:
        require_consent(contact_id)
    said = {name: details[name] for name in FIELDS if details.get(name)}
    if not said and not consents:
        raise Invalid({name: [_("This field is required.")] for name in FIELDS[:1]})
    news = {name: value for name, value in said.items() if getattr(contact, name) != value}
    if news:
        for name, value in news.items():
            setattr(contact, name, value)
        contact.save(update_fields=list(news))
        # The values stay out of the timeline, which is never changed: they can be forgotten.
        change(conversation, kind="details_given", actor=None, data={"fields": sorted(news)})
    if consents and not has_consented(contact_id):
        _record_consent(conversation)
    return contact


def has_consented(contact_id: uuid.UUID) -> bool:
    """Whether the visitor agreed to the privacy text as it reads now."""
    current = {"text": F("contact__inbox__privacy_text"), "url": F("contact__inbox__privacy_url")}
    return Consent.objects.filter(contact=contact_id, **current).exists()


def require_consent(contact_id: uuid.UUID) -> None:
    """Raises Invalid for who has still to agree."""
    if not has_consented(contact_id):
        raise Invalid({"consent": [_("Please agree to the processing of your data first.")]})


def _record_consent(conversation: Conversation) -> None:
    inbox: Inbox = conversation.inbox
    if not inbox.privacy_text:
        return
    Consent.objects.create(contact=conversation.contact, text=inbox.privacy_text, url=inbox.privacy_url)
    change(conversation, kind="consented", actor=None)


def asked_before(inbox: Inbox, contact: Contact) -> dict[str, str]:
    """What the widget's form asks for before the first message: `required` or `optional` by field."""
    return {name: how for name, how in inbox.prechat_fields.items() if not getattr(contact, name)}


def wanted_while_away(contact: Contact) -> list[str]:
    """What is asked for while nobody is there, so that an answer finds the visitor later."""
    if contact.email or contact.phone:
        return []
    return ["email"] if contact.name else ["name", "email"]


def to_public(contact: Contact, *, has_consented: bool) -> dict[str, Any]:
    return {name: getattr(contact, name) for name in FIELDS} | {"consent": has_consented}
