"""The form for a new user: with a password, or by an invitation."""

from typing import Any

from django.core.exceptions import ValidationError
from django.utils.translation import gettext_lazy as _
from unfold.forms import UserCreationForm

from crm.models import User

BY_INVITATION, BY_PASSWORD = "false", "true"


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
        if "branch" in self.fields:
            self.fields["branch"].help_text = _("An operator sees the dialogs of this branch alone.")

    def clean(self) -> Any:
        cleaned = super().clean() or self.cleaned_data
        if cleaned.get("role") == User.Role.OPERATOR and "branch" in cleaned and cleaned["branch"] is None:
            self.add_error(
                "branch", ValidationError(_("An operator needs a branch: without one they see nothing."))
            )
        return cleaned
