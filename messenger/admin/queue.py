"""django-q2's own admins, dressed like the rest."""

from typing import Any

from django.contrib import admin
from django_q.admin import FailAdmin, QueueAdmin, ScheduleAdmin, TaskAdmin, resubmit_task
from django_q.models import Failure, OrmQ, Schedule, Success

from crm.admin_base import ModelAdmin

# Sending a task once more changes something: it takes more than the permission to look.
resubmit_task.allowed_permissions = ("change",)

admin.site.unregister([Failure, OrmQ, Schedule, Success])


@admin.register(Success)
class FinishedTaskAdmin(TaskAdmin, ModelAdmin[Any]):  # type: ignore[misc]
    pass


@admin.register(Failure)
class FailedTaskAdmin(FailAdmin, ModelAdmin[Any]):  # type: ignore[misc]
    pass


@admin.register(Schedule)
class TimetableAdmin(ScheduleAdmin, ModelAdmin[Any]):  # type: ignore[misc]
    pass


@admin.register(OrmQ)
class WaitingTaskAdmin(QueueAdmin, ModelAdmin[Any]):  # type: ignore[misc]
    pass
