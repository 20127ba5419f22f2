"""Who meets in the tests of transfers."""

from collections.abc import Iterator

import pytest
from django_redis import get_redis_connection

from crm.models import Branch, User
from messenger.models import AgentProfile, Conversation, Inbox
from tests.admin.people import answer, start
from tests.services.conftest import Channels


@pytest.fixture
def wandering(global_inbox: Inbox, yekaterinburg: Branch, operator: User) -> Conversation:
    """Maria wrote in the global inbox; Anna of Yekaterinburg answered."""
    conversation = start(global_inbox, yekaterinburg)
    answer(conversation, operator)
    return conversation


@pytest.fixture
def on_duty(outsider: User) -> User:
    AgentProfile.objects.filter(user=outsider).update(status="online")
    return outsider


@pytest.fixture
def channels() -> Iterator[Channels]:
    with get_redis_connection("default").pubsub() as pubsub:
        yield Channels(pubsub)
