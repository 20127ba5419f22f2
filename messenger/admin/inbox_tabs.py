"""The tabs of an inbox's page: each has its fields, its rows and what belongs to them, on one level."""

from collections.abc import Iterable
from typing import Any, NamedTuple

from django.utils.translation import gettext_lazy as _

# The name stands in the address and as a class of the fieldset.
TITLES = {
    "widget": _("Widget"),
    "form": _("Form before the chat"),
    "hours": _("Working hours"),
    "offline": _("Nobody there"),
    "files": _("Attachments"),
    "rating": _("Rating"),
    "automation": _("Automation"),
    "integrations": _("Integrations"),
    "privacy": _("Privacy"),
    "security": _("Security"),
}
# What stands below the fields of a tab.
BELOW = {
    "integrations": "admin/messenger/inbox/integrations.html",
    "security": "admin/messenger/inbox/security.html",
}
INLINES = {"working_hours": "hours", "holidays": "hours"}


class Tab(NamedTuple):
    """`errors` counts what the form refused in it."""

    name: str
    title: Any
    fieldsets: list[Any]
    inlines: list[Any]
    below: str
    errors: int

    @property
    def is_empty(self) -> bool:
        return not (self.fieldsets or self.inlines or self.below)


class Tabs(NamedTuple):
    tabs: list[Tab]

    @property
    def chosen(self) -> str:
        """The first one with an error, for whoever has to mend it."""
        return next((tab.name for tab in self.tabs if tab.errors), self.tabs[0].name)


def tabs_of(adminform: Iterable[Any], inlines: Iterable[Any]) -> Tabs:
    """Tabs without anything to see, such as rows that the user may not see, are left out."""
    fieldsets, rows = list(adminform), list(inlines)
    tabs = [
        _tab(
            name,
            [part for part in fieldsets if f"tab-{name}" in part.classes],
            [one for one in rows if INLINES[one.formset.prefix] == name],
        )
        for name in TITLES
    ]
    return Tabs([tab for tab in tabs if not tab.is_empty])


def _tab(name: str, fieldsets: list[Any], inlines: list[Any]) -> Tab:
    errors = sum(_fieldset_errors(part) for part in fieldsets) + sum(_row_errors(one) for one in inlines)
    return Tab(name, TITLES[name], fieldsets, inlines, BELOW.get(name, ""), errors)


def _fieldset_errors(fieldset: Any) -> int:
    return sum(bool(not field.is_readonly and field.errors()) for line in fieldset for field in line)


def _row_errors(inline: Any) -> int:
    return sum(map(bool, inline.formset.errors)) + bool(inline.formset.non_form_errors())
