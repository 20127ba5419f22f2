"""Contacts: who they say they are may be corrected, what the system knows of them may not."""

from typing import Any
from uuid import UUID

from django import forms
from django.contrib import admin, messages
from django.db.models import Exists, Field, OuterRef, QuerySet
from django.http import Http404, HttpRequest, HttpResponse, HttpResponseRedirect
from django.urls import URLPattern, path
from django.utils import timezone
from django.utils.decorators import method_decorator
from django.utils.translation import gettext_lazy as _
from django.views.decorators.http import require_http_methods, require_POST
from unfold.decorators import display
from unfold.paginator import InfinitePaginator

from messenger.admin import blocking
from messenger.admin.base import MessengerAdmin, user_of
from messenger.admin.contact_form import ContactForm
from messenger.admin.earlier import earlier
from messenger.admin.exchange import ContactExport
from messenger.admin.parts import sentence_of
from messenger.admin.privacy import PersonalData
from messenger.admin.rows import moment
from messenger.exceptions import ContactChanged
from messenger.models import Consent, Contact, Conversation
from messenger.services.contact_details import FIELDS
from messenger.services.contact_editing import correct

CONVERSATIONS_LIMIT = 50


@admin.register(Contact)
class ContactAdmin(PersonalData, ContactExport, MessengerAdmin[Contact]):
    """Operators find the contacts of the conversations that they may see."""

    form = ContactForm
    list_display = ("label", "blocked", "email", "phone", "region", "inbox", "last_seen")
    list_fullwidth = True
    list_select_related = ("inbox", "region")
    list_per_page = 50
    paginator = InfinitePaginator
    show_full_result_count = False
    search_fields = ("name", "email", "phone")
    search_help_text = _("Name, email or phone")
    ordering = ("-created_at",)
    actions = None
    fieldsets = (
        (None, {"fields": (("name", "email", "phone"),)}),
        (
            _("Known to the system"),
            {
                "fields": (
                    ("inbox", "region", "locale"),
                    ("external_id", "claimed_external_id"),
                    ("created_at", "last_seen_at", "is_blocked"),
                )
            },
        ),
    )
    readonly_fields = (
        "inbox",
        "region",
        "locale",
        "external_id",
        "claimed_external_id",
        "created_at",
        "last_seen_at",
        "is_blocked",
    )
    change_form_outer_after_template = "admin/messenger/contact/below_form.html"

    @admin.display(description=_("client"), ordering="name")
    def label(self, contact: Contact) -> str:
        return contact.label

    @display(description=_("access"), label={"blocked": "danger"})
    def blocked(self, contact: Contact) -> tuple[str, Any] | None:
        return ("blocked", _("blocked")) if contact.is_blocked else None

    @admin.display(description=_("last seen"))
    def last_seen(self, contact: Contact) -> str:
        return moment(contact.last_seen_at, timezone.now()) if contact.last_seen_at else ""

    def get_queryset(self, request: HttpRequest) -> QuerySet[Contact]:
        contacts = super().get_queryset(request)
        user = user_of(request)
        if user.is_messenger_administrator:
            return contacts
        return contacts.filter(Exists(Conversation.objects.visible_to(user).filter(contact=OuterRef("pk"))))

    def render_change_form(
        self,
        request: HttpRequest,
        context: dict[str, Any],
        add: bool = False,
        change: bool = False,
        form_url: str = "",
        obj: Contact | None = None,
    ) -> HttpResponse:
        if obj is not None:
            context["conversations"] = earlier(obj.pk, user_of(request), limit=CONVERSATIONS_LIMIT)
        context["consents"] = Consent.objects.filter(contact=obj)
        return super().render_change_form(request, context, add, change, form_url, obj)

    def get_own_urls(self) -> list[URLPattern]:
        wrap = self.admin_site.admin_view
        return [
            path("<uuid:object_id>/block/", wrap(self.block_view), name="messenger_contact_block"),
            path("<uuid:object_id>/unblock/", wrap(self.unblock_view), name="messenger_contact_unblock"),
            *super().get_own_urls(),
        ]

    @method_decorator(require_http_methods(["GET", "HEAD", "POST"]))
    def block_view(self, request: HttpRequest, object_id: UUID) -> HttpResponse:
        return blocking.block_view(self, request, self._found(request, object_id))

    @method_decorator(require_POST)
    def unblock_view(self, request: HttpRequest, object_id: UUID) -> HttpResponse:
        contact = self._found(request, object_id)
        messages.success(request, blocking.unblocked(request, contact))
        return blocking.redirect_to(contact)

    def formfield_for_dbfield(self, db_field: "Field[Any, Any]", request: HttpRequest, **kwargs: Any) -> Any:
        field = super().formfield_for_dbfield(db_field, request, **kwargs)
        if field is not None and db_field.name in FIELDS:
            field.show_hidden_initial = True
        return field

    def changeform_view(
        self,
        request: HttpRequest,
        object_id: str | None = None,
        form_url: str = "",
        extra_context: dict[str, Any] | None = None,
    ) -> Any:
        try:
            return super().changeform_view(request, object_id, form_url, extra_context)
        except ContactChanged as error:
            # Between the form's look and the write.
            messages.error(request, sentence_of(error))
            return HttpResponseRedirect(request.path)

    def save_model(
        self, request: HttpRequest, obj: Contact, form: "forms.ModelForm[Contact]", change: bool
    ) -> None:
        values = {name: form.cleaned_data[name] for name in FIELDS if name in form.cleaned_data}
        seen = {name: str(form.initial.get(name, "")) for name in FIELDS}
        correct(contact_id=obj.pk, actor=user_of(request), values=values, seen=seen)

    def _found(self, request: HttpRequest, object_id: UUID) -> Contact:
        contact = self.get_queryset(request).filter(pk=object_id).first()
        if contact is None:
            raise Http404
        return contact

    def has_add_permission(self, request: HttpRequest) -> bool:
        """Visitors make contacts."""
        return False

    def has_delete_permission(self, request: HttpRequest, obj: Contact | None = None) -> bool:
        """Anonymized, not deleted: their conversations stay."""
        return False
