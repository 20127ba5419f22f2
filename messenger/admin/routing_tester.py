"""Tries the routing: a region or an address in, the branch and the reason out."""

from typing import Any, NamedTuple

from django import forms
from django.http import QueryDict
from django.utils.translation import gettext_lazy as _
from unfold.widgets import UnfoldAdminSelectWidget, UnfoldAdminTextInputWidget

from crm.models import Region
from messenger.services.locating import locate
from messenger.services.routing import Route, route_by_rules
from messenger.services.routing_advice import explain

PREFIX = "try"
PARAMETERS = (f"{PREFIX}-region", f"{PREFIX}-address")


class Answer(NamedTuple):
    """`located` is what was found out about the address, empty where a region was chosen."""

    route: Route
    reason: str
    located: str = ""


class RoutingTester(forms.Form):
    """A form of the list's page; it asks by GET, so that an answer has an address."""

    prefix = PREFIX
    region = forms.ModelChoiceField(
        Region.objects.all(),
        label=_("Region"),
        required=False,
        empty_label=_("Choose a region"),
        widget=UnfoldAdminSelectWidget,
    )
    address = forms.GenericIPAddressField(
        label=_("or IP address"),
        required=False,
        unpack_ipv4=True,
        widget=UnfoldAdminTextInputWidget(attrs={"placeholder": "203.0.113.7", "autocomplete": "off"}),
    )

    @classmethod
    def of(cls, query: QueryDict) -> "RoutingTester":
        """The form as it was sent, or an empty one."""
        return cls(query) if any(name in query for name in PARAMETERS) else cls()

    def clean(self) -> dict[str, Any]:
        cleaned = super().clean() or {}
        if self.errors:
            return cleaned
        if not cleaned.get("region") and not cleaned.get("address"):
            self.add_error("address", _("Choose a region or write an address."))
        if cleaned.get("region") and cleaned.get("address"):
            self.add_error("address", _("Choose a region or write an address, and not both."))
        return cleaned

    def answer(self) -> Answer | None:
        """None where nothing was asked, or not properly."""
        if not self.is_bound or not self.is_valid():
            return None
        region, located = self.cleaned_data["region"], ""
        if address := self.cleaned_data["address"]:
            region, located = locate(address)
        route = route_by_rules(region)
        return Answer(route, explain(route, region), located)
