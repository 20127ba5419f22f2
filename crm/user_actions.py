"""What an administrator does for a colleague: a link to get in, a second factor reset, sessions ended."""

from typing import TYPE_CHECKING, Any

from django.conf import settings
from django.contrib import messages
from django.contrib.admin.utils import unquote
from django.contrib.auth import update_session_auth_hash
from django.core.exceptions import PermissionDenied
from django.http import Http404, HttpRequest, HttpResponse
from django.shortcuts import redirect, render
from django.urls import reverse
from django.utils.translation import gettext as _
from django.utils.translation import gettext_lazy
from unfold.decorators import action

from crm import audit
from crm.invitations import invite
from crm.models import User
from crm.second_factor import keeping

if TYPE_CHECKING:
    from django.contrib.auth.admin import UserAdmin

    Base = UserAdmin[User]
else:
    Base = object

_LINK = "invitation_link"


class UserActions(Base):
    """Buttons of the user's page; each asks whether this user may be changed by this administrator."""

    actions_detail = ("to_invitation", "reset_second_factor", "end_all_sessions")

    def _colleague(self, request: HttpRequest, object_id: Any) -> User:
        if not self.has_change_permission(request):
            raise PermissionDenied
        user = self.get_object(request, unquote(str(object_id)))
        if user is None:
            raise Http404
        if not self.has_change_permission(request, user):
            raise PermissionDenied
        return user

    def _may_change(self, request: HttpRequest, object_id: Any) -> User | None:
        """The user, where the one who asks may change them."""
        user = self.get_object(request, unquote(str(object_id))) if object_id else None
        return user if user is not None and self.has_change_permission(request, user) else None

    def has_invite_permission(self, request: HttpRequest, object_id: Any = None) -> bool:
        user = self._may_change(request, object_id)
        return user is not None and user.is_active and not user.has_usable_password()

    def has_reset_permission(self, request: HttpRequest, object_id: Any = None) -> bool:
        user = self._may_change(request, object_id)
        return user is not None and user.has_second_factor

    def has_end_permission(self, request: HttpRequest, object_id: Any = None) -> bool:
        return self._may_change(request, object_id) is not None

    @action(
        description=gettext_lazy("Invitation"), icon="mail", permissions=["invite"], url_path="to-invitation"
    )
    def to_invitation(self, request: HttpRequest, object_id: str) -> HttpResponse:
        return redirect("admin:crm_user_invitation", object_id)

    @action(
        description=gettext_lazy("Reset second factor"),
        icon="phonelink_erase",
        permissions=["reset"],
        url_path="reset-second-factor",
        dialog={
            "title": gettext_lazy("Reset the second factor?"),
            "description": gettext_lazy(
                "For a colleague who lost the phone and the recovery codes. Make sure that it is them who ask:"
                " afterwards the password alone opens the door. They are logged out everywhere, and told at the"
                " next log-in."
            ),
            "form_submit_text": gettext_lazy("Reset"),
        },
    )
    def reset_second_factor(self, request: HttpRequest, form: Any, object_id: str) -> HttpResponse:
        user = self._colleague(request, object_id)
        if keeping.turn_off(user):
            audit.record(request, "second_factor_reset", target=user)
        messages.success(request, _("The second factor of %(name)s is reset.") % {"name": user})
        return self._back_to(request, user)

    @action(
        description=gettext_lazy("Log out everywhere"),
        icon="logout",
        permissions=["end"],
        url_path="end-sessions",
        dialog={
            "title": gettext_lazy("Log out everywhere?"),
            "description": gettext_lazy(
                "All browsers of this user are logged out within seconds, and none is remembered."
            ),
            "form_submit_text": gettext_lazy("Log out"),
        },
    )
    def end_all_sessions(self, request: HttpRequest, form: Any, object_id: str) -> HttpResponse:
        user = self._colleague(request, object_id)
        user.end_sessions()
        audit.record(request, "sessions_ended", target=user)
        messages.success(request, _("%(name)s is logged out everywhere.") % {"name": user})
        return self._back_to(request, user)

    def _back_to(self, request: HttpRequest, user: User) -> HttpResponse:
        """The dialog is htmx's: it is told where to go."""
        if user.pk == request.user.pk:
            update_session_auth_hash(request, user)
        return HttpResponse(headers={"HX-Redirect": reverse("admin:crm_user_change", args=[user.pk])})

    def keep_invitation(self, request: HttpRequest, user: User) -> None:
        """For the next page, which shows the link once."""
        request.session[_LINK] = {"user": user.pk, "link": invite(request, user)}

    def invitation(self, request: HttpRequest, id: str) -> HttpResponse:
        """The link after it was made; before, the button that makes one."""
        user = self._colleague(request, id)
        if not self.has_invite_permission(request, user.pk):
            return redirect("admin:crm_user_change", user.pk)
        if request.method == "POST":
            self.keep_invitation(request, user)
            return redirect("admin:crm_user_invitation", user.pk)
        kept = request.session.pop(_LINK, None)
        context = {
            **self.admin_site.each_context(request),
            "title": _("Invitation"),
            "opts": self.opts,
            "invited": user,
            "invitation_days": settings.INVITATION_DAYS,
            "link": kept["link"] if kept and kept["user"] == user.pk else "",
        }
        return render(request, "crm/invite.html", context)
