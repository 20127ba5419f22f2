"""The overview, the second factor of one's own, and the way out of everywhere."""

from typing import Any

from django.contrib import admin, messages
from django.contrib.auth import update_session_auth_hash
from django.http import HttpRequest, HttpResponse, HttpResponseBase
from django.shortcuts import redirect, render
from django.urls import reverse_lazy
from django.utils.decorators import method_decorator
from django.utils.translation import gettext as _
from django.utils.translation import gettext_lazy
from django.views.decorators.debug import sensitive_post_parameters
from django.views.decorators.http import require_POST, require_safe

from crm import audit
from crm.generic import FormView
from crm.log_in.views import with_wait
from crm.models import User
from crm.second_factor import keeping
from crm.second_factor.forms import GuardedForm, PasswordAndCodeForm, PasswordForm, SetUpForm
from crm.second_factor.key_in_session import forget_key, has_key, key_context, key_of


def me(request: HttpRequest) -> User:
    """The admin's pages have a user always."""
    if not isinstance(request.user, User):
        raise PermissionError("an anonymous visitor got past the log-in")
    return User.objects.get(pk=request.user.pk)


def page_context(request: HttpRequest, title: Any) -> dict[str, Any]:
    return {**admin.site.each_context(request), "title": title}


@require_safe
def overview(request: HttpRequest) -> HttpResponse:
    user = me(request)
    context = {
        **page_context(request, _("Security")),
        "factor": getattr(user, "second_factor", None),
        "codes_left": keeping.codes_left(user),
        "is_demanded": user.needs_second_factor,
        "has_password": user.has_usable_password(),
    }
    return render(request, "crm/security.html", context)


@require_POST
def end_sessions(request: HttpRequest) -> HttpResponse:
    """Everywhere but here."""
    user = me(request)
    user.end_sessions()
    update_session_auth_hash(request, user)
    audit.record(request, "sessions_ended", target=user)
    messages.success(request, _("You are logged out everywhere else, and no browser is remembered."))
    return redirect("security")


@method_decorator(sensitive_post_parameters(), name="dispatch")
class SecurityForm(FormView[GuardedForm]):
    """A form of one's own log-in; the session of this browser goes on when the others end."""

    template_name = "crm/security_form.html"
    success_url = reverse_lazy("security")
    title: Any
    words: Any = ""
    button: Any
    is_danger = False
    user: User

    def dispatch(self, request: HttpRequest, *args: Any, **kwargs: Any) -> HttpResponseBase:
        self.user = me(request)
        if not self.makes_sense():
            return redirect("security")
        return super().dispatch(request, *args, **kwargs)

    def makes_sense(self) -> bool:
        return self.user.has_second_factor

    def get_form_kwargs(self) -> dict[str, Any]:
        return {**super().get_form_kwargs(), "request": self.request, "user": self.user}

    def form_invalid(self, form: GuardedForm) -> HttpResponse:
        return with_wait(super().form_invalid(form), form.retry_after)

    def get_context_data(self, **kwargs: Any) -> dict[str, Any]:
        return {
            **page_context(self.request, self.title),
            "words": self.words,
            "button": self.button,
            "is_danger": self.is_danger,
            **super().get_context_data(**kwargs),
        }

    def show_codes(self, codes: list[str]) -> HttpResponse:
        """In this answer alone."""
        context = {**page_context(self.request, _("Recovery codes")), "codes": codes}
        return render(self.request, "crm/security_codes.html", context)


class AskPassword(SecurityForm):
    """Before the key is shown; what it opens is open for this page's form alone."""

    form_class = PasswordForm
    title = gettext_lazy("Turn on the second factor")
    words = gettext_lazy("First show that it is you.")
    button = gettext_lazy("Continue")

    def makes_sense(self) -> bool:
        return not self.user.has_second_factor

    def form_valid(self, form: GuardedForm) -> HttpResponse:
        key_of(self.request)
        return redirect("security-set-up")


class SetUp(SecurityForm):
    form_class = SetUpForm
    template_name = "crm/security_set_up.html"
    title = gettext_lazy("Turn on the second factor")
    button = gettext_lazy("Turn on")

    def makes_sense(self) -> bool:
        return not self.user.has_second_factor and has_key(self.request)

    def get_form_kwargs(self) -> dict[str, Any]:
        return {**super().get_form_kwargs(), "key": key_of(self.request)}

    def get_context_data(self, **kwargs: Any) -> dict[str, Any]:
        return super().get_context_data(**key_context(self.request, self.user), **kwargs)

    def form_valid(self, form: Any) -> HttpResponse:
        forget_key(self.request)
        update_session_auth_hash(self.request, self.user)
        audit.record(self.request, "second_factor_on", target=self.user)
        return self.show_codes(form.recovery_codes)


class TurnOff(SecurityForm):
    form_class = PasswordAndCodeForm
    title = gettext_lazy("Turn off the second factor")
    words = gettext_lazy("Then the password alone opens the door again. Your other sessions end.")
    button = gettext_lazy("Turn off")
    is_danger = True

    def makes_sense(self) -> bool:
        return self.user.has_second_factor and not self.user.needs_second_factor

    def form_valid(self, form: GuardedForm) -> HttpResponse:
        keeping.turn_off(self.user)
        update_session_auth_hash(self.request, self.user)
        audit.record(self.request, "second_factor_off", target=self.user)
        messages.success(self.request, _("The second factor is off."))
        return super().form_valid(form)


class NewCodes(SecurityForm):
    form_class = PasswordAndCodeForm
    title = gettext_lazy("New recovery codes")
    words = gettext_lazy("The former ones will open nothing any more.")
    button = gettext_lazy("Make new ones")

    def form_valid(self, form: GuardedForm) -> HttpResponse:
        codes = keeping.renew_recovery_codes(self.user)
        audit.record(self.request, "recovery_codes_made", target=self.user)
        return self.show_codes(codes)
