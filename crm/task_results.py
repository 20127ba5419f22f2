"""What is kept of failed tasks for a month has an error's text, and PostgreSQL tells in it what a refused row holds."""

from typing import Any

from django.db.models.signals import pre_save
from django_q.models import Task

from crm.log_lines import without_rows


def install() -> None:
    pre_save.connect(_clean, sender=Task, dispatch_uid="crm.task_results")


def _clean(sender: type[Task], instance: Task, **more: Any) -> None:
    if isinstance(instance.result, str):
        instance.result = without_rows(instance.result)
