"""The dialog that puts a label on several conversations, or takes it off."""

from typing import Any, cast

from django import forms
from django.utils.translation import gettext_lazy as _
from django.utils.translation import pgettext_lazy
from unfold.widgets import UnfoldAdminRadioSelectWidget, UnfoldAdminSelectWidget

from crm.models import User
from messenger.exceptions import Invalid
from messenger.models import Label


class LabelForm(forms.Form):
    label = forms.ModelChoiceField(
        Label.objects.none(),
        label=_("Label"),
        empty_label=pgettext_lazy("a label", "Choose…"),
        widget=UnfoldAdminSelectWidget,
        error_messages={
            "required": _("Choose a label."),
            "invalid_choice": _("There is no such label any more."),
        },
    )
    what = forms.ChoiceField(
        label=_("What to do"),
        choices=[("add", pgettext_lazy("a label", "Add")), ("remove", pgettext_lazy("a label", "Remove"))],
        initial="add",
        widget=UnfoldAdminRadioSelectWidget,
    )

    def __init__(self, data: Any = None, *, user: User) -> None:
        super().__init__(data, auto_id="msgr-label-%s", use_required_attribute=False)
        cast("forms.ModelChoiceField[Label]", self.fields["label"]).queryset = Label.objects.visible_to(user)

    def wanted(self) -> tuple[Label, bool]:
        """The label, and whether it is to be added; raises Invalid."""
        if not self.is_valid():
            raise Invalid({name: list(errors) for name, errors in self.errors.items()})
        return self.cleaned_data["label"], self.cleaned_data["what"] == "add"
