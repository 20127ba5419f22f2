"""A mail went to a mistyped address, and the stranger who got it has the chat open: once corrected, they are out."""

import uuid

from django.db import transaction

from messenger.events import publish_end_of_sessions
from messenger.models import Conversation, VisitorMail
from messenger.services.privacy import sessions


def shut_out_who_was_mailed(contact_id: uuid.UUID) -> None:
    """On commit all sessions and open streams end.

    The contact's own browser comes back by its token; one that came by a mail can't.
    """
    mailed = VisitorMail.objects.filter(conversation__contact=contact_id, state=VisitorMail.State.SENT)
    if not mailed.exists():
        return
    conversations = list(Conversation.objects.filter(contact=contact_id).values_list("pk", flat=True))

    def shut_out() -> None:
        sessions.forget(contact_id, conversations)
        for conversation_id in conversations:
            publish_end_of_sessions(conversation_id)

    transaction.on_commit(shut_out)
