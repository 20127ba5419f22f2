"""Turns a webhook off that nobody receives any more, tells the administrators, and turns it on again."""

import logging

from django.conf import settings
from django.core.mail import send_mail
from django.db import transaction
from django.db.models import Q
from django.utils import translation
from django.utils.translation import gettext as _

from crm.audit import record
from crm.models import User
from messenger.lib import clock
from messenger.models import Inbox, WebhookDelivery
from messenger.models.inbox import WebhookStop
from messenger.services.webhooks import outbox

logger = logging.getLogger(__name__)


def stop(inbox_id: int, reason: WebhookStop) -> None:
    """In the open transaction. What waits stays, and goes out when it is turned on again within the log's days."""
    inbox = Inbox.objects.select_for_update(no_key=True).get(pk=inbox_id)
    if not inbox.webhook_enabled:
        return
    inbox.webhook_enabled = False
    inbox.webhook_stopped_at, inbox.webhook_stop_reason = clock.now(), reason
    inbox.save(update_fields=["webhook_enabled", "webhook_stopped_at", "webhook_stop_reason"])
    record(None, "webhook_stopped", target=inbox, reason=reason.value)
    logger.warning("The webhook of inbox %s was turned off: %s", inbox.pk, reason.value)
    transaction.on_commit(lambda: _tell(inbox, reason))


def resume(inbox: Inbox) -> None:
    """After it was turned on by hand: what waits is due at once.

    Of each conversation the first, which calls the next: whoever saves the page waits for no more than that.
    """
    if inbox.webhook_stopped_at is not None:
        Inbox.objects.filter(pk=inbox.pk).update(webhook_stopped_at=None, webhook_stop_reason="")
    waiting = WebhookDelivery.objects.filter(
        inbox=inbox, state=WebhookDelivery.State.WAITING, claimed_at=None
    )
    first = waiting.order_by("conversation", "pk").distinct("conversation").values("pk")
    WebhookDelivery.objects.filter(pk__in=first, due_at__gt=clock.now()).update(due_at=clock.now())
    outbox.wake_on_commit()


def stopped(user: User) -> list[Inbox]:
    """For the administrators' first page."""
    inboxes = Inbox.objects.filter(webhook_stopped_at__isnull=False, webhook_enabled=False)
    if user.branch_id is not None:
        inboxes = inboxes.filter(Q(branch=user.branch_id) | Q(branch=None))
    return list(inboxes.order_by("-webhook_stopped_at"))


def _tell(inbox: Inbox, reason: WebhookStop) -> None:
    """By mail, to those who can mend it; whoever has no address sees it on the first page."""
    readers = User.objects.filter(is_active=True, role=User.Role.ADMINISTRATOR).exclude(email="")
    if inbox.branch_id is not None:
        readers = readers.filter(Q(branch=inbox.branch_id) | Q(branch=None))
    addresses = list(readers.values_list("email", flat=True))
    if not addresses or not settings.SENDS_MAIL:
        return
    with translation.override(settings.LANGUAGE_CODE):
        subject = _("The webhook of “%(inbox)s” was turned off") % {"inbox": inbox.name}
        text = _(
            "Its receiver no longer takes what is sent: %(reason)s.\n\nWhat waits is kept for %(days)d days and "
            "sent as soon as the webhook is turned on again, on the page of the inbox."
        ) % {"reason": reason.label, "days": settings.MESSENGER_WEBHOOK_LOG_DAYS}
    try:
        for address in addresses:
            send_mail(subject, text, None, [address])
    except OSError as error:
        logger.error("Administrators can't be told by mail: %s", type(error).__name__)
