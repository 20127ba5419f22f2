"""Makes clients anonymous who have been silent for as long as their inbox says."""

import calendar
import logging
import math
import uuid
from datetime import datetime

from django.db import DatabaseError, transaction
from django.db.models import Exists, OuterRef, Q

from crm.audit import record
from messenger.exceptions import MessengerError
from messenger.lib import clock
from messenger.lib.budget import Budget
from messenger.models import Contact, Conversation, Inbox
from messenger.models.contact import ContactQuerySet
from messenger.models.conversation import UNFINISHED
from messenger.services.privacy.anonymize import anonymize

# A century: what a form allows, and the calendar can hold.
MOST_MONTHS = 1_200

logger = logging.getLogger(__name__)


def forget_silent(*, limit: int, seconds: float = math.inf) -> int:
    """Anonymizes at most `limit` clients, with their messages and files, and none more once `seconds` are over.

    Each is a transaction of its own, so that a run that was cut short has done what it did. Inboxes share the limit:
    one with a hundred thousand to forget holds nobody else's up.
    """
    inboxes = list(Inbox.objects.filter(anonymize_after_months__isnull=False))
    budget = Budget(seconds)
    return sum(_forget_of_inbox(inbox, max(1, limit // len(inboxes)), budget) for inbox in inboxes)


def silent(inbox: Inbox) -> ContactQuerySet:
    """Clients of the inbox who last wrote, were written to, or came longer ago than it keeps their data.

    With an unfinished conversation nobody is silent. Blocked ones stay, so that they stay blocked.
    """
    before = months_before(clock.now(), inbox.anonymize_after_months or MOST_MONTHS)
    alive = Conversation.objects.filter(
        Q(last_message_at__gte=before) | Q(status__in=UNFINISHED), contact=OuterRef("pk")
    )
    contacts = Contact.objects.filter(inbox=inbox, anonymized_at__isnull=True, is_blocked=False)
    unseen = contacts.filter(Q(last_seen_at__lt=before) | Q(last_seen_at__isnull=True), created_at__lt=before)
    return unseen.exclude(Exists(alive))


def months_before(moment: datetime, months: int) -> datetime:
    """The same day of an earlier month, or that month's last."""
    year, month = divmod(moment.year * 12 + moment.month - 1 - min(months, MOST_MONTHS), 12)
    last = calendar.monthrange(year, month + 1)[1]
    return moment.replace(year=year, month=month + 1, day=min(moment.day, last))


def _forget_of_inbox(inbox: Inbox, limit: int, budget: Budget) -> int:
    count = 0
    try:
        for pk in list(silent(inbox).order_by("last_seen_at", "pk").values_list("pk", flat=True)[:limit]):
            if budget.is_spent:
                break
            count += _forget(pk, inbox)
    finally:
        if count:
            record(None, "anonymized", target=inbox, clients=count, after_months=inbox.anonymize_after_months)
    return count


def _forget(contact_id: uuid.UUID, inbox: Inbox) -> bool:
    """Whether it was done: who came back meanwhile is left alone, and one whom nothing helps stops nobody else."""
    try:
        with transaction.atomic():
            if not _is_still_silent(contact_id, inbox):
                return False
            anonymize(
                contact_id,
                redact_messages=True,
                delete_attachments=True,
                delete_sent_attachments=True,
                seek_sessions=False,
            )
    except (DatabaseError, MessengerError) as error:
        logger.error("Contact %s can't be anonymized: %s", contact_id, type(error).__name__)
        return False
    return True


def _is_still_silent(contact_id: uuid.UUID, inbox: Inbox) -> bool:
    """Asked under the locks, which are taken in the order of all: conversations, then their contact."""
    mine = Conversation.objects.filter(contact=contact_id).order_by("pk")
    list(mine.select_for_update(no_key=True).values_list("pk", flat=True))
    contact = Contact.objects.filter(pk=contact_id).select_for_update(no_key=True)
    list(contact.values_list("pk", flat=True))
    return silent(inbox).filter(pk=contact_id).exists()
