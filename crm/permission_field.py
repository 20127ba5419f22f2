"""Permissions in the reader's language: Django keeps their names in English, in the database."""

from typing import TYPE_CHECKING, Any

from django.contrib.admin.options import BaseModelAdmin
from django.contrib.auth.models import Permission
from django.db.models import ManyToManyField
from django.forms import ModelMultipleChoiceField
from django.utils.translation import gettext, pgettext_lazy

ACTIONS = {
    "view": pgettext_lazy("permission", "see"),
    "add": pgettext_lazy("permission", "add"),
    "change": pgettext_lazy("permission", "change"),
    "delete": pgettext_lazy("permission", "delete"),
}

if TYPE_CHECKING:
    ChoiceField = ModelMultipleChoiceField[Permission]
else:
    ChoiceField = ModelMultipleChoiceField


class PermissionsField(ChoiceField):
    def label_from_instance(self, obj: Permission) -> str:
        """What of which application may be done; what a model adds of its own has a name in the translations."""
        action = ACTIONS.get(obj.codename.removesuffix(f"_{obj.content_type.model}"))
        return f"{obj.content_type.app_labeled_name} | {action or gettext(obj.name)}"


if TYPE_CHECKING:
    Base = BaseModelAdmin[Any]
else:
    Base = object


class TranslatedPermissions(Base):
    """For the admins of whatever has permissions: users and groups."""

    def formfield_for_manytomany(
        self, db_field: "ManyToManyField[Any, Any]", request: Any, **kwargs: Any
    ) -> Any:
        if db_field.related_model is Permission:
            kwargs["form_class"] = PermissionsField
        return super().formfield_for_manytomany(db_field, request, **kwargs)
