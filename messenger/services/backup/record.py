"""When the last back-up was made, told by the database to diagnosis and numbers: it may be made on another machine.

It stands beside the results of tasks, which are shown in the admin already, and is written after the back-up: a
database that was restored tells the age of the one before.
"""

import logging
import uuid
from datetime import datetime, timedelta

from django.db import Error as DatabaseTrouble
from django.db.models import Max
from django_q.models import Success

from messenger.lib import clock

logger = logging.getLogger(__name__)

FUNC = "backup_messenger"
# Each night, and some: beyond it one has failed.
LATE = timedelta(hours=26)
_KEPT = 100


def note(*, begun_at: datetime, said: str) -> bool:
    """`begun_at` is the moment of its content. False where the database doesn't take it: the back-up is as good."""
    try:
        Success.objects.create(
            id=uuid.uuid4().hex,
            name=FUNC,
            func=FUNC,
            group=FUNC,
            started=begun_at,
            stopped=clock.now(),
            result=said,
            success=True,
        )
        _forget_old()
    except DatabaseTrouble as error:
        logger.warning("That a back-up was made can't be noted: %s", type(error).__name__)
        return False
    return True


def last() -> datetime | None:
    moment: datetime | None = Success.objects.filter(func=FUNC).aggregate(at=Max("started"))["at"]
    return moment


def _forget_old() -> None:
    ours = Success.objects.filter(func=FUNC)
    kept = ours.order_by("-started").values_list("pk", flat=True)[:_KEPT]
    ours.exclude(pk__in=list(kept)).delete()
