"""A canned response as a client would read it: of somebody who told their name, and of somebody who didn't."""

from typing import NamedTuple

from django.utils.safestring import SafeString
from django.utils.translation import gettext as _

from crm.models import User
from messenger.exceptions import Invalid
from messenger.lib import placeholders
from messenger.lib.formatting import format_message
from messenger.services import canned

LONGEST = 4000


class Preview(NamedTuple):
    """`unnamed` is there where it reads differently; with problems there is no text."""

    named: SafeString = SafeString()
    unnamed: SafeString = SafeString()
    problems: tuple[str, ...] = ()


def preview_of(text: str, user: User) -> Preview:
    text = text[:LONGEST].strip()
    try:
        canned.check(text)
    except Invalid as error:
        return Preview(problems=tuple(error.fields["text"]))
    values = _example(user)
    nobody = values | {name: "" for name in values if name.startswith("contact.")}
    named, unnamed = placeholders.fill(text, values), placeholders.fill(text, nobody)
    return Preview(format_message(named), format_message(unnamed if unnamed != named else ""))


def _example(user: User) -> dict[str, str]:
    return {
        "contact.name": _("Maria"),
        "contact.email": "maria@example.com",
        "contact.phone": "+7 900 000-00-00",
        "operator.name": canned.public_name(user) or _("Operator"),
        "inbox.name": _("Website"),
        "branch.name": str(user.branch or _("Branch")),
        "conversation.id": "1024",
    }
