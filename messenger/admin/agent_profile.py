from django.conf import settings
from django.http import HttpRequest
from django.utils.translation import gettext_lazy as _

from crm.admin_base import StackedInline
from crm.models import User
from messenger.models import AgentProfile


class AgentProfileInline(StackedInline[AgentProfile, User]):
    """How the user appears to visitors, on the user's page."""

    model = AgentProfile
    fields = (("display_name", "status"), "capacity")
    verbose_name_plural = _("operator's profile")
    can_delete = False

    def has_view_permission(self, request: HttpRequest, obj: User | None = None) -> bool:
        return settings.MESSENGER_ENABLED and super().has_view_permission(request, obj)
