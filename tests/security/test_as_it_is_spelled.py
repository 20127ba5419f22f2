"""What clients spell in other ways, or send beside what is asked of them, gets them past no limit and into no log."""

import logging

import pytest
from django.conf import LazySettings
from django.test import Client
from django.test.client import BOUNDARY, encode_multipart

from tests.files import png
from tests.visitor import Visitor

pytestmark = pytest.mark.usefixtures("folder")

MARK = "XMARKX"


@pytest.mark.parametrize("spelling", ["multipart/form-data", "multipart/Form-Data", "multipart/FORM-DATA"])
def test_files_are_counted_however_their_type_is_spelled(
    visitor: Visitor, settings: LazySettings, spelling: str
) -> None:
    settings.MESSENGER_THROTTLE_UPLOAD_SESSION = "1/day"
    statuses = []
    for _ in range(2):
        body = encode_multipart(BOUNDARY, {"body": "See here", "files": [png()]})
        response = visitor.client.post(
            "/api/widget/send/",
            body,
            content_type=f"{spelling}; boundary={BOUNDARY}",
            headers=visitor.headers,
        )
        statuses.append(response.status_code)
    assert statuses == [201, 429]


@pytest.mark.django_db
def test_a_method_of_ones_own_is_in_no_line(client: Client, caplog: pytest.LogCaptureFixture) -> None:
    with caplog.at_level(logging.INFO):
        client.generic(MARK, "/admin/login/")
        client.generic(f"{MARK}\nfaked line", "/nowhere/")
    assert MARK not in "\n".join(record.getMessage() for record in caplog.records)
