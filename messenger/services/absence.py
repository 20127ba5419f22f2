"""What visitors are told while nobody is there for them."""

from typing import NamedTuple

from django.utils.translation import gettext as _

from messenger.models import Conversation, Inbox
from messenger.services import presence
from messenger.services.hours import Hours


class Absence(NamedTuple):
    """`message` is there only while `is_away`."""

    is_away: bool = False
    message: str = ""


def absence_of(inbox: Inbox, conversation: Conversation, hours: Hours) -> Absence:
    """Outside of working hours, and while no operator of the conversation's branch is online, if the inbox tells it."""
    if not inbox.offline_mode_enabled:
        return Absence()
    if not hours.outside and presence.is_anyone_there(conversation.branch_id):
        return Absence()
    sentence = _("Nobody is here right now. Leave a message, and we will answer as soon as we can.")
    return Absence(is_away=True, message=inbox.offline_message or sentence)
