"""Of a client whose personal data was removed the workplace shows what is left, and lets nobody bring it back."""

import re
from typing import Any

import pytest
from django.test import Client

from crm import audit
from messenger.models import Contact, Conversation
from messenger.services.privacy.anonymize import anonymize
from tests.admin.people import PART, page

pytestmark = pytest.mark.django_db

SEEN = {"seen_name": "", "seen_email": "", "seen_phone": ""}


@pytest.fixture
def gone(conversation: Conversation) -> Conversation:
    anonymize(conversation.contact_id)
    return conversation


def test_card_shows_what_is_left(operator_client: Client, gone: Conversation) -> None:
    text = operator_client.get(page(gone)).content.decode()
    assert "what is left is for statistics." in text
    assert "msgr-contact-form" not in text
    assert "msgr-edit-contact" not in text
    assert "not given" not in text


def test_card_of_others_has_its_form(operator_client: Client, conversation: Conversation) -> None:
    text = operator_client.get(page(conversation)).content.decode()
    assert "msgr-contact-form" in text
    assert "what is left is for statistics." not in text


@pytest.mark.parametrize("headers", [PART, {}], ids=["script", "form"])
def test_card_takes_no_name(operator_client: Client, gone: Conversation, headers: dict[str, str]) -> None:
    """The page was loaded before; the sentence tells why."""
    response = operator_client.post(
        page(gone, "contact/"), SEEN | {"name": "Maria"}, headers=headers, follow=True
    )
    assert response.status_code == (409 if headers else 200)
    assert "personal data was removed" in response.content.decode()
    assert Contact.objects.get().name == ""


@pytest.mark.parametrize(
    ("action", "words"),
    [
        ("downloaded", "export downloaded"),
        ("removal_requested", "removal asked for"),
        ("anonymized", "anonymized"),
    ],
)
def test_audit_has_words_for_it(
    administrator_client: Client, conversation: Conversation, action: str, words: str
) -> None:
    details: dict[str, Any] = {
        "reason": "7",
        "with_files": True,
        "by": "background",
        "redact_messages": False,
    }
    entry = audit.record(None, action, target=conversation.contact, **details)
    for address in ("", f"{entry.pk}/change/"):
        text = administrator_client.get(f"/admin/crm/auditentry/{address}").content.decode()
        assert words in text
        assert "the worker" in text
        assert not re.search(
            r"with_files|redact_messages|background\b(?!-)", text.partition("<main")[2] or text
        )
