"""Conversations that nobody opens: a tag in the list, a block on the administrators' first page."""

from datetime import timedelta

import pytest
from django.conf import LazySettings
from django.contrib.auth.models import Group
from django.db import connection
from django.test import Client
from django.test.utils import CaptureQueriesContext
from django.utils import timezone

from crm.models import Branch, User
from messenger.models import Conversation, Inbox
from messenger.services import status
from tests.admin.people import LIST, PART, page, part_of, start

INDEX = "/admin/"
TITLE = "Nobody opens these conversations"


def forsake(conversation: Conversation, operator: User, minutes: int = 5) -> Conversation:
    moment = timezone.now() - timedelta(minutes=minutes)
    Conversation.objects.filter(pk=conversation.pk).update(
        assignee=operator, assignee_assigned_at=moment, escalation_failed_at=moment
    )
    return conversation


def shown_to(client: Client) -> str:
    response = client.get(INDEX)
    assert response.status_code == 200
    return response.content.decode()


def test_operators_have_no_such_block(
    operator_client: Client, conversation: Conversation, operator: User
) -> None:
    forsake(conversation, operator)
    assert TITLE not in shown_to(operator_client)


def test_without_permission_there_is_no_block(
    administrator_client: Client, conversation: Conversation, operator: User
) -> None:
    forsake(conversation, operator)
    Group.objects.get(name="Messenger administrators").permissions.clear()
    assert TITLE not in shown_to(administrator_client)


def test_nothing_while_the_messenger_is_off(
    administrator_client: Client, conversation: Conversation, operator: User, settings: LazySettings
) -> None:
    forsake(conversation, operator)
    settings.MESSENGER_ENABLED = False
    assert TITLE not in shown_to(administrator_client)


def test_anonymous_is_led_to_the_log_in(client: Client, db: None) -> None:
    assert client.get(INDEX).status_code == 302


def test_all_is_well(administrator_client: Client, conversation: Conversation) -> None:
    assert "All is well" in shown_to(administrator_client)


def test_the_longest_stands_first(
    administrator_client: Client, inbox: Inbox, yekaterinburg: Branch, operator: User
) -> None:
    late = forsake(start(inbox, yekaterinburg, "Late <b>"), operator, 50)
    forsake(start(inbox, yekaterinburg, "Later"), operator, 20)
    shown = shown_to(administrator_client)
    assert page(late) in shown
    assert "Late &lt;b&gt;" in shown
    assert shown.index("Late &lt;b&gt;") < shown.index("Later")
    assert "50 min" in shown
    assert "Anna Sergeeva" in shown
    assert "All is well" not in shown


def test_what_has_ended_is_no_alarm(
    administrator_client: Client, conversation: Conversation, operator: User
) -> None:
    forsake(conversation, operator)
    status.close(conversation_id=conversation.pk, actor=operator)
    assert "All is well" in shown_to(administrator_client)


@pytest.mark.parametrize(("own", "seen"), [("moscow", False), ("yekaterinburg", True), ("", True)])
def test_administrators_of_a_branch_see_to_their_own(
    administrator_client: Client,
    administrator: User,
    conversation: Conversation,
    operator: User,
    moscow: Branch,
    own: str,
    *,
    seen: bool,
) -> None:
    forsake(conversation, operator)
    administrator.branch = Branch.objects.filter(name__iexact=own).first()
    administrator.save()
    # Whoever moves to another branch has to log in anew.
    administrator_client.force_login(administrator)
    assert (page(conversation) in shown_to(administrator_client)) is seen


def test_ten_are_shown_and_the_rest_is_counted_at_the_same_cost(
    administrator_client: Client, inbox: Inbox, yekaterinburg: Branch, operator: User
) -> None:
    def queries() -> int:
        with CaptureQueriesContext(connection) as captured:
            shown_to(administrator_client)
        return len(captured)

    forsake(start(inbox, yekaterinburg), operator)
    few = queries()
    for _ in range(12):
        forsake(start(inbox, yekaterinburg), operator)
    assert queries() == few
    shown = shown_to(administrator_client)
    assert shown.count('<th scope="row">\n') == 10
    assert "And 3 more." in shown


def test_a_row_says_that_nobody_opens_it(
    operator_client: Client, conversation: Conversation, operator: User
) -> None:
    shown = part_of(operator_client, LIST, box="all")
    assert "Nobody opens it" not in shown
    mark = shown.partition('data-mark="')[2].partition('"')[0]
    Conversation.objects.update(escalation_failed_at=timezone.now())
    headers = PART | {"X-Messenger-Known": mark}
    again = operator_client.get(LIST, {"box": "all"}, headers=headers).content.decode()
    assert "Nobody opens it" in again, "its mark has changed"
    status.resolve(conversation_id=conversation.pk, actor=operator)
    Conversation.objects.update(escalation_failed_at=timezone.now())
    assert "Nobody opens it" not in part_of(operator_client, LIST, box="all")
