"""Whoever wants no mail gets none: the address in this inbox, whoever gave it, however often.

The refusal stands beside the contacts: it outlives them, and a contact that changes its address and back again.
"""

from django.db import transaction
from django.db.models import QuerySet

from messenger.lib import clock
from messenger.models import Contact, MailRefusal


def wants_no_mail(contact: Contact) -> bool:
    return _refusals(contact).exists()


@transaction.atomic
def unsubscribe(contact: Contact) -> bool:
    """Whether it is new; a repeat keeps the first time."""
    now, digest = clock.now(), MailRefusal.digest_of(contact.inbox_id, contact.email)
    refusal = MailRefusal(inbox_id=contact.inbox_id, digest=digest, created_at=now)
    MailRefusal.objects.bulk_create([refusal], ignore_conflicts=True)
    return bool(_mine(contact).filter(mail_unsubscribed_at=None).update(mail_unsubscribed_at=now))


@transaction.atomic
def subscribe(contact: Contact) -> None:
    """Whoever has the address takes their refusal back."""
    _refusals(contact).delete()
    _mine(contact).update(mail_unsubscribed_at=None)


def _refusals(contact: Contact) -> QuerySet[MailRefusal]:
    digest = MailRefusal.digest_of(contact.inbox_id, contact.email)
    return MailRefusal.objects.filter(inbox=contact.inbox_id, digest=digest)


def _mine(contact: Contact) -> QuerySet[Contact]:
    """As long as the contact has the address that it is about."""
    return Contact.objects.filter(pk=contact.pk, email=contact.email, anonymized_at=None)
