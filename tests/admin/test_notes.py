"""Notes on the workspace's page, and that the visitor's side never reaches them."""

import re
import uuid
from typing import Any

import pytest
from django.db import connection
from django.test import Client
from django.test.utils import CaptureQueriesContext

from crm.models import User
from messenger.models import Attachment, Conversation, Mention, Message
from messenger.services import noting, status
from tests.admin.people import PART, answer, page, part_of
from tests.files import png
from tests.visitor import Visitor

SECRET = "The client is a known swindler"


def write_note(client: Client, conversation: Conversation, body: str = SECRET, **more: Any) -> Any:
    return client.post(page(conversation, "reply/"), {"kind": "note", "body": body, **more}, headers=PART)


def note_of(conversation: Conversation, author: User, body: str = SECRET) -> Message:
    return noting.add_note(conversation_id=conversation.pk, author=author, body=body)


def text_of(html: str) -> str:
    return " ".join(re.sub(r"<[^>]+>", " ", html).split())


def test_it_is_told_apart_from_answers(operator_client: Client, conversation: Conversation) -> None:
    shown = write_note(operator_client, conversation)
    assert shown.status_code == 200
    assert "msgr-message-internal" in shown.content.decode()
    assert "Internal note" in shown.content.decode()
    assert Message.objects.get(direction="internal").body == SECRET


def test_without_scripts_the_form_says_what_it_is(
    operator_client: Client, conversation: Conversation
) -> None:
    response = operator_client.post(page(conversation, "reply/"), {"kind": "note", "body": SECRET})
    assert response.status_code == 302
    assert Message.objects.filter(direction="internal").count() == 1


@pytest.mark.parametrize("kind", ["", "internal", "Note", "out"])
def test_what_is_neither_is_not_sent(operator_client: Client, conversation: Conversation, kind: str) -> None:
    response = operator_client.post(page(conversation, "reply/"), {"kind": kind, "body": SECRET})
    assert response.status_code == 400
    assert Message.objects.count() == 1


def test_closed_conversations_take_notes_and_no_answers(
    operator_client: Client, operator: User, conversation: Conversation
) -> None:
    status.close(conversation_id=conversation.pk, actor=operator)
    assert write_note(operator_client, conversation).status_code == 200
    refused = operator_client.post(page(conversation, "reply/"), {"body": "Yes"}, headers=PART)
    assert refused.json()["code"] == "conversation_closed"


def test_outsiders_neither_write_nor_read_them(
    outsider_client: Client, operator: User, conversation: Conversation
) -> None:
    assert write_note(outsider_client, conversation).status_code == 404
    note_of(conversation, operator)
    for route in ("", "timeline/", "canned/", "colleagues/"):
        assert outsider_client.get(page(conversation, route)).status_code == 404


def test_a_mention_is_marked_until_it_is_seen(
    client: Client, operator: User, colleague: User, conversation: Conversation
) -> None:
    note_of(conversation, operator, "@boris please look, not @borisov")
    client.force_login(colleague)
    shown = client.get(page(conversation)).content.decode()
    assert "data-mentions-me" in shown
    assert "@Boris please look, not @borisov" in text_of(shown)
    answered = client.post(page(conversation, "read/")).json()
    assert answered["seen"] == 1
    assert Mention.objects.get().seen_at is not None
    assert "data-mentions-me" not in client.get(page(conversation)).content.decode()


def test_somebody_elses_look_leaves_it_unseen(
    operator_client: Client, operator: User, colleague: User, conversation: Conversation
) -> None:
    note_of(conversation, operator, "@boris please look")
    assert "data-mentions-me" not in operator_client.get(page(conversation)).content.decode()
    assert operator_client.post(page(conversation, "read/")).json()["seen"] == 0
    assert Mention.objects.get().seen_at is None


def test_mentions_are_refused_in_words(
    operator_client: Client, outsider: User, conversation: Conversation
) -> None:
    refused = write_note(operator_client, conversation, "@victor look")
    assert refused.status_code == 400
    assert "Victor can't see this conversation" in refused.json()["fields"]["body"][0]


def test_names_and_texts_of_notes_are_text(
    operator_client: Client, operator: User, colleague: User, conversation: Conversation
) -> None:
    User.objects.filter(pk=colleague.pk).update(first_name="<b>Boris</b>\\1")
    note_of(conversation, operator, "<i>@boris</i> @boris https://example.com/@boris **@boris**")
    shown = operator_client.get(page(conversation)).content.decode()
    assert "<b>Boris" not in shown
    assert "<i>" not in shown
    assert shown.count('<span class="msgr-mention">@&lt;b&gt;Boris&lt;/b&gt;\\1</span>') == 2
    assert 'href="https://example.com/@boris"' in shown


def test_mentions_cost_one_query_however_many(
    operator_client: Client, operator: User, colleague: User, conversation: Conversation
) -> None:
    def queries() -> int:
        with CaptureQueriesContext(connection) as captured:
            part_of(operator_client, page(conversation, "timeline/"))
        return len(captured)

    without = queries()
    note_of(conversation, operator, "@boris")
    one = queries()
    for _ in range(10):
        note_of(conversation, operator, "@boris")
    assert (one, queries()) == (without + 1, without + 1)


def test_the_list_shows_the_last_message_not_the_note(
    operator_client: Client, operator: User, conversation: Conversation
) -> None:
    answer(conversation, operator, "Good day")
    note_of(conversation, operator)
    shown = operator_client.get("/admin/messenger/conversation/?box=all").content.decode()
    assert "Good day" in shown
    assert SECRET not in shown


@pytest.fixture
def talk(visitor: Visitor, operator: User) -> Conversation:
    """The visitor wrote and was answered."""
    visitor.send("Hello?")
    conversation = Conversation.objects.get()
    answer(conversation, operator)
    return conversation


@pytest.mark.django_db(transaction=True)
def test_a_poll_is_the_same_before_and_after(visitor: Visitor, talk: Conversation, operator: User) -> None:
    last = Message.objects.latest("pk").pk
    before = visitor.poll(last).content
    note_of(talk, operator)
    with CaptureQueriesContext(connection) as asked:
        assert visitor.poll(last).content == before
    assert not asked.captured_queries, "even the quiet answer stands"
    assert SECRET not in visitor.poll(0).content.decode()
    assert SECRET not in visitor.bootstrap().content.decode()


def test_a_read_mark_never_names_a_note(
    visitor: Visitor, talk: Conversation, operator: User, operator_client: Client
) -> None:
    last = Message.objects.latest("pk").pk
    note_of(talk, operator)
    operator_client.post(page(talk, "read/"))
    assert visitor.poll(0).json()["operator_read_up_to"] == last


@pytest.mark.usefixtures("folder")
def test_its_files_are_out_of_the_visitors_reach(
    visitor: Visitor, talk: Conversation, operator_client: Client, client: Client
) -> None:
    assert write_note(operator_client, talk, files=[png(name="proof.png")]).status_code == 200
    attachment = Attachment.objects.get()
    shown = operator_client.get(page(talk)).content.decode()
    (address,) = set(re.findall(rf'href="([^"]*{attachment.pk}[^"]*)"', shown))
    seen = client.get(address.replace("&amp;", "&"))
    assert b"PNG" in seen.getvalue(), "operators see it by its link"
    path = f"/api/widget/attachment/{attachment.pk}/"
    headers = {
        "X-Widget-Token": visitor.widget_token,
        "X-Widget-Session": visitor.session_token,
    }
    assert client.get(path, headers=headers).status_code == 404
    for answered in (visitor.poll(0), visitor.bootstrap()):
        assert str(attachment.pk) not in answered.content.decode()


def test_a_repeat_is_one_note(operator_client: Client, conversation: Conversation) -> None:
    given = str(uuid.uuid4())
    for _ in range(2):
        assert write_note(operator_client, conversation, client_message_id=given).status_code == 200
    assert Message.objects.filter(direction="internal").count() == 1
