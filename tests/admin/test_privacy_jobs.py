"""What the page tells of jobs of the worker: waiting, running, done, failed, and who may begin them anew."""

from pathlib import Path
from typing import Any

import pytest
from django.test import Client

from crm.models import AuditEntry, User
from messenger.lib import clock
from messenger.models import Contact, Conversation, DataExport, DataRemoval, Message
from messenger.services.privacy import jobs, removals
from messenger.services.privacy.anonymize import Wanted
from messenger.tasks import work_on_personal_data
from tests.admin.test_privacy import SURE, grant, url

pytestmark = pytest.mark.django_db

WANTED = Wanted(redact_messages=True, delete_attachments=False, delete_sent_attachments=False)
AGAIN = "removal/again/"


@pytest.fixture
def contact(conversation: Conversation) -> Contact:
    """Maria with her message."""
    return conversation.contact


@pytest.fixture
def much(monkeypatch: pytest.MonkeyPatch) -> None:
    """Every contact has too many messages for a request."""
    monkeypatch.setattr(removals, "AT_ONCE", 0)


@pytest.fixture
def removal(contact: Contact, administrator: User) -> DataRemoval:
    asked = removals.request_removal(contact, requested_by=administrator, reason="letter 7", wanted=WANTED)
    assert asked
    return asked


@pytest.fixture
def export(contact: Contact, administrator: User, folder: Path) -> DataExport:
    return jobs.request_export(contact, requested_by=administrator, reason="letter 7", with_files=True)


def shown(client: Client, contact: Contact, route: str = "") -> str:
    return " ".join(client.get(url(contact, route)).content.decode().split())


def give_up(job: Any) -> None:
    type(job).objects.update(failed_at=clock.now(), started_at=clock.now(), attempts=3)


def remove(client: Client, contact: Contact, **more: str) -> Any:
    return client.post(url(contact, "anonymize/"), SURE | {"redact_messages": "on"} | more, follow=True)


# Removal


def test_large_removal_is_the_workers(
    administrator_client: Client, administrator: User, contact: Contact, much: None
) -> None:
    page = remove(administrator_client, contact).content.decode()
    assert "it is done in the background" in page
    assert "The removal waits for its turn" in page
    assert 'name="confirmation"' not in page
    asked = DataRemoval.objects.get()
    assert (asked.requested_by, asked.redact_messages, asked.delete_attachments) == (
        administrator,
        True,
        False,
    )
    entry = AuditEntry.objects.get()
    assert (entry.actor, entry.action, entry.details) == (
        administrator,
        "removal_requested",
        {"reason": "letter 7", **WANTED},
    )
    assert Contact.objects.get().name == "Maria"


def test_worker_does_it_and_the_page_is_loaded_anew(
    administrator_client: Client, contact: Contact, much: None
) -> None:
    remove(administrator_client, contact)
    waiting = administrator_client.get(url(contact, "removal/"))
    assert "HX-Refresh" not in waiting
    assert 'hx-trigger="every 3s"' in waiting.content.decode()
    work_on_personal_data()
    done = administrator_client.get(url(contact, "removal/"))
    assert done["HX-Refresh"] == "true"
    assert "hx-get" not in done.content.decode()
    page = shown(administrator_client, contact)
    assert "The removal was done on" in page
    assert "what is left is for statistics." in page
    assert Message.objects.get().body == "[redacted]"
    assert sorted(AuditEntry.objects.values_list("action", flat=True)) == ["anonymized", "removal_requested"]
    assert not AuditEntry.objects.filter(target_name__contains="Maria").exists()


@pytest.mark.parametrize("is_much", [True, False])
def test_pressed_twice_it_is_asked_for_once(
    administrator_client: Client,
    contact: Contact,
    removal: DataRemoval,
    monkeypatch: pytest.MonkeyPatch,
    is_much: bool,
) -> None:
    """Also where the rest would fit into a request: the worker may be at it at this moment."""
    monkeypatch.setattr(removals, "AT_ONCE", 0 if is_much else 2_000)
    page = remove(administrator_client, contact).content.decode()
    assert "is being removed already" in page
    assert DataRemoval.objects.get() == removal
    assert not AuditEntry.objects.exists()


def test_running_one_says_so(
    administrator_client: Client, contact: Contact, removal: DataRemoval, administrator: User
) -> None:
    DataRemoval.objects.update(started_at=clock.now(), attempts=1)
    part = shown(administrator_client, contact, "removal/")
    assert "The data is being removed" in part
    assert administrator.display_name in part


def test_failed_one_says_so_and_is_begun_anew(
    administrator_client: Client, contact: Contact, removal: DataRemoval
) -> None:
    give_up(removal)
    page = shown(administrator_client, contact)
    assert "The removal failed, and nothing was removed" in page
    assert "It was tried 3 times" in page
    assert url(contact, AGAIN) in page
    assert 'name="confirmation"' in page
    for _ in range(2):
        assert administrator_client.post(url(contact, AGAIN)).status_code == 302
    assert AuditEntry.objects.get().action == "removal_requested"
    assert "messages redacted" in work_on_personal_data()


def test_failed_one_gives_way_to_another(
    administrator_client: Client, contact: Contact, removal: DataRemoval, much: None
) -> None:
    give_up(removal)
    remove(administrator_client, contact, delete_attachments="on")
    assert DataRemoval.objects.get().delete_attachments


def test_again_where_nothing_was_asked_for(administrator_client: Client, contact: Contact) -> None:
    assert administrator_client.post(url(contact, AGAIN)).status_code == 404


def test_finished_one_is_not_begun_anew(
    administrator_client: Client, contact: Contact, removal: DataRemoval
) -> None:
    work_on_personal_data()
    administrator_client.post(url(contact, AGAIN))
    assert DataRemoval.objects.get().state == "done"
    assert AuditEntry.objects.filter(action="removal_requested").count() == 0


@pytest.mark.parametrize(("method", "route"), [("get", "removal/"), ("post", AGAIN)])
def test_who_may_see_and_repeat_a_removal(
    operator_client: Client,
    operator: User,
    outsider_client: Client,
    outsider: User,
    contact: Contact,
    removal: DataRemoval,
    method: str,
    route: str,
) -> None:
    for user in (operator, outsider):
        grant(user, "export_contact")
    address = url(contact, route)
    assert getattr(operator_client, method)(address).status_code == 403
    grant(outsider, "anonymize_contact")
    assert getattr(outsider_client, method)(address).status_code == 404
    assert getattr(Client(), method)(address).status_code == 302


def test_again_is_no_link(administrator_client: Client, contact: Contact, removal: DataRemoval) -> None:
    assert administrator_client.get(url(contact, AGAIN)).status_code == 405


# Export


def test_export_that_failed_is_begun_anew(
    administrator_client: Client, contact: Contact, export: DataExport
) -> None:
    give_up(export)
    part = shown(administrator_client, contact, "exports/")
    again = url(contact, f"exports/{export.pk}/again/")
    assert "failed after 3 tries" in part
    assert again in part
    assert "hx-get" not in part
    assert administrator_client.post(again).status_code == 302
    assert "hx-get" in shown(administrator_client, contact, "exports/")
    assert work_on_personal_data().endswith("bytes exported")


def test_export_of_somebody_else_is_not_begun_anew(
    operator_client: Client, operator: User, contact: Contact, export: DataExport
) -> None:
    grant(operator, "export_contact")
    give_up(export)
    assert operator_client.post(url(contact, f"exports/{export.pk}/again/")).status_code == 404
    export.refresh_from_db()
    assert export.state == "failed"


def test_running_export_says_so(administrator_client: Client, contact: Contact, export: DataExport) -> None:
    DataExport.objects.update(started_at=clock.now(), attempts=1)
    assert "is being made" in shown(administrator_client, contact, "exports/")


def test_expired_export_is_nobodys(
    administrator_client: Client, contact: Contact, export: DataExport
) -> None:
    work_on_personal_data()
    address = url(contact, f"exports/{export.pk}/")
    found: Any = administrator_client.get(address)
    assert b"".join(found.streaming_content)
    DataExport.objects.update(expires_at=clock.now())
    assert administrator_client.get(address).status_code == 404
