"""Groups, branches and regions, for administrators; users and the audit have modules of their own."""

from typing import TYPE_CHECKING

from django.contrib import admin
from django.contrib.auth.admin import GroupAdmin
from django.contrib.auth.models import Group

from crm.admin_base import ModelAdmin
from crm.audit_admin import AuditEntryAdmin
from crm.models import Branch, Region
from crm.permission_field import TranslatedPermissions
from crm.user_admin import CrmUserAdmin

__all__ = ["AuditEntryAdmin", "BranchAdmin", "CrmUserAdmin", "RegionAdmin", "RoleGroupAdmin"]

if TYPE_CHECKING:
    BaseGroupAdmin = GroupAdmin
else:

    class BaseGroupAdmin(GroupAdmin, ModelAdmin):
        pass


admin.site.unregister(Group)


@admin.register(Group)
class RoleGroupAdmin(TranslatedPermissions, BaseGroupAdmin):  # type: ignore[misc]
    filter_horizontal = ()  # works with inline handlers, which the policy refuses


@admin.register(Branch)
class BranchAdmin(ModelAdmin[Branch]):
    list_display = ("name", "is_active")
    list_filter = ("is_active",)
    search_fields = ("name",)


@admin.register(Region)
class RegionAdmin(ModelAdmin[Region]):
    list_display = ("name",)
    search_fields = ("name",)
