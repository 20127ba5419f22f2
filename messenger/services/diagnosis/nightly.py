"""Whether what happens by night went well the last time: nobody is awake to see it fail."""

from django.utils.translation import gettext as _
from django_q.models import Task

from messenger.lib import clock
from messenger.lib.listing import some
from messenger.schedules import TIMETABLE
from messenger.services.diagnosis.finding import Verdict, ok, span, warning


def nightly() -> Verdict:
    """Of each job the last run counts. That none is missing or late is asked elsewhere (`queue.schedules`)."""
    titles = {entry.func: entry.title for entry in TIMETABLE if entry.is_nightly}
    runs = Task.objects.filter(func__in=titles).order_by("func", "-stopped").distinct("func")
    last = list(runs.values_list("func", "stopped", "success"))
    if not last:
        return ok(_("None has run yet."))
    if failed := [_(titles[func]) for func, _stopped, is_well in last if not is_well]:
        return warning(_("Failed the last time: %(names)s.") % {"names": some(sorted(failed))})
    seconds = (clock.now() - max(stopped for _func, stopped, _is_well in last)).total_seconds()
    return ok(_("All went well; the last one ended %(time)s ago.") % {"time": span(seconds)})
