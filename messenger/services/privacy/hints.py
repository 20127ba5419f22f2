"""Tells the worker that there is a job: what it is stands in the database, and a lost hint costs a minute."""

from typing import Any

from django.conf import settings
from django.db.models import QuerySet
from django_q.tasks import async_task

from messenger.models.data_job import DataJob

RUN = "messenger.tasks.work_on_personal_data"


def hint() -> None:
    """Written with the job, if a transaction is open. It may take longer than other tasks."""
    async_task(RUN, task_name="personal data", timeout=settings.WORKER_LONG_TASK_SECONDS)


def again[M: DataJob](jobs: QuerySet[M], **values: Any) -> bool:
    """Whether any of them had been given up, and now waits for its turn anew."""
    begun_anew = {"failed_at": None, "started_at": None, "attempts": 0} | values
    count = jobs.filter(failed_at__isnull=False, finished_at=None).update(**begun_anew)
    if count:
        hint()
    return bool(count)
