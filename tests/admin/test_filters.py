"""Filters of the conversation list: what they hold, what they offer, and that they stay."""

import re
from datetime import timedelta
from html import unescape
from typing import Any

import pytest
from django.contrib.admin import site
from django.db import connection, transaction
from django.template.loader import render_to_string
from django.test import Client, RequestFactory
from django.utils import timezone

from crm.models import Branch, User
from messenger.admin import changelist, filters
from messenger.admin.conversation import ConversationAdmin
from messenger.models import Conversation, Inbox, Label
from messenger.services import status
from messenger.services.labelling import add_label
from tests.admin.people import LIST, PART, answer, part_of, start
from tests.admin.test_list import names


def filtered(client: Client, **query: object) -> set[str]:
    return set(names(client, box="all", **{name: str(value) for name, value in query.items()}))


def change(conversation: Conversation, **values: object) -> None:
    Conversation.objects.filter(pk=conversation.pk).update(**values)


@pytest.fixture
def waiting(inbox: Inbox, yekaterinburg: Branch) -> Conversation:
    conversation = start(inbox, yekaterinburg, "waiting")
    change(conversation, waiting_since=timezone.now() - timedelta(minutes=45))
    return conversation


@pytest.fixture
def answered(global_inbox: Inbox, yekaterinburg: Branch, operator: User) -> Conversation:
    conversation = start(global_inbox, yekaterinburg, "answered")
    answer(conversation, operator)
    return conversation


@pytest.fixture
def closed(inbox: Inbox, yekaterinburg: Branch, colleague: User) -> Conversation:
    """Long ago, and rated badly."""
    conversation = start(inbox, yekaterinburg, "closed")
    answer(conversation, colleague)
    status.close(conversation_id=conversation.pk, actor=colleague)
    then = timezone.now() - timedelta(days=30)
    change(conversation, last_message_at=then, rating_score=1, rated_at=then)
    return conversation


@pytest.fixture
def three(waiting: Conversation, answered: Conversation, closed: Conversation) -> None:
    """One of each."""


@pytest.mark.usefixtures("three")
@pytest.mark.parametrize(
    ("query", "expected"),
    [
        ({"status": "open"}, {"waiting", "answered"}),
        ({"status": "closed"}, {"closed"}),
        ({"operator": "none"}, {"waiting"}),
        ({"waiting": "30"}, {"waiting"}),
        ({"waiting": "60"}, set()),
        ({"rating": "bad"}, {"closed"}),
        ({"rating": "good"}, set()),
        ({"rating": "any"}, {"closed"}),
        ({"rating": "none"}, {"waiting", "answered"}),
        ({"status": "open", "operator": "none", "rating": "none"}, {"waiting"}),
        ({"status": "closed", "operator": "none"}, set()),
    ],
)
def test_fixed_choices(operator_client: Client, query: dict[str, str], expected: set[str]) -> None:
    assert filtered(operator_client, **query) == expected


@pytest.mark.usefixtures("three")
def test_rows_as_choices(
    operator_client: Client, inbox: Inbox, global_inbox: Inbox, operator: User, colleague: User
) -> None:
    assert filtered(operator_client, inbox=global_inbox.pk) == {"answered"}
    assert filtered(operator_client, inbox=inbox.pk) == {"waiting", "closed"}
    assert filtered(operator_client, operator=colleague.pk) == {"closed"}
    assert filtered(operator_client, operator=operator.pk, inbox=global_inbox.pk) == {"answered"}


@pytest.mark.usefixtures("three")
def test_dates_hold_whole_days_of_the_reader(operator_client: Client) -> None:
    today = timezone.localdate()
    month_ago = today - timedelta(days=30)
    assert filtered(operator_client, since=today) == {"waiting", "answered"}
    assert filtered(operator_client, until=month_ago) == {"closed"}
    assert filtered(operator_client, since=month_ago, until=month_ago) == {"closed"}
    assert filtered(operator_client, since=today, until=month_ago) == set()


@pytest.mark.parametrize("few", [0, 10_000])
def test_label(
    operator_client: Client,
    waiting: Conversation,
    answered: Conversation,
    operator: User,
    monkeypatch: pytest.MonkeyPatch,
    few: int,
) -> None:
    monkeypatch.setattr(filters, "FEW", few)
    refund, other = Label.objects.create(name="Refund"), Label.objects.create(name="Other")
    for label in (refund, other):
        add_label(conversation_id=waiting.pk, label_id=label.pk, actor=operator)
    assert filtered(operator_client, label=refund.pk) == {"waiting"}
    row = operator_client.get(f"{LIST}?box=all&label={refund.pk}").context["cl"].rows[0]
    assert [label.name for label in row.labels] == ["Other", "Refund"]
    assert "--msgr-label: #64748b" in operator_client.get(LIST, {"box": "all"}).content.decode()


def test_scores_of_ten_are_judged_as_such(
    operator_client: Client, answered: Conversation, closed: Conversation
) -> None:
    Inbox.objects.filter(pk=answered.inbox_id).update(rating_type="nps")
    change(answered, rating_score=5, rated_at=timezone.now())
    change(closed, rating_score=5)
    assert filtered(operator_client, rating="bad") == {"answered"}
    assert filtered(operator_client, rating="good") == {"closed"}
    # What the inbox asks for by now doesn't matter where the score has its kind beside it.
    change(answered, rating_type="stars")
    assert filtered(operator_client, rating="good") == {"answered", "closed"}


@pytest.mark.usefixtures("three")
def test_branches_are_the_administrators_choice(
    operator_client: Client, administrator_client: Client, moscow: Branch, yekaterinburg: Branch
) -> None:
    assert filtered(administrator_client, branch=moscow.pk) == set()
    assert len(filtered(administrator_client, branch=yekaterinburg.pk)) == 3
    assert len(filtered(operator_client, branch=moscow.pk)) == 3, "no filter of an operator"


def choices(client: Client, field: str) -> set[str]:
    return {str(label) for _value, label in client.get(LIST).context["filter_form"].fields[field].choices}


def test_choices_are_those_that_the_user_sees(
    operator_client: Client,
    administrator_client: Client,
    operator: User,
    outsider: User,
    inbox: Inbox,
    global_inbox: Inbox,
    moscow: Branch,
) -> None:
    Inbox.objects.create(name="Capital", branch=moscow)
    Label.objects.create(name="Moscow's", branch=moscow)
    Label.objects.create(name="Everybody's")
    assert choices(operator_client, "inbox") == {"—", "Shop", "Everywhere"}
    assert choices(operator_client, "operator") == {"—", "Nobody yet", "Anna Sergeeva"}
    assert choices(operator_client, "label") == {"—", "Everybody's"}
    assert choices(administrator_client, "inbox") == {"—", "Shop", "Everywhere", "Capital"}
    assert {"Victor", "Anna Sergeeva"} <= choices(administrator_client, "operator")
    assert choices(administrator_client, "label") == {"—", "Everybody's", "Moscow's"}


@pytest.mark.usefixtures("three")
@pytest.mark.parametrize(
    "name", ["status", "operator", "inbox", "label", "rating", "waiting", "since", "until"]
)
@pytest.mark.parametrize(
    "value", ["x", "-1", "99999999999999999999", "²", "\0", "1; DROP TABLE", "0001-01-01", "9999-12-31"]
)
def test_wrong_values_are_left_out_and_told(operator_client: Client, name: str, value: str) -> None:
    response = operator_client.get(LIST, {"box": "all", name: value})
    assert response.status_code == 200
    assert len(response.context["cl"].rows) == 3
    assert "Left out, because there is no such choice here" in response.content.decode()
    assert operator_client.get(LIST, {"box": "all", name: value}, headers=PART).status_code == 200


def test_what_is_of_another_branch_is_left_out(
    operator_client: Client, waiting: Conversation, moscow: Branch, outsider: User
) -> None:
    hidden = Label.objects.create(name="Moscow's secret", branch=moscow)
    for query in (f"label={hidden.pk}", f"operator={outsider.pk}"):
        shown = operator_client.get(f"{LIST}?box=all&{query}").content.decode()
        assert "Left out" in shown
        assert "secret" not in shown
        assert "Victor" not in shown


@pytest.mark.usefixtures("three")
def test_chips_take_one_filter_away(operator_client: Client) -> None:
    response = operator_client.get(LIST, {"box": "all", "q": "t", "status": "open", "operator": "none"})
    chips = {chip.label: chip for chip in response.context["cl"].chips}
    assert (chips["Status"].value, chips["Operator"].value) == ("open", "Nobody yet")
    assert chips["Status"].without == "?box=all&q=t&operator=none"
    shown = unescape(response.content.decode())
    for without in ("?box=all&status=open&operator=none", "?box=all&q=t&status=open", "?box=all"):
        assert f'href="{without}"' in shown


@pytest.mark.usefixtures("three")
def test_filters_go_with_tabs_pages_and_search(
    operator_client: Client, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(ConversationAdmin, "list_per_page", 1)
    response = operator_client.get(LIST, {"box": "all", "status": "open", "before": ""})
    shown = unescape(response.content.decode())
    assert f'href="{LIST}?box=mine&status=open"' in shown
    assert re.search(r'type="hidden" name="status" value="open"', shown), "of the search's form"
    older = response.context["cl"].older_url
    assert older.startswith("?box=all&status=open&before=")
    assert names(operator_client, LIST + older) == ["waiting"]
    assert operator_client.get(LIST + older).context["cl"].newest_url == "?box=all&status=open"
    assert 'name="before"' not in operator_client.get(LIST + older).content.decode()


@pytest.mark.usefixtures("three")
def test_the_live_part_is_filtered_too(operator_client: Client) -> None:
    shown = part_of(operator_client, LIST, box="all", status="closed")
    assert "closed" in shown
    assert "answered" not in shown


def test_nothing_fits(operator_client: Client, waiting: Conversation) -> None:
    shown = operator_client.get(LIST, {"box": "all", "status": "closed"}).content.decode()
    assert "Nothing fits" in shown
    assert "No conversations yet" not in shown


@pytest.mark.django_db(transaction=True)
def test_what_takes_too_long_is_given_up(
    operator: User, waiting: Conversation, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(changelist, "LONGEST_MS", 100)
    request = RequestFactory().get(LIST, {"box": "all", "q": "waiting"})
    request.user = operator
    other = connection.copy()
    try:
        other.set_autocommit(False)
        with other.cursor() as cursor:
            cursor.execute("LOCK TABLE messenger_contact")
            found: Any = site.get_model_admin(Conversation).get_changelist_instance(request)
        other.rollback()
    finally:
        other.close()
    assert (found.is_too_slow, found.rows) == (True, [])
    shown = render_to_string("admin/messenger/conversation/list_empty.html", {"cl": found})
    assert "That takes too long" in shown
    with transaction.atomic(), connection.cursor() as cursor:
        cursor.execute("SHOW statement_timeout")
        assert cursor.fetchone() == ("0",)
