"""The form of a token: what it is for, what it may, and as whom."""

from datetime import datetime
from typing import TYPE_CHECKING, Any

from django import forms
from django.utils.html import format_html
from django.utils.translation import gettext_lazy as _
from unfold.widgets import (
    UnfoldAdminCheckboxSelectMultipleWidget,
    UnfoldAdminSelect2MultipleWidget,
    UnfoldAdminSelect2Widget,
)

from crm.admin_base import ModelForm
from crm.models import User
from messenger.lib import clock
from messenger.models import Inbox, IntegrationToken
from messenger.models.integration_token import PERMISSIONS, Scope

if TYPE_CHECKING:
    UserChoice = forms.ModelChoiceField[User]
else:
    UserChoice = forms.ModelChoiceField


def scope_choices() -> list[tuple[str, str]]:
    """With the names that programs and their documentation have for them."""
    return [(scope.value, format_html("{} <code>{}</code>", scope.label, scope.value)) for scope in Scope]


class IntegrationTokenForm(ModelForm[IntegrationToken]):
    scopes = forms.MultipleChoiceField(
        label=_("Allowed"), choices=scope_choices, widget=UnfoldAdminCheckboxSelectMultipleWidget
    )

    # Whoever fills it in.
    maker: User

    class Meta:
        model = IntegrationToken
        fields = ("name", "acts_as", "scopes", "inboxes", "expires_at")

    def __init__(self, *args: Any, **kwargs: Any) -> None:
        super().__init__(*args, **kwargs)
        if "expires_at" in self.fields:
            _name_parts(self.fields["expires_at"])

    def clean_name(self) -> str:
        return " ".join(self.cleaned_data["name"].split())

    def clean_expires_at(self) -> datetime | None:
        """A time that was stored before may have passed: then it is as it was."""
        moment: datetime | None = self.cleaned_data["expires_at"]
        if moment is not None and "expires_at" in self.changed_data and moment <= clock.now():
            raise forms.ValidationError(_("This time has passed."))
        return moment

    def clean_scopes(self) -> list[str]:
        """Nobody does by a program what they may not do themselves."""
        scopes: list[str] = self.cleaned_data["scopes"]
        if not all(self.maker.has_perm(PERMISSIONS[Scope(scope)]) for scope in scopes):
            raise forms.ValidationError(_("You can allow no more than you may do yourself."))
        return scopes

    def clean(self) -> dict[str, Any]:
        """Under this name whoever revokes it finds it."""
        cleaned = super().clean() or {}
        same = IntegrationToken.objects.filter(name__iexact=cleaned.get("name", ""), revoked_at=None)
        if same.exclude(pk=self.instance.pk).exists():
            self.add_error("name", _("There is a token of this name already. Revoke it first."))
        return cleaned


def _name_parts(field: forms.Field) -> None:
    """Date and time stand in inputs of their own, whose placeholders alone say which is which."""
    widget: Any = field.widget
    for part in getattr(widget, "widgets", ()):
        part.attrs["aria-label"] = f"{field.label}: {part.attrs['placeholder']}"


def users_for(user: User, *, inactive: bool = False) -> Any:
    """As whom this user may let a program act: a superuser's powers only a superuser lends, and what administrators
    see only one of them."""
    users = User.objects.order_by("first_name", "last_name", "username")
    users = users if inactive else users.filter(is_active=True)
    if user.is_superuser:
        return users
    users = users.filter(is_superuser=False)
    if user.is_messenger_administrator:
        return users
    return users.exclude(role=User.Role.ADMINISTRATOR).filter(branch=user.branch_id, branch__isnull=False)


def acts_as_field(user: User) -> "forms.ModelChoiceField[User]":
    field = IntegrationToken._meta.get_field("acts_as")  # noqa: SLF001  (Django's own API)
    return UserField(
        users_for(user),
        label=_("Acts as"),
        empty_label=_("Choose a user"),
        widget=UnfoldAdminSelect2Widget,
        help_text=field.help_text,
    )


def inboxes_field() -> "forms.ModelMultipleChoiceField[Inbox]":
    field = IntegrationToken._meta.get_field("inboxes")  # noqa: SLF001  (Django's own API)
    return forms.ModelMultipleChoiceField(
        Inbox.objects.order_by("name"),
        required=False,
        label=_("Inboxes"),
        widget=UnfoldAdminSelect2MultipleWidget,
        help_text=field.help_text,
    )


class UserField(UserChoice):
    def label_from_instance(self, obj: User) -> str:
        """Two of one name are told apart by what they log in with."""
        return f"{obj.display_name} ({obj.username}, {obj.get_role_display()})"
