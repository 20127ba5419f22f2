"""Maria left her email and went; Anna answers; time passes."""

from collections.abc import Callable, Iterator
from datetime import datetime, timedelta
from typing import Any

import pytest
from django.conf import LazySettings
from django.utils import timezone

from crm.models import User
from messenger.lib import clock
from messenger.models import Contact, Conversation, Inbox, Message
from messenger.services.posting import post_from_operator
from messenger.tasks import mail_visitors
from tests.letterbox import Letterbox

PUBLIC_URL = "https://crm.example.com"
ADDRESS = "maria@example.org"
MINUTE = timedelta(minutes=1)

type Answer = Callable[..., Message]
type After = Callable[..., str]


@pytest.fixture
def letterbox(settings: LazySettings) -> Iterator[Letterbox]:
    with Letterbox().open() as letterbox:
        settings.MAILERS = letterbox.mailers
        settings.SENDS_MAIL = True
        settings.MESSENGER_PUBLIC_URL = PUBLIC_URL
        settings.DEFAULT_FROM_EMAIL = "Messenger <chat@example.com>"
        yield letterbox


@pytest.fixture
def left(conversation: Conversation, inbox: Inbox) -> Conversation:
    """Maria gave her address and closed the page; the inbox mails after five minutes."""
    Inbox.objects.filter(pk=inbox.pk).update(mail_enabled=True, title="Shop of Tagil")
    Contact.objects.filter(pk=conversation.contact_id).update(email=ADDRESS)
    return conversation


@pytest.fixture
def noon() -> datetime:
    """When Anna answers."""
    return timezone.now()


@pytest.fixture
def answer(left: Conversation, operator: User, noon: datetime) -> Answer:
    """Anna answers, some minutes after noon."""

    def act(body: str = "Yes, **tomorrow**", *, minutes: float = 0, **more: Any) -> Message:
        with clock.at(noon + minutes * MINUTE):
            return post_from_operator(conversation_id=left.pk, operator=operator, body=body, **more)

    return act


@pytest.fixture
def after(noon: datetime, letterbox: Letterbox) -> After:
    """What the worker does so many minutes after noon."""

    def act(minutes: float = 6) -> str:
        with clock.at(noon + minutes * MINUTE):
            return mail_visitors()

    return act
