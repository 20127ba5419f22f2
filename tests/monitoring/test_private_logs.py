"""Marked strings go through every address there is, and through its errors: the log has none of them."""

import json
from typing import Any

import pytest
from django.core.files.uploadedfile import SimpleUploadedFile
from django.db import DataError, connection, transaction
from django.test import Client

from crm.models import User
from messenger.models import Conversation, Inbox
from tests.monitoring.lines import MARK, assert_private, written
from tests.security.addresses import addresses
from tests.security.test_every_address import body, world  # noqa: F401
from tests.visitor import Visitor

pytestmark = pytest.mark.django_db
NAMES = (
    "Authorization",
    "X-Widget-Token",
    "X-Widget-Session",
    "X-Request-Id",
    "X-Health-Token",
    "Idempotency-Key",
    "User-Agent",
    "Accept-Language",
    "X-Forwarded-For",
)
URL = f"https://{MARK}.example"
HEADERS = dict.fromkeys(NAMES, MARK) | {"Origin": URL, "Referer": f"{URL}/{MARK}"}
FIELDS = """
    body text name email phone username password password1 password2 old_password auth-username code q token
    widget_token widget_session_token visitor_token contact_external_id identity_hash client_message_id hp captcha
    score comment reason confirm shortcut page_url referrer locale meta consent since_id next status label
""".split()  # noqa: SIM905  (a list of them would be forty lines)


def whoever(user: User | None) -> Client:
    client = Client(raise_request_exception=False, headers=HEADERS)
    if user is not None:
        client.force_login(user)
    client.cookies[MARK] = MARK
    client.cookies["crm_csrf"] = MARK
    return client


def tries(client: Client, url: str) -> list[Any]:
    """The same address as a browser, a form with a file, and a program would ask it."""
    query = f"{url}?q={MARK}&token={MARK}&widget_session_token={MARK}&next=/{MARK}/"
    form = dict.fromkeys(FIELDS, MARK)
    marked = json.dumps(form)
    of_programs = [
        lambda: client.post(query, marked, content_type="application/json"),
        lambda: client.patch(query, marked[:-1], content_type="application/json"),
        lambda: client.delete(query),
    ]
    return [
        lambda: client.get(query),
        lambda: client.post(query, form | {"files": SimpleUploadedFile(f"{MARK}.png", MARK.encode())}),
        *(of_programs if url.startswith("/api/") else ()),
    ]


def try_everything(client: Client, known: dict[str, Any]) -> int:
    """How many requests were made; each in a transaction that is taken back."""
    urls = {one.url for one in addresses(known)}
    urls |= {one.url for one in addresses(dict.fromkeys(known, MARK))} | {f"/{MARK}/", f"/static/{MARK}.js"}
    count = 0
    for url in sorted(urls):
        for attempt in tries(client, url):
            with transaction.atomic():
                answer = attempt()
                if answer.streaming:
                    b"".join(answer.streaming_content)
                transaction.set_rollback(True)
            count += 1
    return count


@pytest.mark.parametrize("who", ["stranger", "administrator"])
def test_no_address_writes_what_it_was_sent(world: dict[str, Any], administrator: User, who: str) -> None:  # noqa: F811
    client = whoever(administrator if who == "administrator" else None)
    with written() as log:
        count = try_everything(client, world)
    assert_private(log.text)
    assert len(log.of("crm.monitoring.requests")) > count / 2


def test_no_error_of_any_address_writes_it(world: dict[str, Any], administrator: User) -> None:  # noqa: F811
    """The database refuses everything, with words that repeat what was sent."""
    client = whoever(administrator)
    urls = [one.url for one in addresses(world)]

    def fail(*_statement: Any) -> None:
        raise DataError(
            f'invalid input syntax for type integer: "{MARK}"\nDETAIL:  Key (name)=({MARK}) exists.'
        )

    with written() as log, connection.execute_wrapper(fail):
        for url in urls:
            client.get(f"{url}?q={MARK}")
            client.post(url, dict.fromkeys(FIELDS, MARK))
    assert_private(log.text)
    failed = log.of("django.request")
    assert len(failed) > len(urls)
    assert all(
        "django.db.utils.DataError" in line["error"]
        for line in failed
        if line["message"].startswith("Internal")
    )


def test_a_refused_row_is_an_error_without_its_values(visitor: Visitor) -> None:
    with connection.cursor() as cursor:
        cursor.execute("SET CONSTRAINTS ALL IMMEDIATE")
        cursor.execute("ALTER TABLE messenger_message ADD CONSTRAINT refuses_all CHECK (body = '') NOT VALID")
    visitor.client.raise_request_exception = False
    with written() as log, transaction.atomic():
        assert visitor.send(f"My card is {MARK}").status_code == 500
        transaction.set_rollback(True)
    assert_private(log.text)
    (error,) = log.of("django.request")
    assert error["message"] == "Internal Server Error: widget-send"
    assert 'violates check constraint "refuses_all"' in error["error"]
    assert "DETAIL" not in error["error"]


def test_what_goes_well_is_private_as_well(
    inbox: Inbox, operator_client: Client, conversation: Conversation
) -> None:
    visitor = Visitor(inbox.widget_token)
    with written() as log:
        visitor.bootstrap(name=MARK, email=f"{MARK}@example.com", page_url=f"https://{MARK}.example")
        assert visitor.send(MARK).status_code == 201
        visitor.poll()
        page = f"/admin/messenger/conversation/{conversation.pk}/change/"
        assert operator_client.get(page, {"q": MARK}).status_code == 200
    assert_private(log.text)
    assert [line["route"] for line in log.lines if "route" in line] == [
        "widget-bootstrap",
        "widget-send",
        "admin:messenger_conversation_change",
    ]
