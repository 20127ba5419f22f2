"""Removals of a contact's data on somebody's order: at once where there is little, by the worker where there is much.

The worker's is one transaction as well. Cut into batches it would have to know the name until the last one, which it
is there to forget, and a crash would leave a person half forgotten. What it locks is the one contact's.
"""

import uuid
from datetime import timedelta
from typing import Any

from django.db import transaction
from django.http import HttpRequest

from crm import audit
from crm.models import User
from messenger.lib import clock
from messenger.models import Contact, Conversation, DataRemoval, Message
from messenger.services.privacy import files
from messenger.services.privacy.anonymize import Outcome, Wanted, anonymize
from messenger.services.privacy.hints import again, hint
from messenger.services.privacy.jobs import checked_reason
from messenger.services.privacy.known import Known

# More messages or files than these are the worker's: it is a second's work, and files go one by one.
AT_ONCE, FILES_AT_ONCE = 2_000, 100
SHOWN = timedelta(hours=24)


def fits_at_once(contact: Contact, wanted: Wanted) -> bool:
    if Message.objects.filter(conversation__contact=contact)[AT_ONCE:].exists():
        return False
    if not (wanted["delete_attachments"] or wanted["delete_sent_attachments"]):
        return True
    mine = list(Conversation.objects.filter(contact=contact).values_list("pk", flat=True))
    gone = files.attachments_to_delete(mine, sent=wanted["delete_sent_attachments"])
    return not gone[FILES_AT_ONCE:].exists()


@transaction.atomic
def remove_now(
    contact: Contact,
    *,
    wanted: Wanted,
    reason: str,
    actor: User | None = None,
    request: HttpRequest | None = None,
    **how: Any,
) -> Outcome:
    """Anonymizes, and writes it into the audit if anything was left to remove; without the name in the reason."""
    known = Known(Contact.objects.get(pk=contact.pk))
    outcome = anonymize(contact.pk, actor=actor, **wanted)
    contact.refresh_from_db()
    if outcome:
        details = {"reason": known.scrub(reason), **how, **wanted}
        audit.record(request, "anonymized", actor=actor, target=contact, **details)
    return outcome


@transaction.atomic
def request_removal(
    contact: Contact, *, requested_by: User, reason: str, wanted: Wanted
) -> DataRemoval | None:
    """Hands the removal to the worker; None where one is under way. Takes the place of one that was given up."""
    Contact.objects.select_for_update(no_key=True).get(pk=contact.pk)
    unfinished = DataRemoval.objects.filter(contact=contact, finished_at=None)
    if unfinished.filter(failed_at=None).exists():
        return None
    unfinished.delete()
    removal = DataRemoval.objects.create(
        contact=contact, requested_by=requested_by, reason=checked_reason(reason), **wanted
    )
    hint()
    return removal


def remove_again(contact: Contact) -> bool:
    """Whether a removal of theirs had been given up, and is tried anew."""
    return again(DataRemoval.objects.filter(contact=contact))


@transaction.atomic
def run_removal(removal_id: uuid.UUID) -> str:
    """Done and told in one transaction; of one that is gone or finished nothing is made."""
    waiting = DataRemoval.objects.filter(pk=removal_id, finished_at=None)
    removal = waiting.select_related("contact", "requested_by").first()
    if removal is None:
        return "nothing to do"
    wanted = Wanted(
        redact_messages=removal.redact_messages,
        delete_attachments=removal.delete_attachments,
        delete_sent_attachments=removal.delete_sent_attachments,
    )
    outcome = remove_now(
        removal.contact, wanted=wanted, reason=removal.reason, actor=removal.requested_by, by="background"
    )
    waiting.update(finished_at=clock.now(), failed_at=None)
    return f"{outcome.messages} messages redacted, {outcome.attachments} files deleted"


def last_removal(contact: Contact) -> DataRemoval | None:
    """What the page tells of: the one under way or given up, or the last that was done."""
    mine = DataRemoval.objects.filter(contact=contact).select_related("requested_by")
    return mine.order_by("-created_at").first()


def sweep_removals() -> int:
    """Those that were done a day ago need not be told of any more; those that were given up stay."""
    return DataRemoval.objects.filter(finished_at__lt=clock.now() - SHOWN).delete()[0]
