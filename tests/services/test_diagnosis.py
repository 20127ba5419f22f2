"""What the diagnosis finds, and that it finds something whatever is away."""

from collections.abc import Callable
from datetime import timedelta
from typing import Any

import pytest
from django.conf import LazySettings
from django.db import InterfaceError, OperationalError, connection
from django.utils import timezone
from django_q.models import OrmQ, Schedule, Success
from psycopg_pool import PoolTimeout

from crm.models import Branch, Region, User
from messenger.lib import clock
from messenger.models import Inbox, RoutingRule, WorkingHours
from messenger.schedules import TIMETABLE
from messenger.services.diagnosis import CHECKS, diagnose, overall
from messenger.services.diagnosis.finding import Finding, Level, span
from tests.outages import database_away, redis_away, show_life, stream_service
from tests.rules import make_rule, switch_off

pytestmark = pytest.mark.django_db

DATABASE_FREE = {check.name for check in CHECKS if not check.needs_database}


@pytest.fixture(autouse=True)
def no_lookups(settings: LazySettings) -> None:
    settings.MESSENGER_GEOIP_ENABLED = False


def found(name: str) -> Finding:
    return next(finding for finding in diagnose() if finding.name == name)


def assert_found(name: str, level: Level, *words: str) -> None:
    finding = found(name)
    assert finding.level is level, finding
    for word in words:
        assert word in finding.detail


def finish_task(ago: timedelta) -> None:
    at = timezone.now() - ago
    Success.objects.create(
        id=str(at.timestamp()),
        name="x",
        func="messenger.tasks.escalate",
        started=at,
        stopped=at,
        success=True,
    )


# What is away


@pytest.mark.parametrize("trouble", [OperationalError, InterfaceError, PoolTimeout])
def test_database_that_is_away_is_an_error_everywhere(trouble: type[Exception]) -> None:
    with database_away(trouble):
        findings = diagnose()
    assert overall(findings) == "error"
    assert {f.name for f in findings if f.level is Level.ERROR} == (
        {check.name for check in CHECKS} - DATABASE_FREE | {"database"}
    )
    assert not any("10.0.0.7" in finding.detail for finding in findings)


def test_database_that_is_away_is_asked_once() -> None:
    asked = []

    def fail(execute: Any, sql: str, *_rest: Any) -> None:
        asked.append(sql)
        raise OperationalError

    with connection.execute_wrapper(fail):
        diagnose()
    assert len(asked) == 1


def test_redis_that_is_away_is_told_and_stops_nothing(settings: LazySettings) -> None:
    with redis_away(settings):
        findings = {finding.name: finding for finding in diagnose()}
    assert findings["redis"].level is Level.WARNING
    assert "can't be reached since" in findings["redis"].detail
    assert "secret" not in str(findings)
    assert findings["database"].level is Level.OK
    assert findings["worker"].level is Level.ERROR
    assert found("redis").level is Level.OK


def test_worker_is_known_by_its_work_while_redis_is_away(settings: LazySettings) -> None:
    finish_task(timedelta(seconds=20))
    with redis_away(settings):
        assert_found("worker", Level.WARNING, "20 s ago")


def test_no_redis_at_all_is_told(settings: LazySettings) -> None:
    settings.REDIS_URL = ""
    assert_found("redis", Level.WARNING, "There is no Redis")


def test_messenger_that_is_off_is_told(settings: LazySettings) -> None:
    settings.MESSENGER_ENABLED = False
    assert_found("messenger", Level.WARNING, "MESSENGER_ENABLED")


# Worker and schedules


def test_no_worker_is_an_error() -> None:
    assert_found("worker", Level.ERROR, "none has finished a task")


def test_worker_that_was_silent_for_long_is_an_error() -> None:
    finish_task(timedelta(minutes=10))
    assert_found("worker", Level.ERROR, "10\xa0minutes ago")


def test_worker_that_lives_is_well() -> None:
    show_life()
    assert_found("worker", Level.OK, "2 processes")


@pytest.mark.parametrize(
    ("wait", "level"),
    [
        (timedelta(seconds=-100), Level.OK),
        (timedelta(seconds=10), Level.OK),
        (timedelta(minutes=2), Level.WARNING),
        (timedelta(minutes=6), Level.ERROR),
    ],
)
def test_backlog_is_judged_by_its_oldest_task(wait: timedelta, level: Level) -> None:
    """A lock in the future is a task that somebody works on."""
    OrmQ.objects.create(key="messenger", payload="x", lock=timezone.now() - wait)
    assert found("backlog").level is level


def test_schedule_that_is_missing_is_an_error() -> None:
    Schedule.objects.filter(name=TIMETABLE[0].name).delete()
    assert_found("schedules", Level.ERROR, TIMETABLE[0].title, "migrate")


def test_schedule_that_is_late_is_an_error() -> None:
    now = timezone.now()
    Schedule.objects.update(next_run=now + timedelta(minutes=1))
    Schedule.objects.filter(name=TIMETABLE[1].name).update(next_run=now)
    with clock.at(now + timedelta(minutes=2)):
        assert found("schedules").level is Level.OK
    with clock.at(now + timedelta(minutes=3, seconds=1)):
        assert_found("schedules", Level.ERROR, f"Late: {TIMETABLE[1].title}.")


# Inboxes, routing, people


def test_global_inbox_that_leads_nowhere_is_an_error(global_inbox: Inbox) -> None:
    assert_found(
        "routing", Level.ERROR, "Everywhere", "refused (503", "MESSENGER_DEFAULT_BRANCH_ID is not set"
    )


def test_default_branch_that_is_inactive_is_an_error(
    global_inbox: Inbox, moscow: Branch, settings: LazySettings
) -> None:
    settings.MESSENGER_DEFAULT_BRANCH_ID = moscow.pk
    assert_found("routing", Level.OK, "“Moscow”")
    switch_off(moscow)
    assert_found("routing", Level.ERROR, f"({moscow.pk}) names no active branch")


def test_default_branch_that_nobody_needs_yet_is_a_warning(
    global_inbox: Inbox, moscow: Branch, settings: LazySettings
) -> None:
    settings.MESSENGER_DEFAULT_BRANCH_ID = 999_999
    make_rule("Rest", branch=moscow)
    assert_found("routing", Level.WARNING, "999999")


@pytest.mark.parametrize("name", ["routing", "regions"])
def test_without_a_global_inbox_no_rule_is_needed(inbox: Inbox, global_inbox: Inbox, name: str) -> None:
    Region.objects.create(name="Perm")
    switch_off(global_inbox)
    assert_found(name, Level.OK, "no rule is asked")


def test_rule_that_never_matches_is_a_warning(moscow: Branch) -> None:
    perm = Region.objects.create(name="Perm")
    make_rule("Early", perm, branch=moscow, priority=1)
    assert_found("routing_rules", Level.OK, "1 rule is active")
    make_rule("Late", perm, branch=moscow, priority=2)
    assert_found("routing_rules", Level.WARNING, "“Late”", "Early (Perm)")


def test_regions_that_only_the_setting_takes_are_a_warning(
    global_inbox: Inbox, moscow: Branch, settings: LazySettings
) -> None:
    settings.MESSENGER_DEFAULT_BRANCH_ID = moscow.pk
    Region.objects.create(name="Perm")
    assert_found("regions", Level.WARNING, "Perm", "Moscow")


def test_regions_that_a_rule_for_the_rest_takes_are_well(global_inbox: Inbox, moscow: Branch) -> None:
    Region.objects.create(name="Perm")
    make_rule("Rest", branch=moscow)
    assert_found("regions", Level.OK, "Perm", "“Rest”")


def test_branch_without_operators_is_a_warning(
    inbox: Inbox, moscow: Branch, operator: User, administrator: User, settings: LazySettings
) -> None:
    """Administrators get no conversations by themselves, and branches without any need nobody."""
    User.objects.filter(pk=administrator.pk).update(branch=moscow)
    assert_found("operators", Level.OK)
    make_rule("Rest", branch=moscow)
    assert_found("operators", Level.WARNING, "Moscow")
    User.objects.filter(pk=operator.pk).update(is_active=False)
    assert_found("operators", Level.WARNING, "Moscow, Yekaterinburg")
    RoutingRule.objects.update(is_active=False)
    assert_found("operators", Level.WARNING, ": Yekaterinburg.")
    settings.MESSENGER_DEFAULT_BRANCH_ID = moscow.pk
    assert_found("operators", Level.WARNING, "Moscow, Yekaterinburg")


def test_inbox_that_never_opens_is_an_error(inbox: Inbox) -> None:
    assert found("working_hours").level is Level.OK
    Inbox.objects.filter(pk=inbox.pk).update(working_hours_enabled=True)
    assert_found("working_hours", Level.ERROR, "Shop")
    WorkingHours.objects.create(inbox=inbox, weekday=1)
    assert found("working_hours").level is Level.OK


def test_no_active_inbox_is_a_warning(inbox: Inbox) -> None:
    assert_found("inboxes", Level.OK, "1 inbox is active")
    switch_off(inbox)
    assert found("inboxes").level is Level.WARNING


def test_geoip_that_pauses_is_a_warning(settings: LazySettings) -> None:
    assert_found("geoip", Level.OK, "not looked up")
    settings.MESSENGER_GEOIP_ENABLED = True
    assert found("redis").level is Level.OK
    assert_found("geoip", Level.OK, "ip-api")
    with redis_away(settings):
        assert_found("geoip", Level.WARNING, "Redis can't be reached")


def test_version_is_the_project_s() -> None:
    assert_found("version", Level.OK, "0.1.0")


def test_all_is_well(inbox: Inbox, operator: User) -> None:
    show_life()
    Schedule.objects.update(next_run=timezone.now())
    with stream_service():
        assert [finding for finding in diagnose() if finding.level is not Level.OK] == []


def test_worst_finding_decides() -> None:
    def judged(*levels: Level) -> str:
        return overall([Finding("x", "x", level, "x") for level in levels])

    assert judged() == judged(Level.OK) == "ok"
    assert judged(Level.OK, Level.WARNING) == "degraded"
    assert judged(Level.ERROR, Level.WARNING, Level.OK) == "error"


def test_spans_are_in_one_unit() -> None:
    assert [span(seconds) for seconds in (-1, 12.9, 61, 2 * 86_400 + 9_000)] == [
        "0 s",
        "12 s",
        "1\xa0minute",
        "2\xa0days",
    ]


def test_diagnosis_asks_little(
    global_inbox: Inbox, moscow: Branch, statements: Callable[[Callable[[], Any]], list[str]]
) -> None:
    make_rule("Rest", branch=moscow)
    few = len(statements(diagnose))
    for number in range(15):
        make_rule(f"Rule {number}", branch=moscow)
    assert len(statements(diagnose)) == few <= 30


def test_file_of_regions_that_is_missing_is_told(settings: LazySettings) -> None:
    settings.MESSENGER_GEOIP_ENABLED = True
    settings.MESSENGER_GEOIP_PROVIDER = "maxmind"
    settings.MESSENGER_GEOIP_MAXMIND_PATH = "/nowhere/City.mmdb"
    (found,) = [finding for finding in diagnose() if finding.name == "geoip"]
    assert (found.level, "file of the database can't be read" in found.detail) == (Level.WARNING, True)
