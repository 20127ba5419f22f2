"""Files: sent as a form, handed out by link or by tokens, whole or in parts."""

from pathlib import Path

import pytest
from django.core.files.uploadedfile import SimpleUploadedFile

from messenger.models import Inbox, Message
from tests.files import pdf, png
from tests.peer.client import File, Peer
from tests.peer.conftest import NewPeer

pytestmark = [pytest.mark.django_db(transaction=True), pytest.mark.usefixtures("folder")]

HTML = ("page.png", b"<html><script>alert(1)</script>", "image/png")


def as_sent(file: SimpleUploadedFile) -> File:
    return file.name or "", file.read(), file.content_type or ""


@pytest.fixture
def sent(peer: Peer) -> list[dict[str, object]]:
    """The attachments of a message with a picture and a document."""
    response = peer.send("See here", files=[as_sent(png()), as_sent(pdf())])
    assert response.status_code == 201
    attachments: list[dict[str, object]] = response.json()["attachments"]
    return attachments


def test_files_come_with_their_message(peer: Peer, sent: list[dict[str, object]]) -> None:
    picture, document = sent
    assert (picture["original_name"], picture["content_type"]) == ("a.png", "image/png")
    assert (picture["width"], picture["height"]) == (40, 30)
    assert (document["original_name"], document["content_type"]) == ("offer.pdf", "application/pdf")
    [message] = peer.new_messages()
    assert message["attachments"] == sent


@pytest.mark.parametrize("by_tokens", [False, True])
def test_file_is_handed_out(peer: Peer, sent: list[dict[str, object]], by_tokens: bool) -> None:
    assert peer.session_token not in str(sent[1]["url"])
    response = peer.download(sent[1], by_tokens=by_tokens)
    assert (response.status_code, response.headers["Content-Type"]) == (200, "application/pdf")
    assert response.content == pdf().read()
    assert len(response.content) == sent[1]["size"]
    assert response.headers["X-Content-Type-Options"] == "nosniff"
    assert response.headers["Content-Security-Policy"] == "default-src 'none'; sandbox"
    assert response.headers["Content-Disposition"].startswith("inline")
    assert "private" in response.headers["Cache-Control"]


def test_parts_make_the_whole(peer: Peer, sent: list[dict[str, object]]) -> None:
    whole = peer.download(sent[0]).content
    half = len(whole) // 2
    parts = [peer.download(sent[0], {"Range": f"bytes={span}"}) for span in (f"0-{half - 1}", f"{half}-")]
    assert [part.status_code for part in parts] == [206, 206]
    assert parts[0].headers["Content-Range"] == f"bytes 0-{half - 1}/{len(whole)}"
    assert b"".join(part.content for part in parts) == whole
    assert peer.download(sent[0], {"Range": "bytes=-5"}).content == whole[-5:]
    beyond = peer.download(sent[0], {"Range": f"bytes={len(whole)}-"})
    assert (beyond.status_code, beyond.headers["Content-Range"]) == (416, f"bytes */{len(whole)}")


def test_what_is_kept_still_holds(peer: Peer, sent: list[dict[str, object]]) -> None:
    etag = peer.download(sent[0]).headers["ETag"]
    assert peer.download(sent[0], {"If-None-Match": etag}).status_code == 304


def test_file_is_for_its_visitor_and_for_who_has_the_link(
    sent: list[dict[str, object]], new_peer: NewPeer
) -> None:
    stranger = new_peer()
    stranger.bootstrap().raise_for_status()
    refused = stranger.download(sent[0], by_tokens=True)
    assert (refused.status_code, refused.json()["code"]) == (404, "not_found")
    forged = sent[0] | {"url": f"{sent[0]['url']}"[:-1] + "!"}
    assert stranger.download(forged).status_code == 404
    assert stranger.download(sent[0]).status_code == 200


def test_files_without_a_text(peer: Peer) -> None:
    assert peer.send(files=[as_sent(png())]).json()["body"] == ""


def test_single_file_under_its_other_name(peer: Peer) -> None:
    tokens = {"X-Widget-Token": peer.widget_token, "X-Widget-Session": peer.session_token}
    response = peer.http.post("/api/widget/send/", files={"file": as_sent(png())}, headers=tokens)
    assert response.status_code == 201
    assert len(response.json()["attachments"]) == 1


def test_refused_files(peer: Peer, inbox: Inbox, folder: Path) -> None:
    Inbox.objects.update(max_file_size_mb=1)
    too_large = peer.send(files=[as_sent(pdf(size=1_048_577))])
    assert (too_large.status_code, too_large.json()["code"]) == (413, "file_too_large")
    disguised = peer.send(files=[HTML])
    assert (disguised.status_code, disguised.json()["code"]) == (415, "file_type_not_allowed")
    too_many = peer.send(files=[as_sent(png()) for _ in range(6)])
    assert (too_many.status_code, too_many.json()["code"]) == (400, "invalid")
    Inbox.objects.update(attachments_enabled=False)
    switched_off = peer.send(files=[as_sent(png())])
    assert (switched_off.status_code, switched_off.json()["code"]) == (415, "file_type_not_allowed")
    assert not Message.objects.exists()
    assert not [path for path in folder.rglob("*") if path.is_file()]
