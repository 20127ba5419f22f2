"""Django's classes that its stubs know as generic, and that are not when they run."""

from typing import TYPE_CHECKING, Any

if TYPE_CHECKING:
    from django.contrib.auth.forms import SetPasswordForm
    from django.views.generic import FormView
else:
    from django.contrib.auth import forms
    from django.views import generic

    class _Generic:
        def __class_getitem__(cls, item: Any) -> type:
            return cls

    class SetPasswordForm(_Generic, forms.SetPasswordForm):
        pass

    class FormView(_Generic, generic.FormView):
        pass


__all__ = ["FormView", "SetPasswordForm"]
