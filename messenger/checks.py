"""System checks of the messenger: what only the settings together can get wrong."""

from typing import Any

from django.conf import settings
from django.core import checks


@checks.register("settings")
def check_heartbeat(**kwargs: Any) -> list[checks.CheckMessage]:
    """The contract promises a comment line at least every 20 s."""
    if settings.MESSENGER_STREAM_HEARTBEAT_SECONDS <= 20:
        return []
    return [checks.Error("MESSENGER_STREAM_HEARTBEAT_SECONDS: must be 20 or less.", id="messenger.E011")]


@checks.register("settings")
def check_webhook_timeout(**kwargs: Any) -> list[checks.CheckMessage]:
    """A task that is killed while receivers take their time sends the same again, and is killed again."""
    if settings.MESSENGER_WEBHOOK_TIMEOUT_SECONDS * 2 <= settings.WORKER_TASK_SECONDS:
        return []
    return [
        checks.Error(
            "MESSENGER_WEBHOOK_TIMEOUT_SECONDS: must be half of WORKER_TASK_SECONDS or less.",
            id="messenger.E075",
        )
    ]


@checks.register("settings")
def check_shared_cache(**kwargs: Any) -> list[checks.CheckMessage]:
    """Without Redis sessions and limits hold within one process only."""
    if settings.REDIS_URL or not settings.MESSENGER_ENABLED:
        return []
    return [
        checks.Warning(
            "The messenger runs without Redis: sessions and limits are not shared, events don't travel.",
            hint="Set REDIS_URL.",
            id="messenger.W001",
        )
    ]
