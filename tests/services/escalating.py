"""What the tests of escalation do and look at."""

from datetime import datetime, timedelta

from messenger.lib import clock
from messenger.models import Conversation
from messenger.services.escalation import Outcome, escalate_due

TIMEOUT = timedelta(seconds=240)
MINUTE = timedelta(minutes=1)


def escalate(at: datetime, *, dry_run: bool = False) -> Outcome:
    with clock.at(at):
        return escalate_due(timeout=TIMEOUT, dry_run=dry_run)


def assignee(conversation: Conversation) -> str:
    conversation.refresh_from_db()
    return conversation.assignee.username if conversation.assignee else ""
