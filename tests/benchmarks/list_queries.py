"""What the conversation list asks of a database of years: each tab, filter and search, first and far behind.

Run after `make bench-data`: `.venv/bin/python -m tests.benchmarks.list_queries --folder .bench`
Every statement of a page is run, and explained; printed are the milliseconds of CPU that the database takes for all of
them, by which a page is judged, those by the clock with all that explaining adds, the rows that the nodes read, and the
nodes. Statements of a search count together, because they come one after the other.
"""

import argparse
import sys
from collections.abc import Callable
from datetime import UTC, datetime, timedelta
from pathlib import Path
from typing import Any

from tests.benchmarks.data import filled
from tests.benchmarks.plans import Plan, database_cpu_ms, explained

LIMIT_MS = 100


def main() -> None:
    parser = argparse.ArgumentParser(description=__doc__)
    parser.add_argument("--folder", type=Path, default=Path(".bench"))
    parser.add_argument("--conversations", type=int, default=1_000_000)
    parser.add_argument("--only", default="", help="pages whose name has this in it")
    options = parser.parse_args()
    with filled(options.folder, options.conversations):
        slow = _report(options.only)
    sys.exit(f"{slow} over {LIMIT_MS} ms" if slow else 0)


def _report(only: str) -> int:
    from crm.models import User  # noqa: PLC0415

    administrator = User(pk=0, username="administrator", role="administrator")
    busy, idle = User.objects.get(username="bench-200"), User.objects.get(username="bench-39")
    slow = 0
    for who, user in (("administrator", administrator), ("large branch", busy), ("small branch", idle)):
        for name, page in pages().items():
            if only not in name:
                continue
            for where, before in (("first", ""), ("far", far_behind())):
                page(user, before)  # warm
                cpu_ms = database_cpu_ms(lambda page=page, user=user, before=before: page(user, before))  # type: ignore[misc]
                plan = explained(lambda page=page, user=user, before=before: page(user, before))  # type: ignore[misc]
                slow += cpu_ms > LIMIT_MS
                sys.stdout.write(line(who, name, where, cpu_ms, plan) + "\n")
    return slow


def line(who: str, name: str, where: str, cpu_ms: float, plan: Plan) -> str:
    return f"| {who} | {name} | {where} | {cpu_ms:.1f} | {plan.ms:.1f} | {plan.rows_read:,} | {', '.join(plan.scans)} |"


def pages(base: int = 0) -> dict[str, Callable[[Any, str], object]]:
    """By name, what asks for the keys of a page."""
    return {
        **{
            f"tab {box}": page_of(box=box)
            for box in ("mine", "unassigned", "mentions", "all", "resolved", "closed")
        },
        **{
            f"{name}={value}": page_of(
                box="all", **{name: str(base + int(value)) if name in ROWS and value != "none" else value}
            )
            for name, value in FILTERS
        },
        "bad, label, since": page_of(box="closed", rating="bad", label=str(base + 3), since=_day(400)),
        **{f"q={text}": page_of(box="all", q=text) for text in SEARCHES},
        "q=заказ, mine": page_of(box="mine", q="заказ"),
        "q=доставка, bad": page_of(box="closed", q="доставка", rating="bad"),
    }


ROWS = ("branch", "inbox", "operator", "label")
FILTERS = (
    ("status", "open"),
    ("status", "closed"),
    ("branch", "39"),
    ("inbox", "1"),
    ("inbox", "60"),
    ("operator", "200"),
    ("operator", "none"),
    ("label", "1"),
    ("label", "12"),
    ("rating", "bad"),
    ("rating", "good"),
    ("rating", "any"),
    ("rating", "none"),
    ("waiting", "60"),
    ("since", "2025-01-01"),
    ("until", "2024-06-01"),
)
SEARCHES = (
    "здравствуйте",
    "заказ",
    "здр",
    "ба",
    "балансан",
    "балансан щитокруб",
    "700123456",
    "договор возврат",
    "Анна",
    "Анна Иванова",
    "Плат Вороб",
    "user7@",
    "user777777@mail.ru",
    "+7 (912) 345",
    "9123",
    "912",
    "89123456789",
    "ан",
    "#777777",
    "нетакогослова",
    "-заказ",
)


def page_of(**query: str) -> Callable[[Any, str], object]:
    from django.http import QueryDict  # noqa: PLC0415
    from django.test import RequestFactory  # noqa: PLC0415

    from messenger.admin.conversation import ConversationAdmin  # noqa: PLC0415
    from messenger.models import Conversation  # noqa: PLC0415

    def ask(user: Any, before: str) -> object:
        from django.contrib.admin import site  # noqa: PLC0415

        data = QueryDict(mutable=True)
        data.update({**query, **({"before": before} if before else {})})
        request = RequestFactory().get("/", data)
        request.user = user
        admin = site.get_model_admin(Conversation)
        assert isinstance(admin, ConversationAdmin)
        changelist = admin.get_changelist_instance(request)
        assert not changelist.is_too_slow  # type: ignore[attr-defined]
        return changelist

    return ask


def far_behind() -> str:
    """Where nine tenths are newer."""
    from django.utils import timezone  # noqa: PLC0415

    from messenger.services.newest import Key  # noqa: PLC0415

    return str(Key(timezone.now() - timedelta(days=3 * 365 * 0.9), 1))


def _day(days_ago: int) -> str:
    return (datetime.now(UTC).date() - timedelta(days=days_ago)).isoformat()


if __name__ == "__main__":
    main()
