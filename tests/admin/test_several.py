"""What is done with chosen rows: each on its own, and one sentence for all."""

from typing import Any

import pytest
from django.contrib.auth.models import Group
from django.test import Client

from crm.models import Branch, User
from messenger.admin.several import AT_ONCE
from messenger.models import Conversation, Inbox, Label
from messenger.services import status
from tests.admin.people import LIST, PART, answer, start
from tests.admin.transfers import message_of

ACTIONS = ["take", "resolve", "label"]


def url(action: str) -> str:
    return f"{LIST}several/{action}/"


def ids(*conversations: Conversation) -> list[int]:
    return [conversation.pk for conversation in conversations]


@pytest.fixture
def three(inbox: Inbox, yekaterinburg: Branch) -> list[Conversation]:
    return [start(inbox, yekaterinburg, f"Client {number}") for number in range(3)]


@pytest.fixture
def foreign(global_inbox: Inbox, moscow: Branch) -> Conversation:
    return start(global_inbox, moscow)


def test_take(
    operator_client: Client, three: list[Conversation], foreign: Conversation, operator: User, colleague: User
) -> None:
    answer(three[0], colleague)
    data = {"id": ids(*three, foreign), "back": "box=unassigned&status=open&secret=1"}
    response = operator_client.post(url("take"), data)
    assert response["Location"] == f"{LIST}?box=unassigned&status=open"
    assert message_of(operator_client) == (
        "2 taken. Not done for 2: You have no access to it any more. Boris has taken the conversation."
    )
    assert set(Conversation.objects.filter(assignee=operator)) == set(three[1:])
    foreign.refresh_from_db()
    assert foreign.assignee is None


def test_resolve(operator_client: Client, three: list[Conversation], operator: User) -> None:
    status.close(conversation_id=three[0].pk, actor=operator)
    operator_client.post(url("resolve"), {"id": ids(*three)})
    assert message_of(operator_client) == (
        "2 resolved. Not done for 1: The conversation is closed. Reopen it to write."
    )
    assert Conversation.objects.filter(status="resolved").count() == 2
    assert Conversation.objects.get(pk=three[0].pk).is_closed


def test_none_could_be(operator_client: Client, three: list[Conversation], operator: User) -> None:
    status.close(conversation_id=three[0].pk, actor=operator)
    response = operator_client.post(url("take"), {"id": ids(three[0])}, headers=PART)
    assert response.status_code == 400
    assert response.json()["detail"] == "Not done for 1: The conversation is closed. Reopen it to write."


@pytest.mark.parametrize("what", ["add", "remove"])
def test_label(operator_client: Client, three: list[Conversation], foreign: Conversation, what: str) -> None:
    label = Label.objects.create(name="100% late")
    three[0].labels.add(label)
    data = {"id": ids(*three), "label": label.pk, "what": what}
    assert operator_client.post(url("label"), data, headers=PART).json() == {"location": LIST}
    told = "Label “100% late” added to 3." if what == "add" else "Label “100% late” removed from 3."
    assert message_of(operator_client) == told
    assert label.conversations.count() == (3 if what == "add" else 0)


def test_a_label_of_one_branch_goes_only_where_it_belongs(
    administrator_client: Client, three: list[Conversation], foreign: Conversation, moscow: Branch
) -> None:
    label = Label.objects.create(name="Capital", branch=moscow)
    data = {"id": ids(three[0], foreign), "label": label.pk, "what": "add"}
    administrator_client.post(url("label"), data)
    assert message_of(administrator_client) == (
        "Label “Capital” added to 1. Not done for 1: There is no such label in the conversation's branch."
    )
    assert list(label.conversations.all()) == [foreign]


def test_the_dialog_and_its_errors(
    operator_client: Client, three: list[Conversation], moscow: Branch
) -> None:
    Label.objects.create(name="Refund")
    hidden = Label.objects.create(name="Capital", branch=moscow)
    query: dict[str, Any] = {"id": ids(*three), "back": "status=open"}
    for headers in (PART, {}):
        shown = operator_client.get(url("label"), query, headers=headers).content.decode()
        assert "Label for 3 conversations" in shown
        assert "Refund" in shown
        assert "Capital" not in shown
        assert 'name="back" value="status=open"' in shown
    for data, sentence in (
        ({}, "Choose a label."),
        ({"label": hidden.pk}, "There is no such label any more."),
    ):
        response = operator_client.post(
            url("label"), {"id": ids(*three), "what": "add", **data}, headers=PART
        )
        assert response.status_code == 400
        assert sentence in str(response.json())
        page = operator_client.post(url("label"), {"id": ids(*three), "what": "add", **data})
        assert (page.status_code, sentence in page.content.decode()) == (400, True)
    assert not Conversation.objects.filter(labels__isnull=False).exists()


@pytest.mark.parametrize("action", ACTIONS)
def test_outsiders_do_nothing(outsider_client: Client, three: list[Conversation], action: str) -> None:
    label = Label.objects.create(name="Refund")
    data = {"id": ids(*three), "label": label.pk, "what": "add"}
    assert outsider_client.post(url(action), data).status_code == 404
    assert not Conversation.objects.exclude(status="open", assignee=None, labels=None).exists()


@pytest.mark.parametrize("action", ACTIONS)
def test_who_may_only_look_does_nothing(
    operator_client: Client, three: list[Conversation], action: str
) -> None:
    group = Group.objects.get(name="Messenger operators")
    group.permissions.remove(*group.permissions.filter(codename="change_conversation"))
    assert operator_client.post(url(action), {"id": ids(*three)}).status_code == 403


@pytest.mark.parametrize("action", ACTIONS)
def test_wrong_input(operator_client: Client, three: list[Conversation], operator: User, action: str) -> None:
    for wrong in (["x"], ["-1"], ["²"], ["9" * 30], ["1"] * (AT_ONCE + 1)):
        assert operator_client.post(url(action), {"id": wrong}).status_code == 400
    assert operator_client.post(url(action), {"id": []}).status_code == 404
    as_another = {"id": ids(*three), "as": operator.pk + 1}
    assert operator_client.post(url(action), as_another).status_code == 403
    strict = Client(enforce_csrf_checks=True)
    strict.force_login(operator)
    assert strict.post(url(action), {"id": ids(*three)}).status_code == 403


def test_by_post_alone(operator_client: Client, three: list[Conversation]) -> None:
    for action in ("take", "resolve"):
        assert operator_client.get(url(action), {"id": ids(*three)}).status_code == 405
    assert operator_client.post(url("close"), {"id": ids(*three)}).status_code == 404
