"""Numbers of an installation at night, and of the same where something has gone wrong, in promtool's notation."""

from typing import NamedTuple

MINUTES = 100
_WEB = ('job="messenger-web",instance="web-1"', 'job="messenger-web",instance="web-2"')
_BODIES = 'job="messenger-bodies",instance="bodies-1"'
_STREAM = 'job="messenger-stream",instance="stream-1"'
_ANSWERS = "messenger_http_requests_total"
_SENT = f'endpoint="widget-send",method="POST",{_BODIES}'
_POLLED = f'endpoint="widget-poll",method="GET",status="200",{_WEB[0]}'


def steady(value: float) -> str:
    return f"{value}+0x{MINUTES}"


def growing(per_minute: float) -> str:
    return f"0+{per_minute}x{MINUTES}"


# What the web service finds in database and Redis: somebody writes at night, and all operators are at home.
_FOUND = {
    "database_up": 1,
    "stream_processes": 1,
    "worker_processes": 2,
    "worker_success_age_seconds": 40,
    "tasks_oldest_seconds": 0,
    "schedules_late": 0,
    "tasks_failed_day": 30,
    "conversations_unassigned_oldest_seconds": 30_000,
    "operators_online": 0,
    "webhooks_overdue_seconds": 0,
    "webhooks_stopped": 0,
    "mails_waiting": 5,
    "mails_failed_day": 2,
    "database_connections": 60,
    "database_connections_limit": 200,
    "backup_age_seconds": 80_000,
}


def _histogram(name: str, labels: str, quick: float, slow: float) -> dict[str, str]:
    """Answers per minute that took up to a tenth of a second, and up to five."""
    counts = {"0.1": quick, "0.5": quick, "2.5": quick, "5": quick + slow, "+Inf": quick + slow}
    return {f'{name}_bucket{{{labels},le="{le}"}}': growing(count) for le, count in counts.items()}


_SECONDS = ("messenger_http_request_seconds", f'endpoint="widget-send",{_BODIES}')
_DELIVERY = ("messenger_stream_delivery_seconds", _STREAM)

QUIET_NIGHT = {
    **{f"up{{{who}}}": steady(1) for who in (*_WEB, _BODIES, _STREAM)},
    **{f"messenger_redis_fallback{{{who}}}": steady(0) for who in (*_WEB, _BODIES, _STREAM)},
    **{
        f"messenger_{name}{{{who}}}": steady(value)
        for name, value in _FOUND.items()
        for who in (*_WEB, _BODIES)
    },
    f"messenger_stream_connected{{{_STREAM}}}": steady(1),
    # It has no streams, and says so.
    f"messenger_stream_connected{{{_BODIES}}}": steady(0),
    f"{_ANSWERS}{{{_POLLED}}}": growing(200),
    f'{_ANSWERS}{{{_SENT},status="201"}}': growing(0.2),
    f'{_ANSWERS}{{{_SENT},status="503"}}': growing(0.01),
    f'messenger_throttled_total{{what="send",per="session",{_BODIES}}}': growing(1),
    **_histogram(*_SECONDS, quick=0.2, slow=0),
    **_histogram(*_DELIVERY, quick=0.1, slow=0),
}


class Situation(NamedTuple):
    """What is said `instead` of what it would be in a quiet night; None: it isn't said. After `minutes` it is told;
    it is looked at each `step` of them."""

    alert: str
    instead: dict[str, str | None]
    minutes: int = MINUTES
    step: int = 1


def _found(**values: str | None) -> dict[str, str | None]:
    return {f"messenger_{name}{{{who}}}": value for name, value in values.items() for who in (*_WEB, _BODIES)}


SITUATIONS = (
    Situation("MessengerDown", {f"up{{{_WEB[1]}}}": steady(0)}),
    Situation("MessengerUnseen", {f"up{{{_BODIES}}}": None}),
    Situation("MessengerDatabaseDown", _found(database_up=steady(0))),
    Situation(
        "MessengerErrors",
        {f'{_ANSWERS}{{endpoint="admin:index",method="GET",status="500",{_WEB[0]}}}': growing(30)},
    ),
    Situation("MessengerVisitorsFail", {f'{_ANSWERS}{{{_SENT},status="503"}}': growing(1)}),
    Situation("MessengerSlow", {**_histogram(*_SECONDS, quick=1, slow=1)}),
    Situation(
        "MessengerRefusesMany",
        {f'messenger_throttled_total{{what="send",per="session",{_BODIES}}}': growing(90)},
    ),
    Situation("MessengerRedisFallback", {f"messenger_redis_fallback{{{_BODIES}}}": steady(1)}),
    Situation("MessengerNoStreams", _found(stream_processes=steady(0))),
    Situation("MessengerStreamDeaf", {f"messenger_stream_connected{{{_STREAM}}}": steady(0)}),
    Situation("MessengerDeliveryLate", {**_histogram(*_DELIVERY, quick=1, slow=1)}),
    Situation("MessengerNoWorker", _found(worker_processes=steady(0))),
    Situation("MessengerNoWorker", _found(worker_processes=None, worker_success_age_seconds=growing(60))),
    Situation("MessengerQueueOld", _found(tasks_oldest_seconds=growing(60))),
    Situation("MessengerSchedulesLate", _found(schedules_late=steady(2))),
    Situation("MessengerTasksFail", _found(tasks_failed_day=growing(0.2))),
    Situation(
        "MessengerNobodyAnswers",
        _found(conversations_unassigned_oldest_seconds=steady(1_000), operators_online=steady(3)),
    ),
    Situation("MessengerWebhooksStuck", _found(webhooks_overdue_seconds=growing(60))),
    Situation("MessengerWebhooksStuck", _found(webhooks_stopped=steady(1))),
    Situation("MessengerMailFails", _found(mails_failed_day=steady(9))),
    Situation("MessengerConnectionsShort", _found(database_connections=steady(190))),
    Situation("MessengerBackupOld", _found(backup_age_seconds=steady(100_000))),
    Situation("MessengerNoBackup", _found(backup_age_seconds=None), minutes=1_500, step=30),
)
