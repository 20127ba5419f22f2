"""Between the look and the write somebody else was quicker: whoever lost the right to it meanwhile changes nothing."""

import threading
import time
from collections.abc import Callable, Iterator
from contextlib import contextmanager
from typing import Any

import pytest
from django.contrib.auth.models import Group, Permission
from django.db import connection, transaction
from django.test import Client

from crm.models import Branch, RecoveryCode, SecondFactor, User
from crm.second_factor import keeping
from crm.second_factor.codes import new_key
from messenger.models import Conversation, Inbox
from messenger.services.transfer import transfer
from tests.admin.people import PART, answer, page, start
from tests.crm.codes import code_of, give_factor
from tests.parallel import in_parallel

pytestmark = pytest.mark.django_db(transaction=True)


WAITING = """
    SELECT count(*) FROM pg_locks WHERE NOT granted AND pg_backend_pid() = ANY(pg_blocking_pids(pid))
"""


def wait_until_somebody_waits() -> None:
    """For a lock of ours."""
    deadline = time.monotonic() + 10
    while time.monotonic() < deadline:
        with connection.cursor() as cursor:
            cursor.execute(WAITING)
            if cursor.fetchone()[0]:
                return
    pytest.fail("nobody waited")


@contextmanager
def meanwhile(act: Callable[[], Any]) -> Iterator[list[Any]]:
    """`act` begins while the block's transaction is open, and ends after it; its result is in the list then."""
    results: list[Any] = []

    def run() -> None:
        try:
            results.append(act())
        finally:
            connection.close()

    thread = threading.Thread(target=run)
    with transaction.atomic():
        yield results
        thread.start()
        wait_until_somebody_waits()
    thread.join()


@pytest.fixture
def permissions(db: None) -> None:
    """Whoever emptied the database before took away what migrations had put there."""
    group, _created = Group.objects.get_or_create(name="Messenger operators")
    group.permissions.set(
        Permission.objects.filter(codename__in=["view_conversation", "change_conversation"])
    )


@pytest.fixture
def wandering(permissions: None, global_inbox: Inbox, yekaterinburg: Branch, colleague: User) -> Conversation:
    conversation = start(global_inbox, yekaterinburg)
    answer(conversation, colleague)
    return conversation


@pytest.mark.parametrize(
    ("route", "body"),
    [
        ("take/", {}),
        ("resolve/", {}),
        ("close/", {}),
        ("reply/", {"body": "Ours!"}),
        ("reply/", {"body": "Ours!", "kind": "note"}),
    ],
)
def test_a_conversation_that_is_being_transferred_is_out_of_reach(
    wandering: Conversation,
    operator_client: Client,
    colleague: User,
    moscow: Branch,
    route: str,
    body: dict[str, str],
) -> None:
    def ask() -> Any:
        return operator_client.post(page(wandering, route), body, headers=PART)

    with meanwhile(ask) as answers:
        transfer(conversation_id=wandering.pk, actor=colleague, branch=moscow)
    assert answers[0].status_code == 404
    before = Conversation.objects.get(pk=wandering.pk)
    assert (before.branch, before.assignee, before.status) == (moscow, None, "open")
    assert not wandering.messages.filter(body="Ours!").exists()


def test_a_second_factor_is_not_replaced_by_who_knows_the_password_alone(operator: User) -> None:
    """Two browsers set one up at once: the key of the first one stays."""

    def set_up() -> list[str] | None:
        key = new_key()
        return keeping.turn_on(User.objects.get(pk=operator.pk), key=key, code=code_of(key))

    made = in_parallel(2, set_up)
    assert sorted(codes is None for codes in made) == [False, True]
    assert RecoveryCode.objects.count() == 10
    kept = next(codes for codes in made if codes)
    assert keeping.take(operator, kept[0]) == "recovery"


def test_one_code_opens_one_door(operator: User) -> None:
    key, codes = give_factor(operator)
    for code in (code_of(key), codes[0]):
        taken = in_parallel(6, lambda code=code: keeping.take(operator, code))  # type: ignore[misc]
        assert sum(one is not None for one in taken) == 1
    assert SecondFactor.objects.get().last_step > 0
