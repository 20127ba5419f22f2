"""Who else has a conversation's page open: told to colleagues, kept for half a minute, gone without Redis."""

from typing import Any

import pytest
from django.conf import LazySettings
from django.test import Client
from django_redis import get_redis_connection

from crm.models import User
from messenger.models import Conversation
from messenger.services import looking
from tests.admin.people import page
from tests.services.conftest import Channels


@pytest.fixture
def colleague_client(colleague: User) -> Client:
    client = Client()
    client.force_login(colleague)
    return client


def look(client: Client, conversation: Conversation, tab: str = "tab1", **more: Any) -> Any:
    return client.post(page(conversation, "looking/"), {"tab": tab, **more})


def names(response: Any) -> list[str]:
    return [viewer["name"] for viewer in response.json()["viewers"]]


def test_outsiders_neither_look_nor_learn_who_does(
    outsider_client: Client, client: Client, operator: User, conversation: Conversation
) -> None:
    assert look(outsider_client, conversation).status_code == 404
    assert look(client, conversation).status_code == 302
    checked = Client(enforce_csrf_checks=True)
    checked.force_login(operator)
    assert look(checked, conversation).status_code == 403
    assert not get_redis_connection("default").exists(looking.viewers_key(conversation.pk))


@pytest.mark.parametrize("tab", ["", "A", "a b", "x" * 21, "1:2", "é"])
def test_names_of_tabs_are_short(operator_client: Client, conversation: Conversation, tab: str) -> None:
    assert look(operator_client, conversation, tab).status_code == 400


def test_it_needs_a_post(operator_client: Client, conversation: Conversation) -> None:
    assert operator_client.get(page(conversation, "looking/")).status_code == 405


def test_colleagues_see_each_other_and_not_themselves(
    operator_client: Client, colleague_client: Client, conversation: Conversation, colleague: User
) -> None:
    assert names(look(operator_client, conversation)) == []
    assert names(look(operator_client, conversation, "tab2")) == []
    assert names(look(colleague_client, conversation)) == ["Anna Sergeeva"] * 2
    (viewer,) = look(operator_client, conversation).json()["viewers"]
    assert (viewer["user"], viewer["viewer"]) == (colleague.pk, f"{colleague.pk}:tab1")
    assert 0 < viewer["left_ms"] <= looking.LIFE_SECONDS * 1000


def test_who_leaves_is_gone_but_not_their_other_tab(
    operator_client: Client, colleague_client: Client, conversation: Conversation
) -> None:
    look(operator_client, conversation)
    look(operator_client, conversation, "tab2")
    look(operator_client, conversation, leaving="1")
    assert names(look(colleague_client, conversation)) == ["Anna Sergeeva"]
    look(operator_client, conversation, "tab2", leaving="1")
    assert names(look(colleague_client, conversation)) == []


def test_the_silent_are_forgotten(
    operator_client: Client, colleague_client: Client, conversation: Conversation
) -> None:
    look(operator_client, conversation)
    key, redis = looking.viewers_key(conversation.pk), get_redis_connection("default")
    assert 0 < redis.ttl(key) <= looking.LIFE_SECONDS
    for member, _until in redis.zrange(key, 0, -1, withscores=True):
        redis.zadd(key, {member: 1})
    assert names(look(colleague_client, conversation)) == []


def test_one_page_cannot_fill_the_memory(operator: User, conversation: Conversation) -> None:
    for number in range(210):
        looking.look(conversation_id=conversation.pk, operator=operator, tab=f"t{number}")
    assert get_redis_connection("default").zcard(looking.viewers_key(conversation.pk)) == 200


def test_only_coming_and_going_is_announced(
    operator_client: Client, operator: User, conversation: Conversation, channels: Channels
) -> None:
    channel = f"messenger:conversation:{conversation.pk}"
    channels.heard(conversation.pk)
    look(operator_client, conversation)
    look(operator_client, conversation)
    (came,) = channels.heard(conversation.pk)[channel]
    assert (came["type"], came["user"], came["name"]) == ("viewers", operator.pk, "Anna Sergeeva")
    assert came["left_ms"] == looking.LIFE_SECONDS * 1000
    look(operator_client, conversation, leaving="1")
    look(operator_client, conversation, leaving="1")
    (left,) = channels.heard(conversation.pk)[channel]
    assert (left["viewer"], left["left_ms"]) == (f"{operator.pk}:tab1", 0)


def test_without_redis_nobody_is_shown(
    operator_client: Client, conversation: Conversation, settings: LazySettings
) -> None:
    settings.REDIS_URL = ""
    response = look(operator_client, conversation)
    assert (response.status_code, names(response)) == (200, [])
    assert look(operator_client, conversation, leaving="1").status_code == 200


def test_a_colleague_learns_who_is_typing(
    operator_client: Client, operator: User, conversation: Conversation, channels: Channels
) -> None:
    channels.heard(conversation.pk)
    operator_client.post(f"/api/messenger/conversations/{conversation.pk}/typing/")
    (event,) = channels.heard(conversation.pk)[f"messenger:conversation:{conversation.pk}"]
    assert (event["by"], event["actor"], event["name"]) == ("operator", operator.pk, "Anna Sergeeva")
