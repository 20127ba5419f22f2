"""The form of the log-in, and how each password is judged."""

from typing import Any

from django.contrib.admin.forms import AdminAuthenticationForm
from django.core.exceptions import ValidationError
from django.http import HttpRequest
from django.utils.translation import gettext_lazy as _

from crm.guessing import Locked
from crm.log_in.guards import Guard, password_guard, tell
from crm.log_in.widgets import PasswordInput, TextInput
from crm.log_in.words import TooManyTries
from crm.models import User


class LogInForm(AdminAuthenticationForm):
    """Says no in the same words and the same time, whatever was wrong."""

    request: HttpRequest
    error_messages = {
        **AdminAuthenticationForm.error_messages,
        "invalid_login": _("The name or the password is wrong."),
    }
    retry_after = 0

    def __init__(self, request: HttpRequest, *args: Any, **kwargs: Any) -> None:
        super().__init__(request, *args, **kwargs)
        username, password = self.fields["username"], self.fields["password"]
        username.label = _("Username or email")
        longest = username.widget.attrs.get("maxlength", 254)
        username.widget = TextInput(
            {"autofocus": True, "autocomplete": "username", "autocapitalize": "none", "maxlength": longest}
        )
        password.widget = PasswordInput({"autocomplete": "current-password"})

    def clean(self) -> dict[str, Any]:
        username, password = self.cleaned_data.get("username"), self.cleaned_data.get("password")
        if not username or not password:
            return super().clean()
        try:
            guard = password_guard(self.request, username).claim()
            try:
                cleaned = super().clean()
            except ValidationError:
                self._count_failure(guard, username)
                raise
        except Locked as locked:
            self.retry_after = locked.seconds
            raise TooManyTries(locked) from locked
        guard.succeeded()
        return cleaned

    def _count_failure(self, guard: Guard, username: str) -> None:
        try:
            guard.failed()
        except Locked as locked:
            tell(self.request, "log_in_locked", User.objects.by_login(username), locked)
            raise
