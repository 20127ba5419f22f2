"""Users, groups, branches and regions, for administrators."""

from typing import TYPE_CHECKING, Any

from django.contrib import admin
from django.contrib.auth.admin import GroupAdmin, UserAdmin
from django.contrib.auth.models import Group
from django.http import HttpRequest
from django.utils.translation import gettext_lazy as _
from unfold.forms import AdminPasswordChangeForm, UserChangeForm, UserCreationForm

from crm.admin_base import ModelAdmin
from crm.models import Branch, Region, User
from messenger.admin.agent_profile import AgentProfileInline

if TYPE_CHECKING:
    BaseUserAdmin = UserAdmin[User]
    BaseGroupAdmin = GroupAdmin
else:

    class BaseUserAdmin(UserAdmin, ModelAdmin):
        pass

    class BaseGroupAdmin(GroupAdmin, ModelAdmin):
        pass


# What could make its owner mightier than any administrator: only a superuser gives it.
SUPERUSER_ONLY = ("is_superuser", "groups", "user_permissions")

admin.site.unregister(Group)


@admin.register(Group)
class RoleGroupAdmin(BaseGroupAdmin):
    filter_horizontal = ()  # works with inline handlers, which the policy refuses


@admin.register(User)
class CrmUserAdmin(BaseUserAdmin):
    form = UserChangeForm
    add_form = UserCreationForm
    change_password_form = AdminPasswordChangeForm
    inlines = [AgentProfileInline]
    list_display = ("username", "full_name", "email", "role", "branch", "is_active")
    list_filter = ("role", "branch", "is_active")
    list_select_related = ("branch",)
    search_fields = ("username", "first_name", "last_name", "email")
    filter_horizontal = ()
    fieldsets = (
        (None, {"fields": (("username", "email"), ("first_name", "last_name"), "password")}),
        (_("Work"), {"fields": (("role", "branch"), "is_active")}),
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

    def get_fieldsets(self, request: HttpRequest, obj: User | None = None) -> Any:
        fieldsets = super().get_fieldsets(request, obj)
        if request.user.is_superuser:
            return fieldsets
        return [fieldset for fieldset in fieldsets if fieldset[1]["fields"] != SUPERUSER_ONLY]

    def has_change_permission(self, request: HttpRequest, obj: User | None = None) -> bool:
        """An administrator who could change a superuser could log in as one."""
        if obj is not None and obj.is_superuser and not request.user.is_superuser:
            return False
        return super().has_change_permission(request, obj)

    def has_delete_permission(self, request: HttpRequest, obj: User | None = None) -> bool:
        """People leave by being made inactive: their name stands under what they wrote."""
        return False


@admin.register(Branch)
class BranchAdmin(ModelAdmin[Branch]):
    list_display = ("name", "is_active")
    list_filter = ("is_active",)
    search_fields = ("name",)


@admin.register(Region)
class RegionAdmin(ModelAdmin[Region]):
    list_display = ("name",)
    search_fields = ("name",)
