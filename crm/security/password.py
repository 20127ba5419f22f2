"""`/admin/password_change/`: the own password. The present one can't be guessed here for long either."""

from typing import Any

from django.contrib import messages
from django.contrib.auth.views import PasswordChangeView
from django.core.exceptions import ValidationError
from django.http import HttpResponse
from django.urls import reverse_lazy
from django.utils.translation import gettext as _
from django.utils.translation import gettext_lazy
from unfold.forms import AdminOwnPasswordChangeForm

from crm import audit
from crm.guessing import Locked
from crm.log_in.guards import own_password_guard, tell
from crm.log_in.views import with_wait
from crm.log_in.widgets import PasswordInput
from crm.log_in.words import TooManyTries
from crm.security.pages import me, page_context


class OwnPasswordForm(AdminOwnPasswordChangeForm):  # type: ignore[misc]
    retry_after = 0

    def __init__(self, user: Any, *args: Any, request: Any, **kwargs: Any) -> None:
        super().__init__(user, *args, **kwargs)
        self.request = request
        for name, kind in (("old_password", "current"), ("new_password1", "new"), ("new_password2", "new")):
            self.fields[name].widget = PasswordInput({"autocomplete": f"{kind}-password"})

    def clean_old_password(self) -> str:
        try:
            guard = own_password_guard(self.request, self.user).claim()
            try:
                old: str = super().clean_old_password()
            except ValidationError:
                guard.failed()
                raise
        except Locked as locked:
            self.retry_after = locked.seconds
            tell(self.request, "log_in_locked", self.user, locked)
            raise TooManyTries(locked) from locked
        guard.succeeded()
        return old


class OwnPassword(PasswordChangeView):
    """All other sessions of the user end with it, and remembered browsers are forgotten."""

    form_class = OwnPasswordForm
    template_name = "crm/security_password.html"
    success_url = reverse_lazy("security")
    title = gettext_lazy("Change password")

    def get_form_kwargs(self) -> dict[str, Any]:
        return {**super().get_form_kwargs(), "user": me(self.request), "request": self.request}

    def form_valid(self, form: Any) -> HttpResponse:
        form.user.must_change_password = False
        answer = super().form_valid(form)
        audit.record(self.request, "password_changed", target=form.user)
        messages.success(self.request, _("Your password was changed. You are logged out everywhere else."))
        return answer

    def form_invalid(self, form: Any) -> HttpResponse:
        return with_wait(super().form_invalid(form), form.retry_after)

    def get_context_data(self, **kwargs: Any) -> dict[str, Any]:
        return {
            **super().get_context_data(**kwargs),
            **page_context(self.request, self.title),
            "button": self.title,
        }
