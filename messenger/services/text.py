"""The text of a message, checked the same for visitors and operators."""

import re

from django.conf import settings
from django.utils.translation import gettext as _

from messenger.exceptions import Invalid

# NUL and halves of characters: PostgreSQL takes neither.
_UNSTORABLE = re.compile(r"[\0\ud800-\udfff]")


def check_body(body: object, *, may_be_empty: bool = False) -> str:
    """The text as it is stored; raises Invalid where it is empty, too long or can't be stored."""
    if not isinstance(body, str):
        raise Invalid({"body": [_("Write a text.")]})
    text = body.replace("\r\n", "\n").replace("\r", "\n").strip()
    if not text and not may_be_empty:
        raise Invalid({"body": [_("Write a message.")]})
    if len(text) > settings.MESSENGER_MAX_MESSAGE_LENGTH:
        raise Invalid(
            {
                "body": [
                    _("The message may have %(limit)d characters at most.")
                    % {"limit": settings.MESSENGER_MAX_MESSAGE_LENGTH}
                ]
            }
        )
    if _UNSTORABLE.search(text):
        raise Invalid({"body": [_("The text has characters that can't be stored.")]})
    return text
