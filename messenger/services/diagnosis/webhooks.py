"""Whether other systems hear of what happens."""

from datetime import timedelta

from django.db.models import Min, QuerySet
from django.utils.translation import gettext as _
from django.utils.translation import ngettext

from messenger.lib import clock
from messenger.lib.listing import some
from messenger.models import Inbox, WebhookDelivery
from messenger.services.diagnosis.finding import Verdict, ok, span, warning

# A worker looks each minute: what is due longer waits for no receiver, but for a worker.
OVERDUE = timedelta(minutes=3)


def webhooks() -> Verdict:
    """What was turned off, what failed last and waits for its repeat, and what nobody sends."""
    stopped = Inbox.objects.filter(webhook_stopped_at__isnull=False, webhook_enabled=False, is_active=True)
    if names := list(stopped.order_by("name").values_list("name", flat=True)):
        return warning(
            _("Turned off, as nobody received them: the webhooks of %(names)s.") % {"names": some(names)}
        )
    waiting = WebhookDelivery.objects.filter(state=WebhookDelivery.State.WAITING, inbox__webhook_enabled=True)
    failed = waiting.filter(attempts__gt=0)
    if count := failed.count():
        return warning(_failed(count, failed))
    oldest = waiting.aggregate(at=Min("due_at"))["at"]
    if oldest is not None and clock.now() - oldest > OVERDUE:
        wait = span((clock.now() - oldest).total_seconds())
        return warning(_("Deliveries are due for %(time)s and are not sent.") % {"time": wait})
    if not Inbox.objects.filter(webhook_enabled=True).exists():
        return ok(_("No inbox tells another system by webhook."))
    return ok(_("All deliveries were received, or wait for their first attempt."))


def _failed(count: int, failed: QuerySet[WebhookDelivery]) -> str:
    names = failed.order_by().values_list("inbox__name", flat=True).distinct()[:5]
    return ngettext(
        "%(n)d delivery failed and waits for its repeat: %(names)s.",
        "%(n)d deliveries failed and wait for their repeat: %(names)s.",
        count,
    ) % {"n": count, "names": some(sorted(names))}
