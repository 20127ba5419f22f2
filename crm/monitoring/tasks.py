"""The worker's tasks in the log: which one it is, which request it comes from, and of an error where it happened.

django-q2 would write an error's words and a whole traceback into its one line (crm.log_lines leaves them out there).
"""

import logging
from typing import Any

from django.dispatch import receiver
from django_q import worker
from django_q.signals import post_execute_in_worker, pre_enqueue, pre_execute

from crm.monitoring.context import request_id, task_id

logger = logging.getLogger(__name__)
REQUEST = "request_id"


class Reporter:
    """Stands where django-q2 calls a service for errors: inside the `except` of a task."""

    def report(self) -> None:
        logger.error("The task failed", exc_info=True)  # noqa: LOG014  (django-q2 calls it while it handles one)


def install() -> None:
    """Importing this module has connected the signals."""
    worker.error_reporter = Reporter()


@receiver(pre_enqueue, dispatch_uid="crm.monitoring.enqueue")
def _take_along(task: dict[str, Any], **more: Any) -> None:
    if name := request_id.get():
        task[REQUEST] = name


@receiver(pre_execute, dispatch_uid="crm.monitoring.execute")
def _begin(task: dict[str, Any], **more: Any) -> None:
    task_id.set(str(task.get("id", "")))
    request_id.set(str(task.get(REQUEST, "")))


@receiver(post_execute_in_worker, dispatch_uid="crm.monitoring.executed")
def _end(**more: Any) -> None:
    task_id.set("")
    request_id.set("")
