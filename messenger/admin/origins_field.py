"""A list of web origins as a form's text, one per line."""

from typing import Any

from django import forms
from django.core.exceptions import ValidationError
from django.utils.translation import gettext_lazy as _

from messenger.lib.origins import normalize_origin


class OriginsField(forms.CharField):
    """Cleans to normalized origins without repetitions; names every line that is none."""

    def prepare_value(self, value: Any) -> Any:
        return "\n".join(value) if isinstance(value, list) else value

    def to_python(self, value: Any) -> Any:
        lines = [line.strip() for line in str(value or "").splitlines() if line.strip()]
        origins: dict[str, None] = {}
        wrong = []
        for line in lines:
            try:
                origins[normalize_origin(line)] = None
            except ValueError:
                wrong.append(line)
        if wrong:
            message = _(
                "Not an origin: %(lines)s. Write scheme and host without a path: https://shop.example.com"
            )
            raise ValidationError(message, params={"lines": ", ".join(wrong)}, code="origin")
        return list(origins)

    def has_changed(self, initial: Any, data: Any) -> bool:
        try:
            return bool(list(initial or []) != self.to_python(data))
        except ValidationError:
            return True
