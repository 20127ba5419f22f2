"""A mail whose headers arrive as they must be read.

Python folds a header by encoding words that are longer than a line, and mail programs look for an address in
List-Unsubscribe as it stands there: encoded, nobody's button would work.
"""

from email.message import EmailMessage
from email.policy import EmailPolicy
from email.policy import default as usual
from typing import Any

from django.core.mail import EmailMultiAlternatives

# Of ASCII, and shorter than the 998 letters that a line may have.
WHOLE = frozenset({"list-unsubscribe", "list-unsubscribe-post", "message-id"})


class WholeLinks(EmailPolicy):
    """Writes some headers in one line each, whatever their length; all others as usual."""

    def fold(self, name: str, value: Any) -> str:
        return self._whole(name, value) if name.lower() in WHOLE else super().fold(name, value)

    def fold_binary(self, name: str, value: Any) -> bytes:
        return (
            self._whole(name, value).encode("ascii")
            if name.lower() in WHOLE
            else super().fold_binary(name, value)
        )

    def _whole(self, name: str, value: Any) -> str:
        return f"{name}: {value}{self.linesep}"


class Letter(EmailMultiAlternatives):
    def message(self, *, policy: Any = usual) -> EmailMessage:
        return super().message(policy=WholeLinks(linesep=policy.linesep, cte_type=policy.cte_type))
