"""`/admin/logout/`: the way out. Its page tells what of the user's stays in this browser.

Answers and notes that were begun and not sent are kept there by user (`static/messenger/panel/drafts.js`), and a
log-out is no reason to lose them: most go home for the night. On a computer that others use they are better gone,
which only their author knows; the page has a button for it.
"""

from typing import Any

from django.contrib.auth.views import LogoutView
from django.http import HttpRequest, HttpResponse
from django.utils.translation import gettext as _

from crm.log_in.views import door_context
from crm.models import User


class LogOut(LogoutView):
    template_name = "crm/logged_out.html"
    left: User | None = None

    def post(self, request: HttpRequest, *args: Any, **kwargs: Any) -> HttpResponse:
        self.left = request.user if isinstance(request.user, User) else None
        return super().post(request, *args, **kwargs)

    def get_context_data(self, **kwargs: Any) -> dict[str, Any]:
        door = door_context(self.request, _("You are logged out"))
        return {**super().get_context_data(**kwargs), **door, "left": self.left}
