"""Whoever wants no mail gets none: the address in this inbox, whoever gave it."""

from django.db.models.functions import Lower

from messenger.lib import clock
from messenger.models import Contact


def wants_no_mail(contact: Contact) -> bool:
    """Whether the address said so, as this contact or as another one of the inbox."""
    same = Contact.objects.alias(address=Lower("email")).filter(
        inbox=contact.inbox_id, address=contact.email.lower(), mail_unsubscribed_at__isnull=False
    )
    return same.exists()


def unsubscribe(contact: Contact) -> bool:
    """Whether it is new; a repeat keeps the first time. Another address of the contact would begin anew."""
    mine = Contact.objects.filter(
        pk=contact.pk, email=contact.email, mail_unsubscribed_at=None, anonymized_at=None
    )
    return bool(mine.update(mail_unsubscribed_at=clock.now()))
