"""What is wrong with the rules: the advice says no more and no less than routing does."""

import random
from collections.abc import Callable
from typing import Any

import pytest
from django.conf import LazySettings

from crm.models import Branch, Region
from messenger.models import Inbox, RoutingRule
from messenger.services.routing import Reason, route_by_rules
from messenger.services.routing_advice import explain, explain_rest, never, survey
from tests.rules import make_rule, switch_off

pytestmark = pytest.mark.django_db


@pytest.fixture
def regions(db: None) -> list[Region]:
    return [Region.objects.create(name=name) for name in ("Kazan", "Perm", "Samara", "Tula")]


def sentences(rule: RoutingRule) -> list[str]:
    return [remark.sentence for remark in survey().remarks[rule.pk]]


def is_idle(rule: RoutingRule) -> bool:
    return never(survey().remarks[rule.pk])


def test_rule_whose_regions_are_all_taken_never_matches(moscow: Branch, regions: list[Region]) -> None:
    kazan, perm, samara, _tula = regions
    make_rule("Volga", kazan, samara, branch=moscow, priority=1)
    make_rule("Ural", perm, branch=moscow, priority=2)
    late = make_rule("Late", perm, kazan, samara, branch=moscow, priority=3)
    assert sentences(late) == [
        "Rules that are asked earlier take all its regions: Volga (Kazan, Samara), Ural (Perm)."
    ]
    assert is_idle(late)
    assert survey().never_matching == [late]


def test_rule_that_loses_some_regions_is_told_which(moscow: Branch, regions: list[Region]) -> None:
    kazan, perm, _samara, _tula = regions
    make_rule("Volga", kazan, branch=moscow, priority=1)
    late = make_rule("Late", kazan, perm, branch=moscow, priority=2)
    assert sentences(late) == ["Rules that are asked earlier take some of its regions: Volga (Kazan)."]
    assert not is_idle(late)


def test_second_fallback_never_matches(moscow: Branch) -> None:
    make_rule("Rest", branch=moscow, priority=1)
    second = make_rule("More rest", branch=moscow, priority=2)
    assert sentences(second) == ["“Rest” is asked earlier and takes all the rest."]
    assert is_idle(second)


def test_rule_of_an_inactive_branch_never_matches_and_shadows_nothing(
    moscow: Branch, yekaterinburg: Branch, regions: list[Region]
) -> None:
    first = make_rule("First", *regions, branch=yekaterinburg, priority=1)
    second = make_rule("Second", *regions, branch=moscow, priority=2)
    switch_off(yekaterinburg)
    assert sentences(first) == ["Its branch “Yekaterinburg” is inactive."]
    assert sentences(second) == []


@pytest.mark.parametrize(
    ("off", "sentence"),
    [("inbox", "Its inbox “Shop” is inactive."), ("branch", "Its branch “Yekaterinburg” is inactive.")],
)
def test_rule_of_an_inactive_inbox_never_matches(
    inbox: Inbox, yekaterinburg: Branch, off: str, sentence: str
) -> None:
    rule = make_rule("Rest", inbox=inbox)
    switch_off(inbox if off == "inbox" else yekaterinburg)
    assert sentences(rule) == [sentence]
    assert is_idle(rule)


def test_rule_whose_regions_are_gone_never_matches(moscow: Branch, regions: list[Region]) -> None:
    rule = make_rule("Ural", regions[1], branch=moscow)
    regions[1].delete()
    assert sentences(rule) == ["It has no regions."]


def test_all_reasons_are_told(moscow: Branch, yekaterinburg: Branch, regions: list[Region]) -> None:
    make_rule("First", *regions, branch=moscow, priority=1)
    second = make_rule("Second", regions[0], branch=yekaterinburg, priority=2)
    switch_off(yekaterinburg)
    assert sentences(second) == [
        "Its branch “Yekaterinburg” is inactive.",
        "Rules that are asked earlier take all its regions: First (Kazan).",
    ]


def test_inactive_rules_are_left_alone(moscow: Branch, regions: list[Region]) -> None:
    first = make_rule("First", *regions, branch=moscow, priority=1, is_active=False)
    second = make_rule("Second", *regions, branch=moscow, priority=2)
    assert first.pk not in survey().remarks
    assert sentences(second) == []


def test_many_regions_are_not_all_named(moscow: Branch) -> None:
    many = [Region.objects.create(name=f"Region {number:02}") for number in range(12)]
    make_rule("First", *many, branch=moscow, priority=1)
    second = make_rule("Second", *many, branch=moscow, priority=2)
    assert sentences(second)[0].endswith(
        "First (Region 00, Region 01, Region 02, Region 03, Region 04 and 7 more)."
    )


def test_uncovered_regions_are_those_of_no_usable_rule(
    moscow: Branch, yekaterinburg: Branch, regions: list[Region]
) -> None:
    kazan, perm, samara, tula = regions
    make_rule("Volga", kazan, branch=moscow)
    make_rule("Off", perm, branch=moscow, is_active=False)
    make_rule("Away", samara, branch=yekaterinburg)
    switch_off(yekaterinburg)
    found = survey()
    assert found.uncovered == [perm, samara, tula]
    assert found.rest.reason is Reason.NOWHERE


def test_nobody_is_refused_while_no_global_inbox_is_active(global_inbox: Inbox, inbox: Inbox) -> None:
    assert (survey().inboxes, survey().refuses) == (["Everywhere"], True)
    switch_off(global_inbox)
    assert (survey().inboxes, survey().refuses) == ([], False)


@pytest.mark.parametrize("seed", range(8))
def test_advice_agrees_with_routing(inbox: Inbox, moscow: Branch, settings: LazySettings, seed: int) -> None:
    """A rule never matches exactly if no region and no stranger comes to it, whatever the rules are."""
    dice = random.Random(seed)
    gone = Branch.objects.create(name="Gone", is_active=False)
    closed = Inbox.objects.create(name="Closed", branch=moscow, is_active=False)
    regions = [Region.objects.create(name=str(number)) for number in range(6)]
    destinations: list[dict[str, Any]] = [{"branch": moscow}] * 3 + [
        {"branch": gone},
        {"inbox": inbox},
        {"inbox": closed},
    ]
    for number in range(12):
        chosen = [] if dice.random() < 0.2 else dice.sample(regions, dice.randrange(1, 4))
        values = dice.choice(destinations) | {"is_active": dice.random() < 0.8}
        make_rule(str(number), *chosen, priority=dice.randrange(3), **values)
    routes = {region: route_by_rules(region) for region in [*regions, None]}
    reached = {found.rule for found in routes.values()}
    found = survey()
    assert {rule for rule in found.rules if rule.is_active} - reached == set(found.never_matching)
    assert found.uncovered == [r for r in regions if routes[r].reason is not Reason.RULE]
    assert found.rest == routes[None]


def test_survey_asks_the_same_however_many_rules_there_are(
    moscow: Branch, regions: list[Region], statements: Callable[[Callable[[], Any]], list[str]]
) -> None:
    make_rule("First", *regions, branch=moscow)
    few = len(statements(survey))
    for number in range(15):
        make_rule(f"Rule {number}", *regions, branch=moscow)
    assert len(statements(survey)) == few == 5


# Why a visitor goes where


def test_reason_names_the_rule(moscow: Branch, regions: list[Region]) -> None:
    make_rule("Volga", regions[0], branch=moscow)
    reason = explain(route_by_rules(regions[0]), regions[0])
    assert reason == "The rule “Volga” takes Kazan: branch “Moscow”."


def test_reason_names_the_fallback(moscow: Branch, regions: list[Region]) -> None:
    make_rule("Rest", branch=moscow)
    told = "The rule “Rest” takes the rest: branch “Moscow”."
    assert explain(route_by_rules(regions[0]), regions[0]) == f"No rule takes Kazan. {told}"
    assert explain(route_by_rules(None), None) == f"The region is not known. {told}"


def test_reason_names_the_setting(moscow: Branch, settings: LazySettings) -> None:
    settings.MESSENGER_DEFAULT_BRANCH_ID = moscow.pk
    assert explain_rest(route_by_rules(None)) == (
        "MESSENGER_DEFAULT_BRANCH_ID names the branch for the rest: “Moscow”."
    )


@pytest.mark.parametrize(
    ("branch_id", "told"), [(None, "is not set"), (999_999, "(999999) names no active branch")]
)
def test_reason_says_that_visitors_are_refused(
    db: None, settings: LazySettings, branch_id: int | None, told: str
) -> None:
    settings.MESSENGER_DEFAULT_BRANCH_ID = branch_id
    sentence = explain_rest(route_by_rules(None))
    assert told in sentence
    assert "refused (503" in sentence
