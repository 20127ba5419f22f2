"""What the dialog of a transfer asks: to whom, and why."""

from typing import Any, TypedDict, cast

from django import forms
from django.utils.translation import gettext_lazy as _
from unfold.widgets import UnfoldAdminSelectWidget, UnfoldAdminTextareaWidget

from crm.models import Branch, User
from messenger.admin.transfer_targets import targets
from messenger.exceptions import Invalid, MessengerError

# The service's names for what the form asks.
FIELDS = {"branch": "to", "operator": "to", "reason": "reason"}


class Wanted(TypedDict):
    branch: Branch | None
    operator: User | None
    reason: str


class TransferForm(forms.Form):
    """Offers only what the service takes; the length of the reason is the service's to judge."""

    to = forms.ChoiceField(
        label=_("To whom"),
        widget=UnfoldAdminSelectWidget,
        error_messages={
            "required": _("Choose a branch or an operator."),
            "invalid_choice": _("What you chose is no longer there. Please choose again."),
        },
    )
    reason = forms.CharField(
        label=_("Reason"),
        required=False,
        widget=UnfoldAdminTextareaWidget(attrs={"rows": 3, "dir": "auto"}),
        help_text=_("For your colleagues: the client doesn't see it."),
    )

    def __init__(self, data: Any = None, *, without: int | None = None) -> None:
        """`without` is the operator who has the conversation already."""
        super().__init__(data, auto_id="msgr-transfer-%s", use_required_attribute=False)
        self.targets = targets(without=without)
        to = cast("forms.ChoiceField", self.fields["to"])
        to.choices = [("", _("Choose…")), *self.targets.choices]

    def clean_reason(self) -> str:
        """A browser sends two characters for each end of a line, and people count one."""
        return str(self.cleaned_data["reason"]).replace("\r\n", "\n")

    def wanted(self) -> Wanted:
        """Raises Invalid where something is missing or is none of the choices."""
        if not self.is_valid():
            raise Invalid({name: list(errors) for name, errors in self.errors.items()})
        to = self.cleaned_data["to"]
        return {
            "branch": self.targets.branches.get(to),
            "operator": self.targets.operators.get(to),
            "reason": self.cleaned_data["reason"],
        }

    def show(self, error: MessengerError) -> None:
        """What the service refused, at the field where it belongs; a bound form shows its own errors already."""
        if self.errors:
            return
        for name, sentences in getattr(error, "fields", {"": [str(error)]}).items():
            self.add_error(FIELDS.get(name), sentences)
