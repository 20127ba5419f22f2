"""Where the conversations of a global inbox go, rule by rule."""

import random
from collections.abc import Callable
from typing import Any

import pytest
from django.conf import LazySettings
from django.db import IntegrityError, transaction

from crm.models import Branch, Region
from messenger.exceptions import Unavailable
from messenger.models import Contact, Conversation, Inbox, RoutingRule
from messenger.services.posting import post_from_contact
from messenger.services.routing import Reason, Route, branch_for, route, route_by_rules
from messenger.services.status import close
from messenger.services.visitors import start_conversation
from tests.rules import make_rule, switch_off
from tests.visitor import Visitor

pytestmark = pytest.mark.django_db

Statements = Callable[[Callable[[], Any]], list[str]]


@pytest.fixture(autouse=True)
def no_lookups(settings: LazySettings) -> None:
    settings.MESSENGER_GEOIP_ENABLED = False


# Nobody to go to


def test_visitor_whom_nobody_takes_is_refused_and_nothing_is_stored(
    global_inbox: Inbox, perm: Region, yekaterinburg: Branch
) -> None:
    make_rule("Ural", perm, branch=yekaterinburg)
    response = Visitor(global_inbox.widget_token).bootstrap(contact_name="Maria")
    assert response.status_code == 503
    assert response.json()["code"] == "unavailable"
    assert int(response["Retry-After"]) == 60
    assert (Contact.objects.count(), Conversation.objects.count()) == (0, 0)


def test_refusal_is_in_the_log(global_inbox: Inbox, caplog: pytest.LogCaptureFixture) -> None:
    with pytest.raises(Unavailable):
        branch_for(global_inbox, None)
    assert f"Global inbox {global_inbox.pk}" in caplog.text


def test_known_visitor_of_a_global_inbox_keeps_what_there_is(
    global_inbox: Inbox, moscow: Branch, settings: LazySettings
) -> None:
    """Routing decides about new conversations only: whoever has one goes on."""
    settings.MESSENGER_DEFAULT_BRANCH_ID = moscow.pk
    visitor = Visitor(global_inbox.widget_token)
    visitor.bootstrap()
    settings.MESSENGER_DEFAULT_BRANCH_ID = None
    assert visitor.bootstrap(visitor_token=visitor.visitor_token).status_code == 200
    assert Conversation.objects.get().branch == moscow


@pytest.mark.parametrize("which", ["missing", "inactive"])
def test_default_branch_that_does_not_work_is_none(
    moscow: Branch, settings: LazySettings, which: str
) -> None:
    settings.MESSENGER_DEFAULT_BRANCH_ID = moscow.pk if which == "inactive" else 999_999
    switch_off(moscow)
    assert route_by_rules(None) == Route(None, Reason.NOWHERE)


def test_default_branch_takes_what_no_rule_takes(
    moscow: Branch, yekaterinburg: Branch, perm: Region, tula: Region, settings: LazySettings
) -> None:
    settings.MESSENGER_DEFAULT_BRANCH_ID = moscow.pk
    make_rule("Ural", perm, branch=yekaterinburg)
    assert route_by_rules(tula) == Route(moscow, Reason.DEFAULT)
    assert route_by_rules(None) == Route(moscow, Reason.DEFAULT)


# Which rule


def test_lower_number_is_asked_first(moscow: Branch, yekaterinburg: Branch, perm: Region) -> None:
    make_rule("Later", perm, branch=moscow, priority=20)
    first = make_rule("Earlier", perm, branch=yekaterinburg, priority=10)
    assert route_by_rules(perm) == Route(yekaterinburg, Reason.RULE, first)


def test_of_equal_numbers_the_older_rule_is_asked_first(
    moscow: Branch, yekaterinburg: Branch, perm: Region
) -> None:
    first = make_rule("Older", perm, branch=moscow)
    make_rule("Newer", perm, branch=yekaterinburg)
    assert route_by_rules(perm).rule == first


def test_rule_of_another_region_takes_nothing(moscow: Branch, perm: Region, tula: Region) -> None:
    make_rule("Centre", tula, branch=moscow)
    assert route_by_rules(perm).reason is Reason.NOWHERE


@pytest.mark.parametrize("off", ["rule", "branch", "inbox", "branch of the inbox"])
def test_rule_that_leads_nowhere_is_skipped(
    moscow: Branch, yekaterinburg: Branch, inbox: Inbox, perm: Region, off: str
) -> None:
    by_inbox = off in {"inbox", "branch of the inbox"}
    destination = {"inbox": inbox} if by_inbox else {"branch": yekaterinburg}
    skipped = make_rule("Ural", perm, priority=1, **destination)
    after = make_rule("After", perm, branch=moscow, priority=2)
    assert route_by_rules(perm).rule == skipped
    switch_off({"rule": skipped, "inbox": inbox}.get(off, yekaterinburg))
    assert route_by_rules(perm) == Route(moscow, Reason.RULE, after)


def test_rule_with_an_inbox_leads_to_its_branch(inbox: Inbox, yekaterinburg: Branch, perm: Region) -> None:
    rule = make_rule("Ural", perm, inbox=inbox)
    assert route_by_rules(perm) == Route(yekaterinburg, Reason.RULE, rule)


# The rest


def test_fallback_is_asked_last_even_with_the_lowest_number(
    moscow: Branch, yekaterinburg: Branch, perm: Region, tula: Region
) -> None:
    rest = make_rule("Rest", branch=moscow, priority=0)
    ural = make_rule("Ural", perm, branch=yekaterinburg, priority=500)
    assert route_by_rules(perm).rule == ural
    assert route_by_rules(tula) == Route(moscow, Reason.FALLBACK, rest)


def test_unknown_region_goes_to_the_fallback(
    moscow: Branch, yekaterinburg: Branch, perm: Region, settings: LazySettings
) -> None:
    settings.MESSENGER_DEFAULT_BRANCH_ID = yekaterinburg.pk
    make_rule("Ural", perm, branch=yekaterinburg)
    rest = make_rule("Rest", branch=moscow)
    assert route_by_rules(None) == Route(moscow, Reason.FALLBACK, rest)


def test_second_fallback_stands_in_for_the_first(moscow: Branch, yekaterinburg: Branch) -> None:
    make_rule("First", branch=moscow, priority=1)
    second = make_rule("Second", branch=yekaterinburg, priority=2)
    switch_off(moscow)
    assert route_by_rules(None).rule == second


# Around the rules


def test_inbox_with_a_branch_is_never_routed(
    inbox: Inbox, moscow: Branch, yekaterinburg: Branch, perm: Region, settings: LazySettings
) -> None:
    settings.MESSENGER_DEFAULT_BRANCH_ID = moscow.pk
    make_rule("All", perm, branch=moscow)
    make_rule("Rest", branch=moscow)
    assert route(inbox, perm) == Route(yekaterinburg, Reason.INBOX)
    assert Visitor(inbox.widget_token).bootstrap().status_code == 200
    assert Conversation.objects.get().branch == yekaterinburg


def test_global_inbox_is_routed_by_the_region_of_the_contact(
    global_inbox: Inbox, yekaterinburg: Branch, moscow: Branch, perm: Region
) -> None:
    make_rule("Ural", perm, branch=yekaterinburg)
    make_rule("Rest", branch=moscow)
    branches = []
    for region in (perm, None):
        contact = Contact.objects.create(inbox=global_inbox, region=region)
        branches.append(start_conversation(inbox=global_inbox, contact=contact).branch)
    assert branches == [yekaterinburg, moscow]


def test_successor_of_a_closed_conversation_is_routed_anew_by_the_same_region(
    global_inbox: Inbox, yekaterinburg: Branch, moscow: Branch, perm: Region, administrator: Any
) -> None:
    rule = make_rule("Ural", perm, branch=yekaterinburg)
    make_rule("Rest", branch=moscow)
    contact = Contact.objects.create(inbox=global_inbox, region=perm)
    first = start_conversation(inbox=global_inbox, contact=contact)
    write(first)
    close(conversation_id=first.pk, actor=administrator)
    successor = Conversation.objects.get(pk=write(first))
    assert (successor.branch, successor == first) == (yekaterinburg, False)
    close(conversation_id=successor.pk, actor=administrator)
    RoutingRule.objects.filter(pk=rule.pk).update(branch=moscow)
    assert Conversation.objects.get(pk=write(successor)).branch == moscow
    contact.refresh_from_db()
    assert contact.region == perm


def write(conversation: Conversation) -> int:
    """The contact writes; the conversation that the message came into."""
    return post_from_contact(
        inbox_id=conversation.inbox_id,
        conversation_id=conversation.pk,
        contact_id=conversation.contact_id,
        body="Hello",
        client_message_id=None,
    ).conversation_id


def test_routing_asks_little(
    moscow: Branch, perm: Region, settings: LazySettings, statements: Statements
) -> None:
    """One statement where a rule takes the visitor, one more for the default branch."""
    settings.MESSENGER_DEFAULT_BRANCH_ID = moscow.pk
    assert len(statements(lambda: route_by_rules(perm))) == 2
    for number in range(20):
        make_rule(f"Rule {number}", perm, branch=moscow)
    assert len(statements(lambda: route_by_rules(perm))) == 1


@pytest.mark.parametrize("destinations", ["none", "two"])
def test_database_refuses_a_rule_without_one_destination(
    inbox: Inbox, moscow: Branch, destinations: str
) -> None:
    chosen = {"branch": moscow, "inbox": inbox} if destinations == "two" else {}
    with pytest.raises(IntegrityError, match="messenger_rule_one_destination"), transaction.atomic():
        RoutingRule.objects.bulk_create([RoutingRule(name="Ural", **chosen)])


def test_order_of_rules_is_the_order_of_the_list(moscow: Branch) -> None:
    """The page shows rules as they are asked: the model's order is routing's."""
    dice = random.Random(3)
    for number in range(20):
        RoutingRule.objects.create(
            name=str(number), branch=moscow, priority=dice.randrange(4), is_fallback=dice.random() < 0.3
        )
    assert list(RoutingRule.objects.all()) == list(RoutingRule.objects.in_order())
