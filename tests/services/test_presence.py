"""Presence: what operators say of themselves, the sign of their browser, and who is told."""

import json
import random
import threading
from collections.abc import Callable, Iterator
from contextlib import AbstractContextManager, contextmanager
from datetime import UTC, datetime, timedelta
from typing import Any

import pytest
from django.conf import LazySettings
from django.db import connection, transaction
from django.test import TestCase
from django_q.models import OrmQ
from django_redis import get_redis_connection

from crm.models import Branch, User
from messenger.lib import clock
from messenger.models import AgentProfile, Conversation
from messenger.services import presence
from tests.conftest import make_user
from tests.parallel import in_parallel

NOW = datetime(2026, 7, 29, 9, tzinfo=UTC)
LEASE = timedelta(seconds=120)
STAFF = "messenger:staff"

Told = dict[str, list[int]]
Telling = Callable[[], AbstractContextManager[Told]]
Statements = Callable[[Callable[[], Any]], list[str]]


@pytest.fixture(autouse=True)
def lease(settings: LazySettings) -> None:
    settings.MESSENGER_PRESENCE_TIMEOUT_SECONDS = LEASE.total_seconds()
    settings.Q_CLUSTER["sync"] = False


@pytest.fixture(autouse=True)
def people_of_its_own(db: None) -> None:
    """Channels are shared by all databases of Redis, and so by tests that run side by side."""
    with connection.cursor() as cursor:
        for table in ("crm_user", "crm_branch"):
            first = random.randrange(10**6, 10**12)
            cursor.execute(f"SELECT setval('{table}_id_seq', %s)", [first])


@pytest.fixture
def presence_told() -> Iterator[Telling]:
    """`with presence_told() as told`: runs the block's commits, then whose presence was told on which channels."""
    with get_redis_connection("default").pubsub() as pubsub:
        pubsub.psubscribe("messenger:*")
        pubsub.parse_response()

        @contextmanager
        def listen() -> Iterator[Told]:
            told: Told = {}
            with TestCase.captureOnCommitCallbacks(execute=True):
                yield told
            pubsub.ping()
            while (message := pubsub.get_message(timeout=5)) is not None and message["type"] != "pong":
                event = json.loads(message["data"])
                if event["type"] == "presence" and User.objects.filter(pk=event["user"]).exists():
                    told.setdefault(message["channel"].decode(), []).append(event["user"])

        yield listen


def branch_channel(user: User) -> str:
    return f"messenger:branch:{user.branch_id}"


def seen(user: User, at: datetime | None, status: str = "online") -> AgentProfile:
    profile, _ = AgentProfile.objects.update_or_create(
        user=user, defaults={"status": status, "last_seen_at": at}
    )
    return profile


def waiting_tasks() -> list[tuple[str, tuple[Any, ...]]]:
    return [(task.task["func"], task.task["args"]) for task in OrmQ.objects.all()]


# --- Status ------------------------------------------------------------------------------------------------


def test_status_makes_a_profile_and_is_told(yekaterinburg: Branch, presence_told: Telling) -> None:
    clara = make_user("clara", yekaterinburg)
    with clock.at(NOW), presence_told() as told:
        profile = presence.set_status(user=clara, status="busy")
    assert AgentProfile.objects.get(user=clara) == profile
    assert (profile.status, profile.last_seen_at) == ("busy", NOW)
    assert told == {STAFF: [clara.pk], branch_channel(clara): [clara.pk]}


def test_status_of_one_without_a_branch_is_told_to_the_staff(
    administrator: User, presence_told: Telling
) -> None:
    with presence_told() as told:
        presence.set_status(user=administrator, status="online")
    assert told == {STAFF: [administrator.pk]}


def test_nothing_is_told_of_what_was_rolled_back(operator: User, presence_told: Telling) -> None:
    with presence_told() as told, transaction.atomic():
        presence.set_status(user=operator, status="busy")
        transaction.set_rollback(True)
    assert told == {}
    assert AgentProfile.objects.get(user=operator).status == "away"


def test_status_leaves_the_rest_of_the_profile(operator: User) -> None:
    AgentProfile.objects.filter(user=operator).update(
        capacity=3, display_name="Shop", last_assigned_at=NOW - LEASE
    )
    with clock.at(NOW):
        presence.set_status(user=operator, status="online")
    profile = AgentProfile.objects.get(user=operator)
    assert (profile.capacity, profile.display_name, profile.last_assigned_at) == (3, "Shop", NOW - LEASE)
    assert profile.last_seen_at == NOW, "who says something is there"


@pytest.mark.parametrize(
    ("status", "last_seen", "expected"),
    [
        ("online", NOW, True),
        ("online", None, True),
        ("online", NOW - LEASE - timedelta(seconds=1), True),
        ("away", NOW, False),
        ("busy", NOW, False),
        ("offline", NOW, False),
    ],
)
def test_who_becomes_available_gets_what_waits(
    operator: User,
    conversation: Conversation,
    presence_told: Telling,
    status: str,
    last_seen: datetime | None,
    *,
    expected: bool,
) -> None:
    seen(operator, last_seen, status="away")
    with clock.at(NOW), presence_told():
        presence.set_status(user=operator, status=status)
    task = ("messenger.tasks.assign_waiting_of_branch", (operator.branch_id,))
    assert waiting_tasks() == ([task] if expected else [])


def test_where_nothing_waits_nothing_is_enqueued(
    operator: User, outsider: User, conversation: Conversation, presence_told: Telling
) -> None:
    with presence_told():
        presence.set_status(user=outsider, status="online")
    assert waiting_tasks() == [], "it waits in another branch"
    Conversation.objects.update(status="closed", closed_at=NOW)
    with presence_told():
        presence.set_status(user=operator, status="online")
    assert waiting_tasks() == []


# --- Signs of life -----------------------------------------------------------------------------------------


def test_a_sign_makes_a_profile_quietly(yekaterinburg: Branch, presence_told: Telling) -> None:
    """Without a profile they counted as there already."""
    clara = make_user("clara", yekaterinburg)
    with clock.at(NOW), presence_told() as told:
        presence.show_sign_of_life([clara.pk])
    profile = AgentProfile.objects.get(user=clara)
    assert (profile.status, profile.last_seen_at) == ("online", NOW)
    assert told == {}


@pytest.mark.parametrize("status", ["online", "away", "busy", "offline"])
def test_who_comes_back_is_told_of(
    operator: User, conversation: Conversation, presence_told: Telling, status: str
) -> None:
    seen(operator, NOW - LEASE - timedelta(seconds=1), status=status)
    with clock.at(NOW), presence_told() as told:
        presence.show_sign_of_life([operator.pk])
    assert AgentProfile.objects.get(user=operator).last_seen_at == NOW
    assert told == {STAFF: [operator.pk], branch_channel(operator): [operator.pk]}
    assert len(waiting_tasks()) == (status == "online")


@pytest.mark.parametrize("last_seen", [None, NOW - LEASE, NOW - timedelta(seconds=1)])
def test_who_is_there_is_not_told_of(
    operator: User, conversation: Conversation, presence_told: Telling, last_seen: datetime | None
) -> None:
    seen(operator, last_seen)
    with clock.at(NOW), presence_told() as told:
        presence.show_sign_of_life([operator.pk])
    assert AgentProfile.objects.get(user=operator).last_seen_at == NOW
    assert (told, waiting_tasks()) == ({}, [])


def test_only_those_who_gave_a_sign_are_seen(operator: User, colleague: User, outsider: User) -> None:
    with clock.at(NOW):
        presence.show_sign_of_life([operator.pk, outsider.pk, 999_999])
    assert AgentProfile.objects.get(user=colleague).last_seen_at is None
    assert AgentProfile.objects.filter(last_seen_at=NOW).count() == 2
    presence.show_sign_of_life([])


def test_statements_do_not_grow_with_users(yekaterinburg: Branch, statements: Statements) -> None:
    users = [make_user(f"user{number}", yekaterinburg).pk for number in range(10)]
    presence.show_sign_of_life(users)
    few = statements(lambda: presence.show_sign_of_life(users[:1]))
    assert len(statements(lambda: presence.show_sign_of_life(users))) == len(few)


@pytest.mark.django_db(transaction=True)
def test_batches_in_different_order_do_not_wait_for_each_other(yekaterinburg: Branch) -> None:
    """Half of the users have profiles already, half get them now."""
    users = [make_user(f"user{number}", yekaterinburg) for number in range(12)]
    for user in users[::2]:
        seen(user, NOW - timedelta(days=1))
    orders = [[user.pk for user in users], [user.pk for user in reversed(users)]] * 4

    in_parallel(8, lambda: presence.show_sign_of_life(orders.pop()))
    profiles = AgentProfile.objects.all()
    assert profiles.count() == 12
    assert all(profile.last_seen_at > NOW for profile in profiles if profile.last_seen_at)
    assert not profiles.filter(last_seen_at=None).exists()


@pytest.mark.django_db(transaction=True)
def test_status_and_signs_at_once(yekaterinburg: Branch) -> None:
    user = make_user("user", yekaterinburg)
    acts: list[Callable[[], Any]] = [
        lambda: presence.set_status(user=user, status="busy"),
        lambda: presence.show_sign_of_life([user.pk]),
    ] * 4

    def act() -> None:
        acts.pop()()

    in_parallel(8, act)
    assert AgentProfile.objects.get(user=user).status == "busy"


@pytest.mark.django_db(transaction=True)
def test_a_profile_that_another_process_writes_is_not_waited_for(operator: User, colleague: User) -> None:
    """Two batches that waited for each other's rows would wait for ever."""
    held, seen = threading.Event(), threading.Event()

    def hold() -> None:
        with transaction.atomic():
            AgentProfile.objects.select_for_update().get(user=operator)
            held.set()
            seen.wait(10)
        connection.close()

    other = threading.Thread(target=hold)
    other.start()
    assert held.wait(10)
    try:
        with transaction.atomic(), connection.cursor() as cursor:
            cursor.execute("SET LOCAL lock_timeout = '2s'")
            presence.show_sign_of_life([operator.pk, colleague.pk])
    finally:
        seen.set()
        other.join()
    assert AgentProfile.objects.get(user=colleague).last_seen_at is not None
    assert AgentProfile.objects.get(user=operator).last_seen_at is None


# --- Polling -----------------------------------------------------------------------------------------------


def test_polls_write_now_and_then(operator: User, statements: Statements) -> None:
    def written(seconds: float) -> bool:
        with clock.at(NOW + timedelta(seconds=seconds)):
            sent = statements(lambda: presence.show_polling(operator))
        assert len(sent) == 1 or any(sql.startswith("UPDATE") for sql in sent)
        return len(sent) > 1

    half_a_beat = LEASE.total_seconds() / 8
    assert written(0)
    assert [written(second) for second in (1, 5, half_a_beat - 1)] == [False, False, False]
    assert written(half_a_beat)
    assert not written(half_a_beat + 1)


def test_the_first_poll_makes_a_profile(yekaterinburg: Branch) -> None:
    clara = make_user("clara", yekaterinburg)
    with clock.at(NOW):
        presence.show_polling(clara)
    assert AgentProfile.objects.get(user=clara).last_seen_at == NOW


# --- Availability ------------------------------------------------------------------------------------------


@pytest.mark.parametrize(
    ("status", "last_seen", "expected"),
    [
        ("online", NOW, True),
        ("online", None, True),
        ("online", NOW - LEASE, True),
        ("online", NOW - LEASE - timedelta(microseconds=1), False),
        ("away", NOW, False),
        ("busy", NOW, False),
        ("offline", NOW, False),
        ("offline", None, False),
    ],
)
def test_availability(operator: User, status: str, last_seen: datetime | None, *, expected: bool) -> None:
    seen(operator, last_seen, status=status)
    with clock.at(NOW):
        assert presence.is_available(operator) is expected


def test_without_a_profile_one_is_available(yekaterinburg: Branch) -> None:
    clara = make_user("clara", yekaterinburg)
    assert presence.is_available(clara)
    clara.is_active = False
    assert not presence.is_available(clara)
