"""What the diagnosis says of streams, storage and webhooks."""

from datetime import timedelta

import pytest
from django.conf import LazySettings
from django.utils import timezone

from messenger.models import Conversation, Inbox, WebhookDelivery
from messenger.models.inbox import WebhookStop
from messenger.services.diagnosis import storage, system, webhooks
from messenger.services.webhooks.stopping import stop
from tests.outages import redis_away, stream_service

pytestmark = pytest.mark.django_db


@pytest.fixture
def hooked(conversation: Conversation) -> WebhookDelivery:
    """Of Maria's message, to an inbox that tells another system."""
    Inbox.objects.update(webhook_enabled=True, webhook_url="https://example.com/hook")
    return WebhookDelivery.objects.create(
        inbox=conversation.inbox,
        conversation=conversation,
        message=conversation.messages.get(),
        event="message.in",
        conversation_status="open",
        conversation_branch=conversation.branch_id,
    )


def test_stream_service_is_seen_while_it_listens() -> None:
    with stream_service():
        assert system.streams() == ("ok", "1 stream process is connected.")


def test_without_a_stream_service_widgets_poll() -> None:
    level, detail = system.streams()
    assert level == "warning"
    assert "No stream service runs" in detail


def test_streams_without_redis(settings: LazySettings) -> None:
    with redis_away(settings):
        assert system.streams().level == "warning"


def test_streams_that_are_off_are_no_trouble(settings: LazySettings) -> None:
    settings.MESSENGER_SSE_ENABLED = False
    assert system.streams().level == "ok"


def stored(settings: LazySettings, folder: str) -> None:
    usual = settings.STORAGES
    settings.STORAGES = usual | {
        "messenger": usual["messenger"] | {"OPTIONS": usual["messenger"]["OPTIONS"] | {"location": folder}}
    }


def test_storage_on_disk() -> None:
    level, detail = storage.storage()
    assert level in {"ok", "warning"}
    assert "free" in detail


def test_folder_that_takes_nothing(settings: LazySettings) -> None:
    stored(settings, "/dev/null/files")
    level, detail = storage.storage()
    assert (level, "can't be written to" in detail) == ("error", True)


def test_store_that_is_away(settings: LazySettings) -> None:
    options = {
        "bucket_name": "files",
        "endpoint_url": "http://127.0.0.1:1",
        "region_name": "x",
        "access_key": "key",
        "secret_key": "secret-of-the-store",
        "client_config": None,
    }
    settings.STORAGES = settings.STORAGES | {
        "messenger": {"BACKEND": "storages.backends.s3.S3Storage", "OPTIONS": options}
    }
    level, detail = storage.storage()
    assert level == "error"
    assert "secret" not in detail


def test_webhooks_that_nobody_asked_for() -> None:
    assert webhooks.webhooks() == ("ok", "No inbox tells another system by webhook.")


def test_delivery_that_waits_for_its_first_attempt(hooked: WebhookDelivery) -> None:
    assert webhooks.webhooks().level == "ok"


def test_delivery_that_failed(hooked: WebhookDelivery) -> None:
    WebhookDelivery.objects.update(attempts=1)
    assert webhooks.webhooks() == ("warning", "1 delivery failed and waits for its repeat: Shop.")


def test_delivery_that_nobody_sends(hooked: WebhookDelivery) -> None:
    WebhookDelivery.objects.update(due_at=timezone.now() - timedelta(minutes=10))
    assert webhooks.webhooks() == ("warning", "Deliveries are due for 10\xa0minutes and are not sent.")


def test_webhook_that_was_turned_off(hooked: WebhookDelivery) -> None:
    stop(hooked.inbox_id, next(iter(WebhookStop)))
    level, detail = webhooks.webhooks()
    assert (level, "Shop" in detail) == ("warning", True)
