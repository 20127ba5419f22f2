"""What the page asks before a person's data leaves, or goes for good."""

from typing import Any

from django import forms
from django.utils.translation import gettext
from django.utils.translation import gettext_lazy as _
from unfold.widgets import UnfoldAdminTextareaWidget, UnfoldAdminTextInputWidget, UnfoldBooleanWidget

from messenger.exceptions import Invalid
from messenger.models import Contact
from messenger.services.privacy.anonymize import Wanted
from messenger.services.privacy.jobs import checked_reason

# Typed by whoever doesn't want to copy the name, or where there is none.
WORD = _("DELETE")


class ReasonForm(forms.Form):
    """The reason's rules are the service's."""

    reason = forms.CharField(
        label=_("Reason"),
        required=False,
        widget=UnfoldAdminTextareaWidget(attrs={"rows": 2, "dir": "auto"}),
        help_text=_("For the audit, which stays: a number of the request rather than the person's name."),
    )

    def clean_reason(self) -> str:
        try:
            return checked_reason(str(self.cleaned_data["reason"]).replace("\r\n", "\n"))
        except Invalid as error:
            raise forms.ValidationError(error.fields["reason"]) from error


class ExportForm(ReasonForm):
    with_files = forms.BooleanField(
        label=_("With files, as a ZIP"), required=False, widget=UnfoldBooleanWidget
    )


class AnonymizeForm(ReasonForm):
    """Nothing is ticked beforehand: what goes was asked for."""

    redact_messages = forms.BooleanField(
        label=_("Remove the texts"),
        required=False,
        widget=UnfoldBooleanWidget,
        help_text=_(
            "The client's messages, notes about them and their comments on ratings. Our answers stay, without the "
            "client's name and contacts."
        ),
    )
    delete_attachments = forms.BooleanField(
        label=_("Delete the client's files"),
        required=False,
        widget=UnfoldBooleanWidget,
        help_text=_("Those of notes as well."),
    )
    delete_sent_attachments = forms.BooleanField(
        label=_("Delete the files that were sent to the client"), required=False, widget=UnfoldBooleanWidget
    )
    confirmation = forms.CharField(
        label=_("Confirmation"),
        required=False,
        widget=UnfoldAdminTextInputWidget(
            attrs={"autocomplete": "off", "spellcheck": "false", "dir": "auto"}
        ),
    )

    def __init__(self, contact: Contact, data: Any = None) -> None:
        super().__init__(data, auto_id="msgr-anonymize-%s", use_required_attribute=False)
        self.accepted = ["DELETE", str(WORD), *([contact.name] if contact.name else [])]
        self.fields["confirmation"].help_text = gettext("Type “%(what)s”.") % {"what": self.accepted[-1]}
        # What can't be taken back is asked for last.
        self.order_fields(
            ["redact_messages", "delete_attachments", "delete_sent_attachments", "reason", "confirmation"]
        )

    def clean_confirmation(self) -> str:
        said = " ".join(str(self.cleaned_data["confirmation"]).split())
        if said.casefold() not in {" ".join(text.split()).casefold() for text in self.accepted}:
            raise forms.ValidationError(gettext("This is something else."))
        return said

    @property
    def wanted(self) -> Wanted:
        """Once it is valid."""
        said = self.cleaned_data
        return Wanted(
            redact_messages=said["redact_messages"],
            delete_attachments=said["delete_attachments"],
            delete_sent_attachments=said["delete_sent_attachments"],
        )
