from collections.abc import Iterator

import pytest
from django.conf import LazySettings

from messenger.models import Inbox
from messenger.models.inbox import WEBHOOK_EVENTS
from tests.receiver import Receiver, receiving

SECRET = "whsec_MfKQ9r8GKYqrTwjUPD8ILPZIo2LaLaSw"


@pytest.fixture(autouse=True)
def loopback_allowed(settings: LazySettings) -> None:
    settings.MESSENGER_WEBHOOK_ALLOWED_HOSTS = ["127.0.0.0/8"]
    settings.MESSENGER_WEBHOOK_TIMEOUT_SECONDS = 5.0


@pytest.fixture
def receiver() -> Iterator[Receiver]:
    with receiving() as one:
        yield one


def hook(inbox: Inbox, url: str, *events: str, secret: str = SECRET) -> Inbox:
    inbox.webhook_enabled, inbox.webhook_url, inbox.webhook_secret = True, url, secret
    inbox.webhook_events = list(events or WEBHOOK_EVENTS)
    inbox.save()
    return inbox
