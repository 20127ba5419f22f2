"""The page about a contact's personal data: who may, what it asks, and what comes of it."""

import json
from pathlib import Path
from typing import Any

import pytest
from django.contrib.auth.models import Permission
from django.test import Client
from django.urls import reverse

from crm.models import AuditEntry, User
from messenger.models import Attachment, Contact, Conversation, DataExport, Message
from messenger.services.privacy import jobs
from messenger.services.privacy.anonymize import anonymize
from tests.admin.people import ask

pytestmark = pytest.mark.django_db

SURE = {"confirmation": "maria", "reason": "letter 7"}


def url(contact: Contact, route: str = "") -> str:
    return f"/admin/messenger/contact/{contact.pk}/personal-data/{route}"


def grant(user: User, *codenames: str) -> None:
    user.user_permissions.add(*Permission.objects.filter(codename__in=codenames))


@pytest.fixture
def contact(conversation: Conversation) -> Contact:
    """Maria with her message."""
    return conversation.contact


@pytest.fixture
def export(contact: Contact, administrator: User, folder: Path) -> DataExport:
    made = jobs.request_export(contact, requested_by=administrator, reason="letter 7", with_files=True)
    jobs.run_export(made.pk)
    made.refresh_from_db()
    return made


def addresses(contact: Contact) -> list[tuple[str, str]]:
    nobody = "0" * 32
    return [
        ("get", url(contact)),
        ("post", url(contact, "export/")),
        ("get", url(contact, "exports/")),
        ("get", url(contact, f"exports/{nobody[:8]}-0000-0000-0000-000000000000/")),
        ("post", url(contact, "anonymize/")),
    ]


def statuses(client: Client, contact: Contact) -> list[int]:
    return [getattr(client, method)(address).status_code for method, address in addresses(contact)]


def test_anonymous_is_led_to_the_log_in(contact: Contact) -> None:
    assert statuses(Client(), contact) == [302] * 5


def test_operator_may_not(operator_client: Client, contact: Contact) -> None:
    """Neither permission is the operators'."""
    assert statuses(operator_client, contact) == [403] * 5


def test_outsider_sees_nobody(outsider_client: Client, outsider: User, contact: Contact) -> None:
    grant(outsider, "export_contact", "anonymize_contact")
    assert statuses(outsider_client, contact) == [404] * 5


def test_each_permission_opens_its_part(operator_client: Client, operator: User, contact: Contact) -> None:
    grant(operator, "export_contact")
    page = operator_client.get(url(contact)).content.decode()
    assert url(contact, "export/") in page
    assert url(contact, "anonymize/") not in page
    assert operator_client.post(url(contact, "anonymize/"), SURE).status_code == 403


def test_permission_to_anonymize_alone(operator_client: Client, operator: User, contact: Contact) -> None:
    grant(operator, "anonymize_contact")
    page = operator_client.get(url(contact)).content.decode()
    assert url(contact, "export/") not in page
    assert operator_client.post(url(contact, "export/"), {"reason": "x"}).status_code == 403
    assert operator_client.get(url(contact, "exports/")).status_code == 403


@pytest.mark.parametrize("route", ["export/", "anonymize/"])
def test_nothing_is_done_by_get(administrator_client: Client, contact: Contact, route: str) -> None:
    assert administrator_client.get(url(contact, route)).status_code == 405


@pytest.mark.parametrize("route", ["export/", "anonymize/"])
def test_nothing_is_done_without_the_token(administrator: User, contact: Contact, route: str) -> None:
    client = Client(enforce_csrf_checks=True)
    client.force_login(administrator)
    assert client.post(url(contact, route), SURE).status_code == 403
    assert not Contact.objects.get().anonymized_at


def test_page_of_nobody(administrator_client: Client, contact: Contact) -> None:
    Contact(pk="0" * 32)
    address = url(contact).replace(str(contact.pk), "00000000-0000-0000-0000-000000000000")
    assert administrator_client.get(address).status_code == 404


def test_contact_page_leads_there(
    administrator_client: Client, operator_client: Client, contact: Contact
) -> None:
    change = reverse("admin:messenger_contact_change", args=[contact.pk])
    link = reverse("admin:messenger_contact_personal_data", args=[contact.pk])
    assert link in administrator_client.get(change).content.decode()
    assert link not in operator_client.get(change).content.decode()
    assert administrator_client.get(link, follow=True).redirect_chain[-1][0] == url(contact)


def test_page_shows_what_would_go(
    administrator_client: Client, contact: Contact, conversation: Conversation, folder: Path
) -> None:
    ask(conversation, "And this", files=2)
    page = " ".join(administrator_client.get(url(contact)).content.decode().split())
    assert "messages: 2, notes: 0, comments: 0, our answers: 0" in page
    assert "one is open and will be closed" in page


# Export


def test_small_export_comes_at_once(
    administrator_client: Client, administrator: User, contact: Contact
) -> None:
    response: Any = administrator_client.post(url(contact, "export/"), {"reason": "letter 7"})
    assert json.loads(b"".join(response.streaming_content))["contact"]["name"] == "Maria"
    assert response["Content-Type"] == "application/json"
    assert response["Content-Disposition"].startswith(f'attachment; filename="contact-{contact.pk.hex[:8]}-')
    assert "no-store" in response["Cache-Control"]
    entry = AuditEntry.objects.get()
    assert (entry.actor, entry.action, entry.target_id) == (administrator, "exported", str(contact.pk))
    assert entry.details == {"reason": "letter 7", "with_files": False}


@pytest.mark.parametrize("reason", ["", "   ", "x" * 501])
def test_export_without_a_reason(administrator_client: Client, contact: Contact, reason: str) -> None:
    response = administrator_client.post(url(contact, "export/"), {"reason": reason, "with_files": "on"})
    assert response.status_code == 422
    assert not AuditEntry.objects.exists()
    assert not DataExport.objects.exists()


@pytest.mark.parametrize("more", [{"with_files": "on"}, {}])
def test_large_export_is_the_workers(
    administrator_client: Client, contact: Contact, monkeypatch: pytest.MonkeyPatch, more: dict[str, str]
) -> None:
    monkeypatch.setattr(jobs, "AT_ONCE", 2_000 if more else 0)
    response = administrator_client.post(url(contact, "export/"), {"reason": "letter 7"} | more, follow=True)
    assert response.redirect_chain == [(url(contact), 302)]
    assert "waits for its turn" in response.content.decode()
    assert 'hx-trigger="every 3s"' in response.content.decode()
    assert 'hx-headers=\'{"X-Messenger-Part": "1"}\'' in response.content.decode(), (
        "else it would count as use"
    )
    assert DataExport.objects.get().with_files is bool(more)
    assert AuditEntry.objects.get().action == "exported"


def test_finished_export_is_offered_and_asks_no_more(
    administrator_client: Client, contact: Contact, export: DataExport
) -> None:
    part = administrator_client.get(url(contact, "exports/")).content.decode()
    assert url(contact, f"exports/{export.pk}/") in part
    assert "hx-get" not in part


def test_download(administrator_client: Client, contact: Contact, export: DataExport) -> None:
    response: Any = administrator_client.get(url(contact, f"exports/{export.pk}/"))
    assert b"".join(response.streaming_content)[:2] == b"PK"
    assert response["Content-Type"] == "application/zip"
    assert AuditEntry.objects.get().action == "downloaded"


def test_download_is_for_who_asked(
    operator_client: Client, operator: User, contact: Contact, export: DataExport
) -> None:
    grant(operator, "export_contact")
    address = url(contact, f"exports/{export.pk}/")
    assert operator_client.get(address).status_code == 404
    DataExport.objects.update(requested_by=operator)
    response: Any = operator_client.get(address)
    assert b"".join(response.streaming_content)


def test_download_by_another_contacts_address(
    administrator_client: Client, contact: Contact, export: DataExport
) -> None:
    other = Contact.objects.create(inbox=contact.inbox)
    assert administrator_client.get(url(other, f"exports/{export.pk}/")).status_code == 404


def test_download_of_an_unfinished_one(
    administrator_client: Client, administrator: User, contact: Contact
) -> None:
    waiting = jobs.request_export(contact, requested_by=administrator, reason="x", with_files=False)
    assert administrator_client.get(url(contact, f"exports/{waiting.pk}/")).status_code == 404


def test_download_whose_file_is_lost(
    administrator_client: Client, contact: Contact, export: DataExport
) -> None:
    export.file.storage.delete(str(export.file.name))
    assert administrator_client.get(url(contact, f"exports/{export.pk}/")).status_code == 404


# Anonymization


@pytest.mark.parametrize("word", ["Maria", " maria ", "DELETE", "delete"])
def test_contact_is_anonymized(
    administrator_client: Client, administrator: User, contact: Contact, word: str
) -> None:
    response = administrator_client.post(
        url(contact, "anonymize/"), SURE | {"confirmation": word, "redact_messages": "on"}, follow=True
    )
    assert response.redirect_chain == [(url(contact), 302)]
    assert Contact.objects.get().anonymized_at
    assert Message.objects.get().body == "[redacted]"
    entry = AuditEntry.objects.get()
    assert (entry.actor, entry.action) == (administrator, "anonymized")
    assert entry.target_name == Contact.objects.get().label
    assert "Maria" not in response.content.decode()


@pytest.mark.parametrize("word", ["", "Mari", "yes", "Maria2"])
def test_without_confirmation_nothing_goes(administrator_client: Client, contact: Contact, word: str) -> None:
    response = administrator_client.post(url(contact, "anonymize/"), SURE | {"confirmation": word})
    assert response.status_code == 422
    assert "This is something else." in response.content.decode()
    assert not Contact.objects.get().anonymized_at
    assert not AuditEntry.objects.exists()


def test_without_a_reason_nothing_goes(administrator_client: Client, contact: Contact) -> None:
    response = administrator_client.post(url(contact, "anonymize/"), {"confirmation": "Maria"})
    assert response.status_code == 422
    assert not Contact.objects.get().anonymized_at


def test_options_are_asked_for(
    administrator_client: Client, contact: Contact, conversation: Conversation, folder: Path
) -> None:
    ask(conversation, "", files=1)
    administrator_client.post(url(contact, "anonymize/"), SURE)
    assert Message.objects.filter(body="Do you deliver to Tagil?").exists()
    assert Attachment.objects.count() == 1
    administrator_client.post(
        url(contact, "anonymize/"), SURE | {"confirmation": "DELETE", "delete_attachments": "on"}
    )
    assert not Attachment.objects.exists()


def test_again_there_is_nothing_left(administrator_client: Client, contact: Contact) -> None:
    again = SURE | {"confirmation": "DELETE"}
    for _ in range(2):
        response = administrator_client.post(url(contact, "anonymize/"), again, follow=True)
    assert "Nothing was left to remove." in response.content.decode()
    assert AuditEntry.objects.count() == 1


def test_contact_page_of_nobody_can_be_read_only(administrator_client: Client, contact: Contact) -> None:
    anonymize(contact.pk)
    change = reverse("admin:messenger_contact_change", args=[contact.pk])
    page = administrator_client.get(change).content.decode()
    assert "what is left is for statistics." in page
    assert 'name="email"' not in page
    assert administrator_client.post(change, {"name": "Maria"}).status_code == 403


def test_timeline_tells_it(
    operator_client: Client, contact: Contact, conversation: Conversation, operator: User
) -> None:
    anonymize(contact.pk, actor=operator)
    page = operator_client.get(reverse("admin:messenger_conversation_change", args=[conversation.pk]))
    assert "removed the client&#x27;s personal data" in page.content.decode()


def test_conversation_of_nobody_is_not_opened_again(
    operator_client: Client, contact: Contact, conversation: Conversation
) -> None:
    anonymize(contact.pk)
    operator_client.post(f"/admin/messenger/conversation/{conversation.pk}/change/reopen/")
    assert Conversation.objects.get().is_closed
