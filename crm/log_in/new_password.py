"""`/admin/login/password/`: whose password was set by somebody else sets their own, before anything else opens.

It is the last step of the log-in and not a page inside: until then the session holds no user
(`crm.second_factor.pending`), so that no page, API or stream needs to know of it.
"""

from typing import Any

from django.core.exceptions import ValidationError
from django.db import transaction
from django.http import HttpRequest, HttpResponse, HttpResponseRedirect
from django.shortcuts import redirect
from django.urls import reverse
from django.utils.translation import gettext as _
from django.utils.translation import gettext_lazy

from crm import audit
from crm.invitations import FirstPasswordForm
from crm.log_in.entering import enter, with_next
from crm.models import User
from crm.second_factor import browsers, pending
from crm.second_factor.steps import Step


class NewPasswordForm(FirstPasswordForm):
    retry_after = 0

    def __init__(self, *args: Any, request: HttpRequest, **kwargs: Any) -> None:
        super().__init__(*args, **kwargs)

    def clean_new_password1(self) -> str:
        new: str = self.cleaned_data["new_password1"]
        if self.user.check_password(new):
            raise ValidationError(_("This is the one that you were given. Choose another."))
        return new


class NewPasswordStep(Step):
    # It asks for nothing that could be guessed.
    form_class = NewPasswordForm  # type: ignore[assignment]
    template_name = "crm/log_in_password.html"
    title = gettext_lazy("A password of your own")

    def is_due(self, user: User) -> bool:
        return user.must_change_password and pending.is_proven(self.request)

    def get_context_data(self, **kwargs: Any) -> dict[str, Any]:
        return super().get_context_data(user_name=self.user.username, **kwargs)

    def form_valid(self, form: Any) -> HttpResponse:
        """Who was given another one meanwhile has to begin with that."""
        with transaction.atomic():
            User.objects.select_for_update().get(pk=self.user.pk)
            user = pending.user_of(self.request)
            if user is None or not self.is_due(user):
                return redirect(with_next(reverse("admin:login"), self.get_redirect_url()))
            user.must_change_password = False
            form.user = user
            form.save()
        remember = pending.wants_to_be_remembered(self.request)
        enter(self.request, user)
        audit.record(self.request, "password_changed", target=user)
        response = HttpResponseRedirect(self.get_success_url())
        if remember:
            browsers.remember(response, user)
        return response
