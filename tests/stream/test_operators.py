"""The operators' stream: whose events it passes on, and when it ends."""

import importlib
from concurrent.futures import ThreadPoolExecutor
from pathlib import Path

import pytest
from django.apps import apps
from django.conf import settings
from django.contrib.sessions.models import Session

from crm.models import Branch, User
from messenger.models import Conversation, Inbox
from messenger.services import reading, status, typing
from messenger.services.posting import post_from_contact
from tests.stream.client import StreamClient
from tests.stream.people import OPERATOR_PATH, Open, answer, log_in
from tests.stream.server import StreamServer, stream_server
from tests.worker.cluster import wait_until

pytestmark = [pytest.mark.django_db(transaction=True), pytest.mark.usefixtures("role_groups")]


def write_as_visitor(conversation: Conversation, text: str = "Hello?") -> int:
    return post_from_contact(
        inbox_id=conversation.inbox_id,
        conversation_id=conversation.pk,
        contact_id=conversation.contact_id,
        body=text,
        client_message_id=None,
    ).id


def test_not_logged_in(server: StreamServer) -> None:
    for cookie in ({}, {"Cookie": f"{settings.SESSION_COOKIE_NAME}=nonsense"}):
        with StreamClient(server.port, OPERATOR_PATH, cookie) as client:
            assert (client.status, client.json()["code"]) == (401, "not_authenticated")


def test_without_permission(open_as: Open, operator: User) -> None:
    importlib.import_module("messenger.migrations.0003_groups").remove_groups(apps, None)
    with open_as(operator) as client:
        assert (client.status, client.json()["code"]) == (403, "not_allowed")


@pytest.mark.parametrize(
    "headers",
    [{"Origin": "https://evil.example"}, {"Origin": "null"}, {"Sec_Fetch_Site": "cross-site"}],
)
def test_from_another_site(open_as: Open, operator: User, headers: dict[str, str]) -> None:
    with open_as(operator, **headers) as client:
        assert (client.status, client.json()["code"]) == (403, "origin_not_allowed")
        assert "access-control-allow-origin" not in client.headers


def test_from_the_crm_itself(server: StreamServer, open_as: Open, operator: User) -> None:
    with open_as(operator, Origin=f"http://127.0.0.1:{server.port}", Sec_Fetch_Site="same-origin") as client:
        assert client.next_of("ready")


def test_bad_conversation(open_as: Open, operator: User) -> None:
    with open_as(operator, f"{OPERATOR_PATH}?conversation=x") as client:
        assert (client.status, client.json()["code"]) == (400, "invalid")


def test_a_message_reaches_branch_and_administrators_once(
    listen_as: Open, conversation: Conversation, operator: User, colleague: User, administrator: User
) -> None:
    status.take(conversation_id=conversation.pk, operator=operator)
    people = (operator, colleague, administrator)
    streams = [listen_as(user, conversation) for user in people]
    message_id = write_as_visitor(conversation)
    for user, client in zip(people, streams, strict=True):
        event = client.next_of("message", 2)
        assert event.data["conversation"] == conversation.pk, user
        assert event.data["message"] == message_id
        assert "body" not in event.data
        rest: list[str] = []
        while user == operator and (not rest or rest[-1] != "unread"):
            rest.append((client.next(2) or event).name)
        assert "message" not in rest
        assert client.quiet_for(0.3), user
        client.close()


def test_an_outsider_hears_nothing(listen_as: Open, conversation: Conversation, outsider: User) -> None:
    with listen_as(outsider, conversation) as client:
        write_as_visitor(conversation)
        typing.mark_typing(conversation.pk, "contact")
        assert client.quiet_for(0.8)


def test_an_outsider_hears_of_what_is_assigned_to_them(
    listen_as: Open, moscow: Branch, global_inbox: Inbox, outsider: User, conversation: Conversation
) -> None:
    Conversation.objects.filter(pk=conversation.pk).update(
        assignee=outsider, assignee_assigned_at=conversation.created_at
    )
    with listen_as(outsider) as client:
        write_as_visitor(conversation)
        assert client.next_of("message").data["assignee"] == outsider.pk
        assert client.next_of("unread").data == {"unread": 2}


def test_typing_reaches_the_open_conversation_only(
    listen_as: Open, conversation: Conversation, operator: User, colleague: User
) -> None:
    with listen_as(operator, conversation) as here, listen_as(colleague) as elsewhere:
        typing.mark_typing(conversation.pk, "contact")
        assert here.next_of("typing").data["by"] == "contact"
        assert elsewhere.quiet_for(0.3)


def test_the_badge_follows(listen_as: Open, conversation: Conversation, operator: User) -> None:
    with listen_as(operator) as client:
        answer(operator, conversation, "Yes.")
        for count in range(1, 6):
            write_as_visitor(conversation, str(count))
        badge = client.next_of("unread")
        while badge.data["unread"] < 5:
            badge = client.next_of("unread")
        reading.mark_read_by_operator(conversation_id=conversation.pk, operator=operator)
        assert client.next_of("unread").data == {"unread": 0}


def test_what_is_read_while_the_stream_is_opened_counts(
    conversation: Conversation, operator: User, tmp_path: Path
) -> None:
    status.take(conversation_id=conversation.pk, operator=operator)
    write_as_visitor(conversation)
    cookie = {"Cookie": f"{settings.SESSION_COOKIE_NAME}={log_in(operator)}"}
    # The check of identities would find it in the end.
    late = {"STREAM_GATE": str(tmp_path), "MESSENGER_STREAM_RECHECK_SECONDS": "30"}
    with (
        stream_server(tmp_path, "tests.stream.late:application", **late) as server,
        ThreadPoolExecutor(1) as pool,
    ):
        opening = pool.submit(StreamClient, server.port, OPERATOR_PATH, cookie)
        wait_until((tmp_path / "waiting").exists, "the look at who it is")
        reading.mark_read_by_operator(conversation_id=conversation.pk, operator=operator)
        (tmp_path / "open").touch()
        with opening.result() as client:
            assert client.next_of("unread").data == {"unread": 2}
            assert client.next_of("unread").data == {"unread": 0}


def test_logging_out_ends_the_stream(listen_as: Open, operator: User) -> None:
    with listen_as(operator) as client:
        Session.objects.all().delete()
        assert client.wait_for_end(3)


def test_a_new_password_ends_the_stream(listen_as: Open, operator: User) -> None:
    with listen_as(operator) as client:
        operator.set_password("another long password")
        operator.save()
        assert client.wait_for_end(3)


def test_deactivation_ends_the_stream(listen_as: Open, operator: User) -> None:
    with listen_as(operator) as client:
        User.objects.filter(pk=operator.pk).update(is_active=False)
        assert client.wait_for_end(3)


def test_losing_the_permission_ends_the_stream(listen_as: Open, operator: User) -> None:
    with listen_as(operator) as client:
        importlib.import_module("messenger.migrations.0003_groups").remove_groups(apps, None)
        assert client.wait_for_end(3)


def test_another_branch_is_another_session(
    listen_as: Open, conversation: Conversation, operator: User, moscow: Branch
) -> None:
    with listen_as(operator, conversation) as client:
        User.objects.filter(pk=operator.pk).update(branch=moscow)
        assert client.wait_for_end(3)
    operator.refresh_from_db()
    with listen_as(operator, conversation) as client:
        write_as_visitor(conversation)
        typing.mark_typing(conversation.pk, "contact")
        assert client.quiet_for(0.5)


def test_an_administrator_demoted_hears_only_their_branch(
    listen_as: Open, conversation: Conversation, administrator: User
) -> None:
    with listen_as(administrator) as client:
        User.objects.filter(pk=administrator.pk).update(role=User.Role.OPERATOR)
        assert client.wait_for_end(3)
    administrator.refresh_from_db()
    with listen_as(administrator) as client:
        write_as_visitor(conversation)
        assert client.quiet_for(0.5)
