"""An open stream ends within seconds of its user's session, and long before it would have looked again."""

from collections.abc import Callable, Iterator

import pytest
from django.conf import settings
from django.test import Client
from redis import Redis

from crm.models import Branch, User
from crm.second_factor import keeping
from messenger.models import Conversation
from messenger.services.posting import post_from_contact
from tests.crm.codes import PASSWORD, code_of, give_factor, post_password
from tests.stream.client import StreamClient
from tests.stream.people import OPERATOR_PATH, Open
from tests.stream.server import StreamServer, stream_server

pytestmark = [pytest.mark.django_db(transaction=True), pytest.mark.usefixtures("role_groups")]

SECONDS = 4


@pytest.fixture(scope="module")
def server(
    django_db_setup: None, stream_redis: Redis, tmp_path_factory: pytest.TempPathFactory
) -> Iterator[StreamServer]:
    """It looks by itself every ten minutes."""
    seldom = {"MESSENGER_STREAM_RECHECK_SECONDS": "600", "MESSENGER_PRESENCE_TIMEOUT_SECONDS": "3600"}
    with stream_server(tmp_path_factory.mktemp("standing"), **seldom) as running:
        yield running


def new_password(user: User, _moscow: Branch) -> None:
    user.set_password("another long password")
    user.save()


def other_role(user: User, _moscow: Branch) -> None:
    user.role = User.Role.ADMINISTRATOR
    user.save()


def other_branch(user: User, moscow: Branch) -> None:
    user.branch = moscow
    user.save()


def deactivation(user: User, _moscow: Branch) -> None:
    user.is_active = False
    user.save()


def out_everywhere(user: User, _moscow: Branch) -> None:
    user.end_sessions()


def demanded_factor(user: User, _moscow: Branch) -> None:
    user.second_factor_required = True
    user.save()


def reset_factor(user: User, _moscow: Branch) -> None:
    keeping.turn_off(user)


CHANGES: list[Callable[[User, Branch], None]] = [
    new_password,
    other_role,
    other_branch,
    deactivation,
    out_everywhere,
    demanded_factor,
    reset_factor,
]


@pytest.mark.parametrize("change", CHANGES)
def test_it_ends(
    listen_as: Open, operator: User, moscow: Branch, change: Callable[[User, Branch], None]
) -> None:
    if change is reset_factor:
        give_factor(operator)
        operator.refresh_from_db()
    with listen_as(operator) as client:
        change(operator, moscow)
        assert client.wait_for_end(SECONDS)


def test_a_log_out_ends_it(server: StreamServer, operator: User) -> None:
    browser = Client()
    browser.force_login(operator)
    cookie = {"Cookie": f"{settings.SESSION_COOKIE_NAME}={browser.session.session_key}"}
    with StreamClient(server.port, OPERATOR_PATH, cookie) as client:
        assert client.next_of("ready")
        browser.post("/admin/logout/")
        assert client.wait_for_end(SECONDS)


def test_a_colleagues_goes_on(
    listen_as: Open, operator: User, colleague: User, conversation: Conversation
) -> None:
    with listen_as(colleague) as client:
        new_password(operator, Branch())
        post_from_contact(
            inbox_id=conversation.inbox_id,
            conversation_id=conversation.pk,
            contact_id=conversation.contact_id,
            body="Hello?",
            client_message_id=None,
        )
        assert client.next_of("message", 2)


def test_between_password_and_code_there_is_none(server: StreamServer, operator: User) -> None:
    key, _codes = give_factor(operator)
    browser = Client()
    post_password(browser, operator, PASSWORD)
    cookie = {"Cookie": f"{settings.SESSION_COOKIE_NAME}={browser.session.session_key}"}
    with StreamClient(server.port, OPERATOR_PATH, cookie) as client:
        assert client.status == 401
    browser.post("/admin/login/code/", {"code": code_of(key)})
    cookie = {"Cookie": f"{settings.SESSION_COOKIE_NAME}={browser.session.session_key}"}
    with StreamClient(server.port, OPERATOR_PATH, cookie) as client:
        assert client.next_of("ready")


def test_none_while_a_factor_is_due(open_as: Open, operator: User) -> None:
    demanded_factor(operator, Branch())
    with open_as(operator) as client:
        assert client.status == 401
