"""Transfers from the list: each on its own, and one sentence for all."""

import re

import pytest
from django.test import Client

from crm.models import Branch, User
from messenger.admin.transfer import AT_ONCE
from messenger.models import AgentProfile, Conversation, Inbox
from messenger.services import status
from tests.admin.people import LIST, PART, start
from tests.admin.transfers import SEVERAL, message_of, several, to, transferred


def test_several(
    operator_client: Client,
    operator: User,
    global_inbox: Inbox,
    inbox: Inbox,
    yekaterinburg: Branch,
    moscow: Branch,
    on_duty: User,
) -> None:
    moved = [start(global_inbox, yekaterinburg, f"Client {number}") for number in range(3)]
    kept = start(inbox, yekaterinburg)
    ended = start(global_inbox, yekaterinburg)
    status.close(conversation_id=ended.pk, actor=operator)
    foreign = start(global_inbox, moscow)
    chosen = [*moved, kept, ended, foreign]
    response = several(operator_client, chosen, to=to(on_duty), reason="Night")
    assert response.json() == {"location": LIST}
    assert message_of(operator_client) == (
        "3 transferred, 3 not: Only conversations of a global inbox can go to another branch. "
        "The conversation is closed. Reopen it to write. You have no access to it any more."
    )
    assert {event.conversation for event in transferred()} == set(moved)
    assert {event.data["reason"] for event in transferred()} == {"Night"}
    assert set(Conversation.objects.filter(assignee=on_duty)) == {*moved, foreign}


def test_several_of_which_none_can_go(
    operator_client: Client, inbox: Inbox, yekaterinburg: Branch, moscow: Branch
) -> None:
    kept = [start(inbox, yekaterinburg) for _ in range(2)]
    response = several(operator_client, kept, to=to(moscow))
    assert response.status_code == 400
    assert response.json()["detail"] == "Only conversations of a global inbox can go to another branch."


def test_several_wait_where_nobody_is_free(
    operator_client: Client, global_inbox: Inbox, yekaterinburg: Branch, moscow: Branch, on_duty: User
) -> None:
    AgentProfile.objects.filter(user=on_duty).update(capacity=1)
    chosen = [start(global_inbox, yekaterinburg) for _ in range(3)]
    several(operator_client, chosen, to=to(moscow))
    assert message_of(operator_client) == ("3 transferred. Nobody is free in Moscow for 2: they wait there.")


def test_several_are_chosen_by_an_address(
    operator_client: Client, wandering: Conversation, global_inbox: Inbox, yekaterinburg: Branch
) -> None:
    other = start(global_inbox, yekaterinburg)
    query = {"id": [wandering.pk, other.pk]}
    for headers in (PART, {}):
        shown = operator_client.get(SEVERAL, query, headers=headers).content.decode()
        assert "Transfer 2 conversations" in shown
        assert f'name="id" value="{other.pk}"' in re.sub(r"\s+", " ", shown)


@pytest.mark.parametrize("ids", [["x"], ["-1"], ["²"], ["9" * 30], ["1"] * (AT_ONCE + 1)])
def test_ids_that_are_none_are_refused(operator_client: Client, db: None, ids: list[str]) -> None:
    assert operator_client.get(SEVERAL, {"id": ids}).status_code == 400
    assert operator_client.post(SEVERAL, {"id": ids}).status_code == 400


@pytest.mark.parametrize("ids", [[], ["0"], ["999999"]])
def test_nothing_chosen_is_not_found(operator_client: Client, db: None, ids: list[str]) -> None:
    assert operator_client.get(SEVERAL, {"id": ids}).status_code == 404


def test_rows_have_named_boxes(operator_client: Client, wandering: Conversation) -> None:
    shown = operator_client.get(LIST, {"box": "all"}).content.decode()
    assert 'aria-label="Select Maria"' in shown
    assert 'aria-label="Select all on this page"' in shown
