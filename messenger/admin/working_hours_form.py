"""The rows of an inbox's working hours and holidays as a form: what is suggested, and what can't be."""

from datetime import time
from typing import TYPE_CHECKING, Any, cast

from django import forms
from django.core.exceptions import ValidationError
from django.forms.formsets import DELETION_FIELD_NAME
from django.utils.translation import gettext as _
from django.utils.translation import gettext_lazy
from unfold.widgets import INPUT_CLASSES, UnfoldAdminSelectWidget, UnfoldAdminTextInputWidget

from crm.admin_base import ModelForm
from messenger.lib.opening_hours import overlapping
from messenger.models import Holiday, Inbox, WorkingHours

if TYPE_CHECKING:
    HoursRowsBase = forms.BaseInlineFormSet[WorkingHours, Inbox, ModelForm[WorkingHours]]
    HolidayRowsBase = forms.BaseInlineFormSet[Holiday, Inbox, ModelForm[Holiday]]
else:
    HoursRowsBase = HolidayRowsBase = forms.BaseInlineFormSet

# Offered where there are no hours yet: Monday to Friday.
SUGGESTED: list[dict[str, Any]] = [
    {"weekday": weekday, "opens": time(9), "closes": time(18)} for weekday in range(1, 6)
]
NO_TIME = gettext_lazy("Write the time as 09:30; midnight is 00:00.")


# The browser's own fields: on a phone they open its clock and its calendar.
def _time_input(label: Any) -> forms.TimeInput:
    return forms.TimeInput(format="%H:%M", attrs=_native("time", label))


def _date_input(label: Any) -> forms.DateInput:
    return forms.DateInput(format="%Y-%m-%d", attrs=_native("date", label))


def _native(kind: str, label: Any) -> dict[str, Any]:
    return {"type": kind, "class": " ".join(INPUT_CLASSES), "aria-label": label}


class HoursRow(ModelForm[WorkingHours]):
    # A suggestion that is to be stored as it stands.
    is_accepted = False

    class Meta:
        model = WorkingHours
        fields = ("weekday", "opens", "closes")
        widgets = {
            "weekday": UnfoldAdminSelectWidget(attrs={"aria-label": gettext_lazy("weekday")}),
            "opens": _time_input(gettext_lazy("from")),
            "closes": _time_input(gettext_lazy("to")),
        }
        error_messages = {"opens": {"invalid": NO_TIME}, "closes": {"invalid": NO_TIME}}

    def has_changed(self) -> bool:
        return self.is_accepted or super().has_changed()

    def validate_constraints(self) -> None:
        """A new row may take the place of one that goes with the same click: the rows are compared instead."""
        if self.instance.pk:
            super().validate_constraints()


class HoursRows(HoursRowsBase):
    def __init__(self, *args: Any, **kwargs: Any) -> None:
        super().__init__(*args, **kwargs)
        if self.initial_form_count() == 0:
            self.initial_extra = SUGGESTED

    def full_clean(self) -> None:
        """Suggestions are stored all together as they are seen, once hours count or one of the rows was touched."""
        if self.is_bound and self.initial_form_count() == 0:
            rows = cast("list[HoursRow]", self.forms)
            accepted = self.instance.working_hours_enabled or any(row.has_changed() for row in rows)
            for row in rows[: len(SUGGESTED)]:
                row.is_accepted = accepted
        super().full_clean()

    def clean(self) -> None:
        rows = [row for row in self.forms if _is_kept(row)]
        for number, row in enumerate(rows):
            for earlier in rows[:number]:
                if overlapping([earlier.instance.interval, row.instance.interval]):
                    row.add_error(None, _overlap(earlier.instance, row.instance))
        if self.instance.working_hours_enabled and not rows and not any(self.errors):
            raise ValidationError(
                _(
                    "Without any hours nobody would ever get a conversation: add hours, or do not consider them."
                )
            )


def _is_kept(row: ModelForm[WorkingHours]) -> bool:
    said = row.cleaned_data if row.is_valid() else {}
    return "opens" in said and not said.get(DELETION_FIELD_NAME)


def _overlap(one: WorkingHours, other: WorkingHours) -> str:
    return _("%(one)s and %(other)s overlap.") % {"one": one, "other": other}


class HolidayRow(ModelForm[Holiday]):
    class Meta:
        model = Holiday
        fields = ("date", "name")
        widgets = {
            "date": _date_input(gettext_lazy("date")),
            "name": UnfoldAdminTextInputWidget(
                attrs={"aria-label": gettext_lazy("occasion"), "placeholder": gettext_lazy("occasion")}
            ),
        }

    def validate_constraints(self) -> None:
        """As for hours."""
        if self.instance.pk:
            super().validate_constraints()


class HolidayRows(HolidayRowsBase):
    def get_unique_error_message(self, unique_check: Any) -> str:
        return _("The same date is there twice.")

    def get_form_error(self) -> str:
        return _("This date is a holiday already.")
