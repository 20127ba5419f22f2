"""The forms of an export: which columns, which kind of file and, of messages, from when until when."""

from collections.abc import Iterator
from datetime import date, datetime, timedelta
from functools import cache
from typing import TYPE_CHECKING, Any

from django import forms
from django.utils import timezone
from django.utils.formats import number_format
from django.utils.translation import gettext
from django.utils.translation import gettext_lazy as _
from import_export.fields import Field
from import_export.resources import ModelResource
from unfold.contrib.import_export.forms import SelectableFieldsExportForm
from unfold.widgets import UnfoldAdminTextInputWidget, UnfoldBooleanWidget

from messenger.admin.exchange.formats import FORMATS, Format
from messenger.services.exporting import Column, Sheet

if TYPE_CHECKING:

    class Base(forms.Form):
        def __init__(self, formats: Any, resources: Any, **more: Any) -> None: ...
else:
    Base = SelectableFieldsExportForm


class FormatChoice:
    """A format as import_export's forms ask for it."""

    def __init__(self, kind: Format) -> None:
        self.kind = kind

    def __call__(self) -> "FormatChoice":
        return self

    def get_title(self) -> str:
        most = number_format(self.kind.most, force_grouping=True) if self.kind.most else ""
        return str(self.kind.title) % {"most": most} if most else str(self.kind.title)


@cache
def resource_of(sheet: Sheet[Any, Any]) -> type[ModelResource]:
    """A sheet as import_export's forms ask for it."""
    fields = {column.name: Field(column_name=column.name) for column in sheet.columns}
    return type("Sheet", (ModelResource,), fields)


class SheetForm(Base):
    """unfold's form of an export, for one sheet."""

    def __init__(self, sheet: Sheet[Any, Any], *, data: Any) -> None:
        self.sheet = sheet
        super().__init__([FormatChoice(kind) for kind in FORMATS], [resource_of(sheet)], data=data)
        self.fields["format"].initial = "0"
        self.fields["format"].choices = self.fields["format"].choices[1:]  # type: ignore[attr-defined]
        self.fields["format"].widget.choices = self.fields["format"].choices  # type: ignore[attr-defined]
        for column in sheet.columns:
            self.fields[f"sheet_{column.name}"].label = _sentence(str(column.title))

    def column_fields(self) -> Iterator[forms.BoundField]:
        return (self[f"sheet_{column.name}"] for column in self.sheet.columns)

    def other_fields(self) -> Iterator[forms.BoundField]:
        """Beside the columns and what is hidden."""
        names = {f"sheet_{column.name}" for column in self.sheet.columns}
        return (field for field in self.visible_fields() if field.name not in names)

    def columns(self) -> list[Column[Any]]:
        return self.sheet.chosen([name for name, value in self.cleaned_data.items() if value is True])

    def format(self) -> Format:
        return FORMATS[int(self.cleaned_data["format"])]

    def options(self) -> dict[str, str]:
        """For the record: what narrows the rows down beyond the list."""
        return {}

    def refuse_more_than(self, most: int) -> None:
        sentence = gettext(
            "There are more than %(most)s rows. Choose CSV or JSON, or filter the list before you export it."
        )
        self.add_error("format", sentence % {"most": number_format(most, force_grouping=True)})


def _sentence(text: str) -> str:
    return text[:1].upper() + text[1:]


def _day(label: Any) -> forms.DateField:
    return forms.DateField(
        label=label, required=False, widget=UnfoldAdminTextInputWidget(attrs={"type": "date"})
    )


class MessagesForm(SheetForm):
    def __init__(self, sheet: Sheet[Any, Any], *, data: Any, offers_notes: bool) -> None:
        super().__init__(sheet, data=data)
        self.fields["since"] = _day(_("Written from"))
        self.fields["until"] = _day(_("Written up to and including"))
        if offers_notes:
            self.fields["notes"] = forms.BooleanField(
                label=_("With notes among operators"), required=False, widget=UnfoldBooleanWidget()
            )

    def clean(self) -> Any:
        cleaned = super().clean()
        since, until = self.cleaned_data.get("since"), self.cleaned_data.get("until")
        if since and until and until < since:
            self.add_error("until", gettext("This is before the first day."))
        return cleaned

    def days(self) -> tuple[datetime | None, datetime | None]:
        """In the reader's time zone: from the beginning of the first day up to the end of the last."""
        until: date | None = self.cleaned_data["until"]
        return _midnight(self.cleaned_data["since"]), _midnight(until and until + timedelta(days=1))

    def options(self) -> dict[str, str]:
        days = {name: str(day) for name in ("since", "until") if (day := self.cleaned_data[name])}
        return days | ({"notes": "on"} if self.wants_notes() else {})

    def wants_notes(self) -> bool:
        return bool(self.cleaned_data.get("notes"))


def _midnight(day: date | None) -> datetime | None:
    return timezone.make_aware(datetime(day.year, day.month, day.day)) if day else None  # noqa: DTZ001
