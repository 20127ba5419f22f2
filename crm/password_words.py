"""Passwords of words that everybody here knows: what a stranger tries first who has seen the log-in page."""

from django.core.exceptions import ValidationError
from django.utils.translation import gettext as _

from crm.models import Branch, User

# Of the product and its roles, in both languages of the admin; the names of the branches come on top.
WORDS = frozenset(
    {
        *("messenger", "crm", "crmmessenger", "messengercrm", "livechat", "widget", "inbox", "helpdesk"),
        *("administrator", "operator", "support", "manager", "superuser", "welcome", "changeme"),
        *("мессенджер", "администратор", "оператор", "поддержка", "менеджер", "пароль", "чатподдержки"),
    }
)


class ContextWordsValidator:
    """Digits and signs around such a word, or the word twice, make no other password of it."""

    def validate(self, password: str, user: User | None = None) -> None:
        letters = letters_of(password)
        half, odd = divmod(len(letters), 2)
        if not odd and letters[:half] == letters[half:]:
            letters = letters[:half]
        if letters and letters in WORDS | branches():
            raise ValidationError(
                _("The password is made of a word that everybody here knows."), code="password_of_context"
            )

    def get_help_text(self) -> str:
        return _("Your password can’t be made of the name of the product, of a role or of a branch.")


def letters_of(text: str) -> str:
    return "".join(filter(str.isalpha, text.casefold()))


def branches() -> set[str]:
    return {letters_of(name) for name in Branch.objects.values_list("name", flat=True)}
