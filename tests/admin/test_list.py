"""The conversation list: what stands in which box, how it is paged, and what it costs."""

import re
from datetime import timedelta

import pytest
from django.contrib.auth.models import Group
from django.db import connection
from django.test import Client
from django.test.utils import CaptureQueriesContext
from django.utils import timezone

from crm.models import Branch, User
from messenger.admin.conversation import ConversationAdmin
from messenger.models import Conversation, Inbox
from messenger.services import status
from tests.admin.people import LIST, PART, answer, ask, part_of, start


def names(client: Client, url: str = LIST, **query: str) -> list[str]:
    return [row.conversation.contact.name for row in client.get(url, query).context["cl"].rows]


@pytest.fixture
def boxes(inbox: Inbox, yekaterinburg: Branch, operator: User, colleague: User) -> None:
    """One conversation of each kind, named after it."""
    start(inbox, yekaterinburg, "waiting")
    answer(start(inbox, yekaterinburg, "mine"), operator)
    answer(start(inbox, yekaterinburg, "colleague's"), colleague)
    for verb in (status.resolve, status.close):
        conversation = start(inbox, yekaterinburg, verb.__name__)
        answer(conversation, operator)
        verb(conversation_id=conversation.pk, actor=operator)


@pytest.mark.usefixtures("boxes")
@pytest.mark.parametrize(
    ("box", "expected"),
    [
        ("mine", {"mine"}),
        ("unassigned", {"waiting"}),
        ("all", {"waiting", "mine", "colleague's", "resolve", "close"}),
        ("resolved", {"resolve"}),
        ("closed", {"close"}),
    ],
)
def test_boxes(operator_client: Client, box: str, expected: set[str]) -> None:
    assert set(names(operator_client, box=box)) == expected


@pytest.mark.usefixtures("boxes")
def test_the_first_box_is_mine_while_there_is_any(
    operator_client: Client, administrator_client: Client
) -> None:
    assert names(operator_client) == ["mine"]
    assert len(names(administrator_client)) == 5
    assert len(names(operator_client, box="nonsense")) == 1


@pytest.mark.usefixtures("boxes")
def test_tabs_say_how_many(operator_client: Client) -> None:
    shown = operator_client.get(LIST).content.decode()
    assert '<span class="msgr-tab-count" data-msgr-count="mine">1</span>' in shown
    assert '<span class="msgr-tab-count" data-msgr-count="unassigned">1</span>' in shown


def test_who_only_looked_is_not_listed(operator_client: Client, empty_conversation: Conversation) -> None:
    assert names(operator_client, box="all") == []


@pytest.mark.parametrize("query", ["mari", "MARIA@shop", "+7 912", "Maria I"])
def test_search(operator_client: Client, inbox: Inbox, yekaterinburg: Branch, query: str) -> None:
    start(inbox, yekaterinburg, "Maria Ivanova", email="maria@shop.example", phone="+7 912 000")
    start(inbox, yekaterinburg, "Oleg")
    assert names(operator_client, q=query) == ["Maria Ivanova"]


def test_search_finds_nobody(operator_client: Client, conversation: Conversation) -> None:
    shown = operator_client.get(LIST, {"q": "<script>alert(1)</script>"}).content.decode()
    assert "Nothing found" in shown
    assert "<script>alert" not in shown


def test_the_last_to_write_stands_first(operator_client: Client, inbox: Inbox, yekaterinburg: Branch) -> None:
    first, _second = start(inbox, yekaterinburg, "first"), start(inbox, yekaterinburg, "second")
    assert names(operator_client, box="all") == ["second", "first"]
    ask(first)
    assert names(operator_client, box="all") == ["first", "second"]


def test_pages_by_key_hold_every_row_once(
    operator_client: Client, inbox: Inbox, yekaterinburg: Branch, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(ConversationAdmin, "list_per_page", 3)
    conversations = [start(inbox, yekaterinburg, str(number)) for number in range(8)]
    # Rows of one moment are told apart by their id.
    Conversation.objects.update(last_message_at=timezone.now())
    seen, url = [], f"{LIST}?box=all"
    while url:
        seen += names(operator_client, url)
        older = operator_client.get(url).context["cl"].older_url
        url = f"{LIST}{older}" if older else ""
    assert seen == [conversation.contact.name for conversation in reversed(conversations)]


@pytest.mark.parametrize("before", ["x", "1", "-", "1-", "9" * 30 + "-1", "1-1; DROP TABLE", "²-1"])
def test_a_key_that_is_none_leads_back(
    operator_client: Client, conversation: Conversation, before: str
) -> None:
    response = operator_client.get(LIST, {"box": "all", "before": before})
    assert (response.status_code, response["Location"]) == (302, f"{LIST}?e=1")


@pytest.mark.parametrize("query", ["o=1.-2", "p=5", "all=1", "e=1"])
def test_the_admins_own_parameters_do_no_harm(
    operator_client: Client, conversation: Conversation, query: str
) -> None:
    assert operator_client.get(f"{LIST}?box=all&{query}").status_code == 200


def test_unknown_filters_lead_back(operator_client: Client, conversation: Conversation) -> None:
    assert operator_client.get(LIST, {"nonsense": "1"}).status_code == 302
    assert operator_client.get(LIST, {"contact__inbox__identity_secret__startswith": "a"}).status_code == 400


@pytest.mark.parametrize("part", [False, True])
def test_queries_do_not_grow_with_rows(
    operator_client: Client, inbox: Inbox, yekaterinburg: Branch, *, part: bool
) -> None:
    headers = {"X-Messenger-Part": "1"} if part else {}

    def queries() -> int:
        with CaptureQueriesContext(
            connection,
        ) as captured:
            assert operator_client.get(LIST, {"box": "all"}, headers=headers).status_code == 200
        return len(captured)

    start(inbox, yekaterinburg)
    few = queries()
    for _ in range(12):
        start(inbox, yekaterinburg)
    # Session, user, permissions twice; three counts; keys, rows, labels, last messages; on the whole page the badge,
    # who is on duty, the reader's own status, saved filters, and what the filters offer: operators, inboxes, labels.
    assert (few, queries()) == ((11, 11) if part else (18, 18))


def test_a_row_tells_whom_to_answer_first(
    operator_client: Client, conversation: Conversation, operator: User, colleague: User
) -> None:
    def row() -> object:
        return operator_client.get(LIST, {"box": "all"}).context["cl"].rows[0]

    ask(conversation)
    for minutes, level in ((1, "fresh"), (5, "late"), (15, "overdue")):
        Conversation.objects.update(waiting_since=timezone.now() - timedelta(minutes=minutes))
        assert row().waiting.level == level  # type: ignore[attr-defined]
    assert row().unread == 2  # type: ignore[attr-defined]
    answer(conversation, colleague, "At your service")
    ask(conversation)
    assert row().unread == 0, "it is the colleague's to read"  # type: ignore[attr-defined]
    answer(conversation, colleague, "One **moment**")
    assert (row().waiting, row().author, row().preview) == (None, "Boris", "One moment")  # type: ignore[attr-defined]


def test_names_are_text(operator_client: Client, inbox: Inbox, yekaterinburg: Branch) -> None:
    start(inbox, yekaterinburg, "<img src=x onerror=alert(1)>", "<script>alert(2)</script>")
    shown = operator_client.get(LIST, {"box": "all"}).content.decode()
    assert "<img src=x" not in shown
    assert "<script>alert" not in shown
    assert "&lt;img src=x" in shown


def test_the_part_holds_the_rows_and_nothing_else(
    operator_client: Client, conversation: Conversation
) -> None:
    shown = part_of(operator_client, LIST, box="all")
    assert "Maria" in shown
    assert 'data-msgr-count-of="unassigned">1<' in shown
    assert "<html" not in shown
    assert "sidebar" not in shown


def test_rows_that_the_page_has_are_not_sent_again(
    operator_client: Client, inbox: Inbox, yekaterinburg: Branch, operator: User
) -> None:
    start(inbox, yekaterinburg, "Unchanged")
    changing = start(inbox, yekaterinburg, "Changing")
    marks = re.findall(r'data-mark="([^"]+)"', part_of(operator_client, LIST, box="all"))
    headers = PART | {"X-Messenger-Known": ",".join(marks)}
    shown = operator_client.get(LIST, {"box": "all"}, headers=headers).content.decode()
    assert (shown.count("data-known"), shown.count("data-mark")) == (2, 0)
    for change in (
        lambda: status.take(conversation_id=changing.pk, operator=operator),
        lambda: ask(changing),
        lambda: status.resolve(conversation_id=changing.pk, actor=operator),
    ):
        change()
        shown = operator_client.get(LIST, {"box": "all"}, headers=headers).content.decode()
        assert "Changing" in shown
        assert "Unchanged" not in shown
        assert shown.count("data-known") == 1


def test_a_part_that_can_not_be_is_refused(operator_client: Client, conversation: Conversation) -> None:
    assert operator_client.get(LIST, {"before": "x"}, headers=PART).status_code == 400
    Group.objects.get(name="Messenger operators").permissions.clear()
    assert operator_client.get(LIST, headers=PART).status_code == 403


def test_administrators_see_every_branch(
    administrator_client: Client, global_inbox: Inbox, yekaterinburg: Branch, moscow: Branch
) -> None:
    start(global_inbox, yekaterinburg, "Ural")
    start(global_inbox, moscow, "Capital")
    assert names(administrator_client, box="all") == ["Capital", "Ural"]
    assert b"Moscow" in administrator_client.get(LIST).content
