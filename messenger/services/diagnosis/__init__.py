"""What is wrong with this installation, in sentences: a table of questions, each asked even if others can't be."""

from collections.abc import Callable, Iterable
from typing import NamedTuple

from django.db import Error as DatabaseTrouble
from django.utils.functional import Promise
from django.utils.translation import gettext as _
from django.utils.translation import gettext_lazy
from psycopg_pool import PoolTimeout
from redis.exceptions import RedisError

from messenger.services.diagnosis import backup, mail, nightly, queue, reception, storage, system, webhooks
from messenger.services.diagnosis.finding import Finding, Level, Verdict, error


class Check(NamedTuple):
    """`name` is public: monitors know it."""

    name: str
    title: Promise
    ask: Callable[[], Verdict]
    needs_database: bool = True


CHECKS = (
    Check("messenger", gettext_lazy("Messenger"), system.enabled, needs_database=False),
    Check("database", gettext_lazy("Database"), system.database, needs_database=False),
    Check("database_writes", gettext_lazy("Writing to the database"), system.writing),
    Check("redis", gettext_lazy("Redis"), system.redis, needs_database=False),
    Check("streams", gettext_lazy("Stream service"), system.streams, needs_database=False),
    Check("storage", gettext_lazy("Storage of attachments"), storage.storage, needs_database=False),
    Check("worker", gettext_lazy("Worker"), queue.worker),
    Check("backlog", gettext_lazy("Backlog"), queue.backlog),
    Check("schedules", gettext_lazy("Schedules"), queue.schedules),
    Check("nightly", gettext_lazy("Nightly jobs"), nightly.nightly),
    Check("backup", gettext_lazy("Back-up"), backup.backup),
    Check("inboxes", gettext_lazy("Inboxes"), reception.inboxes),
    Check("routing", gettext_lazy("Routing"), reception.routing),
    Check("routing_rules", gettext_lazy("Routing rules"), reception.rules),
    Check("regions", gettext_lazy("Regions"), reception.regions),
    Check("operators", gettext_lazy("Operators"), reception.operators),
    Check("working_hours", gettext_lazy("Working hours"), reception.working_hours),
    Check("webhooks", gettext_lazy("Webhooks"), webhooks.webhooks),
    Check("visitor_mail", gettext_lazy("Mail to visitors"), mail.visitor_mail),
    Check("geoip", gettext_lazy("GeoIP"), system.geoip, needs_database=False),
    Check("version", gettext_lazy("Version"), system.version, needs_database=False),
)


def diagnose() -> list[Finding]:
    """All findings, in the table's order. A question that can't be asked is an error itself; nothing is raised.

    A database that doesn't answer is waited for once.
    """
    findings: list[Finding] = []
    has_database = True
    for check in CHECKS:
        verdict = _ask(check) if has_database or not check.needs_database else _not_asked()
        if check.name == "database":
            has_database = verdict.level is not Level.ERROR
        findings.append(Finding(check.name, check.title, *verdict))
    return findings


def overall(findings: Iterable[Finding]) -> str:
    """`ok`, `degraded` or `error`: as bad as the worst."""
    levels = {finding.level for finding in findings}
    if Level.ERROR in levels:
        return "error"
    return "degraded" if Level.WARNING in levels else "ok"


def _ask(check: Check) -> Verdict:
    try:
        return check.ask()
    except (DatabaseTrouble, PoolTimeout):
        return error(_("The database does not answer."))
    except RedisError:
        return error(_("Redis does not answer."))


def _not_asked() -> Verdict:
    return error(_("This can't be told while the database does not answer."))
