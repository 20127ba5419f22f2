"""Working hours and holidays on an inbox's page."""

from typing import Any

from django.http import HttpRequest
from django.utils.formats import date_format
from django.utils.translation import gettext as _

from crm.admin_base import TabularInline
from messenger.admin.working_hours_form import SUGGESTED, HolidayRow, HolidayRows, HoursRow, HoursRows
from messenger.models import Holiday, Inbox, WorkingHours
from messenger.services import hours


class WorkingHoursInline(TabularInline[WorkingHours, Inbox]):
    model = WorkingHours
    form = HoursRow
    formset = HoursRows
    classes = ("msgr-hours-rows",)
    show_title = False
    template_before = "admin/messenger/inbox/hours.html"

    def get_extra(self, request: HttpRequest, obj: Inbox | None = None, **kwargs: Any) -> int:
        return 0 if obj and obj.working_hours.exists() else len(SUGGESTED)


class HolidayInline(TabularInline[Holiday, Inbox]):
    model = Holiday
    form = HolidayRow
    formset = HolidayRows
    classes = ("msgr-hours-rows",)
    show_title = False
    extra = 0
    template_before = "admin/messenger/inbox/holidays.html"


def hours_context(context: dict[str, Any], inbox: Inbox | None) -> dict[str, Any]:
    """For the tab: how the stored hours read."""
    words = "" if inbox is None or context["errors"] else in_words(inbox)
    return {"hours_in_words": words}


def in_words(inbox: Inbox) -> str:
    """How visitors read the hours, and what they say of this moment, by the clock of the inbox."""
    now = hours.hours_of(inbox)
    if not inbox.working_hours_enabled:
        return _("Working hours are not considered: conversations are given to operators at any time.")
    if not now.outside:
        return _("%(hours)s. It is open now.") % {"hours": now.display}
    if now.next_opening_at is None:
        return _("%(hours)s. It is closed now, and nothing opens within a year.") % {"hours": now.display}
    # The moment is in the inbox's zone, and date_format leaves it there.
    opening = date_format(now.next_opening_at, "l, j E, H:i")
    return _("%(hours)s. It is closed now; next opening: %(opening)s.") % {
        "hours": now.display,
        "opening": opening,
    }
