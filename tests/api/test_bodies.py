"""What is sent to the widget API: wrong methods, malformed and monstrous bodies."""

import json
from typing import Any

import pytest
from django.test import Client

from messenger.models import Contact, Conversation, Inbox, Message
from tests.api.endpoints import BOOTSTRAP, SEND, Endpoint, code, every_endpoint
from tests.visitor import Visitor

pytestmark = pytest.mark.django_db


@every_endpoint
def test_wrong_method_is_refused_in_json(visitor: Visitor, endpoint: Endpoint) -> None:
    for method in {"GET", "POST", "PUT", "PATCH", "DELETE"} - {endpoint.method}:
        response = visitor.client.generic(method, endpoint.url, headers=visitor.headers)
        assert code(response) == (405, "method_not_allowed")
        assert endpoint.method in response["Allow"]
    assert not Message.objects.exists()


@pytest.mark.parametrize("endpoint", [BOOTSTRAP, SEND], ids=lambda endpoint: endpoint.path)
def test_malformed_json_is_invalid(visitor: Visitor, endpoint: Endpoint) -> None:
    before = Contact.objects.count()
    for body in (
        b"{",
        b"[1]",
        b'"text"',
        b"null",
        b"\xff\xfe",
        b'{"body": NaN}',
        b'{"body": 1e999}',
        b'{"body": "\\ud800"}',
        b"[" * 100_000,
        b'{"a":' * 5_000,
    ):
        response = visitor.client.post(
            endpoint.url, body, content_type="application/json", headers=visitor.headers
        )
        assert code(response) == (400, "invalid"), body[:16]
    assert (Message.objects.count(), Contact.objects.count()) == (0, before)


@pytest.mark.parametrize("content_type", ["application/json", "application/x-www-form-urlencoded"])
def test_charset_of_the_header_breaks_nothing(visitor: Visitor, content_type: str) -> None:
    for charset in ("utf-16", "zlib", "nonsense", "utf-7"):
        response = visitor.client.generic(
            "POST",
            SEND.url,
            b"\x80=1",
            content_type=f"{content_type}; charset={charset}",
            headers=visitor.headers,
        )
        assert code(response) == (400, "invalid")


def test_unknown_content_type_is_refused(visitor: Visitor) -> None:
    for content_type in ("text/plain", "application/xml", "image/png"):
        response = visitor.client.generic(
            "POST", SEND.url, b"Hello", content_type=content_type, headers=visitor.headers
        )
        assert code(response) == (415, "unsupported_media_type")


@pytest.mark.parametrize("form", ["json", "form", "multipart"])
def test_huge_body_is_refused_unread(visitor: Visitor, form: str) -> None:
    text = "x" * 2_000_000
    bodies: dict[str, tuple[Any, str]] = {
        "json": (json.dumps({"body": text}), "application/json"),
        "form": (f"body={text}", "application/x-www-form-urlencoded"),
        "multipart": (
            f'--b\r\nContent-Disposition: form-data; name="body"\r\n\r\n{text}\r\n--b--\r\n',
            "multipart/form-data; boundary=b",
        ),
    }
    body, content_type = bodies[form]
    response = visitor.client.generic(
        "POST", SEND.url, body, content_type=content_type, headers=visitor.headers
    )
    assert code(response) == (413, "invalid")


def test_thousands_of_fields_are_refused(visitor: Visitor) -> None:
    form = "&".join(f"field{number}=1" for number in range(1_500))
    response = visitor.client.generic(
        "POST", SEND.url, form, content_type="application/x-www-form-urlencoded", headers=visitor.headers
    )
    assert code(response) == (400, "invalid")


@pytest.mark.parametrize(
    "meta",
    ['{"a": "\\u0000"}', '{"\\u0000": 1}', f'{{"a": {"[" * 900}{"]" * 900}}}'],
    ids=["value", "key", "deep"],
)
def test_page_data_that_cannot_be_stored_is_invalid(inbox: Inbox, meta: str) -> None:
    body = f'{{"widget_token": "{inbox.widget_token}", "meta": {meta}}}'
    response = Client().post(BOOTSTRAP.url, body, content_type="application/json")
    assert code(response) == (400, "invalid")
    assert list(response.json()["fields"]) == ["meta"]
    assert not Contact.objects.exists()


def test_page_data_is_stored_as_sent(inbox: Inbox) -> None:
    meta = {"cart": [1, 2.5, None, True], "path": "C:\\u0000", "big": 2**53}
    Visitor(inbox.widget_token).bootstrap(meta=meta)
    assert Conversation.objects.get().meta == meta
