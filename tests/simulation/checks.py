"""The rules, asked of the database by statements of our own and not of the services that have to keep them."""

from collections import Counter
from collections.abc import Collection, Mapping
from datetime import datetime, timedelta
from typing import Any

from messenger.lib import clock
from messenger.lib.sql import fetch_all
from tests.simulation.desk import FIRST_FREE
from tests.simulation.floor import News

# As the settings have them by default.
LEASE = timedelta(seconds=120)
OPENING_TIME = timedelta(seconds=240)
# The timetable comes by once a minute, and once it may find the row busy.
GRACE = timedelta(minutes=2)
AT_ONCE = 3

_OPEN = """(EXISTS (
    SELECT FROM messenger_workinghours h WHERE h.inbox_id = inbox.id
        AND h.weekday = extract(isodow FROM ({at} AT TIME ZONE inbox.time_zone))
        AND ({at} AT TIME ZONE inbox.time_zone)::time >= h.opens
        AND ({at} AT TIME ZONE inbox.time_zone)::time < h.closes
))"""
_LOAD = """(SELECT count(*) FROM messenger_conversation o
    WHERE o.assignee_id = person.id AND o.status IN ('open', 'pending'))"""
_GIVEN = "('assigned', 'escalated', 'transferred')"
# A round begins when the visitor comes, or comes back to what had ended.
_ROUND = """COALESCE((SELECT max(r.id) FROM messenger_conversationevent r
    WHERE r.conversation_id = e.conversation_id AND r.kind = 'reopened' AND r.id < e.id), 0)"""
# A step asks for few rows out of many. The planner, which is asked once for the whole day, is led past reading all.
_NEW_EVENTS = """(SELECT * FROM messenger_conversationevent n
    WHERE n.id > %(after)s ORDER BY n.id LIMIT 2000)"""
_ONE_BY_ONE = "CROSS JOIN LATERAL (SELECT * FROM messenger_conversation c WHERE c.id = {id} OFFSET 0) k"

_NEWS = f"""
SELECT e.id, e.conversation_id, e.kind, e.actor_id, (e.data->>'to')::bigint AS to, e.data->>'reason' AS reason,
    profile.status, profile.last_seen_at >= %(seen_since)s AS is_seen,
    {_LOAD} <= profile.capacity AS has_room, person.branch_id = k.branch_id AS is_of_branch,
    {_OPEN.format(at="%(now)s::timestamptz")} AS is_open,
    e.kind = 'escalated' AND EXISTS (
        SELECT FROM messenger_conversationevent g WHERE g.conversation_id = e.conversation_id
            AND g.kind IN {_GIVEN} AND g.data->'to' = e.data->'to' AND g.id < e.id AND g.id > {_ROUND}
    ) AS had_it,
    e.kind = 'escalation_failed' AND EXISTS (
        SELECT FROM messenger_conversationevent a WHERE a.conversation_id = e.conversation_id
            AND a.kind = 'escalation_failed' AND a.id < e.id AND a.id > {_ROUND}
    ) AS alerted_before
FROM {_NEW_EVENTS} e {_ONE_BY_ONE.format(id="e.conversation_id")}
JOIN messenger_inbox inbox ON inbox.id = k.inbox_id
LEFT JOIN crm_user person ON person.id = (e.data->>'to')::bigint
LEFT JOIN messenger_agentprofile profile ON profile.user_id = person.id
ORDER BY e.id
"""
_PLACES = """
SELECT k.id, k.status IN ('open', 'pending') AND person.branch_id <> k.branch_id AS is_strangers,
    k.branch_id IS DISTINCT FROM CASE WHEN inbox.branch_id IS NOT NULL THEN inbox.branch_id ELSE COALESCE(
        (SELECT (t.data->>'to_branch')::bigint FROM messenger_conversationevent t
            WHERE t.conversation_id = k.id AND t.kind = 'transferred' ORDER BY t.id DESC LIMIT 1),
        (SELECT COALESCE(rule.branch_id, target.branch_id)
            FROM messenger_routingrule rule LEFT JOIN messenger_inbox target ON target.id = rule.inbox_id
            WHERE rule.is_fallback OR EXISTS (SELECT FROM messenger_routingrule_regions covered
                WHERE covered.routingrule_id = rule.id AND covered.region_id = (
                    SELECT contact.region_id FROM messenger_contact contact WHERE contact.id = k.contact_id))
            ORDER BY rule.is_fallback, rule.priority, rule.id LIMIT 1)
    ) END AS is_misplaced,
    (SELECT count(*) FROM messenger_message m WHERE m.conversation_id = k.id AND m.direction = 'in') AS messages,
    k.status IN ('open', 'pending') AND k.assignee_id IS NULL AND k.waiting_since IS NULL
        AND k.last_message_id IS NOT NULL AS is_forgotten
FROM {which}
JOIN messenger_inbox inbox ON inbox.id = k.inbox_id
LEFT JOIN crm_user person ON person.id = k.assignee_id
"""
_ALL_PLACES = _PLACES.format(which="messenger_conversation k")
_PLACES_OF = _PLACES.format(
    which=f"""(
    SELECT unnest(%(touched)s::bigint[]) UNION SELECT n.conversation_id FROM {_NEW_EVENTS} n
) touched(id) {_ONE_BY_ONE.format(id="touched.id")}"""
)
_IGNORED = f"""
SELECT k.id FROM messenger_conversation k JOIN messenger_inbox inbox ON inbox.id = k.inbox_id
WHERE k.status IN ('open', 'pending') AND k.assignee_id IS NOT NULL AND k.assignee_opened_at IS NULL
    AND k.assignee_assigned_at < %(long_ago)s AND k.escalation_failed_at IS NULL
    AND {_OPEN.format(at="%(now)s::timestamptz")} AND {_OPEN.format(at="%(long_ago)s::timestamptz")}
"""
_ON_DUTY = "profile.status = 'online' AND profile.last_seen_at >= %(seen_since)s"
# The timetable has just been there: where somebody has time nobody waits.
_KEPT_WAITING = f"""
SELECT k.id FROM messenger_conversation k JOIN messenger_inbox inbox ON inbox.id = k.inbox_id
WHERE k.status IN ('open', 'pending') AND k.assignee_id IS NULL AND k.last_message_id IS NOT NULL
    AND {_OPEN.format(at="%(now)s::timestamptz")}
    AND EXISTS (
        SELECT FROM crm_user person JOIN messenger_agentprofile profile ON profile.user_id = person.id
        WHERE person.branch_id = k.branch_id AND {_ON_DUTY} AND {_LOAD} < profile.capacity AND (
            SELECT count(*) FROM messenger_conversation u WHERE u.assignee_id = person.id
                AND u.status IN ('open', 'pending') AND u.assignee_opened_at IS NULL
        ) < {AT_ONCE}
    )
"""
_PEOPLE_ON_DUTY = f"SELECT profile.user_id FROM messenger_agentprofile profile WHERE {_ON_DUTY}"
_BODIES = "SELECT body FROM messenger_message WHERE direction = 'in'"


class RuleBroken(AssertionError):
    """A rule did not hold at some moment of the day."""


class Checks:
    """Remembers how far the timelines were read, and for how many minutes everybody was on duty."""

    def __init__(self) -> None:
        self.minutes_on_duty: Counter[int] = Counter()
        self._last_event = 0

    def step(self, *, touched: Collection[int], sent: Mapping[int, int]) -> list[News]:
        """What is new in the timelines, all of it by the rules; places and messages of what was touched."""
        news, places = _ask(_NEWS, _PLACES_OF, after=self._last_event, touched=list(touched))
        for row in news:
            self._last_event = row["id"]
            _judge(row)
        _check_places(places, sent)
        return [News(row["conversation_id"], row["kind"], row["actor_id"], row["to"]) for row in news]

    def minute(self) -> None:
        """After the timetable's tasks."""
        on_duty, ignored, kept_waiting = _ask(_PEOPLE_ON_DUTY, _IGNORED, _KEPT_WAITING)
        self.minutes_on_duty.update(row["user_id"] for row in on_duty)
        _none(ignored, "is ignored, and nobody was alerted")
        _none(kept_waiting, "waits although somebody has time")

    def everything(self, *, sent: Mapping[int, int], bodies: Collection[str]) -> None:
        """All conversations, and every single message."""
        places, stored = _ask(_ALL_PLACES, _BODIES)
        _check_places(places, sent)
        if sorted(row["body"] for row in stored) != sorted(bodies):
            raise RuleBroken(f"{clock.now()}: {len(bodies)} messages were sent, {len(stored)} are stored")


def _ask(*queries: str, **values: Any) -> list[list[dict[str, Any]]]:
    """The rows of each, all in one trip."""
    now: datetime = clock.now()
    moments = {"now": now, "seen_since": now - LEASE, "long_ago": now - OPENING_TIME - GRACE}
    answers = ", ".join(f"(SELECT COALESCE(json_agg(q), '[]') FROM ({query}) q)" for query in queries)
    (row,) = fetch_all(f"SELECT {answers}", moments | values)
    return list(row)


def _check_places(rows: list[dict[str, Any]], sent: Mapping[int, int]) -> None:
    _none([row for row in rows if row["is_misplaced"]], "is in a branch where it doesn't belong")
    _none([row for row in rows if row["is_strangers"]], "has an operator of another branch")
    _none([row for row in rows if row["is_forgotten"]], "is nobody's, and doesn't wait either")
    lost = [row for row in rows if row["messages"] != sent.get(row["id"], 0)]
    _none(lost, "has lost or doubled a message")


def _judge(row: dict[str, Any]) -> None:
    """`to` who was given something by the system is there and has room, and it is the time for it."""
    if row["had_it"]:
        raise _broken(row, "was escalated to somebody who had it")
    if row["alerted_before"]:
        raise _broken(row, "alerted twice")
    by_system = row["actor_id"] is None or row["reason"] == FIRST_FREE
    if row["kind"] not in {"assigned", "escalated", "transferred"} or row["to"] is None or not by_system:
        return
    for rule, holds in (
        ("online", row["status"] == "online"),
        ("present", row["is_seen"]),
        ("of the branch", row["is_of_branch"]),
        ("free", row["has_room"]),
        ("within working hours", row["is_open"]),
    ):
        if not holds:
            raise _broken(row, f"was {row['kind']} to somebody not {rule}")


def _none(rows: list[dict[str, Any]], what: str) -> None:
    if rows:
        raise _broken(rows[0], what)


def _broken(row: dict[str, Any], what: str) -> RuleBroken:
    number = row.get("conversation_id", row["id"])
    return RuleBroken(f"{clock.now()}: conversation {number} {what}: {row}")
