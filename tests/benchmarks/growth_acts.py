"""What growth.py repeats: acts of the product on rows drawn anew each time, on the database of data.py."""

import random
import uuid
from collections.abc import Callable
from datetime import timedelta
from itertools import cycle
from typing import Any

from django.db import connection

from crm.models import Branch, User
from messenger.models import Conversation, Inbox
from messenger.services import assignment, purging, retention, visitors
from messenger.services.insight import counting, days
from messenger.services.insight.now import now
from messenger.services.insight.reading import Scope
from messenger.services.insight.report import report
from messenger.services.posting import post_from_contact, post_from_operator
from messenger.services.visitor_view import snapshot
from tests.benchmarks.list_queries import far_behind, page_of

SAMPLE = 200
BODY = "Is the sofa there on Friday?"


def prepared() -> None:
    """What the product has by itself after a night: the days are counted, and the planner knows the tables."""
    counting.catch_up()
    with connection.cursor() as cursor:
        cursor.execute("ANALYZE")


def rows() -> int:
    with connection.cursor() as cursor:
        cursor.execute("SELECT reltuples::bigint FROM pg_class WHERE oid = 'messenger_message'::regclass")
        return int(cursor.fetchone()[0])


def acts() -> dict[str, Callable[[], object]]:
    """By name. The same operator, branches and words in both databases."""
    busy = User.objects.get(username="bench-200")
    administrator = User(pk=0, username="administrator", role="administrator")
    return {
        "send": _send(),
        "answer": _answer(),
        "bootstrap, new": _bootstrap(),
        "poll with news": _poll(),
        "badge": lambda: Conversation.objects.all().unread_of(busy),
        "list, operator": _page(busy),
        "list, administrator": _page(administrator),
        "list, far behind": _page(administrator, before=far_behind()),
        "search, a word": _page(administrator, q="балансан"),
        "search, a name": _page(administrator, q="Плат Вороб"),
        "search, a number": _page(administrator, q="700001234"),
        "now": lambda: now(Scope()),
        "figures of a month": _figures(30),
        "figures of a year": _figures(365),
        "pick an operator": _pick(),
        "close a batch of quiet ones": lambda: retention.close_quiet(
            quiet_for=timedelta(0), limit=retention.BATCH
        ),
        "look for empty ones": lambda: purging.purge_empty(older_than=timedelta(days=1)),
    }


def _sample(**condition: Any) -> Any:
    """Endlessly, some of the conversations that people have before them."""
    newest = Conversation.objects.filter(**condition).order_by("-pk")
    found = list(newest.values_list("pk", "inbox_id", "contact_id", "assignee_id")[:SAMPLE])
    random.Random(1).shuffle(found)
    return cycle(found)


def _send() -> Callable[[], object]:
    places = _sample(status="open", last_message_id__isnull=False)

    def act() -> object:
        pk, inbox, contact, _ = next(places)
        return post_from_contact(
            inbox_id=inbox,
            conversation_id=pk,
            contact_id=contact,
            body=BODY,
            client_message_id=uuid.uuid4(),
        )

    return act


def _answer() -> Callable[[], object]:
    places = _sample(status="open", assignee__isnull=False)
    people = User.objects.in_bulk()

    def act() -> object:
        pk, _, _, assignee = next(places)
        return post_from_operator(conversation_id=pk, operator=people[assignee], body=BODY)

    return act


def _bootstrap() -> Callable[[], object]:
    inbox = Inbox.objects.get(name="Inbox 1")
    return lambda: visitors.welcome(inbox=inbox, introduction=visitors.Introduction(locale="ru"))


def _poll() -> Callable[[], object]:
    places = _sample(status="open")

    def act() -> object:
        pk = next(places)[0]
        return snapshot(pk, 0)

    return act


def _pick() -> Callable[[], object]:
    branches = cycle(Branch.objects.order_by("pk").values_list("pk", flat=True))
    return lambda: assignment.pick(next(branches))


def _figures(length: int) -> Callable[[], object]:
    last = days.today()
    return lambda: report(last - timedelta(days=length), last, Scope())


def _page(user: User, before: str = "", **query: str) -> Callable[[], object]:
    ask = page_of(box="all", **query)
    return lambda: ask(user, before)
