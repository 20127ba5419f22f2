"""Of which days, branch and inbox the figures are."""

from collections.abc import Iterator
from datetime import date, timedelta
from typing import Any, NamedTuple, cast
from urllib.parse import urlencode

from django import forms
from django.db.models import Q
from django.http import QueryDict
from django.utils.translation import gettext as _
from django.utils.translation import gettext_lazy, ngettext, pgettext_lazy

from crm.models import Branch, User
from messenger.admin.filter_form import Day, OneOf
from messenger.models import Inbox
from messenger.services.insight import days
from messenger.services.insight.permitted import limited
from messenger.services.insight.reading import Scope

USUAL_DAYS, MOST_DAYS = 30, 5 * 366


class Preset(NamedTuple):
    label: str
    query: str
    is_chosen: bool


class RangeForm(forms.Form):
    """It asks by GET, so that what is seen has an address."""

    since = Day(pgettext_lazy("first day", "From"))
    until = Day(pgettext_lazy("last day", "To"))
    branch = OneOf(gettext_lazy("Branch"), Branch.objects.order_by("name", "pk"))
    inbox = OneOf(gettext_lazy("Inbox"), Inbox.objects.none())

    def __init__(self, query: QueryDict, *, user: User) -> None:
        self.user, self.today = user, days.today()
        self.usual = (self.today - timedelta(days=USUAL_DAYS - 1), self.today)
        data = {name: query.get(name, "").replace("\0", "") for name in self.base_fields}
        if not data["since"] and not data["until"]:
            data["since"], data["until"] = (day.isoformat() for day in self.usual)
        super().__init__(data, auto_id="msgr-figures-%s", use_required_attribute=False)
        inboxes = Inbox.objects.order_by("name", "pk")
        if user.branch_id is not None:
            del self.fields["branch"]
            inboxes = inboxes.filter(Q(branch=user.branch_id) | Q(branch=None))
        cast("OneOf", self.fields["inbox"]).queryset = inboxes

    def clean(self) -> dict[str, Any]:
        cleaned = super().clean() or {}
        if {"since", "until"} & self.errors.keys():
            return cleaned
        since, until = self._range(cleaned)
        if since > until:
            self.add_error("until", _("The last day comes before the first."))
        elif (until - since).days >= MOST_DAYS:
            self.add_error("since", _("Choose five years at most."))
        return cleaned

    def range(self) -> tuple[date, date]:
        """Both included. For a form that is right."""
        return self._range(self.cleaned_data)

    def scope(self) -> Scope:
        """Within what the user may see, whatever they asked for."""
        known = self.cleaned_data if self.is_valid() else {}
        branch, inbox = known.get("branch"), known.get("inbox")
        return limited(self.user, Scope(branch.pk if branch else None, inbox.pk if inbox else None))

    def presets(self) -> Iterator[Preset]:
        """Ranges up to today, with branch and inbox as they are."""
        chosen = {name: value for name in ("branch", "inbox") if (value := self.data.get(name))}
        for label, length in (
            (_("Today"), 1),
            *((ngettext("%(n)d day", "%(n)d days", n) % {"n": n}, n) for n in (7, USUAL_DAYS, 90)),
            (_("A year"), 365),
        ):
            first = self.today - timedelta(days=length - 1)
            wanted = {"since": first.isoformat(), "until": self.today.isoformat()}
            is_chosen = self.is_valid() and self.range() == (first, self.today)
            yield Preset(label, "?" + urlencode(wanted | chosen), is_chosen)

    def _range(self, cleaned: dict[str, Any]) -> tuple[date, date]:
        """One day given alone goes on until today, or begins as long before as usual."""
        until = cleaned.get("until") or max(self.today, cleaned.get("since") or self.today)
        return cleaned.get("since") or until - timedelta(days=USUAL_DAYS - 1), until
