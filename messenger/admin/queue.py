"""The worker's pages: timetable, what was done, what failed, what waits. django-q2's admins, dressed like the rest."""

from typing import TYPE_CHECKING, Any

from django.contrib import admin, messages
from django.db.models import QuerySet
from django.http import HttpRequest
from django.urls import reverse
from django.utils import timezone
from django.utils.html import format_html
from django.utils.translation import gettext_lazy as _
from django.utils.translation import ngettext
from django_q.admin import FailAdmin, QueueAdmin, TaskAdmin, resubmit_task
from django_q.models import Failure, OrmQ, Schedule, Success, Task
from unfold.decorators import display

from crm.admin_base import ModelAdmin
from messenger.admin.timetable import Line, ago, clock_time, group_of, last_tasks, said, span, title_of, until
from messenger.schedules import run_soon

if TYPE_CHECKING:
    from django.contrib.admin.views.main import ChangeList
else:
    from unfold.views import ChangeList

# Sending a task once more changes something: it takes more than the permission to look.
resubmit_task.allowed_permissions = ("change",)

COLORS = {"done": "success", "failed": "danger", "late": "warning", "never": "default"}

admin.site.unregister([Failure, OrmQ, Schedule, Success])


class TimetableChangeList(ChangeList):
    """Brings the last task of each schedule, in one query."""

    def get_results(self, request: HttpRequest) -> None:
        super().get_results(request)
        schedules, now = list(self.result_list), timezone.now()
        last = last_tasks(schedules)
        for schedule in schedules:
            schedule.line = Line(schedule, last.get(group_of(schedule)), now)
        self.result_list = schedules


@admin.register(Schedule)
class TimetableAdmin(ModelAdmin[Any]):
    """To be looked at: the timetable is in the code (`messenger/schedules.py`)."""

    list_display = ("title", "state", "next_run_at", "last_run_at", "it_said")
    list_display_links = None
    ordering = ("next_run", "name")
    actions = ("run_now",)
    sortable_by = ()

    def get_changelist(self, request: HttpRequest, **kwargs: Any) -> type[ChangeList]:
        return TimetableChangeList

    def changelist_view(self, request: HttpRequest, extra_context: dict[str, Any] | None = None) -> Any:
        return super().changelist_view(request, {"title": _("Timetable"), **(extra_context or {})})

    @display(description=_("task"), header=True)
    def title(self, schedule: Schedule) -> list[str]:
        return [title_of(schedule.name, schedule.func), schedule.line.when]

    @display(description=_("next run"), header=True)
    def next_run_at(self, schedule: Schedule) -> list[Any]:
        now, due = schedule.line.now, schedule.next_run
        return [_("never"), ""] if due is None else [clock_time(due, now), until(due, now)]

    @display(description=_("last run"), header=True)
    def last_run_at(self, schedule: Schedule) -> list[Any]:
        line = schedule.line
        if line.last is None:
            return ["–", ""]
        model = "success" if line.last.success else "failure"
        url = reverse(f"admin:django_q_{model}_change", args=[line.last.pk])
        shown = clock_time(line.last.stopped, line.now)
        return [
            format_html('<a class="msgr-link" href="{}">{}</a>', url, shown),
            ago(line.last.stopped, line.now),
        ]

    @display(description=_("result"), label=COLORS)
    def state(self, schedule: Schedule) -> tuple[str, str]:
        state: tuple[str, str] = schedule.line.state
        return state

    @display(description=_("what it said"))
    def it_said(self, schedule: Schedule) -> str:
        return said(schedule.line.last) if schedule.line.last else ""

    @admin.action(description=_("Run now"), permissions=["run"])
    def run_now(self, request: HttpRequest, queryset: QuerySet[Schedule]) -> None:
        count = run_soon(queryset)
        text = ngettext(
            "%(n)d task begins within half a minute.", "%(n)d tasks begin within half a minute.", count
        )
        messages.success(request, text % {"n": count})

    def has_run_permission(self, request: HttpRequest) -> bool:
        return request.user.has_perm("django_q.change_schedule")

    def has_add_permission(self, request: HttpRequest) -> bool:
        return False

    def has_change_permission(self, request: HttpRequest, obj: Schedule | None = None) -> bool:
        return False

    def has_delete_permission(self, request: HttpRequest, obj: Schedule | None = None) -> bool:
        return False


class TaskColumns:
    """Columns of tasks that have ended."""

    list_filter = ("group",)

    @display(description=_("task"), header=True)
    def title(self, task: Task) -> list[str]:
        return [title_of(task.group, task.name), task.func]

    @display(description=_("ended"), ordering="stopped", header=True)
    def ended(self, task: Task) -> list[str]:
        now = timezone.now()
        return [clock_time(task.stopped, now), ago(task.stopped, now)]

    @display(description=_("took"))
    def took(self, task: Task) -> str:
        return span(task.stopped - task.started)

    @display(description=_("what it said"))
    def it_said(self, task: Task) -> str:
        return said(task)


@admin.register(Success)
class FinishedTaskAdmin(TaskColumns, TaskAdmin, ModelAdmin[Any]):  # type: ignore[misc]
    list_display = ("title", "ended", "took", "it_said")


@admin.register(Failure)
class FailedTaskAdmin(TaskColumns, FailAdmin, ModelAdmin[Any]):  # type: ignore[misc]
    list_display = ("title", "ended", "attempt_count", "it_said")


@admin.register(OrmQ)
class WaitingTaskAdmin(QueueAdmin, ModelAdmin[Any]):  # type: ignore[misc]
    list_display = ("title", "state")
    list_filter = ()

    @display(description=_("task"), header=True)
    def title(self, task: OrmQ) -> list[str]:
        return [title_of(task.group(), task.name() or task.task_id()), task.func()]

    @display(description=_("state"), label={"waits": "default", "taken": "info"}, ordering="lock")
    def state(self, task: OrmQ) -> tuple[str, Any]:
        taken = task.lock is not None and task.lock > timezone.now()
        return ("taken", _("Being done")) if taken else ("waits", _("Waits for the worker"))
