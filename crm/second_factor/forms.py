"""The forms of the second factor. Each counts its tries, and says alike whatever was wrong."""

from typing import Any

from django import forms
from django.conf import settings
from django.core.exceptions import ValidationError
from django.http import HttpRequest
from django.utils.translation import gettext_lazy as _
from unfold.widgets import UnfoldBooleanWidget

from crm.guessing import Locked
from crm.log_in.guards import Guard, code_guard, own_password_guard, tell
from crm.log_in.widgets import CodeInput, PasswordInput
from crm.log_in.words import TooManyTries
from crm.models import User
from crm.second_factor import keeping


class GuardedForm(forms.Form):
    """`judge` says whether what was given is right; it is asked only while tries are left."""

    retry_after = 0
    locked_action = "second_factor_locked"

    def __init__(self, *args: Any, request: HttpRequest, user: User, **kwargs: Any) -> None:
        super().__init__(*args, **kwargs)
        self.request, self.user = request, user

    def guard(self) -> Guard:
        return code_guard(self.request, self.user)

    def judge(self, cleaned: dict[str, Any]) -> bool:
        raise NotImplementedError

    def refusal(self) -> ValidationError:
        return ValidationError(_("The code is wrong, too old or was used already."), code="wrong")

    def clean(self) -> dict[str, Any]:
        cleaned = super().clean() or self.cleaned_data
        if self.errors:
            return cleaned
        try:
            guard = self.guard().claim()
            if not self.judge(cleaned):
                self._count_failure(guard)
                raise self.refusal()
        except Locked as locked:
            self.retry_after = locked.seconds
            raise TooManyTries(locked) from locked
        guard.succeeded()
        return cleaned

    def _count_failure(self, guard: Guard) -> None:
        try:
            guard.failed()
        except Locked as locked:
            tell(self.request, self.locked_action, self.user, locked)
            raise


class CodeForm(GuardedForm):
    """The step after the password."""

    code = forms.CharField(label=_("Code from the app"), max_length=32, widget=CodeInput())
    remember = forms.BooleanField(required=False, widget=UnfoldBooleanWidget())

    def __init__(self, *args: Any, by_recovery: bool = False, **kwargs: Any) -> None:
        super().__init__(*args, **kwargs)
        days = settings.SECOND_FACTOR_REMEMBER_DAYS
        self.fields["remember"].label = _("Don't ask in this browser for %(days)d days") % {"days": days}
        if not days:
            del self.fields["remember"]
        if by_recovery:
            self.fields["code"].label = _("Recovery code")
            self.fields["code"].widget = CodeInput(digits=False)

    def judge(self, cleaned: dict[str, Any]) -> bool:
        self.taken = keeping.take(self.user, cleaned["code"])
        return self.taken is not None


class SetUpForm(GuardedForm):
    """Confirms that the app has the key."""

    code = forms.CharField(label=_("Code from the app"), max_length=12, widget=CodeInput())

    def __init__(self, *args: Any, key: str, **kwargs: Any) -> None:
        super().__init__(*args, **kwargs)
        self._key = key

    def judge(self, cleaned: dict[str, Any]) -> bool:
        self.recovery_codes = keeping.turn_on(self.user, key=self._key, code=cleaned["code"])
        return self.recovery_codes is not None

    def refusal(self) -> ValidationError:
        return ValidationError(
            _("This is not the code that the app shows now. Check the phone's clock and try again."),
            code="wrong",
        )


class PasswordForm(GuardedForm):
    """For those who are logged in: whoever finds an open browser must not change how its owner logs in."""

    password = forms.CharField(
        label=_("Your password"), strip=False, widget=PasswordInput({"autocomplete": "current-password"})
    )
    locked_action = "log_in_locked"

    def guard(self) -> Guard:
        return own_password_guard(self.request, self.user)

    def judge(self, cleaned: dict[str, Any]) -> bool:
        return self.user.check_password(cleaned["password"])

    def refusal(self) -> ValidationError:
        return ValidationError(_("The password is wrong."), code="wrong")


class PasswordAndCodeForm(GuardedForm):
    password = forms.CharField(
        label=_("Your password"), strip=False, widget=PasswordInput({"autocomplete": "current-password"})
    )
    code = forms.CharField(
        label=_("Code from the app, or a recovery code"), max_length=32, widget=CodeInput(digits=False)
    )

    def judge(self, cleaned: dict[str, Any]) -> bool:
        """The code comes second: it is used up by being right."""
        return self.user.check_password(cleaned["password"]) and bool(
            keeping.take(self.user, cleaned["code"])
        )

    def refusal(self) -> ValidationError:
        return ValidationError(_("The password or the code is wrong."), code="wrong")
