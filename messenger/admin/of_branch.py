"""What is kept for a branch or for all of them: whoever is no administrator keeps their own branch's alone."""

from typing import TYPE_CHECKING, Any

from django.http import HttpRequest

from crm.models import Branch
from messenger.admin.base import user_of

if TYPE_CHECKING:
    from messenger.admin.base import MessengerAdmin

    Base = MessengerAdmin[Any]
else:
    Base = object


class OfBranch(Base):
    """For rows with a `branch`, None where they hold for all."""

    def has_change_permission(self, request: HttpRequest, obj: Any = None) -> bool:
        return super().has_change_permission(request, obj) and self.is_theirs(request, obj)

    def has_delete_permission(self, request: HttpRequest, obj: Any = None) -> bool:
        return super().has_delete_permission(request, obj) and self.is_theirs(request, obj)

    def is_theirs(self, request: HttpRequest, kept: Any) -> bool:
        user = user_of(request)
        if kept is None or user.is_messenger_administrator:
            return True
        return kept.branch_id is not None and kept.branch_id == user.branch_id

    def formfield_for_foreignkey(self, db_field: Any, request: HttpRequest, **kwargs: Any) -> Any:
        field = super().formfield_for_foreignkey(db_field, request, **kwargs)
        user = user_of(request)
        if field is not None and db_field.name == "branch" and not user.is_messenger_administrator:
            field.queryset = Branch.objects.filter(pk=user.branch_id or 0)
            field.required, field.empty_label = True, None
        return field
