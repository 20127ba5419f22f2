"""The list's search: by client, phone, number and words; of what the user sees, and shown with its mark."""

import pytest
from django.conf import LazySettings
from django.db import connection
from django.test import Client

from crm.models import Branch, User
from messenger.admin.boxes import Box
from messenger.admin.conversation import ConversationAdmin
from messenger.models import Conversation, Inbox, Message
from messenger.models.search_text import STRETCH_BITS, in_ascii
from messenger.services import posting, search, search_people, search_words
from messenger.services.search_words import within_stretch
from tests.admin.people import LIST, answer, ask, start
from tests.admin.test_list import names


def found(client: Client, query: str, **more: str) -> list[str]:
    return names(client, q=query, box="all", **more)


@pytest.fixture
def crowd(inbox: Inbox, yekaterinburg: Branch) -> None:
    start(
        inbox, yekaterinburg, "Мария Иванова", email="masha.ivanova@shop.example", phone="+7 (912) 345-67-89"
    )
    start(inbox, yekaterinburg, "Пётр Великий", phone="8 343 222-33-44")
    start(inbox, yekaterinburg, "Oleg")


@pytest.mark.usefixtures("crowd")
@pytest.mark.parametrize(
    ("query", "name"),
    [
        ("Мария", "Мария Иванова"),
        ("иВАНова мария", "Мария Иванова"),
        ("ванов", "Мария Иванова"),
        ("М Ив", "Мария Иванова"),
        ("MASHA", "Мария Иванова"),
        ("ivanova@shop", "Мария Иванова"),
        ("Петр", "Пётр Великий"),
        ("пётр", "Пётр Великий"),
        ("+7 (912) 345-67-89", "Мария Иванова"),
        ("89123456789", "Мария Иванова"),
        ("9123456789", "Мария Иванова"),
        ("8912", "Мария Иванова"),
        ("345 67 89", "Мария Иванова"),
        ("(343) 222", "Пётр Великий"),
    ],
)
def test_clients(operator_client: Client, query: str, name: str) -> None:
    assert found(operator_client, query) == [name]


@pytest.mark.usefixtures("crowd")
@pytest.mark.parametrize("query", ["maria", "%", "_", "Мария Петрова", "1", "999", "\\", "'", "ария'--"])
def test_what_is_nobody(operator_client: Client, query: str) -> None:
    """Letters of other alphabets aren't the same, whatever the index makes of them; % and _ are themselves."""
    assert found(operator_client, query) == []


FILTERS = [
    {},
    {"status": "open"},
    {"operator": "none"},
    {"rating": "none"},
    {"waiting": "2"},
    {"since": "2020-01-01"},
    {"until": "2099-01-01"},
]


@pytest.mark.parametrize("box", Box.values)
@pytest.mark.parametrize("query", ["Maria", "диван"])
def test_every_box_and_filter_can_be_searched(
    operator_client: Client, talk: Conversation, box: str, query: str
) -> None:
    for chosen in FILTERS:
        answer = operator_client.get(LIST, {"box": box, "q": query} | chosen)
        assert answer.status_code == 200
        assert not answer.context["cl"].is_too_slow


def test_letters_are_the_databases(db: None) -> None:
    text = "Ёж ЩУКА съел, Mixed 7"
    with connection.cursor() as cursor:
        cursor.execute("SELECT messenger_contact_text(%s, '')", [text])
        assert cursor.fetchone()[0] == f" {in_ascii(text)} "


@pytest.fixture
def talk(inbox: Inbox, yekaterinburg: Branch, operator: User) -> Conversation:
    conversation = start(inbox, yekaterinburg, "Maria", "Здравствуйте! Когда будут доставлены диваны?")
    answer(conversation, operator, "The sofas are shipped tomorrow")
    return conversation


@pytest.fixture(params=["index", "each"])
def way(request: pytest.FixtureRequest, monkeypatch: pytest.MonkeyPatch) -> None:
    """By the index of all messages, or each message of few conversations."""
    if request.param == "index":
        monkeypatch.setattr(search, "FEW_CONVERSATIONS", -1)


@pytest.mark.usefixtures("way")
@pytest.mark.parametrize(
    "query",
    [
        "доставлен диван",
        "ДИВАН",
        "достав",
        "sofa",
        "shipping",
        "sofas tomor",
        '"будут доставлены"',
        "диван -стол",
    ],
)
def test_words_in_both_languages(operator_client: Client, talk: Conversation, query: str) -> None:
    assert found(operator_client, query) == ["Maria"]


@pytest.mark.usefixtures("way")
@pytest.mark.parametrize(
    "query", ["стол", "диван -доставлены", "и", "!!!", "&|", "диван:*)", "a" * 5000, "~0", "' 0'", "0"]
)
def test_words_that_are_nowhere(operator_client: Client, talk: Conversation, query: str) -> None:
    expected = ["Maria"] if query == "диван:*)" else []
    assert found(operator_client, query) == expected


@pytest.mark.parametrize(
    "word", ["a" * 2045, "я" * 1023, "😀" * 1000, "\\'" * 1000, "https://x.example/" + "п" * 900]
)
def test_what_is_longer_than_a_word_can_be_written(
    operator_client: Client, talk: Conversation, settings: LazySettings, word: str
) -> None:
    """The database would refuse an index entry of this length."""
    settings.MESSENGER_MAX_MESSAGE_LENGTH = 4000
    ask(talk, f"{word} утюг")
    assert found(operator_client, "утюг") == ["Maria"]


@pytest.mark.parametrize(
    ("words", "expected"),
    [
        ("'заказ'", "('7 заказ')"),
        ("'a' & ( 'b' | 'b':* )", "('7 a' & ( '7 b' | '7 b':* ))"),
        ("'o''k' <-> 'b\\\\c'", "('7 o''k' <-> '7 b\\\\c')"),
        ("!'спам'", "('7 ' & (!'7 спам'))"),
    ],
)
def test_words_of_a_stretch(words: str, expected: str) -> None:
    assert within_stretch(words, 7) == expected


def test_notes_are_found_by_staff(operator_client: Client, talk: Conversation, operator: User) -> None:
    Message.objects.create(
        conversation=talk, direction="internal", body="Скандалист, осторожно", sender_user=operator
    )
    assert found(operator_client, "скандалист") == ["Maria"]


def test_the_place_is_shown_with_a_mark(operator_client: Client, talk: Conversation) -> None:
    for number in range(3):
        ask(talk, f"Ещё вопрос {number}")
    row = operator_client.get(LIST, {"q": "диван", "box": "all"}).context["cl"].rows[0]
    assert ("диваны", True) in row.pieces
    shown = operator_client.get(LIST, {"q": "диван", "box": "all"}).content.decode()
    assert '<mark class="msgr-hit">диваны</mark>' in shown


def test_the_place_is_text(operator_client: Client, inbox: Inbox, yekaterinburg: Branch) -> None:
    start(inbox, yekaterinburg, "Eve", "<script>alert(1)</script> \x02sofa\x03 <b>sofa</b>")
    shown = operator_client.get(LIST, {"q": "sofa", "box": "all"}).content.decode()
    assert "<script>alert" not in shown
    assert "<b>" not in shown
    assert '<mark class="msgr-hit">sofa</mark>' in shown


def test_who_was_found_by_name_shows_the_last_message(operator_client: Client, talk: Conversation) -> None:
    shown = operator_client.get(LIST, {"q": "Maria", "box": "all"}).content.decode()
    assert "The sofas are shipped tomorrow" in shown
    assert "msgr-hit" not in shown


def test_by_number(operator_client: Client, outsider_client: Client, talk: Conversation) -> None:
    assert found(operator_client, f"#{talk.pk}") == ["Maria"]
    assert found(operator_client, f"# {talk.pk}") == ["Maria"]
    assert found(outsider_client, f"#{talk.pk}") == []
    assert found(operator_client, "#999999999999999999") == []
    assert found(operator_client, "#9999999999999999999999") == []


@pytest.mark.usefixtures("way")
def test_only_what_the_user_sees(
    operator_client: Client, outsider_client: Client, administrator_client: Client, talk: Conversation
) -> None:
    for query in ("диван", "Maria"):
        assert found(operator_client, query) == ["Maria"]
        assert found(administrator_client, query) == ["Maria"]
        assert found(outsider_client, query) == []


def test_goes_together_with_the_box(operator_client: Client, talk: Conversation) -> None:
    assert names(operator_client, q="диван", box="mine") == ["Maria"]
    assert names(operator_client, q="диван", box="closed") == []
    shown = operator_client.get(LIST, {"q": "диван", "box": "closed"}).content.decode()
    assert "?box=all&amp;q=%D0%B4" in shown, "it offers to search in all"


@pytest.fixture
def few(monkeypatch: pytest.MonkeyPatch) -> None:
    """As if there were very many."""
    for name, value in {"ENOUGH": 3, "AT_ONCE": 1, "FEW_CONVERSATIONS": -1}.items():
        monkeypatch.setattr(search, name, value)
    monkeypatch.setattr(search_words, "AT_ONCE", 1)
    monkeypatch.setattr(search_people, "FEW_CONTACTS", 1)
    monkeypatch.setattr(ConversationAdmin, "list_per_page", 2)


@pytest.mark.usefixtures("few")
def test_common_words_show_the_newest(operator_client: Client, inbox: Inbox, yekaterinburg: Branch) -> None:
    for number in range(5):
        start(inbox, yekaterinburg, f"Client {number}", "Где мой заказ?")
    first = operator_client.get(LIST, {"q": "заказ", "box": "all"})
    assert [row.conversation.contact.name for row in first.context["cl"].rows] == ["Client 4", "Client 3"]
    assert "Only the newest" not in first.content.decode()
    last = operator_client.get(LIST + first.context["cl"].older_url)
    assert [row.conversation.contact.name for row in last.context["cl"].rows] == ["Client 2"]
    assert "Only the newest conversations with these words are shown" in last.content.decode()


@pytest.mark.usefixtures("few")
def test_common_names_are_all_found(operator_client: Client, inbox: Inbox, yekaterinburg: Branch) -> None:
    for number in range(5):
        start(inbox, yekaterinburg, f"Анна {number}")
    seen, url = [], f"{LIST}?q=анна&box=all"
    while url:
        seen += names(operator_client, url)
        older = operator_client.get(url).context["cl"].older_url
        url = LIST + older if older else ""
    assert seen == [f"Анна {number}" for number in range(4, -1, -1)]


@pytest.mark.usefixtures("way")
def test_words_of_long_ago_are_found(operator_client: Client, talk: Conversation) -> None:
    """Many stretches of ids later."""
    with connection.cursor() as cursor:
        after = talk.last_message_id or 0
        cursor.execute("SELECT setval('messenger_message_id_seq', %s)", [after + (700 << STRETCH_BITS)])
    posting.post_from_contact(
        inbox_id=talk.inbox_id,
        conversation_id=talk.pk,
        contact_id=talk.contact_id,
        body="A sofa again",
        client_message_id=None,
    )
    assert found(operator_client, "диван") == ["Maria"]
    assert found(operator_client, "sofa") == ["Maria"]
