"""The last step of every way in, and what whoever comes in has to be told."""

from urllib.parse import urlencode

from django.contrib import messages
from django.http import HttpRequest
from django.urls import reverse
from django.utils.translation import gettext as _

from crm import audit
from crm.models import AuditEntry, User
from crm.second_factor import pending


def go_on(request: HttpRequest, user: User, *, inside: str, next_url: str, remember: bool = False) -> str:
    """Where it goes from password and factor: inside, or first to a password that nobody else knows."""
    if user.must_change_password:
        pending.prove(request, user, remember=remember)
        return with_next(reverse("log-in-password"), next_url)
    enter(request, user)
    return inside


def with_next(url: str, next_url: str) -> str:
    return f"{url}?{urlencode({'next': next_url})}" if next_url else url


def enter(request: HttpRequest, user: User) -> None:
    """Logs the user in, in a session with a new key."""
    reset = _reset_since_last_time(user)
    pending.finish(request, user)
    audit.record(request, "logged_in", target=user)
    if reset:
        text = _(
            "Your second factor was reset by %(name)s. If you did not ask for it, tell an administrator."
        )
        messages.warning(request, text % {"name": reset.actor_name or _("the system")})


def _reset_since_last_time(user: User) -> AuditEntry | None:
    resets = AuditEntry.objects.filter(
        target="crm.user", target_id=str(user.pk), action="second_factor_reset"
    )
    if user.last_login:
        resets = resets.filter(at__gt=user.last_login)
    return resets.order_by("-id").first()
