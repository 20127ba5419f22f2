"""The list of routing rules: in the order in which they are asked, with what is wrong and what is left over."""

import pytest
from django.conf import LazySettings
from django.db import connection
from django.test import Client
from django.test.utils import CaptureQueriesContext

from crm.models import Branch, Region
from messenger.models import Inbox
from tests.admin.test_pages import assert_clean
from tests.rules import make_rule

pytestmark = pytest.mark.django_db

LIST = "/admin/messenger/routingrule/"


def test_list_is_in_the_order_in_which_rules_are_asked(
    administrator_client: Client, inbox: Inbox, moscow: Branch, perm: Region, tula: Region
) -> None:
    make_rule("Rest", branch=moscow, priority=0)
    make_rule("Second", perm, tula, inbox=inbox, priority=2)
    make_rule("First", perm, branch=moscow, priority=1)
    response = administrator_client.get(f"{LIST}?o=-1")
    assert [rule.name for rule in response.context["cl"].result_list] == ["First", "Second", "Rest"]
    shown = assert_clean(administrator_client, LIST)
    for words in ("Yekaterinburg (Shop)", "Perm, Tula", "All the rest", "partly shadowed", "First (Perm)"):
        assert words in shown
    assert "never matches" not in shown


def test_list_names_a_few_regions(administrator_client: Client, moscow: Branch) -> None:
    make_rule("All", *[Region.objects.create(name=f"R{n}") for n in range(5)], branch=moscow)
    assert "R0, R1, R2 and 2 more" in assert_clean(administrator_client, LIST)


def test_names_are_shown_as_text(administrator_client: Client, moscow: Branch) -> None:
    region = Region.objects.create(name="<b>Perm</b>")
    make_rule("<img src=x>", region, branch=moscow, priority=1)
    make_rule("Late", region, branch=moscow, priority=2)
    shown = assert_clean(administrator_client, f"{LIST}?try-region={region.pk}")
    assert "<img src=x>" not in shown
    assert "<b>Perm</b>" not in shown


def test_search_finds_a_rule_by_its_region_and_keeps_the_remarks(
    administrator_client: Client, moscow: Branch, perm: Region, tula: Region
) -> None:
    make_rule("Early", perm, tula, branch=moscow, priority=1)
    make_rule("Late", perm, branch=moscow, priority=2)
    make_rule("Rest", branch=moscow)
    shown = administrator_client.get(f"{LIST}?q=perm")
    assert [rule.name for rule in shown.context["cl"].result_list] == ["Early", "Late"]
    assert "never matches" in shown.content.decode()


def test_list_asks_the_same_however_many_rules_there_are(
    administrator_client: Client, moscow: Branch, perm: Region
) -> None:
    def count() -> int:
        with CaptureQueriesContext(connection) as queries:
            administrator_client.get(LIST)
        return len(queries)

    make_rule("First", perm, branch=moscow)
    few = count()
    for number in range(15):
        make_rule(f"Rule {number}", perm, branch=moscow)
    assert count() == few


# Regions without a rule


def test_nobody_is_alarmed_while_no_global_inbox_is_active(
    administrator_client: Client, inbox: Inbox
) -> None:
    shown = assert_clean(administrator_client, LIST)
    assert "No global inbox is active, so no rule is asked." in shown
    assert "msgr-routing-trouble" not in shown


def test_regions_without_a_rule_are_listed_with_what_happens_to_them(
    administrator_client: Client,
    global_inbox: Inbox,
    moscow: Branch,
    perm: Region,
    tula: Region,
    settings: LazySettings,
) -> None:
    make_rule("Ural", perm, branch=moscow)
    shown = assert_clean(administrator_client, LIST)
    assert shown.count("<li>Tula</li>") == 1
    assert "<li>Perm</li>" not in shown
    assert "these visitors are refused (503" in shown
    assert "msgr-routing-trouble" in shown
    settings.MESSENGER_DEFAULT_BRANCH_ID = moscow.pk
    shown = assert_clean(administrator_client, LIST)
    assert "MESSENGER_DEFAULT_BRANCH_ID names the branch for the rest: “Moscow”." in shown
    assert "msgr-routing-trouble" not in shown
    make_rule("Rest", branch=moscow)
    assert "The rule “Rest” takes the rest: branch “Moscow”." in assert_clean(administrator_client, LIST)


@pytest.mark.parametrize(("number", "is_open"), [(12, True), (13, False)])
def test_many_regions_are_collapsed(administrator_client: Client, number: int, is_open: bool) -> None:
    for n in range(number):
        Region.objects.create(name=f"R{n}")
    shown = assert_clean(administrator_client, LIST)
    assert f"{number} regions" in shown
    assert (" open" in shown.partition('class="msgr-uncovered"')[2].partition(">")[0]) is is_open
