"""The page and what is done on it. Everything works without scripts; with them what runs shows how far it is."""

from collections.abc import Callable
from uuid import UUID

from django.http import HttpRequest, HttpResponse
from django.http.response import HttpResponseBase
from django.urls import URLPattern, path
from django.utils.decorators import method_decorator
from django.utils.translation import gettext_lazy
from django.views.decorators.http import require_GET
from unfold.decorators import action

from messenger.admin.privacy.copying import Copying
from messenger.admin.privacy.person import back
from messenger.admin.privacy.removing import Removing
from messenger.models import Contact


class PersonalData(Copying, Removing):
    """Needs the permission of what is done, and to see the contact: else 403 and 404."""

    actions_detail = ("personal_data",)
    change_form_outer_before_template = "admin/messenger/privacy/notice.html"

    @action(description=gettext_lazy("Personal data"), permissions=["personal_data"], icon="shield_person")
    def personal_data(self, request: HttpRequest, object_id: str) -> HttpResponse:
        """Leads to the page, and changes nothing."""
        return back(Contact(pk=object_id))

    def has_change_permission(self, request: HttpRequest, obj: Contact | None = None) -> bool:
        """There is nobody left to correct."""
        return super().has_change_permission(request, obj) and (obj is None or obj.anonymized_at is None)

    def get_own_urls(self) -> list[URLPattern]:
        views: dict[str, tuple[str, Callable[..., HttpResponseBase]]] = {
            "": ("privacy", self.personal_data_view),
            "export/": ("export_data", self.export_view),
            "exports/": ("exports", self.exports_view),
            "exports/<uuid:export_id>/": ("download", self.download_view),
            "exports/<uuid:export_id>/again/": ("export_again", self.export_again_view),
            "anonymize/": ("anonymize", self.anonymize_view),
            "removal/": ("removal", self.removal_view),
            "removal/again/": ("removal_again", self.removal_again_view),
        }
        own = [
            path(
                f"<uuid:object_id>/personal-data/{route}",
                self.admin_site.admin_view(view),
                name=f"messenger_contact_{name}",
            )
            for route, (name, view) in views.items()
        ]
        return [*own, *super().get_own_urls()]

    @method_decorator(require_GET)
    def personal_data_view(self, request: HttpRequest, object_id: UUID) -> HttpResponse:
        return self._page(request, self._person(request, object_id))
