"""The timetable: schedules are declared here and brought in line after every migrate."""

from typing import Any, NamedTuple

from django.apps import apps


class Entry(NamedTuple):
    name: str
    func: str
    cron: str


TIMETABLE = (
    Entry("messenger: remove empty conversations", "messenger.tasks.purge_empty_conversations", "17 * * * *"),
    Entry(
        "messenger: remove expired log-in sessions", "messenger.tasks.clear_expired_sessions", "41 3 * * *"
    ),
)


def bring_in_line(**kwargs: Any) -> None:
    """Adds, changes and removes rows so that the database holds exactly the timetable."""
    schedule = apps.get_model("django_q", "Schedule")
    for entry in TIMETABLE:
        schedule.objects.update_or_create(
            name=entry.name,
            defaults={"func": entry.func, "schedule_type": "C", "cron": entry.cron, "repeats": -1},
        )
    schedule.objects.filter(name__startswith="messenger: ").exclude(
        name__in=[entry.name for entry in TIMETABLE]
    ).delete()
