"""What the web service asks of database and Redis when Prometheus comes: one statement, cut off after two seconds."""

import logging
from collections.abc import Iterable, Iterator
from typing import Any

from django.conf import settings
from django.db import Error as DatabaseTrouble
from django.db import OperationalError, connection, transaction
from prometheus_client.core import GaugeMetricFamily, Metric
from prometheus_client.registry import Collector
from psycopg_pool import PoolTimeout

from crm.monitoring.build import version
from crm.monitoring.readiness import probe
from messenger.events import STREAM_SERVICE_CHANNEL
from messenger.lib import clock
from messenger.services.backup import record
from messenger.services.diagnosis import queue
from messenger.volatile import volatile

logger = logging.getLogger(__name__)

STATEMENT_MS = 2_000
# The sum over all attachments is no question for each quarter of a minute.
ATTACHMENTS_KEY = "messenger:metrics:attachments"
ATTACHMENTS_SECONDS = 900
_UNFINISHED = "status IN ('open', 'pending')"
_UNASSIGNED = (
    f"FROM messenger_conversation WHERE {_UNFINISHED} AND assignee_id IS NULL AND last_message_id IS NOT NULL"
)
_WEBHOOKS = """FROM messenger_webhookdelivery d JOIN messenger_inbox i ON i.id = d.inbox_id
    WHERE d.state = 'waiting' AND i.webhook_enabled"""


def _age(moment: str, rest: str) -> str:
    return f"SELECT COALESCE(GREATEST(0, extract(epoch FROM now() - min({moment}))), 0) {rest}"  # noqa: S608


# Name, what it says, and the statement that finds it.
ASKED = (
    (
        "tasks_waiting",
        "Tasks that wait for a worker.",
        "SELECT count(*) FROM django_q_ormq WHERE lock <= now()",
    ),
    (
        "tasks_oldest_seconds",
        "How long the oldest of them has waited.",
        _age("lock", "FROM django_q_ormq WHERE lock <= now()"),
    ),
    (
        "tasks_failed_day",
        "Tasks that failed within the last day.",
        "SELECT count(*) FROM django_q_task WHERE NOT success AND stopped > now() - interval '1 day'",
    ),
    (
        "schedules_late",
        "Entries of the timetable that are more than three minutes late.",
        """SELECT count(*) FROM django_q_schedule
        WHERE name LIKE 'messenger: %%' AND next_run < now() - interval '3 minutes'""",
    ),
    ("webhooks_waiting", "Deliveries that wait.", f"SELECT count(*) {_WEBHOOKS}"),
    (
        "webhooks_retrying",
        "Deliveries that failed and wait for their repeat.",
        f"SELECT count(*) {_WEBHOOKS} AND d.attempts > 0",
    ),
    (
        "webhooks_overdue_seconds",
        "How long the most overdue delivery has been due.",
        _age("d.due_at", f"{_WEBHOOKS} AND d.due_at < now()"),
    ),
    (
        "webhooks_stopped",
        "Inboxes whose webhook was turned off because nobody received it.",
        "SELECT count(*) FROM messenger_inbox WHERE webhook_stopped_at IS NOT NULL AND NOT webhook_enabled",
    ),
    (
        "mails_waiting",
        "Mails to visitors that wait.",
        "SELECT count(*) FROM messenger_visitormail WHERE state = 'waiting'",
    ),
    (
        "mails_failed_day",
        "Mails to visitors that were given up within the last day.",
        """SELECT count(*) FROM messenger_visitormail
        WHERE state = 'failed' AND created_at > now() - interval '1 day'""",
    ),
    (
        "conversations_waiting",
        "Conversations whose client waits for an answer.",
        f"SELECT count(*) FROM messenger_conversation WHERE {_UNFINISHED} AND waiting_since IS NOT NULL",  # noqa: S608
    ),
    ("conversations_unassigned", "Conversations that no operator has.", f"SELECT count(*) {_UNASSIGNED}"),
    (
        "conversations_unassigned_oldest_seconds",
        "How long the client of the oldest of them has waited.",
        _age("waiting_since", _UNASSIGNED),
    ),
    (
        "operators_online",
        "Operators who have set themselves online and whose browser was seen lately.",
        f"""SELECT count(*) FROM messenger_agentprofile WHERE status = 'online'
        AND last_seen_at >= now() - interval '{settings.MESSENGER_PRESENCE_TIMEOUT_SECONDS:d} seconds'""",  # noqa: S608
    ),
    (
        "database_connections",
        "Connections to the database server, whichever database they lead to.",
        "SELECT sum(numbackends) FROM pg_stat_database",
    ),
    (
        "database_connections_limit",
        "Connections that the database server takes in all.",
        "SELECT current_setting('max_connections')::int",
    ),
)


class Figures(Collector):
    """Asked anew for each answer. Without a database its figures are missing and `messenger_database_up` is 0."""

    def describe(self) -> Iterable[Metric]:
        return ()

    def collect(self) -> Iterator[Metric]:
        yield _gauge("build", "1, labelled with the version of the code.", 1, version=version())
        yield from _of_redis()
        found = _all_of_database()
        yield _gauge("database_up", "1 while the database answers in time.", 1 if found else 0)
        yield from found


def _all_of_database() -> list[Metric]:
    """Nothing where it is away."""
    if probe.trouble() == "database":
        return []
    try:
        return [*_of_database(), *_attachments()]
    except (DatabaseTrouble, PoolTimeout) as error:
        logger.error("The figures can't be asked of the database: %s", type(error).__name__)
        return []


def _of_redis() -> Iterator[Metric]:
    streams = volatile.listeners(STREAM_SERVICE_CHANNEL)
    if streams is not None:
        yield _gauge("stream_processes", "Stream processes that hear events from Redis.", streams)
        yield _gauge("worker_processes", "Processes of workers that are alive.", queue.processes())


def _of_database() -> list[Metric]:
    columns = ",\n".join(f"({statement})" for _name, _help, statement in ASKED)
    row = _ask(f"SELECT {columns}")
    found = [_gauge(name, text, value) for (name, text, _sql), value in zip(ASKED, row, strict=True)]
    last = queue.last_success()
    if last is not None:
        text = "Time since a task of the timetable ended well."
        found.append(_gauge("worker_success_age_seconds", text, last.total_seconds()))
    made_at = record.last()
    if made_at is not None:
        text = "Age of the last back-up that the command made or was told of."
        found.append(_gauge("backup_age_seconds", text, (clock.now() - made_at).total_seconds()))
    return found


def _attachments() -> list[Metric]:
    """Missing where there are too many to add up in time."""
    kept = volatile.get(ATTACHMENTS_KEY)
    if kept is None:
        try:
            (kept,) = _ask("SELECT COALESCE(sum(size), 0)::bigint FROM messenger_attachment")
        except OperationalError:
            kept = -1
        volatile.set(ATTACHMENTS_KEY, kept, ATTACHMENTS_SECONDS)
    text = "Bytes of all attachments, a quarter of an hour old at most."
    return [_gauge("attachments_bytes", text, kept)] if kept >= 0 else []


def _ask(statement: str) -> tuple[Any, ...]:
    """The statement's row; raises OperationalError where it takes too long."""
    with transaction.atomic(), connection.cursor() as cursor:
        cursor.execute(f"SET LOCAL statement_timeout = {STATEMENT_MS}")
        cursor.execute(statement, [])
        row: tuple[Any, ...] = cursor.fetchone()
        cursor.execute("SET LOCAL statement_timeout = DEFAULT")
        return row


def _gauge(name: str, text: str, value: float, **labels: str) -> Metric:
    family = GaugeMetricFamily(f"messenger_{name}", text, labels=list(labels))
    family.add_metric(list(labels.values()), float(value))
    return family
