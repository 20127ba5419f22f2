"""Users, for administrators: who works here, in which role and branch, and how they get in."""

from typing import TYPE_CHECKING, Any

from django.contrib import admin
from django.contrib.admin.utils import unquote
from django.contrib.auth import update_session_auth_hash
from django.contrib.auth.admin import UserAdmin
from django.db.models import QuerySet
from django.http import HttpRequest, HttpResponse
from django.shortcuts import redirect
from django.urls import URLPattern, path, reverse
from django.utils.translation import gettext_lazy as _
from unfold.decorators import display

from crm.models import User
from crm.permission_field import TranslatedPermissions
from crm.user_actions import UserActions
from crm.user_forms import ChangedUserForm, GivenPasswordForm, NewUserForm
from messenger.admin.agent_profile import AgentProfileInline
from messenger.admin.base import user_of

if TYPE_CHECKING:
    BaseUserAdmin = UserAdmin[User]
else:
    from crm.admin_base import ModelAdmin

    class BaseUserAdmin(UserAdmin, ModelAdmin):
        pass


# What could make its owner mightier than any administrator: only a superuser gives it.
SUPERUSER_ONLY = ("is_superuser", "groups", "user_permissions")
PASSWORD = ("password", "new_password_words")
# Who sees and may do what follows from these: only administrators give them.
ADMINISTRATORS_ONLY = ("role", "branch")


@admin.register(User)
class CrmUserAdmin(UserActions, TranslatedPermissions, BaseUserAdmin):
    form = ChangedUserForm
    add_form = NewUserForm
    change_password_form = GivenPasswordForm
    inlines = [AgentProfileInline]
    list_display = ("username", "full_name", "email", "role", "branch", "second_factor_state", "is_active")
    list_filter = ("role", "branch", "is_active", "has_second_factor")
    list_select_related = ("branch",)
    search_fields = ("username", "first_name", "last_name", "email")
    filter_horizontal = ()
    readonly_fields = ("second_factor_words", "new_password_words")
    fieldsets = (
        (None, {"fields": (("username", "email"), ("first_name", "last_name"), *PASSWORD)}),
        (_("Work"), {"fields": (("role", "branch"), "is_active")}),
        (_("Second factor"), {"fields": ("second_factor_words", "second_factor_required")}),
        (_("Permissions beyond the role"), {"fields": SUPERUSER_ONLY}),
    )
    add_fieldsets = (
        (None, {"fields": (("username", "email"), ("first_name", "last_name"))}),
        (_("Work"), {"fields": (("role", "branch"),)}),
        (_("Password"), {"fields": ("usable_password", "password1", "password2")}),
    )

    @admin.display(description=_("full name"), ordering="first_name")
    def full_name(self, user: User) -> str:
        return user.display_name

    @display(
        description=_("second factor"),
        ordering="has_second_factor",
        label={"on": "success", "due": "warning", "off": "default"},
    )
    def second_factor_state(self, user: User) -> tuple[str, Any]:
        if user.has_second_factor:
            return "on", _("on")
        return ("due", _("to be set up")) if user.needs_second_factor else ("off", _("off"))

    @admin.display(description=_("second factor"))
    def second_factor_words(self, user: User) -> Any:
        """In the form, where a label of the list would show as it is kept."""
        return self.second_factor_state(user)[1]

    @admin.display(description=_("new password"))
    def new_password_words(self, user: User) -> Any:
        return _("Due at the next log-in: somebody else set the present one.")

    def get_fieldsets(self, request: HttpRequest, obj: User | None = None) -> Any:
        fieldsets = super().get_fieldsets(request, obj)
        if obj is not None and not obj.must_change_password:
            (name, options), *others = fieldsets
            shown = [field for field in options["fields"] if field != "new_password_words"]
            fieldsets = [(name, {**options, "fields": shown}), *others]
        if request.user.is_superuser:
            return fieldsets
        return [fieldset for fieldset in fieldsets if fieldset[1]["fields"] != SUPERUSER_ONLY]

    def get_queryset(self, request: HttpRequest) -> QuerySet[User]:
        """Operators who were given the permission see the operators of their branch."""
        users, reader = super().get_queryset(request), user_of(request)
        if reader.is_messenger_administrator:
            return users
        operators = users.filter(role=User.Role.OPERATOR, is_superuser=False)
        return operators.filter(branch=reader.branch_id) if reader.branch_id else operators.none()

    def get_readonly_fields(self, request: HttpRequest, obj: User | None = None) -> tuple[str, ...]:
        fixed = tuple(super().get_readonly_fields(request, obj))
        return fixed if user_of(request).is_messenger_administrator else (*fixed, *ADMINISTRATORS_ONLY)

    def get_urls(self) -> list[URLPattern]:
        view = self.admin_site.admin_view(self.invitation)
        return [path("<id>/invitation/", view, name="crm_user_invitation"), *super().get_urls()]

    def save_model(self, request: HttpRequest, obj: User, form: Any, change: bool) -> None:
        """Who changes their own role or branch stays logged in here; their other sessions end, as all do."""
        if not change and not user_of(request).is_messenger_administrator:
            obj.branch = user_of(request).branch
        super().save_model(request, obj, form, change)
        if obj.pk == request.user.pk:
            update_session_auth_hash(request, obj)

    def user_change_password(self, request: HttpRequest, id: str, form_url: str = "") -> HttpResponse:
        """One's own is changed where the present one is asked for: an open browser is no password."""
        user = self.get_object(request, unquote(id))
        if user is not None and user.pk == request.user.pk:
            return redirect("admin:password_change")
        return super().user_change_password(request, id, form_url)

    def response_add(
        self, request: HttpRequest, obj: User, post_url_continue: str | None = None
    ) -> HttpResponse:
        """Without a password there is one way in: the link stands on the next page."""
        if obj.has_usable_password() or "_popup" in request.POST:
            return super().response_add(request, obj, post_url_continue)
        self.keep_invitation(request, obj)
        return redirect(reverse("admin:crm_user_invitation", args=[obj.pk]))

    def has_change_permission(self, request: HttpRequest, obj: User | None = None) -> bool:
        """An administrator who could change a superuser could log in as one."""
        if obj is not None and obj.is_superuser and not request.user.is_superuser:
            return False
        return super().has_change_permission(request, obj)

    def has_delete_permission(self, request: HttpRequest, obj: User | None = None) -> bool:
        """People leave by being made inactive: their name stands under what they wrote."""
        return False
