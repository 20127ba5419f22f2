"""What everything else stands on."""

import time

from django.conf import settings
from django.db import connection
from django.utils.translation import gettext as _
from django.utils.translation import ngettext

from crm.monitoring import build
from messenger.events import STREAM_SERVICE_CHANNEL
from messenger.geoip import describe
from messenger.services.diagnosis.finding import Verdict, ok, span, warning
from messenger.services.locating import PAUSES
from messenger.volatile import volatile


def enabled() -> Verdict:
    if settings.MESSENGER_ENABLED:
        return ok(_("The messenger is on."))
    return warning(
        _("The messenger is off (MESSENGER_ENABLED): widgets and the messenger's pages answer 404.")
    )


def database() -> Verdict:
    with connection.cursor() as cursor:
        cursor.execute("SELECT 1")
    return ok(_("The database answers."))


def redis() -> Verdict:
    """As this process sees it: each has a fallback of its own."""
    if not settings.REDIS_URL:
        return warning(
            _("There is no Redis: sessions and limits hold in one process only, events don't travel.")
        )
    volatile.get("messenger:diagnosis")
    since = volatile.degraded_since
    if since is None:
        return ok(_("Redis answers."))
    return warning(
        _(
            "Redis can't be reached since %(time)s: sessions and limits are kept in each process's memory, "
            "streams give way to polling."
        )
        % {"time": span(time.time() - since)}
    )


def streams() -> Verdict:
    """By who listens to Redis: each stream process does, as long as it lives."""
    if not settings.MESSENGER_SSE_ENABLED:
        return ok(_("Event streams are off (MESSENGER_SSE_ENABLED): widgets poll."))
    if not settings.REDIS_URL:
        return ok(_("This can't be told without Redis."))
    count = volatile.listeners(STREAM_SERVICE_CHANNEL)
    if count is None:
        return warning(_("This can't be told while Redis does not answer."))
    if not count:
        return warning(
            _("No stream service runs: widgets poll, and operators' pages hear of news only when they ask.")
        )
    return ok(
        ngettext("%(n)d stream process is connected.", "%(n)d stream processes are connected.", count)
        % {"n": count}
    )


def geoip() -> Verdict:
    health = describe()
    if not health.enabled or health.provider == "none":
        return ok(_("Regions of visitors are not looked up."))
    if health.paused:
        return warning(
            _("%(provider)s is left alone for a moment: %(reason)s.")
            % {"provider": health.provider, "reason": PAUSES[health.paused]}
        )
    return ok(_("Regions of visitors are looked up by %(provider)s.") % {"provider": health.provider})


def version() -> Verdict:
    return ok(build.version())
