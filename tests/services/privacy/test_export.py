"""The export: all of a person and nothing of anybody else, as the schema says, however much it is."""

import io
import json
import uuid
import zipfile
from collections.abc import Callable
from pathlib import Path
from typing import Any

import jsonschema  # type: ignore[import-untyped]
import pytest
from django.conf import settings

from crm.models import User
from messenger.exceptions import NotFound
from messenger.models import Attachment, Conversation, Inbox, Message
from messenger.services.posting import post_from_operator
from messenger.services.privacy import archive, reading
from messenger.services.privacy.anonymize import anonymize
from messenger.services.privacy.archive import write_zip
from messenger.services.privacy.export import write_json
from messenger.services.privacy.inventory import INVENTORY
from messenger.services.privacy.json_writer import JsonWriter
from tests.services.privacy.people import MARK, Person

pytestmark = pytest.mark.django_db

SCHEMA = json.loads((Path(settings.BASE_DIR) / "docs/contact-data.schema.json").read_text(encoding="utf-8"))


def exported(contact_id: uuid.UUID, **options: Any) -> Any:
    out = io.BytesIO()
    write_json(contact_id, out, **options)
    return json.loads(out.getvalue())


def check(document: Any) -> None:
    jsonschema.Draft202012Validator.check_schema(SCHEMA)
    jsonschema.Draft202012Validator(SCHEMA, format_checker=jsonschema.FormatChecker()).validate(document)


def unzip(contact_id: uuid.UUID) -> tuple[zipfile.ZipFile, int]:
    out = io.BytesIO()
    missing = write_zip(contact_id, out)
    return zipfile.ZipFile(out), missing


def test_unknown_contact_writes_nothing(db: None) -> None:
    out = io.BytesIO()
    with pytest.raises(NotFound):
        write_json(uuid.uuid4(), out)
    assert out.getvalue() == b""


@pytest.mark.parametrize("pretty", [False, True])
def test_document_is_as_the_schema_says(person: Person, pretty: bool) -> None:
    check(exported(person.contact.pk, pretty=pretty))


def test_document_of_an_empty_contact(person: Person, inbox: Inbox) -> None:
    empty = inbox.contacts.create()
    document = exported(empty.pk)
    check(document)
    assert (document["consents"], document["conversations"]) == ([], [])


def test_document_of_an_anonymized_contact(person: Person) -> None:
    anonymize(person.contact.pk, redact_messages=True, delete_attachments=True)
    document = exported(person.contact.pk)
    check(document)
    assert document["contact"]["anonymized_at"]


def test_all_of_the_person_is_there(person: Person) -> None:
    document = exported(person.contact.pk)
    assert document["contact"]["name"] == f"{MARK} Ivanova"
    assert document["consents"][0]["text"] == "I agree."
    assert [one["id"] for one in document["conversations"]] == [person.closed.pk, person.conversation.pk]
    conversation = document["conversations"][1]
    assert conversation["meta"] == {"who": MARK, MARK: [MARK]}
    assert [label["name"] for label in conversation["labels"]] == ["Delivery"]
    assert [message["direction"] for message in conversation["messages"]] == ["in", "out", "internal"]
    assert [len(message["attachments"]) for message in conversation["messages"]] == [1, 1, 1]
    reasons = [event["details"].get("reason") for event in conversation["events"]]
    assert reasons == [f"{MARK} asked", None, None, MARK]


def test_every_exported_column_is_in_the_document(person: Person) -> None:
    document = exported(person.contact.pk)
    conversation = document["conversations"][0]
    message = conversation["messages"][0]
    shown = {
        "Contact": document["contact"],
        "Consent": document["consents"][0],
        "Conversation": conversation,
        "ConversationLabel": conversation["labels"][0],
        "ConversationEvent": conversation["events"][0],
        "Message": message,
        "Attachment": message["attachments"][0],
    }
    for name, row in shown.items():
        assert {column.exported for column in INVENTORY[name].values() if column.exported} <= set(row)


def test_operators_are_named_as_clients_know_them(person: Person, operator: User) -> None:
    text = json.dumps(exported(person.contact.pk))
    assert "Anna" in text
    assert operator.last_name not in text
    assert operator.email not in text


def test_nothing_of_another_contact(person: Person, conversation: Conversation) -> None:
    assert "Tagil" not in json.dumps(exported(person.contact.pk))


def test_secrets_are_not_in_it(person: Person, inbox: Inbox) -> None:
    text = json.dumps(exported(person.contact.pk))
    for secret in (inbox.identity_secret, inbox.widget_token, person.session):
        assert secret not in text


def test_pretty_is_the_same_and_reads(person: Person) -> None:
    out = io.BytesIO()
    write_json(person.contact.pk, out, pretty=True)
    lines = out.getvalue().decode().splitlines()
    assert lines[:2] == ["{", '  "schema": "messenger/contact-data",']
    assert json.loads(out.getvalue())["contact"] == exported(person.contact.pk)["contact"]
    assert (
        out.getvalue().decode() == json.dumps(json.loads(out.getvalue()), indent=2, ensure_ascii=False) + "\n"
    )


def test_letters_and_breaks_of_a_text(conversation: Conversation, operator: User) -> None:
    body = 'Привет "мир"\n{\\n}  \u2028 😀'
    post_from_operator(conversation_id=conversation.pk, operator=operator, body=body)
    for pretty in (False, True):
        document = exported(conversation.contact_id, pretty=pretty)
        assert document["conversations"][0]["messages"][1]["body"] == body


def test_writer_of_empty_things() -> None:
    out = io.BytesIO()
    writer = JsonWriter(out, pretty=True)
    with writer.object():
        with writer.array("none"):
            pass
        writer.members({"deep": {"a": []}})
    assert out.getvalue().decode() == '{\n  "none": [],\n  "deep": {\n    "a": []\n  }\n}\n'


def test_progress_is_told(person: Person, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(reading, "BATCH", 2)
    told: list[int] = []
    write_json(person.contact.pk, io.BytesIO(), progress=told.append)
    assert told == [2, 4, 6]


def test_number_of_statements_is_the_same_for_many(
    person: Person, operator: User, statements: Callable[..., Any]
) -> None:
    def count() -> int:
        return len(statements(lambda: exported(person.contact.pk)))

    before = count()
    messages = [Message(conversation=person.closed, direction="in", body="x") for _ in range(150)]
    Message.objects.bulk_create(messages)
    assert count() == before


def test_files_are_in_the_archive(person: Person) -> None:
    packed, missing = unzip(person.contact.pk)
    document = json.loads(packed.read("contact.json"))
    check(document)
    files = [
        file["file"]
        for conversation in document["conversations"]
        for message in conversation["messages"]
        for file in message["attachments"]
    ]
    assert sorted(packed.namelist()) == sorted(["contact.json", *files])
    assert {packed.read(name) for name in files} == {MARK.encode()}
    assert (missing, packed.testzip()) == (0, None)


@pytest.mark.parametrize("batch", [1, 2, 5])
def test_archive_in_batches(person: Person, monkeypatch: pytest.MonkeyPatch, batch: int) -> None:
    monkeypatch.setattr(archive, "BATCH", batch)
    assert len(unzip(person.contact.pk)[0].namelist()) == 7


@pytest.mark.parametrize(
    "name", ["../../etc/passwd", "/etc/passwd", "C:\\x\\y.txt", "a/../../b.txt", "", "..", "con.txt"]
)
def test_names_lead_out_of_nowhere(person: Person, name: str) -> None:
    Attachment.objects.update(original_name=name)
    for path in unzip(person.contact.pk)[0].namelist():
        assert path.removeprefix("files/").count("/") == 0
        assert "\\" not in path
        assert ".." not in path.split("/")
        assert not path.startswith("/")


def test_file_that_is_lost_is_named(person: Person) -> None:
    lost = Attachment.objects.order_by("pk").first()
    assert lost
    lost.file.storage.delete(str(lost.file.name))
    packed, missing = unzip(person.contact.pk)
    assert missing == 1
    assert json.loads(packed.read("missing.json"))[0].startswith(f"files/{lost.pk.hex}-")
    assert len(packed.namelist()) == 7


class Pipe(io.RawIOBase):
    """Takes bytes and can't go back."""

    def __init__(self) -> None:
        self.taken = bytearray()

    def writable(self) -> bool:
        return True

    def write(self, data: Any) -> int:
        self.taken += data
        return len(data)


def test_archive_goes_into_a_pipe(person: Person) -> None:
    pipe: Any = Pipe()
    write_zip(person.contact.pk, pipe)
    assert len(zipfile.ZipFile(io.BytesIO(pipe.taken)).namelist()) == 7
