"""unfold's admin classes with the types of Django's, generic in the model."""

from typing import TYPE_CHECKING, Any


def with_msgids(changes: list[dict[str, dict[str, Any]]]) -> list[dict[str, dict[str, Any]]]:
    """What changed, for the history, which translates it when it is shown.

    Django keeps the labels of the fields, "Email address": only the models' own "email address" has a translation.
    """
    for change in changes:
        for what in change.values():
            if "fields" in what:
                what["fields"] = [
                    label[:1].lower() + label[1:] if label[:2].istitle() else label
                    for label in what["fields"]
                ]
    return changes


if TYPE_CHECKING:
    from django.contrib.admin import ModelAdmin, StackedInline, TabularInline
    from django.forms import ModelForm
else:
    from django import forms
    from django.contrib.admin import ModelAdmin as DjangosModelAdmin
    from django.contrib.admin.options import ActionLocation
    from django.utils.translation import gettext_lazy as _
    from unfold import admin as unfold

    class _Generic:
        def __class_getitem__(cls, model: Any) -> type:
            return cls

    class ModelAdmin(_Generic, unfold.ModelAdmin):
        def construct_change_message(self, *args, **kwargs):
            return with_msgids(super().construct_change_message(*args, **kwargs))

        def get_action_choices(
            self, request, default_choices=None, action_location=ActionLocation.CHANGE_LIST
        ):
            """unfold's own, with the signature that Django 6.1 asks for."""
            choices = [("", _("Select action"))]
            return DjangosModelAdmin.get_action_choices(self, request, choices, action_location)

    class StackedInline(_Generic, unfold.StackedInline):
        pass

    class TabularInline(_Generic, unfold.TabularInline):
        pass

    class ModelForm(_Generic, forms.ModelForm):
        pass


__all__ = ["ModelAdmin", "ModelForm", "StackedInline", "TabularInline"]
