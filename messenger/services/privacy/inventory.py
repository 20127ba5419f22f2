"""Every column that hangs on a contact: under which name it is exported, and what anonymization does to it."""

from collections.abc import Iterator
from enum import StrEnum
from typing import NamedTuple


class Fate(StrEnum):
    """What is left after anonymization.

    REDACTED and DELETED happen where it is asked for: `--redact-messages`, `--delete-attachments`. SCRUBBED takes out
    what is known of the person (`known.py`), or what isn't known to be harmless, and leaves the rest.
    """

    CLEARED = "cleared"
    REDACTED = "redacted"
    SCRUBBED = "scrubbed"
    DELETED = "deleted"
    KEPT = "kept"


class Column(NamedTuple):
    """`exported` is its name in the export, empty where it is left out; then `why` tells the reason."""

    exported: str
    fate: Fate
    why: str = ""


CLEARED, REDACTED, SCRUBBED, DELETED, KEPT = Fate
_PLACE = Column("", KEPT, "says only where the row belongs: the export shows it by its nesting")
_NUMBER = Column("", KEPT, "a number of ours that says nothing of the person")
_DESK = Column("", KEPT, "about the work of the operators, not about the person")

INVENTORY: dict[str, dict[str, Column]] = {
    "Contact": {
        "id": Column("id", KEPT, "a random number: the conversations that stay for statistics hang on it"),
        "inbox": Column("inbox", KEPT, "for statistics"),
        "external_id": Column("verified_id", CLEARED),
        "claimed_external_id": Column("claimed_id", CLEARED),
        "name": Column("name", CLEARED),
        "email": Column("email", CLEARED),
        "phone": Column("phone", CLEARED),
        "region": Column("region", KEPT, "for statistics: thousands to millions of people share a region"),
        "locale": Column("language", CLEARED),
        "is_blocked": Column("blocked", KEPT, "a fact of the past: nobody comes back to this contact"),
        "anonymized_at": Column("anonymized_at", KEPT, "when the data went"),
        "mail_unsubscribed_at": Column("mail_unsubscribed_at", CLEARED),
        "last_seen_at": Column("last_seen_at", KEPT, "for statistics"),
        "created_at": Column("created_at", KEPT, "for statistics"),
    },
    "Consent": {
        "id": _NUMBER,
        "contact": _PLACE,
        "text": Column("text", KEPT, "our own words: proof of what was agreed to (GDPR 7(1))"),
        "url": Column("url", KEPT, "our own address: part of the proof"),
        "given_at": Column("given_at", KEPT, "part of the proof"),
    },
    "Conversation": {
        "id": Column("id", KEPT, "a number"),
        "inbox": Column("inbox", KEPT, "for statistics"),
        "branch": Column("branch", KEPT, "for statistics"),
        "contact": _PLACE,
        "status": Column("status", KEPT, "an active one is closed"),
        "assignee": Column("operator", KEPT, "for statistics"),
        "assignee_assigned_at": _DESK,
        "assignee_opened_at": _DESK,
        "assignee_last_read_at": _DESK,
        "escalation_failed_at": _DESK,
        "unread_count": _DESK,
        "operator_read_up_to": _DESK,
        "last_message_id": _NUMBER,
        "last_message_at": Column("last_message_at", KEPT, "for statistics"),
        "waiting_since": _DESK,
        "resolved_at": Column("resolved_at", KEPT, "for statistics"),
        "closed_at": Column("closed_at", KEPT, "for statistics"),
        "rating_score": Column("rating_score", KEPT, "for statistics"),
        "rating_type": Column(
            "rating_type", KEPT, "for statistics: whether the score is stars or a recommendation"
        ),
        "rating_comment": Column("rating_comment", REDACTED),
        "rated_at": Column("rated_at", KEPT, "for statistics"),
        "page_url": Column("page_url", CLEARED),
        "referrer": Column("referrer", CLEARED),
        "locale": Column("language", CLEARED),
        "meta": Column("meta", CLEARED),
        "created_at": Column("created_at", KEPT, "for statistics"),
        "labels": Column("labels", KEPT, "the topics of the conversation, for statistics"),
    },
    "ConversationLabel": {
        "id": _NUMBER,
        "conversation": _PLACE,
        "label": Column("name", KEPT, "one of the shop's own topics"),
        "added_by": _DESK,
        "added_at": Column("added_at", KEPT, "for statistics"),
    },
    "ConversationEvent": {
        "id": _NUMBER,
        "conversation": _PLACE,
        "kind": Column("kind", KEPT, "for statistics"),
        "actor": Column("by", KEPT, "an operator"),
        "data": Column("details", SCRUBBED, "free texts go; who had the conversation and scores stay"),
        "created_at": Column("at", KEPT, "for statistics"),
    },
    "Message": {
        "id": Column("id", KEPT, "a number"),
        "conversation": _PLACE,
        "direction": Column("direction", KEPT, "for statistics"),
        "body": Column("body", REDACTED, "of our own answers only what is known of the person"),
        "sender_user": Column("operator", KEPT, "an operator"),
        "client_message_id": Column("", KEPT, "a random number against sending twice"),
        "created_at": Column("at", KEPT, "for statistics"),
        "read_at": Column("read_at", KEPT, "for statistics"),
        "is_automatic": _DESK,
    },
    "Mention": {
        "id": _NUMBER,
        "message": _PLACE,
        "user": _DESK,
        "seen_at": _DESK,
    },
    "Attachment": {
        "id": Column("id", DELETED),
        "message": _PLACE,
        "file": Column("", DELETED, "the place in our storage; the content itself is in the ZIP"),
        "original_name": Column("name", DELETED, "of a file of ours that stays, what is known of the person"),
        "content_type": Column("content_type", DELETED),
        "size": Column("size", DELETED),
        "sha256": Column("sha256", DELETED),
        "width": Column("width", DELETED),
        "height": Column("height", DELETED),
        "created_at": Column("created_at", DELETED),
    },
    "VisitorMail": {
        "id": _NUMBER,
        "public_id": Column("", KEPT, "a random number by which a mail program knows a repeat"),
        "conversation": _PLACE,
        "from_message_id": _NUMBER,
        "up_to_message_id": _NUMBER,
        "state": _DESK,
        "attempts": _DESK,
        "due_at": _DESK,
        "problem": Column(
            "", KEPT, "a status of the mail server, without the address; the log goes after a month"
        ),
        "created_at": Column("", KEPT, "that an answer was mailed; the timeline says so as well"),
        "finished_at": _DESK,
    },
    "WebhookDelivery": {
        "id": _NUMBER,
        "public_id": Column("", KEPT, "a random number by which a receiver knows a repeat"),
        "inbox": _PLACE,
        "conversation": _PLACE,
        "message": _PLACE,
        "event": Column("", KEPT, "that another system of the shop was told; the log goes after some weeks"),
        "conversation_status": _DESK,
        "conversation_branch": _DESK,
        "state": _DESK,
        "attempts": _DESK,
        "due_at": _DESK,
        "claimed_at": _DESK,
        "created_at": Column(
            "", KEPT, "that another system of the shop was told; the log goes after some weeks"
        ),
        "finished_at": _DESK,
    },
    "WebhookAttempt": {
        "id": _NUMBER,
        "delivery": _PLACE,
        "at": _DESK,
        "duration_ms": _DESK,
        "url": Column("", KEPT, "an address of the shop's own system"),
        "status": _DESK,
        "problem": _DESK,
        "answer": Column("", CLEARED, "what the shop's own system answered"),
    },
    "DataExport": dict.fromkeys(
        (
            "id",
            "contact",
            "requested_by",
            "reason",
            "with_files",
            "file",
            "size",
            "created_at",
            "attempts",
            "started_at",
            "failed_at",
            "finished_at",
            "expires_at",
        ),
        Column("", DELETED, "an export that waits for whoever asked for it: a copy of what is exported here"),
    ),
    "DataRemoval": {
        "reason": Column("", SCRUBBED, "why the removal was asked for: what is known of the person goes"),
    }
    | dict.fromkeys(
        (
            "id",
            "contact",
            "requested_by",
            "redact_messages",
            "delete_attachments",
            "delete_sent_attachments",
            "created_at",
            "attempts",
            "started_at",
            "failed_at",
            "finished_at",
        ),
        Column("", KEPT, "how the removal fares: for a day after it is done"),
    ),
}
# What an event tells of the person; the rest names operators and branches.
EXPORTED_DETAILS = ("after", "fields", "name", "outside_hours", "reason", "score")
# What may stay of an event. A key that nobody listed here goes: it may hold anything.
KEPT_DETAILS = (
    "after",
    "color",
    "fields",
    "from",
    "from_branch",
    "from_branch_name",
    "from_name",
    "label",
    "outside_hours",
    "score",
    "to",
    "to_branch",
    "to_branch_name",
    "to_name",
)
# Is a label's name in the events of labels, and nobody knows what elsewhere.
KEPT_OF_LABELS = (*KEPT_DETAILS, "name")


def exported(model: str) -> Iterator[tuple[str, str]]:
    """Columns of the model that are exported, with their names there."""
    return ((field, column.exported) for field, column in INVENTORY[model].items() if column.exported)
