"""What everything else stands on."""

import time

from django.conf import settings
from django.db import OperationalError, connection
from django.utils.translation import gettext as _
from django.utils.translation import ngettext

from crm.database_outage import outage
from crm.monitoring import build
from messenger.events import STREAM_SERVICE_CHANNEL
from messenger.geoip import describe
from messenger.services.diagnosis.finding import Verdict, error, ok, span, warning
from messenger.services.locating import PAUSES
from messenger.volatile import volatile


def enabled() -> Verdict:
    if settings.MESSENGER_ENABLED:
        return ok(_("The messenger is on."))
    return warning(
        _("The messenger is off (MESSENGER_ENABLED): widgets and the messenger's pages answer 404.")
    )


def database() -> Verdict:
    try:
        with connection.cursor() as cursor:
            cursor.execute("SELECT 1")
    except OperationalError:
        if not outage.lacks_connections:
            raise
        return error(_("The database takes no more connections."))
    return ok(_("The database answers."))


def writing() -> Verdict:
    """A replica that was not made the first one yet reads well."""
    with connection.cursor() as cursor:
        cursor.execute("SELECT current_setting('transaction_read_only')::bool")
        is_read_only = cursor.fetchone()[0]
    if is_read_only:
        return error(_("The database is read-only: nobody can write, and nobody can log in."))
    return ok(_("The database takes changes."))


def redis() -> Verdict:
    """As this process sees it: each has a fallback of its own."""
    if not settings.REDIS_URL:
        return warning(
            _("There is no Redis: sessions and limits hold in one process only, events don't travel.")
        )
    # Reading would succeed with one that is full.
    volatile.set("messenger:diagnosis", 1, 1)
    since = volatile.degraded_since
    if since is None:
        return ok(_("Redis answers."))
    if volatile.is_full:
        return warning(
            _(
                "Redis is full since %(time)s: new sessions and limits are kept in each process's memory. "
                "It needs more memory, or maxmemory-policy volatile-lru."
            )
            % {"time": span(time.time() - since)}
        )
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
