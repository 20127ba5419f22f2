"""Redis goes away under visitors, and comes back empty: they go on, and keep what they began."""

from collections.abc import Callable, Iterator
from pathlib import Path
from typing import Any

import pytest
from django.conf import LazySettings

from crm.models import User
from crm.servers import Valkey
from messenger.lib import volatile as library
from messenger.models import Message
from messenger.services import posting, typing
from messenger.utils import get_widget_session
from messenger.volatile import volatile
from tests.visitor import Visitor

pytestmark = pytest.mark.django_db


class Outage:
    """A Valkey of this test alone, which all of Django's cache and the messenger use."""

    def __init__(self, folder: Path, use: Callable[[str], None]) -> None:
        (folder / "log").mkdir()
        self._server = Valkey(folder)
        self._use = use

    def begin(self) -> None:
        self._server.stop(at_once=True)

    def end(self) -> None:
        self._server.start()
        self._server.wait()
        self._use(self._server.url)


@pytest.fixture
def outage(tmp_path: Path, settings: LazySettings, monkeypatch: pytest.MonkeyPatch) -> Iterator[Outage]:
    usual = settings.CACHES

    def use(url: str) -> None:
        settings.CACHES = {"default": usual["default"] | {"LOCATION": url}}

    tmp_path.chmod(0o755)
    monkeypatch.setattr(library, "RETRY_SECONDS", 0.0)
    outage = Outage(tmp_path, use)
    outage.end()
    yield outage
    outage.begin()
    settings.CACHES = usual
    volatile.get("messenger:is-back")
    assert volatile.degraded_since is None


@pytest.fixture
def before(outage: Outage, visitor: Visitor) -> Visitor:
    """Wrote while all was well."""
    visitor.send("Before")
    return visitor


def texts_of(visitor: Visitor) -> list[str]:
    response = visitor.poll()
    assert response.status_code == 200, response.content
    return [message["body"] for message in response.json()["messages"]]


def test_visitor_comes_back_by_the_visitor_token_and_stays(before: Visitor, outage: Outage) -> None:
    """The session went with Redis: the widget bootstraps again, and that session lives through the return."""
    outage.begin()
    assert before.send("Lost?").json()["code"] == "session_invalid"
    assert before.bootstrap(visitor_token=before.visitor_token).status_code == 200
    assert before.send("During").status_code == 201
    outage.end()
    assert before.send("After").status_code == 201
    assert texts_of(before) == ["Before", "During", "After"]


def test_newcomer_during_the_outage_stays(outage: Outage, inbox: Any) -> None:
    outage.begin()
    newcomer = Visitor(inbox.widget_token)
    assert newcomer.bootstrap().status_code == 200
    assert newcomer.send("During").status_code == 201
    outage.end()
    assert texts_of(newcomer) == ["During"]
    session = get_widget_session(newcomer.session_token)
    assert session is not None
    assert session.conversation_id == newcomer.conversation_id


def test_every_endpoint_answers_during_the_outage(outage: Outage, inbox: Any, operator: User) -> None:
    outage.begin()
    visitor = Visitor(inbox.widget_token)
    visitor.bootstrap()
    visitor.send("Hello")
    last = posting.post_from_operator(
        conversation_id=visitor.conversation_id, operator=operator, body="Yes"
    ).pk
    assert visitor.post("typing/").status_code == 200
    assert typing.typing_state(visitor.conversation_id).contact
    typing.mark_typing(visitor.conversation_id, "operator")
    assert visitor.poll(last).json()["operator_typing"] is True
    assert visitor.post("mark_read/", {"last_message_id": last}).status_code == 200
    assert Message.objects.get(pk=last).read_at is not None


def test_limits_hold_during_the_outage(outage: Outage, inbox: Any, settings: LazySettings) -> None:
    settings.MESSENGER_THROTTLE_SEND_SESSION = "2/day"
    outage.begin()
    visitor = Visitor(inbox.widget_token)
    visitor.bootstrap()
    assert [visitor.send().status_code for _ in range(4)] == [201, 201, 429, 429]


def test_poll_is_never_answered_with_what_was_before(before: Visitor, outage: Outage, operator: User) -> None:
    """No view that was kept before an outage hides what was written in it."""
    last = before.poll().json()["messages"][-1]["id"]
    before.poll(last)
    outage.begin()
    before.bootstrap(visitor_token=before.visitor_token)
    before.poll(last)
    posting.post_from_operator(conversation_id=before.conversation_id, operator=operator, body="Answer")
    assert [m["body"] for m in before.poll(last).json()["messages"]] == ["Answer"]
    outage.end()
    assert [m["body"] for m in before.poll(last).json()["messages"]] == ["Answer"]
