"""Tables that leave the CRM: what they hold, how they are read in bounded memory, and how they are written."""

from messenger.services.exporting.contacts import CONTACTS
from messenger.services.exporting.conversations import CONVERSATIONS
from messenger.services.exporting.kept import CANNED_RESPONSES, LABELS
from messenger.services.exporting.messages import MESSAGES, MessagesOf
from messenger.services.exporting.sheet import Column, Sheet
from messenger.services.exporting.writing import as_csv, as_json, as_xlsx

__all__ = [
    "CANNED_RESPONSES",
    "CONTACTS",
    "CONVERSATIONS",
    "LABELS",
    "MESSAGES",
    "Column",
    "MessagesOf",
    "Sheet",
    "as_csv",
    "as_json",
    "as_xlsx",
]
