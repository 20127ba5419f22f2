"""Whether there is a back-up of today: a line of cron that fails tells nobody by itself."""

from datetime import datetime

from django.db import connection
from django.db.migrations.recorder import MigrationRecorder
from django.db.models import Min
from django.utils.translation import gettext as _

from messenger.lib import clock
from messenger.services.backup import record
from messenger.services.diagnosis.finding import Verdict, ok, span, warning


def backup() -> Verdict:
    """A new installation has a day before it is warned."""
    made_at = record.last()
    since = made_at or _installed_at()
    age = clock.now() - since
    sentence = (
        _("The last back-up is %(time)s old.") % {"time": span(age.total_seconds())}
        if made_at
        else _("No back-up has been made yet.")
    )
    return ok(sentence) if age < record.LATE else warning(sentence)


def _installed_at() -> datetime:
    first: datetime | None = MigrationRecorder(connection).migration_qs.aggregate(at=Min("applied"))["at"]
    return first or clock.now()
