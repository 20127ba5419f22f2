"""`export_messenger_contact_data`: what it writes and where, and one sentence for what it can't do."""

import io
import json
import os
import stat
import subprocess
import sys
import uuid
import zipfile
from pathlib import Path
from typing import Any

import pytest
from django.conf import LazySettings, settings
from django.core.management import CommandError, call_command

from crm.models import AuditEntry
from messenger.models import Contact, Conversation
from tests.stream.server import database_url

pytestmark = pytest.mark.django_db

NAME = "export_messenger_contact_data"


def run(*arguments: str) -> str:
    out = io.StringIO()
    call_command(NAME, *arguments, stdout=out)
    return out.getvalue()


def process(*arguments: str, **changes: str) -> Any:
    return subprocess.run(
        [sys.executable, "manage.py", NAME, *arguments],
        cwd=settings.BASE_DIR,
        env={**os.environ, "DATABASE_URL": database_url(), **changes},
        capture_output=True,
        timeout=60,
        check=False,
    )


def refuse(sentence: str, *arguments: str) -> None:
    with pytest.raises(CommandError) as caught:
        run(*arguments)
    assert str(caught.value) == sentence


def test_document_is_written(conversation: Conversation) -> None:
    text = run("--contact-id", str(conversation.contact_id))
    assert json.loads(text)["contact"]["name"] == "Maria"
    assert text.count("\n") == 1


def test_pretty(conversation: Conversation) -> None:
    text = run("--contact-id", conversation.contact_id.hex, "--pretty")
    assert text.startswith('{\n  "schema": ')
    assert json.loads(text)["conversations"][0]["messages"][0]["body"] == "Do you deliver to Tagil?"


@pytest.mark.parametrize("text", ["42", "", "maria@example.com", "../x"])
def test_malformed_id(db: None, text: str) -> None:
    refuse(f"--contact-id must be a UUID, and {text!r} is none.", f"--contact-id={text}")


def test_unknown_id(db: None) -> None:
    nobody = uuid.uuid4()
    refuse(f"There is no contact {nobody}.", "--contact-id", str(nobody))
    assert not AuditEntry.objects.exists()


def test_messenger_that_is_off(contact: Contact, settings: LazySettings) -> None:
    settings.MESSENGER_ENABLED = False
    refuse("Messenger disabled: set MESSENGER_ENABLED=1.", "--contact-id", str(contact.pk))


def test_id_is_needed(db: None) -> None:
    with pytest.raises(CommandError, match="--contact-id"):
        run()


def test_output_and_zip_exclude_each_other(contact: Contact, tmp_path: Path) -> None:
    both = ["--output", str(tmp_path / "a"), "--zip", str(tmp_path / "b")]
    refuse(
        "Give --output or --zip, and not both: the ZIP holds the JSON.",
        "--contact-id",
        str(contact.pk),
        *both,
    )


def test_file_is_its_owners_alone(conversation: Conversation, tmp_path: Path) -> None:
    path = tmp_path / "maria.json"
    assert run("--contact-id", str(conversation.contact_id), "--output", str(path)) == ""
    assert json.loads(path.read_bytes())["contact"]["name"] == "Maria"
    assert stat.S_IMODE(path.stat().st_mode) == 0o600
    assert list(tmp_path.iterdir()) == [path]


def test_zip(conversation: Conversation, tmp_path: Path) -> None:
    path = tmp_path / "maria.zip"
    run("--contact-id", str(conversation.contact_id), "--zip", str(path))
    assert zipfile.ZipFile(path).namelist() == ["contact.json"]


def test_folder_that_is_not_there(contact: Contact, tmp_path: Path) -> None:
    path = tmp_path / "none" / "maria.json"
    refuse(
        "The export can't be written: No such file or directory.",
        "--contact-id",
        str(contact.pk),
        "--output",
        str(path),
    )


def test_failure_leaves_the_file_that_was_there(
    contact: Contact, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    path = tmp_path / "maria.json"
    path.write_text("before")

    def fail(*_args: Any, **_options: Any) -> None:
        raise OSError(28, "No space left on device")

    monkeypatch.setattr("messenger.management.commands.export_messenger_contact_data.write_json", fail)
    refuse(
        "The export can't be written: No space left on device.",
        "--contact-id",
        str(contact.pk),
        "--output",
        str(path),
    )
    assert [(one, one.read_text()) for one in tmp_path.iterdir()] == [(path, "before")]


def test_audit_tells_of_it(contact: Contact) -> None:
    run("--contact-id", str(contact.pk), "--reason", "letter 7")
    entry = AuditEntry.objects.get()
    assert (entry.action, entry.target, entry.target_id) == ("exported", "messenger.contact", str(contact.pk))
    assert entry.details == {"by": "command line", "reason": "letter 7", "with_files": False}


@pytest.mark.django_db(transaction=True)
def test_process_writes_utf_8_whatever_the_terminal_speaks(contact: Contact) -> None:
    Contact.objects.update(name="Мария")
    done = process("--contact-id", str(contact.pk), PYTHONIOENCODING="ascii", LC_ALL="C")
    assert (done.returncode, done.stderr) == (0, b"")
    assert json.loads(done.stdout.decode())["contact"]["name"] == "Мария"


@pytest.mark.django_db(transaction=True)
@pytest.mark.parametrize(
    ("text", "changes", "sentence"),
    [
        ("42", {}, "CommandError: --contact-id must be a UUID, and '42' is none.\n"),
        (
            "0" * 32,
            {},
            "CommandError: There is no contact 00000000-0000-0000-0000-000000000000.\n",
        ),
        ("42", {"MESSENGER_ENABLED": "0"}, "CommandError: Messenger disabled: set MESSENGER_ENABLED=1.\n"),
    ],
)
def test_process_ends_with_one_sentence(text: str, changes: dict[str, str], sentence: str) -> None:
    done = process("--contact-id", text, **changes)
    assert (done.returncode, done.stdout, done.stderr.decode()) == (1, b"", sentence)
