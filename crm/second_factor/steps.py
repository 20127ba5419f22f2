"""The pages between password and workplace: the code, and the setting up where it is demanded."""

from typing import Any

from django.contrib.auth.views import RedirectURLMixin
from django.http import HttpRequest, HttpResponse, HttpResponseBase, HttpResponseRedirect
from django.shortcuts import redirect, render
from django.urls import reverse
from django.utils.decorators import method_decorator
from django.utils.translation import gettext_lazy as _
from django.views.decorators.cache import never_cache
from django.views.decorators.csrf import csrf_protect
from django.views.decorators.debug import sensitive_post_parameters

from crm import audit
from crm.generic import FormView
from crm.log_in.entering import go_on, with_next
from crm.log_in.views import door_context, with_wait
from crm.models import User
from crm.second_factor import browsers, keeping, pending
from crm.second_factor.forms import CodeForm, GuardedForm, SetUpForm
from crm.second_factor.key_in_session import forget_key, key_context, key_of

_guarded = [sensitive_post_parameters(), csrf_protect, never_cache]


@method_decorator(_guarded, name="dispatch")
class Step(RedirectURLMixin, FormView[GuardedForm]):
    """A page for whoever has given the password; for everybody else it leads to the log-in."""

    next_page = "home"
    title: Any
    user: User

    def dispatch(self, request: HttpRequest, *args: Any, **kwargs: Any) -> HttpResponseBase:
        user = pending.user_of(request)
        if user is None or not self.is_due(user):
            return redirect(with_next(reverse("admin:login"), self.get_redirect_url()))
        self.user = user
        return super().dispatch(request, *args, **kwargs)

    def is_due(self, user: User) -> bool:
        raise NotImplementedError

    def go_on(self, *, remember: bool = False) -> str:
        inside, next_url = self.get_success_url(), self.get_redirect_url()
        return go_on(self.request, self.user, inside=inside, next_url=next_url, remember=remember)

    def get_form_kwargs(self) -> dict[str, Any]:
        return {**super().get_form_kwargs(), "request": self.request, "user": self.user}

    def form_invalid(self, form: GuardedForm) -> HttpResponse:
        return with_wait(super().form_invalid(form), form.retry_after)

    def get_context_data(self, **kwargs: Any) -> dict[str, Any]:
        context = super().get_context_data(**kwargs)
        return {**door_context(self.request, self.title), "next": self.get_redirect_url(), **context}


class CodeStep(Step):
    form_class = CodeForm
    template_name = "crm/log_in_code.html"
    title = _("Second step")

    def is_due(self, user: User) -> bool:
        return user.has_second_factor

    @property
    def by_recovery(self) -> bool:
        return "recovery" in self.request.GET

    def get_form_kwargs(self) -> dict[str, Any]:
        return {**super().get_form_kwargs(), "by_recovery": self.by_recovery}

    def form_valid(self, form: Any) -> HttpResponse:
        remember = bool(form.cleaned_data.get("remember"))
        response = HttpResponseRedirect(self.go_on(remember=remember))
        if form.taken == "recovery":
            left = keeping.codes_left(self.user)
            audit.record(self.request, "recovery_code_used", target=self.user, actor=self.user, left=left)
        if remember:
            browsers.remember(response, self.user)
        return response

    def get_context_data(self, **kwargs: Any) -> dict[str, Any]:
        return super().get_context_data(by_recovery=self.by_recovery, **kwargs)


class SetUpStep(Step):
    form_class = SetUpForm
    template_name = "crm/log_in_set_up.html"
    title = _("Second factor")

    def is_due(self, user: User) -> bool:
        return user.must_set_up_second_factor

    def get_form_kwargs(self) -> dict[str, Any]:
        return {**super().get_form_kwargs(), "key": key_of(self.request)}

    def get_context_data(self, **kwargs: Any) -> dict[str, Any]:
        return super().get_context_data(**key_context(self.request, self.user), **kwargs)

    def form_valid(self, form: Any) -> HttpResponse:
        """The codes are shown in this answer alone."""
        forget_key(self.request)
        onward = self.go_on()
        audit.record(self.request, "second_factor_on", target=self.user, actor=self.user)
        context = {
            **door_context(self.request, _("Recovery codes")),
            "codes": form.recovery_codes,
            "onward": onward,
        }
        return render(self.request, "crm/log_in_recovery_codes.html", context)
