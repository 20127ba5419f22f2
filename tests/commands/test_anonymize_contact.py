"""`anonymize_messenger_contact`: its options, what it says, and that it says the truth beforehand."""

import io
import os
import subprocess
import sys
import uuid
from typing import Any

import pytest
from django.conf import LazySettings, settings
from django.core.management import CommandError, call_command

from crm.models import AuditEntry, User
from messenger.models import Attachment, Contact, Conversation, ConversationEvent, Message
from tests.admin.people import answer, ask

pytestmark = pytest.mark.django_db

NAME = "anonymize_messenger_contact"


def run(*arguments: str) -> list[str]:
    out = io.StringIO()
    call_command(NAME, *arguments, stdout=out)
    return out.getvalue().splitlines()


def state() -> list[Any]:
    models = (Contact, Conversation, ConversationEvent, Message, Attachment, AuditEntry)
    return [list(model.objects.order_by("pk").values()) for model in models]


def bodies() -> list[str]:
    return list(Message.objects.order_by("pk").values_list("body", flat=True))


@pytest.fixture
def spoken(conversation: Conversation, operator: User, folder: object) -> Conversation:
    """Maria has asked, sent two pictures, and been answered."""
    ask(conversation, "Here they are", files=2)
    answer(conversation, operator, "Thanks, Maria!")
    return conversation


def test_contact_is_anonymized(spoken: Conversation) -> None:
    said = run("--contact-id", str(spoken.contact_id))
    assert said[-1] == f"Contact {spoken.contact_id} is anonymous."
    assert Contact.objects.get().name == ""
    assert bodies() == ["Do you deliver to Tagil?", "Here they are", "Thanks, Maria!"]
    assert Attachment.objects.count() == 2


def test_messages_are_redacted(spoken: Conversation) -> None:
    said = run("--contact-id", str(spoken.contact_id), "--redact-messages")
    assert "messages and notes redacted: 2, comments: 0" in said
    assert bodies() == ["[redacted]", "[redacted]", "Thanks, [redacted]!"]
    assert Attachment.objects.count() == 2


def test_attachments_are_deleted(spoken: Conversation) -> None:
    assert "attachments deleted: 2, exports: 0" in run(
        "--contact-id", str(spoken.contact_id), "--delete-attachments"
    )
    assert not Attachment.objects.exists()
    assert bodies()[1] == "Here they are"


def test_dry_run_changes_nothing_and_names_nobody(spoken: Conversation) -> None:
    before = state()
    said = run(
        "--contact-id", str(spoken.contact_id), "--dry-run", "--redact-messages", "--delete-attachments"
    )
    assert state() == before
    size = sum(Attachment.objects.values_list("size", flat=True))
    assert said == [
        "details to clear: name",
        "conversations whose page, referrer, language and data go: 1",
        "unfinished conversations to close: 1",
        "exports to delete: 0",
        "messages to redact: 2, notes: 0, comments: 0",
        "answers to look through: 1",
        f"attachments to delete: 2 ({size} bytes)",
        "Nothing was changed.",
    ]


def test_again_it_has_nothing_to_do(spoken: Conversation) -> None:
    wanted = ["--contact-id", str(spoken.contact_id), "--redact-messages", "--delete-attachments"]
    run(*wanted)
    before = state()
    assert run(*wanted) == [f"Contact {spoken.contact_id} is anonymous already: nothing was left to do."]
    assert state() == before


def test_audit_tells_of_it_without_the_name(spoken: Conversation) -> None:
    run("--contact-id", str(spoken.contact_id), "--reason", "letter 7", "--redact-messages")
    entry = AuditEntry.objects.get()
    assert (entry.action, entry.target_id) == ("anonymized", str(spoken.contact_id))
    assert entry.target_name == Contact.objects.get().label
    assert entry.details["by"] == "command line"
    assert entry.details["reason"] == "letter 7"
    assert entry.details["redact_messages"] is True


@pytest.mark.parametrize("text", ["42", "", "maria@example.com"])
def test_malformed_id(db: None, text: str) -> None:
    with pytest.raises(CommandError) as caught:
        run(f"--contact-id={text}")
    assert str(caught.value) == f"--contact-id must be a UUID, and {text!r} is none."


def test_unknown_id(db: None) -> None:
    nobody = uuid.uuid4()
    with pytest.raises(CommandError) as caught:
        run("--contact-id", str(nobody))
    assert str(caught.value) == f"There is no contact {nobody}."


def test_messenger_that_is_off(spoken: Conversation, settings: LazySettings) -> None:
    settings.MESSENGER_ENABLED = False
    before = state()
    with pytest.raises(CommandError) as caught:
        run("--contact-id", str(spoken.contact_id))
    assert str(caught.value) == "Messenger disabled: set MESSENGER_ENABLED=1."
    assert state() == before


def test_process_ends_with_one_sentence() -> None:
    done = subprocess.run(
        [sys.executable, "manage.py", NAME, "--contact-id", "42"],
        cwd=settings.BASE_DIR,
        env=os.environ,
        capture_output=True,
        text=True,
        timeout=60,
        check=False,
    )
    sentence = "CommandError: --contact-id must be a UUID, and '42' is none.\n"
    assert (done.returncode, done.stdout, done.stderr) == (1, "", sentence)
