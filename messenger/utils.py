"""Names that sites and scripts of the CRM rely on: the messenger's switch and the widget's sessions."""

import hashlib
import secrets
import time
import uuid
from typing import NamedTuple

from django.conf import settings
from django.http import Http404

from messenger.exceptions import MessengerDisabled
from messenger.volatile import volatile


def ensure_messenger_enabled_api() -> None:
    """Raises MessengerDisabled, which is answered as 404 `{"detail": "Messenger disabled"}`."""
    if not settings.MESSENGER_ENABLED:
        raise MessengerDisabled


def ensure_messenger_enabled_view() -> None:
    """Raises Http404 for a page."""
    if not settings.MESSENGER_ENABLED:
        raise Http404("Messenger disabled")


class WidgetSession(NamedTuple):
    """What a session token stands for; `renewed_at` in seconds since the epoch."""

    inbox_id: int
    conversation_id: int
    contact_id: uuid.UUID
    renewed_at: float

    def dump(self) -> list[object]:
        return [self.inbox_id, self.conversation_id, str(self.contact_id), self.renewed_at]

    @classmethod
    def load(cls, value: list[object]) -> "WidgetSession":
        inbox_id, conversation_id, contact_id, renewed_at = value
        return cls(
            int(str(inbox_id)), int(str(conversation_id)), uuid.UUID(str(contact_id)), float(str(renewed_at))
        )


def session_digest(token: str) -> str:
    """What of a session token may be kept: whoever reads the cache can't write as the visitor."""
    return hashlib.sha256(token.encode()).hexdigest()


def session_cache_key(token: str) -> str:
    return f"messenger:session:{session_digest(token)}"


def create_widget_session(*, inbox_id: int, conversation_id: int, contact_id: uuid.UUID) -> str:
    """Starts a session and returns its token, 256 random bits."""
    token = secrets.token_urlsafe(32)
    store_widget_session(token, WidgetSession(inbox_id, conversation_id, contact_id, time.time()))
    return token


def get_widget_session(token: str) -> WidgetSession | None:
    """The session of the token, or None where it is unknown, expired or revoked."""
    value = volatile.get(session_cache_key(token)) if token else None
    return WidgetSession.load(value) if value else None


def store_widget_session(token: str, session: WidgetSession) -> None:
    """Writes the session with its full life."""
    volatile.set(session_cache_key(token), session.dump(), settings.MESSENGER_SESSION_TTL_SECONDS)
