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
    from django.contrib.admin.options import ActionLocation, IncorrectLookupParameters
    from django.contrib.admin.views.main import SEARCH_VAR
    from django.utils.translation import gettext_lazy as _
    from unfold import admin as unfold

    from crm.audit_changes import NOT_AUDITED, SECRET, changes_of
    from crm.deletion import without_links

    def record_changes(request, action, obj):
        """A form that was saved as it was changes nothing, and leaves no entry."""
        from crm import audit  # noqa: PLC0415  (the models are there only when the admin is used)

        changes = request.__dict__.pop("audited_changes", [])
        kind = obj._meta.label_lower  # noqa: SLF001  (Django's own API)
        if kind in NOT_AUDITED or (action == "changed" and not changes):
            return
        audit.record(request, action, target=obj, **({"changes": changes} if changes else {}))

    class _Generic:
        def __class_getitem__(cls, model: Any) -> type:
            return cls

    class ModelAdmin(_Generic, unfold.ModelAdmin):
        # Whether the list's own form looks at what it is filtered by, and what is no filter at all.
        checks_its_filters = False
        own_parameters = (SEARCH_VAR,)

        def get_changelist_instance(self, request):
            """PostgreSQL's texts hold no NUL: a filter that asks for one would end in an error of ours."""
            filters = (values for name, values in request.GET.lists() if name not in self.own_parameters)
            is_asked_for = any("\0" in value for values in filters for value in values)
            if is_asked_for and not self.checks_its_filters:
                raise IncorrectLookupParameters
            return super().get_changelist_instance(request)

        def lookup_allowed(self, lookup, value, request):
            """A filter that finds by a secret tells it, letter by letter, to whoever may see the list alone."""
            is_secret = any(word in lookup.partition("__")[0] for word in SECRET)
            return not is_secret and super().lookup_allowed(lookup, value, request)

        def construct_change_message(self, request, form, formsets, add=False):
            request.audited_changes = changes_of(form, formsets, is_new=add)
            return with_msgids(super().construct_change_message(request, form, formsets, add))

        def log_addition(self, request, obj, message):
            record_changes(request, "added", obj)
            return super().log_addition(request, obj, message)

        def log_change(self, request, obj, message):
            record_changes(request, "changed", obj)
            return super().log_change(request, obj, message)

        def log_deletions(self, request, queryset):
            for obj in queryset:
                record_changes(request, "deleted", obj)
            return super().log_deletions(request, queryset)

        def get_deleted_objects(self, objs, request):
            told, counts, needed, protected = super().get_deleted_objects(objs, request)
            return *without_links(told, counts), needed, protected

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
