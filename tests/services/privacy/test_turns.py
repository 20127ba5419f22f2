"""Copies and removals are made one at a time, begun anew when their worker died, and given up in the end."""

from datetime import timedelta
from typing import Any

import pytest
from django.db import connection, transaction
from django_q.models import OrmQ

from crm.models import User
from messenger.lib import clock
from messenger.lib.advisory_lock import is_free, try_lock
from messenger.models import Contact, Conversation, DataExport, DataRemoval, Inbox
from messenger.services.privacy import jobs, removals, turns
from messenger.services.privacy.anonymize import Wanted
from messenger.tasks import wake_work_on_personal_data, work_on_personal_data
from tests.parallel import in_parallel
from tests.worker.cluster import wait_until

pytestmark = [pytest.mark.django_db(transaction=True), pytest.mark.usefixtures("folder")]

HOLDER = (
    "SELECT pid FROM pg_locks WHERE locktype = 'advisory' AND granted"
    " AND database = (SELECT oid FROM pg_database WHERE datname = current_database())"
)
NOTHING_MORE = Wanted(redact_messages=False, delete_attachments=False, delete_sent_attachments=False)


@pytest.fixture
def export(conversation: Conversation, administrator: User) -> DataExport:
    return ask_for_export(conversation.contact, administrator)


def ask_for_export(contact: Contact, administrator: User) -> DataExport:
    return jobs.request_export(contact, requested_by=administrator, reason="letter 7", with_files=False)


def ask_for_removal(contact: Contact, administrator: User) -> DataRemoval | None:
    return removals.request_removal(
        contact, requested_by=administrator, reason="letter 7", wanted=NOTHING_MORE
    )


def break_down(*args: Any) -> str:
    raise OSError("the store is full")


@pytest.fixture
def broken(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(turns, "run_export", break_down)


def test_only_one_is_at_it(export: DataExport) -> None:
    with try_lock(turns.LOCK):
        assert in_parallel(3, work_on_personal_data) == ["another process is at it"] * 3
    export.refresh_from_db()
    assert (export.attempts, export.state) == (0, "waiting")
    assert work_on_personal_data().endswith("bytes exported")


def test_crowd_of_workers_makes_each_once(conversation: Conversation, administrator: User) -> None:
    contacts = [
        conversation.contact,
        *(Contact.objects.create(inbox=conversation.inbox, name=f"M{n}") for n in range(4)),
    ]
    for contact in contacts:
        ask_for_export(contact, administrator)
    in_parallel(5, work_on_personal_data)
    while DataExport.objects.filter(finished_at=None).exists():
        assert work_on_personal_data().endswith("bytes exported")
    assert set(DataExport.objects.values_list("attempts", flat=True)) == {1}


def test_turn_ends_with_the_connection_of_who_had_it(export: DataExport) -> None:
    """What a killed process leaves behind is a closed connection, and no more."""
    with try_lock(turns.LOCK) as is_ours:
        assert is_ours
        assert not is_free(turns.LOCK)
        end_the_holder()
        wait_until(lambda: is_free(turns.LOCK), "a free turn")


def test_turn_outlives_the_transactions_of_the_work(export: DataExport) -> None:
    with try_lock(turns.LOCK):
        with transaction.atomic():
            export.refresh_from_db()
        connection.close()
        assert not is_free(turns.LOCK)
    assert is_free(turns.LOCK)


def test_turn_holds_back_no_vacuum() -> None:
    with try_lock(turns.LOCK):
        assert ask(f"SELECT backend_xmin, backend_xid FROM pg_stat_activity WHERE pid = ({HOLDER})") == (
            None,
            None,
        )


def end_the_holder() -> None:
    assert ask(f"SELECT pg_terminate_backend(({HOLDER}))") == (True,)


def ask(statement: str) -> Any:
    with connection.cursor() as cursor:
        cursor.execute(statement)
        return cursor.fetchone()


def test_wake_tells_the_worker_where_nobody_is_at_it(export: DataExport) -> None:
    OrmQ.objects.all().delete()
    assert wake_work_on_personal_data() == "the worker was told"
    assert OrmQ.objects.count() == 1
    with try_lock(turns.LOCK):
        assert in_parallel(1, turns.wake) == [False]


def test_wake_of_nothing(db: None) -> None:
    assert wake_work_on_personal_data() == "nothing to do"
    assert work_on_personal_data() == "nothing to do"
    assert not OrmQ.objects.exists()


def test_who_has_waited_longest_is_first_and_the_next_is_told(export: DataExport, inbox: Inbox) -> None:
    other = Contact.objects.create(inbox=inbox)
    later = ask_for_export(other, User.objects.get(pk=export.requested_by_id))
    OrmQ.objects.all().delete()
    work_on_personal_data()
    assert list(DataExport.objects.filter(finished_at=None)) == [later]
    assert OrmQ.objects.count() == 1


def test_what_fails_is_tried_again_and_given_up(
    export: DataExport, broken: None, caplog: pytest.LogCaptureFixture
) -> None:
    for _attempt in range(turns.ATTEMPTS):
        with pytest.raises(OSError, match="full"):
            work_on_personal_data()
        assert wake_work_on_personal_data() == "the worker was told"
    assert work_on_personal_data() == "nothing to do"
    export.refresh_from_db()
    assert (export.state, export.attempts) == ("failed", turns.ATTEMPTS)
    assert "is given up after 3 attempts" in caplog.text
    assert wake_work_on_personal_data() == "nothing to do"


def test_what_fails_lets_others_pass(
    export: DataExport, broken: None, administrator: User, inbox: Inbox
) -> None:
    with pytest.raises(OSError, match="full"):
        work_on_personal_data()
    removal = ask_for_removal(Contact.objects.create(inbox=inbox, name="Olga"), administrator)
    assert removal
    assert "messages redacted" in work_on_personal_data()
    removal.refresh_from_db()
    assert removal.state == "done"


def test_given_up_export_is_begun_anew_once(export: DataExport) -> None:
    OrmQ.objects.all().delete()
    soon = clock.now() + timedelta(minutes=1)
    DataExport.objects.update(failed_at=clock.now(), attempts=3, expires_at=soon)
    mine = DataExport.objects.filter(pk=export.pk)
    assert in_parallel(4, lambda: jobs.export_again(mine.all())).count(True) == 1
    assert OrmQ.objects.count() == 1
    export.refresh_from_db()
    assert (export.state, export.attempts) == ("waiting", 0)
    assert export.expires_at > soon


def test_given_up_export_is_no_reason_not_to_ask(export: DataExport, administrator: User) -> None:
    DataExport.objects.update(failed_at=clock.now())
    assert ask_for_export(export.contact, administrator) != export
