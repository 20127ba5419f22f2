"""The forms of users: a new one gets in by a password or an invitation, and the last administrator stays one."""

from typing import Any

from django.core.exceptions import ValidationError
from django.utils.translation import gettext_lazy as _
from unfold.forms import AdminPasswordChangeForm, UserChangeForm, UserCreationForm

from crm.models import User
from messenger.lib.advisory_lock import wait_for_lock

ASKED_FOR_THEIR_OWN = _("At the next log-in they are asked for one of their own, which nobody else knows.")
DECIDING = ("is_active", "is_superuser", "role")
BY_INVITATION, BY_PASSWORD = "false", "true"


class ChangedUserForm(UserChangeForm):  # type: ignore[misc]
    def clean(self) -> Any:
        """With a click too many nobody would be left who could take it back."""
        cleaned = super().clean() or self.cleaned_data
        user: User = self.instance
        if user.is_active and user.is_messenger_administrator and not self._stays_administrator(cleaned):
            # Two who take it from each other come one after the other: this check's transaction saves as well.
            wait_for_lock("crm.administrators")
            others = User.objects.administrators().exclude(pk=user.pk)
            if not others.exists():
                raise ValidationError(_("This is the last administrator: make somebody else one first."))
        return cleaned

    def _stays_administrator(self, cleaned: dict[str, Any]) -> bool:
        """Fields that the form doesn't have stay as they are."""
        said = {name: cleaned.get(name, getattr(self.instance, name)) for name in DECIDING}
        keeps_role = said["is_superuser"] or said["role"] == User.Role.ADMINISTRATOR
        return bool(said["is_active"] and keeps_role)


class NewUserForm(UserCreationForm):  # type: ignore[misc]
    """Django calls the choice "usable password"; here it says what happens."""

    def __init__(self, *args: Any, **kwargs: Any) -> None:
        super().__init__(*args, **kwargs)
        choice = self.fields["usable_password"]
        choice.label = _("How they get in")
        choice.help_text = _(
            "By the link of an invitation they set a password that nobody else knows. It is shown after saving."
        )
        choice.choices = [(BY_INVITATION, _("By an invitation")), (BY_PASSWORD, _("By a password from me"))]
        choice.initial = BY_INVITATION
        self.fields["password2"].help_text = ASKED_FOR_THEIR_OWN
        if "branch" in self.fields:
            self.fields["branch"].help_text = _("An operator sees the dialogs of this branch alone.")

    def save(self, commit: bool = True) -> User:
        self.instance.must_change_password = bool(self.cleaned_data["set_usable_password"])
        user: User = super().save(commit)
        return user

    def clean(self) -> Any:
        cleaned = super().clean() or self.cleaned_data
        if cleaned.get("role") == User.Role.OPERATOR and "branch" in cleaned and cleaned["branch"] is None:
            self.add_error(
                "branch", ValidationError(_("An operator needs a branch: without one they see nothing."))
            )
        return cleaned


class GivenPasswordForm(AdminPasswordChangeForm):  # type: ignore[misc]
    """A password for somebody else: it opens the door once, for the page where they set their own."""

    def __init__(self, *args: Any, **kwargs: Any) -> None:
        super().__init__(*args, **kwargs)
        self.fields["password2"].help_text = ASKED_FOR_THEIR_OWN

    def save(self, commit: bool = True) -> User:
        self.user.must_change_password = bool(self.cleaned_data["set_usable_password"])
        user: User = super().save(commit)
        return user
