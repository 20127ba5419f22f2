"""Invitations: a link by which a new colleague sets their first password. It works for some days, and once.

The link is signed and stored nowhere. What it is signed over changes with the password, so it ends by being used, by
a password set otherwise, and by the next invitation.
"""

from typing import Any

from django.contrib import messages
from django.contrib.auth.tokens import PasswordResetTokenGenerator
from django.contrib.auth.views import INTERNAL_RESET_SESSION_TOKEN, PasswordResetConfirmView
from django.db import transaction
from django.http import HttpRequest, HttpResponse
from django.urls import reverse, reverse_lazy
from django.utils.encoding import force_bytes
from django.utils.http import urlsafe_base64_encode
from django.utils.translation import gettext as _
from django.utils.translation import gettext_lazy

from crm import audit
from crm.generic import SetPasswordForm
from crm.log_in.views import door_context
from crm.log_in.widgets import PasswordInput
from crm.models import User


class Tokens(PasswordResetTokenGenerator):
    key_salt = "crm.invitations"


tokens = Tokens()


def invite(request: HttpRequest, user: User) -> str:
    """The address of the link; a former one works no more. Only for who has no password."""
    if user.has_usable_password():
        raise ValueError(f"{user} has a password")
    user.set_unusable_password()
    user.save(update_fields=["password"])
    audit.record(request, "invited", target=user)
    place = {"uidb64": urlsafe_base64_encode(force_bytes(user.pk)), "token": tokens.make_token(user)}
    return request.build_absolute_uri(reverse("invitation", kwargs=place))


class FirstPasswordForm(SetPasswordForm[User]):
    def __init__(self, *args: Any, **kwargs: Any) -> None:
        super().__init__(*args, **kwargs)
        for name in ("new_password1", "new_password2"):
            self.fields[name].widget = PasswordInput({"autocomplete": "new-password"})


class Invitation(PasswordResetConfirmView):
    """The page behind the link. Then the log-in, as for everybody, with the second step where it is demanded."""

    form_class = FirstPasswordForm
    template_name = "crm/invitation.html"
    token_generator = tokens
    reset_url_token = "welcome"  # noqa: S105  (a word in the address, in place of the token)
    success_url = reverse_lazy("admin:login")
    title = gettext_lazy("Welcome")

    def get_user(self, uidb64: str) -> User | None:
        user = super().get_user(uidb64)
        usable = isinstance(user, User) and user.is_active and not user.has_usable_password()
        return user if usable else None

    def form_valid(self, form: Any) -> HttpResponse:
        """Of two who use the link at once the second is too late."""
        with transaction.atomic():
            user = User.objects.select_for_update().get(pk=form.user.pk)
            token = self.request.session.get(INTERNAL_RESET_SESSION_TOKEN)
            if user.has_usable_password() or not user.is_active or not tokens.check_token(user, token):
                self.validlink = False
                return self.render_to_response(self.get_context_data(form=None))
            form.user.must_change_password = False
            answer = super().form_valid(form)
            audit.record(None, "password_set", target=user)
        messages.success(self.request, _("Your password is set. Log in with it."))
        return answer

    def get_context_data(self, **kwargs: Any) -> dict[str, Any]:
        context = super().get_context_data(**kwargs)
        return {**door_context(self.request, self.title), "invited": self.user, **context}
