"""unfold's admin classes with the types of Django's, generic in the model."""

from typing import TYPE_CHECKING, Any

if TYPE_CHECKING:
    from django.contrib.admin import ModelAdmin, StackedInline
    from django.forms import ModelForm
else:
    from django import forms
    from unfold import admin as unfold

    class _Generic:
        def __class_getitem__(cls, model: Any) -> type:
            return cls

    class ModelAdmin(_Generic, unfold.ModelAdmin):
        pass

    class StackedInline(_Generic, unfold.StackedInline):
        pass

    class ModelForm(_Generic, forms.ModelForm):
        pass


__all__ = ["ModelAdmin", "ModelForm", "StackedInline"]
