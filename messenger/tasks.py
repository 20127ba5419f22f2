"""What the queue calls: each finds its work, calls a service and says in a line what was done."""

from datetime import timedelta

from django.conf import settings
from django.core.management import call_command

from messenger.services.purging import purge_empty


def purge_empty_conversations() -> str:
    """Removes conversations that nobody wrote in, with contacts that are left without any."""
    removed = purge_empty(older_than=timedelta(hours=settings.MESSENGER_EMPTY_CONVERSATION_HOURS))
    return f"{removed} empty conversations removed"


def clear_expired_sessions() -> None:
    call_command("clearsessions")
