"""The last step of every way in, and what whoever comes in has to be told."""

from django.contrib import messages
from django.http import HttpRequest
from django.utils.translation import gettext as _

from crm import audit
from crm.models import AuditEntry, User
from crm.second_factor import pending


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
