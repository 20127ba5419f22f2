"""unfold's inputs as wide as the page of the log-in, and a password that can be looked at."""

from typing import Any

from django.forms import widgets
from unfold.widgets import BASE_INPUT_CLASSES

CLASSES = " ".join(BASE_INPUT_CLASSES)


class TextInput(widgets.TextInput):
    def __init__(self, attrs: dict[str, Any] | None = None) -> None:
        super().__init__({**(attrs or {}), "class": CLASSES})


class PasswordInput(widgets.PasswordInput):
    """With a button that shows what was typed; unfold's own can't be reached by keyboard."""

    template_name = "crm/password_input.html"

    def __init__(self, attrs: dict[str, Any] | None = None) -> None:
        super().__init__({**(attrs or {}), "class": f"{CLASSES} msgr-password-input"})


class CodeInput(TextInput):
    """For six digits: a phone shows its digits, and offers the code that it knows."""

    def __init__(self, *, digits: bool = True) -> None:
        super().__init__(
            {
                "autocomplete": "one-time-code" if digits else "off",
                "inputmode": "numeric" if digits else "text",
                "autocapitalize": "none",
                "spellcheck": "false",
                "autofocus": True,
                "data-msgr-code": "",
            }
        )
