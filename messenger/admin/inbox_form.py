"""The form of an inbox's settings."""

from typing import Any

from django import forms
from django.utils.translation import gettext_lazy as _
from unfold.widgets import (
    UnfoldAdminCheckboxSelectMultipleWidget,
    UnfoldAdminColorInputWidget,
    UnfoldAdminSelectWidget,
    UnfoldAdminTextareaWidget,
    UnfoldAdminTextInputWidget,
)

from crm.admin_base import ModelForm
from messenger.admin.file_lines import kind_label
from messenger.admin.inbox_version import FIELD, overtaken, version_of
from messenger.admin.inbox_webhook import PROBLEMS
from messenger.admin.origins_field import OriginsField
from messenger.lib.outbound import Refused
from messenger.lib.uploads import KNOWN_TYPES
from messenger.models import Inbox, WebhookDelivery
from messenger.models.inbox import all_webhook_events, default_content_types, time_zones
from messenger.services.visitor_mail.missed import visitor_mail_lacks
from messenger.services.webhooks.pump import policy

LONG = ("greeting", "offline_message", "privacy_text", "auto_reply_text")


def zone_choices() -> list[tuple[str, str]]:
    return [(name, name.replace("_", " ")) for name in sorted(time_zones())]


def file_choices() -> list[tuple[str, str]]:
    return [(content_type, kind_label(content_type)) for content_type in KNOWN_TYPES]


class InboxForm(ModelForm[Inbox]):
    allowed_origins = OriginsField(
        label=_("Allowed origins"),
        required=False,
        widget=UnfoldAdminTextareaWidget(attrs={"rows": 4, "spellcheck": "false"}),
        help_text=_(
            "Sites that may show the widget, one per line: https://shop.example.com. Empty: any site."
        ),
    )
    time_zone = forms.ChoiceField(
        label=_("Time zone"), choices=zone_choices, initial="Europe/Moscow", widget=UnfoldAdminSelectWidget
    )

    allowed_content_types = forms.MultipleChoiceField(
        label=_("Kinds of files"),
        required=False,
        choices=file_choices,
        initial=default_content_types,
        widget=UnfoldAdminCheckboxSelectMultipleWidget,
        help_text=_(
            "Told by a file's content, whatever its name says. Photos lose the place where they were taken."
        ),
    )

    webhook_events = forms.MultipleChoiceField(
        label=_("Events"),
        required=False,
        choices=WebhookDelivery.Event.choices,
        initial=all_webhook_events,
        widget=UnfoldAdminCheckboxSelectMultipleWidget,
    )

    class Meta:
        model = Inbox
        fields = "__all__"
        widgets = {
            "color": UnfoldAdminColorInputWidget,
            "webhook_url": UnfoldAdminTextInputWidget(
                attrs={"placeholder": "https://", "spellcheck": "false", "autocomplete": "off"}
            ),
            "webhook_secret": UnfoldAdminTextInputWidget(
                attrs={"spellcheck": "false", "autocomplete": "off"}
            ),
            **{name: UnfoldAdminTextareaWidget(attrs={"rows": 4}) for name in LONG},
        }

    def clean_webhook_url(self) -> str:
        """What can be told of an address without asking for it."""
        url: str = self.cleaned_data["webhook_url"]
        if url:
            try:
                policy().check_url(url)
            except Refused as error:
                raise forms.ValidationError(
                    _("Nothing can be sent there: %(problem)s."), params={"problem": PROBLEMS[error.code]}
                ) from error
        return url

    def clean_mail_enabled(self) -> bool:
        """Turned on only where mail can go out; what is on already can be saved with the rest while it can't."""
        wanted: bool = self.cleaned_data["mail_enabled"]
        if wanted and not self.initial.get("mail_enabled") and (lacking := visitor_mail_lacks()):
            raise forms.ValidationError(
                _("No mail can be sent: %(settings)s must be set on the server first."),
                params={"settings": " + ".join(lacking)},
            )
        return wanted

    def clean_mail_after_minutes(self) -> int:
        """Left empty it stays as it is."""
        minutes: int | None = self.cleaned_data["mail_after_minutes"]
        return self.instance.mail_after_minutes if minutes is None else minutes

    def clean(self) -> dict[str, Any] | None:
        """Files that may be sent are of some kind; what somebody else saved meanwhile is not overwritten unseen."""
        cleaned = super().clean()
        if self.cleaned_data.get("attachments_enabled") and not self.cleaned_data.get(
            "allowed_content_types"
        ):
            self.add_error("allowed_content_types", _("Choose the kinds of files, or turn files off."))
        seen = self.data.get(FIELD)
        if seen and self.instance.pk and seen != version_of(self.instance.pk):
            self.add_error(None, overtaken(self.instance, self._differing()))
        return cleaned

    def _differing(self) -> list[str]:
        return [str(self.fields[name].label) for name in self.changed_data]
