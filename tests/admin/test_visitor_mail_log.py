"""The log of mails to visitors: who reads it, what it says, and that it stays quick."""

from typing import Any

import pytest
from django.conf import LazySettings
from django.contrib.auth.models import Group, Permission
from django.db import connection
from django.test import Client
from django.test.utils import CaptureQueriesContext
from django.urls import reverse

from crm.models import Branch, User
from messenger.admin.visitor_mail_words import problem_words
from messenger.lib import clock
from messenger.models import Contact, Conversation, Inbox, Message, VisitorMail
from messenger.services.privacy.anonymize import anonymize
from tests.admin.people import answer
from tests.conftest import make_user
from tests.people import open_widget, write

pytestmark = pytest.mark.django_db
LIST = "/admin/messenger/visitormail/"


def mail_to(conversation: Conversation, operator: User, **values: Any) -> VisitorMail:
    """About an answer of its own; sent, unless something else is said."""
    message = answer(conversation, operator, "Only for the client's eyes")
    if values.get("state", "sent") != "waiting":
        values = {"state": "sent", "finished_at": clock.now()} | values
    return VisitorMail.objects.create(
        conversation=conversation, from_message_id=message, up_to_message_id=message, **values
    )


@pytest.fixture
def mail(conversation: Conversation, operator: User) -> VisitorMail:
    Contact.objects.filter(pk=conversation.contact_id).update(name="Maria", email="Maria@Tagil.example")
    return mail_to(conversation, operator)


def listed(client: Client, **query: Any) -> str:
    response = client.get(LIST, query, headers={"Accept-Language": "en"})
    assert response.status_code == 200
    page: str = response.content.decode()
    return page


def numbers(client: Client, **query: Any) -> list[int]:
    response = client.get(LIST, query)
    assert response.status_code == 200
    return [mail.pk for mail in response.context["cl"].result_list]


# --- Who ---------------------------------------------------------------------------------------------------


def test_operators_see_nothing_of_it(operator_client: Client, mail: VisitorMail) -> None:
    for address in (LIST, f"{LIST}{mail.pk}/change/", f"{LIST}{mail.pk}/history/"):
        assert operator_client.get(address).status_code == 403
    assert LIST not in operator_client.get("/admin/").content.decode()


def test_administrators_may_only_read(administrator_client: Client, mail: VisitorMail) -> None:
    assert f'href="{LIST}"' in administrator_client.get("/admin/").content.decode()
    assert administrator_client.get(f"{LIST}{mail.pk}/change/").status_code == 200
    assert administrator_client.post(f"{LIST}{mail.pk}/change/", {"state": "waiting"}).status_code == 403
    assert administrator_client.get(f"{LIST}add/").status_code == 403
    assert administrator_client.post(f"{LIST}{mail.pk}/delete/", {"post": "yes"}).status_code == 403
    administrator_client.post(LIST, {"action": "delete_selected", "_selected_action": [mail.pk]})
    mail.refresh_from_db()
    assert mail.state == "sent"


@pytest.mark.parametrize("missing", ["view_contact", "view_conversation"])
def test_whoever_may_not_see_clients_may_not_see_it(
    administrator_client: Client, mail: VisitorMail, missing: str
) -> None:
    for group in Group.objects.all():
        group.permissions.remove(Permission.objects.get(codename=missing))
    assert administrator_client.get(LIST).status_code == 403
    assert LIST not in administrator_client.get("/admin/").content.decode()


def test_an_administrator_of_another_branch_sees_nothing_of_it(
    moscow: Branch, mail: VisitorMail, inbox: Inbox, outsider: User
) -> None:
    client = Client()
    client.force_login(make_user("max", moscow, role=User.Role.ADMINISTRATOR))
    theirs = Inbox.objects.create(name="Of Moscow", branch=moscow)
    own = mail_to(write(open_widget(theirs, moscow)), outsider)
    assert numbers(client) == [own.pk]
    assert numbers(client, q="maria@tagil.example") == numbers(client, q=f"#{mail.conversation_id}") == []
    assert numbers(client, inbox=inbox.pk) == [own.pk], "its filter doesn't know the inbox"
    assert inbox.name not in listed(client)
    assert client.get(f"{LIST}{mail.pk}/change/").status_code == 302


def test_while_the_messenger_is_off(
    administrator_client: Client, mail: VisitorMail, settings: LazySettings
) -> None:
    settings.MESSENGER_ENABLED = False
    assert administrator_client.get(LIST).status_code == 404
    assert f'href="{LIST}"' not in administrator_client.get("/admin/").content.decode()


# --- What --------------------------------------------------------------------------------------------------


def test_it_says_to_whom_and_what_came_of_it(administrator_client: Client, mail: VisitorMail) -> None:
    page = listed(administrator_client)
    assert "Maria" in page
    assert reverse("admin:messenger_conversation_change", args=[mail.conversation_id]) in page
    for text in ("Only for the client", "Tagil.example"):
        assert text not in page
        assert text not in administrator_client.get(f"{LIST}{mail.pk}/change/").content.decode()


def test_no_page_shows_a_state_as_it_is_kept(
    administrator_client: Client, mail: VisitorMail, operator: User
) -> None:
    waits = mail_to(mail.conversation, operator, state="waiting")
    page = administrator_client.get(f"{LIST}{waits.pk}/change/", headers={"Accept-Language": "en"})
    assert "(&#x27;" not in page.content.decode()
    assert f"Mail to a visitor #{waits.pk}" in page.content.decode()


def test_whether_the_client_has_seen_it(administrator_client: Client, mail: VisitorMail) -> None:
    (row,) = administrator_client.get(LIST).context["cl"].result_list
    assert row.seen_at is None
    Message.objects.filter(pk=mail.up_to_message_id).update(read_at=clock.now())
    (row,) = administrator_client.get(LIST).context["cl"].result_list
    assert row.seen_at is not None


def test_filters(
    administrator_client: Client,
    mail: VisitorMail,
    operator: User,
    global_inbox: Inbox,
    yekaterinburg: Branch,
) -> None:
    elsewhere = write(open_widget(global_inbox, yekaterinburg))
    failed = mail_to(elsewhere, operator, state="failed", problem="SMTP 550")
    waiting = mail_to(elsewhere, operator, state="waiting")
    client = administrator_client
    assert numbers(client) == [waiting.pk, failed.pk, mail.pk]
    assert numbers(client, state__exact="failed") == [failed.pk]
    assert numbers(client, inbox=mail.conversation.inbox_id) == [mail.pk]
    assert numbers(client, inbox=global_inbox.pk, state__exact="waiting") == [waiting.pk]
    assert numbers(client, inbox="1 OR 1=1") == numbers(client)
    assert "the mail server refused the mail (550)" in listed(client)


@pytest.mark.parametrize("query", ["maria@tagil.example", " MARIA@TAGIL.EXAMPLE ", "{number}", "#{number}"])
def test_found_by_address_and_number(administrator_client: Client, mail: VisitorMail, query: str) -> None:
    assert numbers(administrator_client, q=query.format(number=mail.conversation_id)) == [mail.pk]


@pytest.mark.parametrize(
    "query", ["maria", "tagil.example", "%", "@", "a", "9" * 18, "#", "é'; --", "x" * 5000]
)
def test_nothing_is_found_by_pieces(administrator_client: Client, mail: VisitorMail, query: str) -> None:
    assert numbers(administrator_client, q=query) == []


def test_a_client_who_was_anonymized(administrator_client: Client, mail: VisitorMail) -> None:
    anonymize(mail.conversation.contact_id)
    assert numbers(administrator_client, q="maria@tagil.example") == []
    assert "Deleted client" in listed(administrator_client)


def test_as_many_statements_for_many_as_for_one(
    administrator_client: Client, mail: VisitorMail, operator: User
) -> None:
    def statements() -> int:
        with CaptureQueriesContext(connection) as queries:
            administrator_client.get(LIST)
        return len(queries)

    statements()
    one = statements()
    for _ in range(5):
        mail_to(mail.conversation, operator)
    assert statements() == one


@pytest.mark.parametrize(
    ("problem", "words"),
    [
        ("", ""),
        ("SMTP 550", "the mail server refused the mail (550)"),
        ("TooSlow", "the mail server did not answer in time"),
        ("SMTPConnectError 421", "the mail server can't be reached (SMTPConnectError 421)"),
        ("SMTPAuthenticationError 535", "the mail server refused the log-in (SMTPAuthenticationError 535)"),
        ("NoOutcome", "each attempt broke off"),
        ("UnicodeEncodeError", "UnicodeEncodeError"),
    ],
)
def test_problems_in_words(problem: str, words: str) -> None:
    assert problem_words(problem) == words
