"""Files that visitors send: stored with their message or not at all."""

import uuid
from pathlib import Path
from typing import Any

import pytest
from django.conf import LazySettings
from django.db import IntegrityError
from django.test.client import FakePayload
from PIL import Image

from messenger.models import Attachment, Contact, Inbox, Message
from messenger.services import attaching, writing
from messenger.volatile import volatile
from tests.files import disguised, pdf, photo_with_place, png
from tests.visitor import Visitor

MB = 1_048_576


def change(inbox: Inbox, **values: Any) -> None:
    """As it is once the change is committed."""
    Inbox.objects.filter(pk=inbox.pk).update(**values)
    volatile.delete(inbox.cache_key)


def stored(folder: Path) -> list[Path]:
    return [path for path in folder.rglob("*") if path.is_file()]


def send(visitor: Visitor, *files: Any, name: str = "files", **said: Any) -> Any:
    return visitor.send_files({name: list(files)} | said)


def test_message_comes_with_its_file(visitor: Visitor, folder: Path) -> None:
    response = send(visitor, png(40, 30, "../map of Tagil.png"), body="Here it is")
    assert response.status_code == 201
    (shown,) = response.json()["attachments"]
    assert shown["original_name"] == "map of Tagil.png"
    assert (shown["content_type"], shown["width"], shown["height"]) == ("image/png", 40, 30)
    assert visitor.session_token not in shown["url"]
    row = Attachment.objects.get()
    assert str(row.pk) == shown["id"]
    assert (row.size, row.message.body) == (shown["size"], "Here it is")
    assert [path.name for path in stored(folder)] == [row.pk.hex]
    (polled,) = visitor.poll().json()["messages"]
    assert [one["id"] for one in polled["attachments"]] == [shown["id"]]


def test_file_needs_no_text_and_may_be_called_file(visitor: Visitor) -> None:
    response = send(visitor, pdf(), name="file")
    assert response.status_code == 201
    assert response.json()["body"] == ""
    assert visitor.poll().json()["messages"][0]["attachments"][0]["content_type"] == "application/pdf"


def test_form_without_file_needs_a_text(visitor: Visitor) -> None:
    assert visitor.send_files({"body": " "}).status_code == 400
    assert visitor.send_files({"body": "Only a text"}).status_code == 201


def test_tokens_may_come_in_the_form(visitor: Visitor) -> None:
    tokens = {"widget_token": visitor.widget_token, "widget_session_token": visitor.session_token}
    response = visitor.client.post("/api/widget/send/", {**tokens, "files": [png()]})
    assert response.status_code == 201


def test_place_in_a_photo_is_not_kept(visitor: Visitor) -> None:
    assert send(visitor, photo_with_place()).status_code == 201
    with Attachment.objects.get().file.open() as file, Image.open(file) as image:
        assert not image.getexif().get_ifd(0x8825)


def test_five_files_and_not_six(visitor: Visitor, folder: Path) -> None:
    response = send(visitor, *(png(name=f"{n}.png") for n in range(6)))
    assert (response.status_code, response.json()["code"]) == (400, "invalid")
    assert "5" in response.json()["fields"]["files"][0]
    assert not Message.objects.exists()
    assert not stored(folder)
    response = send(visitor, *(png(name=f"{n}.png") for n in range(5)))
    assert [one["original_name"] for one in response.json()["attachments"]] == [f"{n}.png" for n in range(5)]


def test_size_goes_up_to_the_limit_and_not_a_byte_further(
    visitor: Visitor, inbox: Inbox, folder: Path
) -> None:
    change(inbox, max_file_size_mb=1)
    assert send(visitor, pdf(size=MB)).status_code == 201
    response = send(visitor, pdf(size=MB + 1))
    assert (response.status_code, response.json()["code"]) == (413, "file_too_large")
    assert "1 MB" in response.json()["detail"]
    assert len(stored(folder)) == 1


def test_reading_stops_at_the_limit(visitor: Visitor, inbox: Inbox, monkeypatch: pytest.MonkeyPatch) -> None:
    """What is over it is not read to its end, nor looked at."""
    change(inbox, max_file_size_mb=1)
    monkeypatch.setattr(attaching, "clean_file", None)
    read = 0
    take = FakePayload.read

    def count(payload: FakePayload, *arguments: Any, **more: Any) -> bytes:
        nonlocal read
        taken = take(payload, *arguments, **more)
        read += len(taken)
        return taken

    monkeypatch.setattr(FakePayload, "read", count)
    assert send(visitor, pdf(size=5 * MB)).status_code == 413
    assert read < 2 * MB


def test_a_body_beyond_the_inbox_s_limit_is_refused_wherever_its_tokens_are(
    visitor: Visitor, inbox: Inbox
) -> None:
    """In the form they are known once it was read: what it may have is compared again."""
    change(inbox, max_file_size_mb=1)
    tokens = {"widget_token": visitor.widget_token, "widget_session_token": visitor.session_token}
    for headers in (visitor.headers, {}):
        form = {"files": [pdf(size=8 * MB)], **tokens}
        answer = visitor.client.post("/api/widget/send/", form, headers=headers)
        assert (answer.status_code, answer.json()["code"]) == (413, "invalid")


def test_body_beyond_five_files_is_refused_unread(visitor: Visitor, settings: LazySettings) -> None:
    settings.MESSENGER_MAX_FILE_SIZE_MB = 1
    response = send(visitor, *(pdf(size=2 * MB) for _ in range(4)))
    assert (response.status_code, response.json()["code"]) in {(413, "invalid"), (413, "file_too_large")}


@pytest.mark.parametrize(
    ("content", "name"),
    [
        (b"<svg xmlns='http://www.w3.org/2000/svg'><script>alert(1)</script></svg>", "a.png"),
        (b"<!doctype html><script>alert(1)</script>", "a.jpg"),
        (b"MZ\x90\x00" + b"\0" * 100, "a.pdf"),
        (b"#!/bin/sh\nrm -rf /\n", "a.gif"),
    ],
    ids=["svg", "html", "exe", "shell"],
)
def test_content_counts_and_not_the_name(visitor: Visitor, folder: Path, content: bytes, name: str) -> None:
    response = send(visitor, disguised(content, name, "image/png"), body="Look")
    assert (response.status_code, response.json()["code"]) == (415, "file_type_not_allowed")
    assert not Message.objects.exists()
    assert not stored(folder)


def test_empty_and_damaged_files_are_told(visitor: Visitor) -> None:
    empty = send(visitor, disguised(b"", "empty.png", "image/png"))
    assert empty.status_code == 400
    assert "empty.png" in empty.json()["fields"]["files"][0]
    half = png(400, 400).read()
    damaged = send(visitor, disguised(half[: len(half) // 2], "half.png", "image/png"))
    assert damaged.status_code == 400
    assert "half.png" in damaged.json()["fields"]["files"][0]


def test_half_a_form_is_no_file(visitor: Visitor, folder: Path) -> None:
    """What a PDF lacks at its end nobody would see; the repeat brings all of it."""
    form = (
        b'--cut\r\nContent-Disposition: form-data; name="files"; filename="a.pdf"\r\n'
        b"Content-Type: application/pdf\r\n\r\n" + pdf().read() + b"\r\n--cut--\r\n"
    )

    def post(content: bytes) -> Any:
        kind = "multipart/form-data; boundary=cut"
        return visitor.client.post("/api/widget/send/", content, content_type=kind, headers=visitor.headers)

    for left in (len(form) - 4, len(form) - 20):
        response = post(form[:left])
        assert (response.status_code, response.json()["code"]) == (400, "invalid")
    assert not stored(folder)
    assert post(form).status_code == 201


def test_one_bad_file_keeps_the_good_ones_out(visitor: Visitor, folder: Path) -> None:
    assert send(visitor, png(), disguised(b"<html>", "b.png", "image/png")).status_code == 415
    assert not stored(folder)
    assert not Attachment.objects.exists()


def test_inbox_decides(visitor: Visitor, inbox: Inbox) -> None:
    change(inbox, allowed_content_types=["application/pdf"])
    assert send(visitor, png()).status_code == 415
    assert send(visitor, pdf()).status_code == 201
    change(inbox, attachments_enabled=False)
    assert send(visitor, pdf()).status_code == 415
    assert Visitor(inbox.widget_token).bootstrap().json()["attachments_enabled"] is False


def test_installation_goes_before_the_inbox(visitor: Visitor, inbox: Inbox, settings: LazySettings) -> None:
    change(inbox, max_file_size_mb=20)
    settings.MESSENGER_MAX_FILE_SIZE_MB = 1
    assert Visitor(inbox.widget_token).bootstrap().json()["max_file_size_bytes"] == MB
    assert send(visitor, pdf(size=MB + 1)).status_code == 413


def test_repeat_answers_the_first_message_and_stores_nothing(visitor: Visitor, folder: Path) -> None:
    key = str(uuid.uuid4())
    first = send(visitor, png(), body="Once", client_message_id=key)
    again = send(visitor, png(), body="Once", client_message_id=key)
    assert (first.status_code, again.status_code) == (201, 200)
    assert again.json()["id"] == first.json()["id"]
    assert again.json()["attachments"] == first.json()["attachments"]
    assert len(stored(folder)) == 1
    other = send(visitor, png(), body="Twice", client_message_id=key)
    assert (other.status_code, other.json()["code"]) == (409, "idempotency_conflict")


def test_refused_message_leaves_no_file(
    visitor: Visitor, folder: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    def fail(*_arguments: Any) -> None:
        raise IntegrityError("the disk is full")

    monkeypatch.setattr(writing, "publish", fail)
    with pytest.raises(IntegrityError):
        send(visitor, png())
    assert not Message.objects.exists()
    assert not stored(folder)


def test_storage_that_fails_leaves_no_message(visitor: Visitor, folder: Path) -> None:
    (folder / "messenger").write_text("in the way")
    response = send(visitor, png(), body="Lost?")
    assert (response.status_code, response.json()["code"]) == (503, "unavailable")
    assert not Message.objects.exists()


def test_uploads_have_a_limit_of_their_own(visitor: Visitor, settings: LazySettings) -> None:
    settings.MESSENGER_THROTTLE_UPLOAD_SESSION = "2/day"
    answers = [send(visitor, png()).status_code for _ in range(3)]
    assert answers == [201, 201, 429]
    assert visitor.send("Words still go").status_code == 201


def test_files_of_a_blocked_visitor_are_not_looked_at(
    visitor: Visitor, monkeypatch: pytest.MonkeyPatch
) -> None:
    Contact.objects.update(is_blocked=True)
    monkeypatch.setattr(attaching, "clean_file", None)
    assert send(visitor, png()).json()["code"] == "blocked"
