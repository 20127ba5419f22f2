"""No page of the conversation list reads a whole table: told by the plans on twenty thousand conversations."""

from collections.abc import Callable, Iterator
from typing import Any

import pytest
from django.db import connection
from pytest_django.plugin import DjangoDbBlocker

from crm.models import User
from messenger.services import search_people
from tests.benchmarks.data import fill
from tests.benchmarks.list_queries import pages
from tests.benchmarks.plans import explained

CONVERSATIONS = 20_000
# Beside other tests' rows, which begin with 1.
BASE = 500_000
LARGE = ("messenger_conversation", "messenger_message", "messenger_contact")
# A page and its tabs read some hundred rows, and as many of permissions, by whichever plan; a search looks through as
# many messages as its limits let it.
MOST_ROWS = {"tab": 2500, "filter": 15_000, "search": 50_000}


@pytest.fixture(scope="module")
def years(django_db_setup: None, django_db_blocker: DjangoDbBlocker) -> Iterator[None]:
    """Made once for all pages, in a transaction that is rolled back."""
    with django_db_blocker.unblock():
        connection.ensure_connection()
        connection.set_autocommit(False)
        try:
            with connection.cursor() as cursor:
                fill(cursor, conversations=CONVERSATIONS, each=3, base=BASE, texts=1 << 14)
                for table in (*LARGE, "messenger_conversationlabel", "messenger_label", "messenger_inbox"):
                    cursor.execute(f"ANALYZE {table}")
                for index in (
                    "messenger_message_search",
                    "messenger_contact_words",
                    "messenger_contact_phone",
                ):
                    cursor.execute("SELECT gin_clean_pending_list(%s::regclass)", [index])
            yield
        finally:
            connection.rollback()
            connection.set_autocommit(True)
            # Tests without a database come next to it, and expect none to be open.
            connection.close()


def kind_of(name: str) -> str:
    return "tab" if name.startswith("tab") else "search" if name.startswith("q=") else "filter"


PAGES = pages(base=BASE)


@pytest.mark.parametrize("name", PAGES)
@pytest.mark.parametrize("who", ["administrator", "operator"])
def test_reads_no_whole_table(
    years: None, django_db_blocker: DjangoDbBlocker, monkeypatch: pytest.MonkeyPatch, name: str, who: str
) -> None:
    monkeypatch.setattr(search_people, "FEW_CONTACTS", 300)
    with django_db_blocker.unblock():
        user = User(pk=0, role="administrator") if who == "administrator" else User.objects.get(pk=BASE + 39)
        assert_frugal(name, lambda: PAGES[name](user, ""))


def assert_frugal(name: str, act: Callable[[], Any]) -> None:
    plan = explained(act)
    assert not [
        scan
        for scan in plan.scans
        if scan.removeprefix("Parallel ") in {f"Seq Scan {table}" for table in LARGE}
    ]
    assert plan.rows_read <= MOST_ROWS[kind_of(name)]
