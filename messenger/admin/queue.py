"""django-q2's own admins, dressed like the rest."""

from typing import Any

from django.contrib import admin
from django.http import HttpRequest
from django_q.admin import FailAdmin, QueueAdmin, ScheduleAdmin, TaskAdmin
from django_q.models import Failure, OrmQ, Schedule, Success

from crm.admin_base import ModelAdmin

admin.site.unregister([Failure, OrmQ, Schedule, Success])


class ReadOnlyActions(ModelAdmin[Any]):
    """Sending a task once more changes something: it needs more than the permission to look."""

    def get_actions(self, request: HttpRequest, **kwargs: Any) -> dict[str, Any]:
        found: dict[str, Any] = super().get_actions(request, **kwargs)
        return found if self.has_change_permission(request) else {}


@admin.register(Success)
class FinishedTaskAdmin(TaskAdmin, ReadOnlyActions):
    pass


@admin.register(Failure)
class FailedTaskAdmin(FailAdmin, ReadOnlyActions):
    pass


@admin.register(Schedule)
class TimetableAdmin(ScheduleAdmin, ReadOnlyActions):
    pass


@admin.register(OrmQ)
class WaitingTaskAdmin(QueueAdmin, ReadOnlyActions):
    pass
