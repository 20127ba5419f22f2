"""What an anonymization would find, before anybody is asked to be sure."""

import uuid
from typing import NamedTuple

from django.db.models import Count, Sum

from messenger.exceptions import NotFound
from messenger.models import Contact, Conversation, DataExport, Message
from messenger.services.privacy import files, texts
from messenger.services.privacy.known import FIELDS


class Preview(NamedTuple):
    """`details` names the contact's fields that aren't empty; the numbers are of what is left to do."""

    contact: Contact
    details: list[str]
    conversations: int
    unfinished: int
    incoming: int
    notes: int
    comments: int
    answers: int
    attachments: int
    attachment_bytes: int
    sent: int
    sent_bytes: int
    exports: int


def preview(contact_id: uuid.UUID) -> Preview:
    """Counts; raises NotFound."""
    contact = Contact.objects.select_related("inbox", "region").filter(pk=contact_id).first()
    if contact is None:
        raise NotFound
    conversations = Conversation.objects.filter(contact=contact)
    ids = list(conversations.values_list("pk", flat=True))
    left = texts.to_redact(ids).order_by().values_list("direction").annotate(n=Count("pk"))
    directions = dict(left)
    own = files.attachments_to_delete(ids, sent=False)
    both = files.attachments_to_delete(ids, sent=True)
    own_bytes, all_bytes = (rows.aggregate(n=Sum("size"))["n"] or 0 for rows in (own, both))
    return Preview(
        contact=contact,
        details=[name for name in (*FIELDS, "locale") if getattr(contact, name)],
        conversations=len(ids),
        unfinished=conversations.unfinished().count(),
        incoming=directions.get("in", 0),
        notes=directions.get("internal", 0),
        comments=texts.comments_to_redact(ids).count(),
        answers=Message.objects.filter(conversation__in=ids, direction="out").count(),
        attachments=own.count(),
        attachment_bytes=own_bytes,
        sent=both.count() - own.count(),
        sent_bytes=all_bytes - own_bytes,
        exports=DataExport.objects.filter(contact=contact).count(),
    )
