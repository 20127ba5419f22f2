"""`/admin/login/`: name and password. The admin's own view would skip the second step, and lose the way back."""

from typing import Any

from django.contrib import admin
from django.contrib.auth.views import LoginView
from django.http import HttpRequest, HttpResponse, HttpResponseRedirect
from django.shortcuts import redirect
from django.urls import reverse
from django.utils.translation import gettext_lazy as _

from crm.log_in.entering import go_on, with_next
from crm.log_in.form import LogInForm
from crm.models import User
from crm.second_factor import browsers, pending


class LogInView(LoginView):
    form_class = LogInForm
    template_name = "admin/login.html"

    def get(self, request: HttpRequest, *args: Any, **kwargs: Any) -> HttpResponse:
        if admin.site.has_permission(request):
            return HttpResponseRedirect(self.get_success_url())
        return super().get(request, *args, **kwargs)

    def form_valid(self, form: Any) -> HttpResponse:
        user: User = form.get_user()
        if user.must_set_up_second_factor:
            return self._on_to("log-in-set-up", user)
        if user.has_second_factor and not browsers.is_remembered(self.request, user):
            return self._on_to("log-in-code", user)
        inside, next_url = self.get_success_url(), self.get_redirect_url()
        return HttpResponseRedirect(go_on(self.request, user, inside=inside, next_url=next_url))

    def form_invalid(self, form: Any) -> HttpResponse:
        return with_wait(super().form_invalid(form), form.retry_after)

    def get_context_data(self, **kwargs: Any) -> dict[str, Any]:
        return {**door_context(self.request, _("Log in")), **super().get_context_data(**kwargs)}

    def _on_to(self, name: str, user: User) -> HttpResponse:
        pending.begin(self.request, user)
        return redirect(with_next(reverse(name), self.get_redirect_url()))


def with_wait(response: HttpResponse, seconds: int) -> HttpResponse:
    """429 where there is a wait."""
    if seconds:
        response.status_code = 429
        response["Retry-After"] = str(seconds)
    return response


def door_context(request: HttpRequest, title: Any) -> dict[str, Any]:
    """What the pages before the log-in show of the admin: its look, and nothing of its insides."""
    return {**admin.site.each_context(request), "title": title, "has_permission": False}
