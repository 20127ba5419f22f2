"""Answers the first message of a conversation at once, in the name of the operator to whom it was given."""

from messenger.models import Conversation
from messenger.services.writing import AUTOMATIC, write


def auto_reply(conversation: Conversation) -> None:
    """After the client's first message, in its transaction, under the lock of the conversation.

    Only where the inbox wants it, while the conversation is open, has an operator, and nothing went out yet. It
    answers nobody in the sense of statistics, and the operator has the conversation to open as before.
    """
    inbox, operator_id = conversation.inbox, conversation.assignee_id
    text = inbox.auto_reply_text.strip()
    if not inbox.auto_reply_enabled or not text or operator_id is None:
        return
    write(
        AUTOMATIC,
        conversation.pk,
        text,
        None,
        {"direction": "out", "sender": operator_id},
    )
