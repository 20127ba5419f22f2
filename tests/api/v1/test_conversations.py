"""Conversations over REST: found by key and by filters, given to somebody, ended and begun again."""

from datetime import timedelta
from typing import Any
from urllib.parse import urlencode

import pytest
from django.utils import timezone

from crm.models import Branch, User
from messenger.models import Conversation, Inbox, Label
from messenger.services import status
from tests.api.v1.rest import Program, code, ids, program
from tests.people import come, events_of, on_duty

pytestmark = pytest.mark.django_db


@pytest.fixture
def several(inbox: Inbox, global_inbox: Inbox, yekaterinburg: Branch, moscow: Branch) -> list[Conversation]:
    """Three of the shop in Yekaterinburg, and two of the global inbox in Moscow; the last one is the newest."""
    first = [come(inbox, yekaterinburg, f"Visitor {n}") for n in range(3)]
    return [*first, *(come(global_inbox, moscow, f"Guest {n}") for n in range(2))]


def backwards(conversations: list[Conversation]) -> list[int]:
    return [conversation.pk for conversation in reversed(conversations)]


def test_all_that_is_known_of_one(rest: Program, conversation: Conversation, operator: User) -> None:
    status.take(conversation_id=conversation.pk, operator=operator)
    row = rest.get(f"conversations/{conversation.pk}/").json()
    [same] = rest.get("conversations/").json()["results"]
    assert row == same
    assert row["assignee"] == {"id": operator.pk, "name": "Anna Sergeeva"}
    assert row["contact_id"] == str(conversation.contact_id)
    assert (row["status"], row["labels"], row["unread_count"]) == ("open", [], 1)
    assert row["last_message_at"].endswith("+03:00")


def test_pages_end_where_the_next_ones_begin(rest: Program, several: list[Conversation]) -> None:
    seen: list[int] = []
    query: dict[str, Any] = {"limit": 2}
    for rows in (2, 2, 1):
        page = rest.get("conversations/", query)
        assert len(ids(page)) == rows
        seen += ids(page)
        query["cursor"] = page.json()["next_cursor"]
    assert query["cursor"] is None
    assert seen == backwards(several)


def test_a_page_full_to_the_last_row_is_the_last(rest: Program, several: list[Conversation]) -> None:
    page = rest.get("conversations/", {"limit": 5})
    assert (len(ids(page)), page.json()["next_cursor"]) == (5, None)


def test_what_nobody_wrote_in_is_not_listed(rest: Program, empty_conversation: Conversation) -> None:
    assert ids(rest.get("conversations/")) == []
    assert rest.get(f"conversations/{empty_conversation.pk}/").json()["last_message_id"] is None


def test_filters(
    rest: Program, several: list[Conversation], operator: User, robot: User, inbox: Inbox
) -> None:
    one, two, three, four, five = several
    status.take(conversation_id=one.pk, operator=operator)
    status.resolve(conversation_id=two.pk, actor=operator)
    status.close(conversation_id=four.pk, actor=robot)

    def found(*query: tuple[str, Any]) -> list[int]:
        return ids(rest.get(f"conversations/?{urlencode(query)}"))

    assert found(("inbox", inbox.pk)) == backwards([one, two, three])
    assert found(("branch", five.branch_id)) == backwards([four, five])
    assert found(("assignee", operator.pk)) == [one.pk]
    assert found(("unassigned", "true")) == backwards([two, three, four, five])
    assert found(("contact", three.contact_id)) == [three.pk]
    assert found(("status", "resolved")) == [two.pk]
    assert found(("status", "resolved"), ("status", "closed")) == backwards([two, four])
    assert found(("since", rest.get(f"conversations/{three.pk}/").json()["last_message_at"])) == backwards(
        [three, four, five]
    )
    assert found(("inbox", inbox.pk), ("status", "closed")) == []
    assert found(("inbox", 0)) == []


@pytest.mark.parametrize(
    "query",
    [
        {"cursor": "x"},
        {"cursor": "1"},
        {"cursor": "9" * 18 + "-1"},
        {"cursor": "\x00"},
        {"status": "lost"},
        {"inbox": "-1"},
        {"inbox": 2**63},
        {"contact": "Maria"},
        {"since": "yesterday"},
        {"limit": 0},
        {"limit": 101},
        {"unassigned": "perhaps"},
    ],
)
def test_what_can_not_be_asked(rest: Program, query: dict[str, Any]) -> None:
    response = rest.get("conversations/", query)
    assert code(response) == (400, "invalid")
    assert list(response.json()["fields"]) == list(query)


@pytest.mark.parametrize("pk", ["x", "0", "-1", str(2**63), "1.0", "٣"])
def test_no_such_conversation(rest: Program, pk: str) -> None:
    assert code(rest.get(f"conversations/{pk}/")) == (404, "not_found")


def test_each_sees_what_its_user_sees(
    anna: Program, victor: Program, several: list[Conversation], operator: User
) -> None:
    assert ids(anna.get("conversations/")) == backwards(several[:3])
    assert ids(victor.get("conversations/")) == backwards(several[3:])
    theirs = Conversation.objects.filter(pk=several[4].pk)
    theirs.update(assignee=operator, assignee_assigned_at=timezone.now())
    assert ids(anna.get("conversations/")) == backwards([*several[:3], several[4]])


def test_a_token_of_some_inboxes(
    robot: User, operator: User, several: list[Conversation], inbox: Inbox, global_inbox: Inbox
) -> None:
    assert ids(program(robot, inboxes=[global_inbox]).get("conversations/")) == backwards(several[3:])
    both = program(robot, inboxes=[inbox, global_inbox])
    assert ids(both.get("conversations/", {"limit": 4})) == backwards(several)[:4]
    many = [inbox, *(Inbox.objects.create(name=f"Other {n}") for n in range(9))]
    assert ids(program(robot, inboxes=many).get("conversations/")) == backwards(several[:3])
    assert ids(program(operator, inboxes=[global_inbox]).get("conversations/")) == []


def test_as_many_queries_for_many_as_for_one(
    rest: Program, several: list[Conversation], django_assert_num_queries: Any
) -> None:
    for conversation in several:
        label = Label.objects.create(name=f"Topic {conversation.pk}")
        conversation.labels.add(label)
    rest.get("conversations/")
    # Token, permissions of user and group, keys, rows with their assignees, labels.
    for limit in (1, 100):
        with django_assert_num_queries(6):
            rest.get("conversations/", {"limit": limit})


# --- Assigned ----------------------------------------------------------------------------------------------


def assign(who: Program, conversation: Conversation, assignee: int | None, **more: Any) -> Any:
    return who.post(f"conversations/{conversation.pk}/assign/", {"assignee": assignee, **more})


def test_given_to_an_operator_and_back_to_the_queue(
    rest: Program, conversation: Conversation, operator: User, robot: User
) -> None:
    given = assign(rest, conversation, operator.pk)
    assert given.json()["assignee"] == {"id": operator.pk, "name": "Anna Sergeeva"}
    back = assign(rest, conversation, None, expected_assignee=operator.pk)
    assert (back.status_code, back.json()["assignee"]) == (200, None)
    assert events_of(conversation) == ["assigned", "unassigned"]
    assert {event.actor_id for event in conversation.events.all()} == {robot.pk}


def test_of_two_who_give_it_away_one_is_told(
    rest: Program, conversation: Conversation, operator: User, colleague: User
) -> None:
    assign(rest, conversation, operator.pk)
    late = assign(rest, conversation, colleague.pk, expected_assignee=None)
    assert code(late) == (409, "assignee_changed")
    conversation.refresh_from_db()
    assert conversation.assignee == operator


def test_not_to_whoever(
    rest: Program, anna: Program, conversation: Conversation, outsider: User, operator: User
) -> None:
    User.objects.filter(pk=operator.pk).update(is_active=False)
    for assignee in (outsider.pk, operator.pk, 0, 2**63 - 1):
        refused = assign(rest, conversation, assignee)
        assert code(refused) == (400, "invalid")
        assert list(refused.json()["fields"]) == ["assignee"]
    for body in ({}, {"assignee": "Anna"}, {"assignee": True}, {"assignee": -1}):
        response = rest.post(f"conversations/{conversation.pk}/assign/", body)
        assert code(response) == (400, "invalid"), body
    assert events_of(conversation) == []


def test_what_is_over_is_assigned_to_nobody(
    rest: Program, conversation: Conversation, operator: User
) -> None:
    status.resolve(conversation_id=conversation.pk, actor=operator)
    assert code(assign(rest, conversation, operator.pk)) == (409, "not_unfinished")
    status.close(conversation_id=conversation.pk, actor=operator)
    assert code(assign(rest, conversation, operator.pk)) == (409, "conversation_closed")


def test_whom_it_could_be_given_to(
    rest: Program, anna: Program, yekaterinburg: Branch, operator: User, outsider: User
) -> None:
    present = on_duty("boris", yekaterinburg, last_seen_at=timezone.now())
    gone = on_duty("clara", yekaterinburg, last_seen_at=timezone.now() - timedelta(hours=1))
    assert ids(rest.get("operators/")) == [operator.pk, outsider.pk, present.pk, gone.pk]
    assert [row["status"] for row in anna.get("operators/").json()["results"]] == [
        "away",
        "online",
        "offline",
    ]


# --- Ended and begun again ---------------------------------------------------------------------------------


def put(who: Program, conversation: Conversation, verb: str) -> Any:
    return who.post(f"conversations/{conversation.pk}/{verb}/")


def test_resolved_closed_and_reopened(rest: Program, conversation: Conversation, robot: User) -> None:
    for verb, expected in (("resolve", "resolved"), ("close", "closed"), ("reopen", "open")):
        for _ in range(2):
            response = put(rest, conversation, verb)
            assert (response.status_code, response.json()["status"]) == (200, expected)
    assert events_of(conversation) == ["resolved", "closed", "reopened"]
    assert {event.actor_id for event in conversation.events.all()} == {robot.pk}


def test_what_is_closed_is_not_resolved(rest: Program, conversation: Conversation) -> None:
    put(rest, conversation, "close")
    assert code(put(rest, conversation, "resolve")) == (409, "conversation_closed")


def test_what_went_on_elsewhere_is_not_reopened(rest: Program, conversation: Conversation) -> None:
    put(rest, conversation, "close")
    Conversation.objects.create(
        inbox_id=conversation.inbox_id, branch_id=conversation.branch_id, contact_id=conversation.contact_id
    )
    assert code(put(rest, conversation, "reopen")) == (409, "already_active")


def test_labels_are_told(rest: Program, conversation: Conversation, operator: User) -> None:
    label = Label.objects.create(name="Refund")
    conversation.labels.add(label)
    assert rest.get(f"conversations/{conversation.pk}/").json()["labels"] == ["Refund"]
