"""Files in the workspace: what operators see, and what they may send."""

import re
import uuid
from html import unescape
from pathlib import Path
from typing import Any

import pytest
from django.conf import LazySettings
from django.test import Client
from django.test.client import FakePayload

from crm.models import User
from messenger.models import Attachment, Conversation, Inbox, Message
from messenger.services import status
from tests.admin.people import LIST, PART, ask, ask_with, page, part_of
from tests.files import disguised, pdf, png

pytestmark = pytest.mark.usefixtures("folder")
MB = 1_048_576
ID = str(uuid.uuid4())


def reply(client: Client, conversation: Conversation, *files: Any, body: str = "", **more: Any) -> Any:
    form = {"body": body, "client_message_id": str(uuid.uuid4()), **more, "files": list(files)}
    return client.post(page(conversation, "reply/"), form, headers=PART)


def kept(folder: Path) -> int:
    return sum(path.is_file() for path in folder.rglob("*"))


def answers() -> int:
    return Message.objects.filter(direction="out").count()


def links(html: str) -> list[str]:
    return [unescape(url) for url in re.findall(r'href="(/api/widget/attachment/[^"]+)"', html)]


def test_picture_is_shown_in_its_place(operator_client: Client, conversation: Conversation) -> None:
    ask_with(conversation, "", png(1600, 1200, "sofa.png"))
    shown = operator_client.get(page(conversation)).content.decode()
    (url,) = links(shown)
    assert f'<img src="{url.replace("&", "&amp;")}"' in shown
    for wanted in ('alt="sofa.png"', 'width="300"', 'height="225"', 'loading="lazy"'):
        assert wanted in shown
    assert shown.count('class="msgr-text"') == 1 + 1, "of the first message, and of the template"
    response = Client().get(url)
    assert (response.status_code, response["Content-Type"]) == (200, "image/png")
    response.close()


@pytest.mark.parametrize(
    ("width", "height", "place"),
    [
        (10, 10, ("", "48", "48")),
        (300, 600, ("", "150", "300")),
        (100, 2000, (" msgr-tall", "100", "250")),
        (3000, 30, (" msgr-wide", "300", "100")),
    ],
)
def test_pictures_of_any_shape_have_a_place(
    operator_client: Client, conversation: Conversation, width: int, height: int, place: tuple[str, str, str]
) -> None:
    ask_with(conversation, "", png(width, height))
    shown = operator_client.get(page(conversation)).content.decode()
    pattern = r'class="msgr-picture([^"]*)".*?width="(\d+)"\s+height="(\d+)"'
    assert re.findall(pattern, shown, re.DOTALL) == [place]


def test_other_files_are_named_and_saved(operator_client: Client, conversation: Conversation) -> None:
    ask_with(conversation, "The offer", pdf("offer <b>.pdf", size=1_600_000), png(), png())
    shown = operator_client.get(page(conversation)).content.decode()
    assert '<bdi class="msgr-file-name">offer _b_.pdf</bdi>' in shown
    assert "PDF · 1.5 MB" in shown
    assert "The offer" in shown
    assert [url.endswith("&download=1") for url in links(shown)] == [True, False, False]
    assert shown.count("msgr-square") == 2


def test_files_come_with_the_news(operator_client: Client, conversation: Conversation) -> None:
    seen = conversation.last_message_id
    ask(conversation, "", files=3)
    assert len(links(part_of(operator_client, page(conversation, "timeline/"), since_id=seen))) == 3


@pytest.mark.parametrize(("body", "preview"), [("", "Attachment: first.png"), ("Look **here**", "Look here")])
def test_list_names_what_has_no_text(
    operator_client: Client, conversation: Conversation, body: str, preview: str
) -> None:
    ask_with(conversation, body, png(name="first.png"), png(name="second.png"))
    (row,) = operator_client.get(f"{LIST}?box=all").context["cl"].rows
    assert row.preview == preview


def test_operator_sends_files_without_a_text(
    operator_client: Client, operator: User, conversation: Conversation
) -> None:
    response = reply(
        operator_client, conversation, png(), pdf("offer.pdf"), since_id=conversation.last_message_id
    )
    assert response.status_code == 200
    assert len(links(response.content.decode())) == 2
    message = Message.objects.get(direction="out")
    assert (message.body, message.sender_user) == ("", operator)
    names = message.attachments.order_by("created_at").values_list("original_name", flat=True)
    assert list(names) == ["a.png", "offer.pdf"]


def test_form_of_the_page_sends_files(operator_client: Client, conversation: Conversation) -> None:
    shown = operator_client.get(page(conversation)).content.decode()
    assert 'enctype="multipart/form-data"' in shown
    assert 'name="files"' in shown[shown.index("<noscript>") : shown.index("</noscript>")]
    response = operator_client.post(page(conversation, "reply/"), {"body": "Here", "files": [png()]})
    assert (response.status_code, response["Location"]) == (302, page(conversation))
    assert Attachment.objects.get().message.body == "Here"


def test_repeat_is_stored_once(operator_client: Client, conversation: Conversation, folder: Path) -> None:
    for _ in range(2):
        sent = reply(operator_client, conversation, png(), body="Yes", client_message_id=ID)
        assert sent.status_code == 200
    assert (answers(), kept(folder)) == (1, 1)


@pytest.mark.parametrize(
    ("files", "code", "sentence"),
    [
        ([disguised(b"<html><script>", "photo.png", "image/png")], 415, "kind"),
        ([disguised(b"MZ\x90\x00" * 40, "virus.exe", "image/png")], 415, "kind"),
        ([disguised(b"<svg xmlns='http://www.w3.org/2000/svg'/>", "a.svg", "image/svg+xml")], 415, "kind"),
        ([png(), pdf(size=MB + 1)], 413, "1 MB"),
        ([png(), disguised(b"", "empty.pdf", "application/pdf")], 400, "empty"),
        ([png(name=f"{number}.png") for number in range(6)], 400, "At most 5"),
    ],
    ids=["page", "program", "svg", "too large", "empty", "too many"],
)
def test_what_can_not_be_sent_is_refused_whole(
    operator_client: Client,
    conversation: Conversation,
    folder: Path,
    settings: LazySettings,
    files: list[Any],
    code: int,
    sentence: str,
) -> None:
    settings.MESSENGER_MAX_FILE_SIZE_MB = 1
    for file in files:
        file.seek(0)
    response = reply(operator_client, conversation, *files, body="Look")
    assert response.status_code == code
    answer = response.json()
    told = " ".join([answer["detail"], *(s for found in answer.get("fields", {}).values() for s in found)])
    assert sentence in told
    assert (answers(), kept(folder)) == (0, 0)


def test_refusal_is_told_without_a_script(operator_client: Client, conversation: Conversation) -> None:
    form = {"body": "", "files": [disguised(b"<html>", "photo.png", "image/png")]}
    followed = operator_client.post(page(conversation, "reply/"), form, follow=True)
    assert "Files of this kind" in str(next(iter(followed.context["messages"])))


def test_kinds_are_those_of_the_inbox(
    operator_client: Client, conversation: Conversation, inbox: Inbox
) -> None:
    Inbox.objects.filter(pk=inbox.pk).update(allowed_content_types=["application/pdf"])
    shown = operator_client.get(page(conversation)).content.decode()
    assert 'data-accept="application/pdf,.pdf"' in shown
    assert reply(operator_client, conversation, png()).status_code == 415
    assert reply(operator_client, conversation, pdf()).status_code == 200


def test_operators_send_files_where_visitors_may_not(
    operator_client: Client, conversation: Conversation, inbox: Inbox
) -> None:
    Inbox.objects.filter(pk=inbox.pk).update(attachments_enabled=False, max_file_size_mb=1)
    assert reply(operator_client, conversation, pdf(size=2 * MB)).status_code == 200


def test_nothing_is_read_beyond_the_limit(
    operator_client: Client, conversation: Conversation, settings: LazySettings
) -> None:
    settings.MESSENGER_MAX_FILE_SIZE_MB = 1
    head = b'--x\r\nContent-Disposition: form-data; name="files"; filename="a.pdf"\r\n\r\n'
    payload = FakePayload(head + b"x" * 8 * MB + b"\r\n--x--\r\n")
    extra: dict[str, Any] = {"wsgi.input": payload, "CONTENT_LENGTH": len(payload)}
    extra["CONTENT_TYPE"] = "multipart/form-data; boundary=x"
    response = operator_client.post(page(conversation, "reply/"), headers=PART, **extra)
    assert (response.status_code, response.json()["code"]) == (413, "file_too_large")
    assert len(payload.read(5 * MB)) == 5 * MB


def test_closed_conversation_takes_no_files(
    operator_client: Client, operator: User, conversation: Conversation, folder: Path
) -> None:
    status.close(conversation_id=conversation.pk, actor=operator)
    assert reply(operator_client, conversation, png()).status_code == 409
    assert kept(folder) == 0


def test_outsider_sends_and_sees_nothing(
    outsider_client: Client, conversation: Conversation, folder: Path
) -> None:
    ask(conversation, "", files=1)
    response = reply(outsider_client, conversation, png())
    assert response.status_code == 404
    assert (answers(), kept(folder)) == (0, 1)
    for route in ("", "timeline/"):
        assert outsider_client.get(page(conversation, route)).status_code == 404


def test_foreign_site_can_send_no_files(operator: User, conversation: Conversation, folder: Path) -> None:
    client = Client(enforce_csrf_checks=True)
    client.force_login(operator)
    assert reply(client, conversation, png()).status_code == 403
    assert (answers(), kept(folder)) == (0, 0)
    client.get(page(conversation))
    token = client.cookies["crm_csrf"].value
    assert reply(client, conversation, png(), csrfmiddlewaretoken=token).status_code == 200
