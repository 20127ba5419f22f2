"""Messages with files over REST: as operators send them, stored with their message or not at all, and once."""

from pathlib import Path
from typing import Any

import pytest
from django.conf import LazySettings
from django.db import connection
from django.test import Client
from django.test.client import FakePayload

from crm.models import User
from messenger.models import Attachment, Contact, Conversation, Inbox, Message
from messenger.models.integration_token import Scope
from messenger.services import attaching, status
from tests.api.v1.rest import BASE, Program, code, make_token, program
from tests.files import disguised, pdf, photo_with_place, png
from tests.parallel import in_parallel

pytestmark = [pytest.mark.django_db, pytest.mark.usefixtures("folder")]
MB = 1_048_576


def send(who: Program, conversation: Conversation, *files: Any, key: str = "", **form: Any) -> Any:
    headers = {"Authorization": f"Bearer {who.secret}"} | ({"Idempotency-Key": key} if key else {})
    path = f"{BASE}conversations/{conversation.pk}/messages/"
    return who.client.post(path, {"files": list(files)} | form, headers=headers)


def kept(folder: Path) -> list[Path]:
    return [path for path in folder.rglob("*") if path.is_file()]


def nothing_stored(folder: Path) -> bool:
    return not kept(folder) and not Attachment.objects.exists() and Message.objects.count() == 1


def test_a_message_with_files(rest: Program, conversation: Conversation, robot: User, folder: Path) -> None:
    response = send(rest, conversation, png(40, 30, "../map.png"), pdf(), body="Your offer")
    assert response.status_code == 201
    row = response.json()
    assert (row["body"], row["sender_user_id"]) == ("Your offer", robot.pk)
    assert [one["original_name"] for one in row["attachments"]] == ["map.png", "offer.pdf"]
    assert sorted(path.name for path in kept(folder)) == sorted(
        one["id"].replace("-", "") for one in row["attachments"]
    )
    [_question, read] = rest.get(f"conversations/{conversation.pk}/messages/").json()["results"]
    assert read == row


def test_its_links_need_no_token(rest: Program, conversation: Conversation) -> None:
    [shown] = send(rest, conversation, pdf()).json()["attachments"]
    assert shown["url"].startswith("http://testserver/")
    response: Any = Client().get(shown["url"])
    assert (response.status_code, response["Content-Type"]) == (200, "application/pdf")
    assert b"".join(response.streaming_content) == pdf().read()
    assert Client().get(shown["url"].replace("&s=", "&s=0")).status_code != 200


def test_a_file_needs_no_text_and_may_be_called_file(rest: Program, conversation: Conversation) -> None:
    response = send(rest, conversation, file=pdf(), files=[])
    assert (response.status_code, response.json()["body"]) == (201, "")
    assert len(response.json()["attachments"]) == 1
    for form in ({}, {"body": ""}, {"body": " "}):
        assert code(send(rest, conversation, **form)) == (400, "invalid")
    assert send(rest, conversation, body="A form without a file").status_code == 201


def test_a_file_under_another_name_is_not_lost_unseen(
    rest: Program, conversation: Conversation, folder: Path
) -> None:
    response = send(rest, conversation, upload=pdf(), body="See here")
    assert code(response) == (400, "invalid")
    assert list(response.json()["fields"]) == ["upload"]
    assert nothing_stored(folder)


def test_place_in_a_photo_goes_nowhere(rest: Program, conversation: Conversation) -> None:
    assert send(rest, conversation, photo_with_place()).status_code == 201
    with Attachment.objects.get().file.open() as file:
        assert b"Exif" not in file.read()


def test_as_operators_it_sends_where_visitors_may_not(rest: Program, conversation: Conversation) -> None:
    Inbox.objects.update(attachments_enabled=False, max_file_size_mb=1)
    assert send(rest, conversation, pdf(size=2 * MB)).status_code == 201
    Inbox.objects.update(allowed_content_types=["image/png"])
    assert code(send(rest, conversation, pdf())) == (415, "file_type_not_allowed")


# --- Refused -----------------------------------------------------------------------------------------------


@pytest.mark.parametrize(
    ("content", "name"),
    [
        (b"<svg xmlns='http://www.w3.org/2000/svg'><script>alert(1)</script></svg>", "a.png"),
        (b"<!doctype html><script>alert(1)</script>", "a.jpg"),
        (b"MZ\x90\x00" + b"\0" * 100, "a.pdf"),
    ],
    ids=["svg", "html", "exe"],
)
def test_content_counts_and_not_the_name(
    rest: Program, conversation: Conversation, folder: Path, content: bytes, name: str
) -> None:
    response = send(rest, conversation, png(), disguised(content, name, "image/png"), body="Look")
    assert code(response) == (415, "file_type_not_allowed")
    assert nothing_stored(folder)


def test_damaged_and_empty_files(rest: Program, conversation: Conversation, folder: Path) -> None:
    half = png(400, 400).read()
    for content in (b"", half[: len(half) // 2]):
        response = send(rest, conversation, disguised(content, "half.png", "image/png"))
        assert code(response) == (400, "invalid")
        assert "half.png" in response.json()["fields"]["files"][0]
    assert nothing_stored(folder)


def test_an_image_of_too_many_pixels(
    rest: Program, conversation: Conversation, settings: LazySettings
) -> None:
    settings.MESSENGER_MAX_IMAGE_PIXELS = 100
    assert code(send(rest, conversation, png(11, 10))) == (413, "file_too_large")


def test_too_large_and_too_many(
    rest: Program, conversation: Conversation, settings: LazySettings, folder: Path
) -> None:
    settings.MESSENGER_MAX_FILE_SIZE_MB = 1
    assert code(send(rest, conversation, pdf(size=MB + 1))) == (413, "file_too_large")
    assert code(send(rest, conversation, *(pdf(size=2 * MB) for _ in range(4)))) == (413, "invalid")
    assert code(send(rest, conversation, *(png(name=f"{n}.png") for n in range(6)))) == (400, "invalid")
    assert nothing_stored(folder)
    assert send(rest, conversation, pdf(size=MB)).status_code == 201


def test_reading_stops_before_anything_is_looked_at(
    rest: Program, conversation: Conversation, settings: LazySettings, monkeypatch: pytest.MonkeyPatch
) -> None:
    settings.MESSENGER_MAX_FILE_SIZE_MB = 1
    monkeypatch.setattr(attaching, "clean_file", None)
    assert code(send(rest, conversation, pdf(size=MB + 1))) == (413, "file_too_large")


def test_what_is_too_large_is_not_read_at_all(
    rest: Program, conversation: Conversation, settings: LazySettings, monkeypatch: pytest.MonkeyPatch
) -> None:
    settings.MESSENGER_MAX_FILE_SIZE_MB = 1
    monkeypatch.setattr(FakePayload, "read", None)
    assert code(rest.write(conversation, "x" * 3 * MB)) == (413, "invalid")
    assert code(send(rest, conversation, pdf(size=8 * MB))) == (413, "invalid")
    assert code(send(Program("msgr_" + "A" * 43), conversation, pdf())) == (401, "token_invalid")


BOUNDARY = "cut"
FORM = (
    b'--cut\r\nContent-Disposition: form-data; name="files"; filename="a.pdf"\r\n'
    b"Content-Type: application/pdf\r\n\r\n" + pdf().read() + b"\r\n--cut--\r\n"
)


def send_raw(who: Program, conversation: Conversation, form: bytes, boundary: str = BOUNDARY) -> Any:
    return who.client.post(
        f"{BASE}conversations/{conversation.pk}/messages/",
        form,
        content_type=f"multipart/form-data; boundary={boundary}",
        headers={"Authorization": f"Bearer {who.secret}"},
    )


@pytest.mark.parametrize("left", [len(FORM) - 4, len(FORM) - 20, 150, 60, 3], ids=str)
def test_half_a_form_is_no_file(rest: Program, conversation: Conversation, folder: Path, left: int) -> None:
    """Wherever it was cut: half a PDF would look like a whole one."""
    assert code(send_raw(rest, conversation, FORM[:left])) == (400, "invalid")
    assert nothing_stored(folder)
    assert send_raw(rest, conversation, FORM + b"after the end").status_code == 201


@pytest.mark.parametrize("boundary", ["", "another", "x" * 300, "é"])
def test_forms_without_their_boundary(rest: Program, conversation: Conversation, boundary: str) -> None:
    assert send_raw(rest, conversation, FORM, boundary).status_code in {400, 415}
    assert Message.objects.count() == 1


def test_files_need_scope_inbox_and_branch(
    robot: User, victor: Program, conversation: Conversation, global_inbox: Inbox, folder: Path
) -> None:
    others = program(robot, *(one for one in Scope if one != Scope.MESSAGES_WRITE))
    assert code(send(others, conversation, png())) == (403, "scope_missing")
    assert code(send(Program("msgr_" + "A" * 43), conversation, png())) == (401, "token_invalid")
    for stranger in (program(robot, inboxes=[global_inbox]), victor):
        assert code(send(stranger, conversation, png())) == (404, "not_found")
    assert nothing_stored(folder)


def test_nobody_there_to_see_it(rest: Program, conversation: Conversation, folder: Path) -> None:
    Contact.objects.update(is_blocked=True)
    assert code(send(rest, conversation, png())) == (403, "blocked")
    Contact.objects.update(is_blocked=False)
    status.close(conversation_id=conversation.pk, actor=User.objects.get(username="robot"))
    assert code(send(rest, conversation, png())) == (409, "conversation_closed")
    assert nothing_stored(folder)


def test_storage_that_fails_leaves_no_message(
    rest: Program, conversation: Conversation, folder: Path
) -> None:
    (folder / "messenger").write_text("in the way")
    assert code(send(rest, conversation, png(), body="Lost?")) == (503, "unavailable")
    assert Message.objects.count() == 1


def test_only_messages_have_files(rest: Program, conversation: Conversation) -> None:
    path = f"{BASE}conversations/{conversation.pk}/assign/"
    headers = {"Authorization": f"Bearer {rest.secret}"}
    assert code(rest.client.post(path, {"assignee": "1"}, headers=headers)) == (
        415,
        "unsupported_media_type",
    )


# --- Once --------------------------------------------------------------------------------------------------


def test_a_repeat_gets_the_first_message(rest: Program, conversation: Conversation, folder: Path) -> None:
    first = send(rest, conversation, png(), pdf(), key="offer-1", body="See here")
    again = send(rest, conversation, pdf(), png(), key="offer-1", body="See here")
    assert (first.status_code, again.status_code) == (201, 200)
    assert first.json() == again.json()
    assert len(kept(folder)) == 2
    status.close(conversation_id=conversation.pk, actor=User.objects.get(username="robot"))
    assert send(rest, conversation, png(), pdf(), key="offer-1", body="See here").status_code == 200


def test_other_files_under_the_same_key(rest: Program, conversation: Conversation, folder: Path) -> None:
    assert send(rest, conversation, png(), key="1", body="See here").status_code == 201
    for files in ([png(41, 30)], [png(name="b.png")], [png(), png()], [pdf()], []):
        refused = send(rest, conversation, *files, key="1", body="See here")
        assert code(refused) == (409, "idempotency_conflict")
    assert code(rest.write(conversation, "See here", key="1")) == (409, "idempotency_conflict")
    assert rest.write(conversation, "No file", key="2").status_code == 201
    assert code(send(rest, conversation, png(), key="2", body="No file")) == (409, "idempotency_conflict")
    assert len(kept(folder)) == 1


@pytest.mark.django_db(transaction=True)
def test_of_many_at_once_one_is_stored(conversation: Conversation, robot: User, folder: Path) -> None:
    User.objects.filter(pk=robot.pk).update(is_superuser=True)
    secret, _token = make_token(robot)

    def post() -> tuple[int, int]:
        response = send(Program(secret), conversation, png(), key="once")
        return response.status_code, response.json()["id"]

    answers = in_parallel(6, post)
    assert sorted(answered for answered, _id in answers) == [200] * 5 + [201]
    assert len({pk for _status, pk in answers}) == 1
    assert (Attachment.objects.count(), len(kept(folder))) == (1, 1)
    connection.close()
