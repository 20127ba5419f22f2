"""Who gets an attachment, and with which headers."""

import time
import uuid
from pathlib import Path
from typing import Any
from urllib.parse import parse_qs, urlsplit

import pytest
from django.conf import LazySettings
from django.test import Client

from crm.models import User
from messenger.models import Attachment, Contact, Inbox, Message
from messenger.services import attachment_links
from tests.files import PDF, pdf, png
from tests.visitor import Visitor


@pytest.fixture
def sent(visitor: Visitor, folder: Path) -> dict[str, Any]:
    """A picture that the visitor sent."""
    shown: dict[str, Any] = visitor.send_files({"files": [png()]}).json()["attachments"][0]
    return shown


def get(client: Client, *arguments: Any, **more: Any) -> Any:
    """With the answer read to its end, as a browser does; its bytes are `body`."""
    response: Any = client.get(*arguments, **more)
    response.body = b"".join(response.streaming_content) if response.streaming else response.content
    return response


def ask(visitor: Visitor, attachment_id: str) -> Any:
    return get(visitor.client, f"/api/widget/attachment/{attachment_id}/", headers=visitor.headers)


def test_signed_link_needs_no_tokens(sent: dict[str, Any], client: Client) -> None:
    response = get(client, sent["url"])
    assert response.status_code == 200
    assert len(response.body) == sent["size"] == int(response["Content-Length"])
    assert response["Content-Type"] == "image/png"
    assert response["Content-Disposition"] == 'inline; filename="a.png"'
    assert response["X-Content-Type-Options"] == "nosniff"
    assert response["Content-Security-Policy"] == "default-src 'none'; sandbox"
    assert response["Cross-Origin-Resource-Policy"] == "cross-origin"
    assert response["Accept-Ranges"] == "bytes"
    assert response["Cache-Control"].startswith("private, max-age=")
    assert "Set-Cookie" not in response


def test_link_stays_the_same_for_a_while(settings: LazySettings) -> None:
    """Or each answer would make the browser fetch all images again."""
    settings.MESSENGER_ATTACHMENT_LINK_SECONDS = 3_600
    key = uuid.uuid4()
    assert attachment_links.link(key, 7_200) == attachment_links.link(key, 10_799)
    assert attachment_links.link(key, 7_200) != attachment_links.link(key, 10_800)


@pytest.mark.parametrize("change", ["e=1", "e=", "e=99999999999", "s=", "s=0", "e=x", "e=9%00", "s=%C3%A9"])
def test_link_that_was_changed_is_none(sent: dict[str, Any], client: Client, change: str) -> None:
    name, value = change.split("=")
    parts = urlsplit(sent["url"])
    query = {key: values[0] for key, values in parse_qs(parts.query).items()} | {name: value}
    response = get(client, parts.path, query_params=query)
    assert (response.status_code, response.json()["code"]) == (404, "not_found")


def test_link_of_another_file_is_none(sent: dict[str, Any], visitor: Visitor, client: Client) -> None:
    other = visitor.send_files({"files": [pdf()]}).json()["attachments"][0]
    mixed = f"{urlsplit(other['url']).path}?{urlsplit(sent['url']).query}"
    assert get(client, mixed).status_code == 404


def test_link_is_over_one_day(sent: dict[str, Any], client: Client, monkeypatch: pytest.MonkeyPatch) -> None:
    later = time.time() + 2 * 86_400 + 1
    monkeypatch.setattr(time, "time", lambda: later)
    assert get(client, sent["url"]).status_code == 404


def test_session_gets_its_own_files(sent: dict[str, Any], visitor: Visitor) -> None:
    assert ask(visitor, sent["id"]).status_code == 200
    tokens = {"widget_token": visitor.widget_token, "widget_session_token": visitor.session_token}
    assert get(Client(), f"/api/widget/attachment/{sent['id']}/", tokens).status_code == 200


def test_stranger_gets_nothing(sent: dict[str, Any], inbox: Inbox, client: Client) -> None:
    stranger = Visitor(inbox.widget_token)
    stranger.bootstrap()
    response = ask(stranger, sent["id"])
    assert (response.status_code, response.json()["code"]) == (404, "not_found")
    assert get(client, f"/api/widget/attachment/{sent['id']}/").status_code == 400
    assert ask(stranger, str(uuid.uuid4())).status_code == 404


def test_staff_session_alone_opens_nothing(sent: dict[str, Any], administrator_client: Client) -> None:
    assert get(administrator_client, f"/api/widget/attachment/{sent['id']}/").status_code == 400


def test_blocked_visitor_gets_nothing(sent: dict[str, Any], visitor: Visitor) -> None:
    Contact.objects.update(is_blocked=True)
    assert ask(visitor, sent["id"]).json()["code"] == "blocked"


def test_file_of_a_note_is_out_of_reach(sent: dict[str, Any], visitor: Visitor, operator: User) -> None:
    note = Message.objects.create(
        conversation_id=visitor.conversation_id, direction="internal", body="Secret", sender_user=operator
    )
    Attachment.objects.update(message=note)
    assert ask(visitor, sent["id"]).status_code == 404
    assert all(not message["attachments"] for message in visitor.poll().json()["messages"])


def test_closed_inbox_hides_files_from_sessions(sent: dict[str, Any], visitor: Visitor, inbox: Inbox) -> None:
    inbox.is_active = False
    inbox.save()
    other = Visitor(visitor.widget_token)
    assert other.bootstrap().status_code in {200, 404}


def test_pdf_is_shown_or_saved(visitor: Visitor, folder: Path, client: Client) -> None:
    shown = visitor.send_files({"files": [pdf("Счёт «7».pdf")]}).json()["attachments"][0]
    response = get(client, shown["url"])
    assert response["Content-Disposition"].startswith("inline; filename*=utf-8''")
    assert response.body == PDF
    saved = get(client, shown["url"] + "&download=1")
    assert saved["Content-Disposition"].startswith("attachment; ")


def test_other_kinds_are_only_saved(sent: dict[str, Any], client: Client) -> None:
    Attachment.objects.update(content_type="application/zip")
    response = get(client, sent["url"])
    assert response["Content-Disposition"].startswith("attachment; ")
    assert response["Content-Security-Policy"] == "default-src 'none'; sandbox"


def test_part_of_a_file(sent: dict[str, Any], client: Client) -> None:
    whole = get(client, sent["url"]).body
    part = get(client, sent["url"], headers={"Range": "bytes=2-5"})
    assert part.status_code == 206
    assert part["Content-Range"] == f"bytes 2-5/{len(whole)}"
    assert (part.body, part["Content-Length"]) == (whole[2:6], "4")
    tail = get(client, sent["url"], headers={"Range": "bytes=-3"})
    assert tail.body == whole[-3:]
    beyond = get(client, sent["url"], headers={"Range": f"bytes={len(whole)}-"})
    assert (beyond.status_code, beyond["Content-Range"]) == (416, f"bytes */{len(whole)}")
    old = get(client, sent["url"], headers={"Range": "bytes=2-5", "If-Range": '"other"'})
    assert old.status_code == 200


def test_known_file_is_not_sent_again(sent: dict[str, Any], client: Client) -> None:
    etag = get(client, sent["url"])["ETag"]
    assert get(client, sent["url"], headers={"If-None-Match": etag}).status_code == 304


def test_lost_file_is_not_found(
    sent: dict[str, Any], client: Client, caplog: pytest.LogCaptureFixture
) -> None:
    attachment = Attachment.objects.get()
    attachment.file.storage.delete(attachment.file.name or "")
    assert get(client, sent["url"]).status_code == 404
    assert str(attachment.pk) in caplog.text


def test_page_of_another_origin_may_show_it(sent: dict[str, Any], client: Client) -> None:
    response = get(client, sent["url"], headers={"Origin": "https://shop.example.com"})
    assert response["Access-Control-Allow-Origin"] == "https://shop.example.com"


def test_links_have_the_limit_of_an_address(sent: dict[str, Any], settings: LazySettings) -> None:
    settings.MESSENGER_THROTTLE_POLL_ADDRESS = "2/day"
    assert [get(Client(), sent["url"]).status_code for _ in range(3)] == [200, 200, 429]


def test_nothing_while_the_messenger_is_off(
    sent: dict[str, Any], settings: LazySettings, client: Client
) -> None:
    settings.MESSENGER_ENABLED = False
    response = get(client, sent["url"])
    assert (response.status_code, response.json()) == (404, {"detail": "Messenger disabled"})


def test_what_a_session_got_is_not_kept_for_another(
    sent: dict[str, Any], visitor: Visitor, client: Client
) -> None:
    path = sent["url"].partition("?")[0]
    etag = {"If-None-Match": "*"}
    told = client.get(path, headers=visitor.headers | etag)
    linked = client.get(sent["url"], headers=etag)
    assert {"X-Widget-Session", "X-Widget-Token"} <= set(told["Vary"].split(", "))
    assert "X-Widget-Session" not in linked["Vary"]
