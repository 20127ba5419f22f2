"""Whose turn it is: copies and removals are made one at a time, however many workers there are.

They may take hours, and two at once would leave nobody to give on conversations each minute. The turn is a lock of the
database connection, so that it ends with the process that has it, whatever ends that. What was not finished then is
begun anew by the next minute's look (`wake`), and given up after a few attempts.
"""

import logging

from django.db.models import F, QuerySet

from messenger.lib import clock
from messenger.lib.advisory_lock import is_free, try_lock
from messenger.models import DataExport, DataRemoval
from messenger.models.data_job import DataJob
from messenger.services.privacy.hints import hint
from messenger.services.privacy.jobs import run_export
from messenger.services.privacy.removals import run_removal

logger = logging.getLogger(__name__)

LOCK = "messenger.personal_data"
ATTEMPTS = 3


def take_turn() -> str:
    """Does the job that has waited longest, if it is nobody's turn; what came of it, in a line."""
    with try_lock(LOCK) as is_ours:
        if not is_ours:
            return "another process is at it"
        job = _begin_next()
        if job is None:
            return "nothing to do"
        said = run_export(job.pk) if isinstance(job, DataExport) else run_removal(job.pk)
    wake()
    return said


def wake() -> bool:
    """Whether there is a job that nobody is at: then the worker is told."""
    if not any(_waiting(model).exists() for model in (DataExport, DataRemoval)) or not is_free(LOCK):
        return False
    hint()
    return True


def _begin_next() -> DataJob | None:
    """Counts the attempt before it begins: also what kills its process is given up in the end."""
    while (job := _next()) is not None:
        mine = _waiting(type(job)).filter(pk=job.pk)
        if job.attempts >= ATTEMPTS:
            if mine.update(failed_at=clock.now()):
                logger.error("%s %s is given up after %s attempts", type(job).__name__, job.pk, job.attempts)
        elif mine.update(attempts=F("attempts") + 1, started_at=clock.now()):
            return job
    return None


def _next() -> DataJob | None:
    """One that failed lets those pass that were tried less often."""
    order = ("attempts", "created_at")
    first = [job for model in (DataExport, DataRemoval) for job in _waiting(model).order_by(*order)[:1]]
    return min(first, key=lambda job: (job.attempts, job.created_at), default=None)


def _waiting(model: type[DataJob]) -> QuerySet[DataJob]:
    return model._default_manager.filter(finished_at=None, failed_at=None)  # noqa: SLF001  (Django's own API)
