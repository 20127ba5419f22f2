"""Words that unfold or a stored value would spoil: the button that deletes, and an entry of the audit."""

import pytest
from django.test import Client
from django.utils import translation

from crm import audit
from crm.models import AuditEntry, User
from messenger.models import Label


@pytest.fixture
def label(db: None) -> Label:
    return Label.objects.create(name="Urgent", color="#dc2626")


def test_delete_names_no_model(administrator_client: Client, label: Label) -> None:
    shown = administrator_client.get(
        f"/admin/messenger/label/{label.pk}/change/", headers={"Accept-Language": "ru"}
    ).content.decode()
    assert f"/admin/messenger/label/{label.pk}/delete/" in shown
    assert "Удалить" in shown
    assert "Удалить метка" not in " ".join(shown.split())
    assert "Сохранить и добавить ещё" in shown


def test_an_entry_of_the_audit_reads_as_a_sentence(administrator_client: Client, administrator: User) -> None:
    entry = audit.record(None, "log_in_locked", target=administrator)
    shown = administrator_client.get(f"/admin/crm/auditentry/{entry.pk}/change/").content.decode()
    assert "log-in locked after many tries" in shown
    assert "log_in_locked" not in shown
    with translation.override("en"):
        assert str(entry) == f"log-in locked after many tries: {administrator}"


def test_an_entry_about_nothing_has_a_name(db: None) -> None:
    # The request of an earlier test leaves its language in the thread.
    with translation.override("en"):
        assert str(AuditEntry(action="exported")) == "exported"
