"""What everything else stands on."""

import time
import tomllib
from functools import cache
from pathlib import Path

from django.conf import settings
from django.db import connection
from django.utils.translation import gettext as _

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
    return ok(_version())


@cache
def _version() -> str:
    project = tomllib.loads(Path(settings.BASE_DIR, "pyproject.toml").read_text(encoding="utf-8"))
    return str(project["project"]["version"])
