"""The number at "Dialogs"."""

from django.conf import LazySettings
from django.contrib.auth.models import Group
from django.test import Client, RequestFactory

from crm.models import User
from messenger.admin.badges import unread, unread_badge
from messenger.context_processors import messenger_globals
from messenger.models import Conversation
from tests.admin.people import answer, ask


def test_it_counts_ones_own_unread(
    operator_client: Client, operator: User, colleague: User, conversation: Conversation, rf: RequestFactory
) -> None:
    assert 'data-msgr-unread="0"' in operator_client.get("/admin/").content.decode()
    answer(conversation, operator)
    ask(conversation)
    ask(conversation)
    shown = operator_client.get("/admin/").content.decode()
    assert 'data-msgr-unread="2"' in shown
    assert "msgr-nav-badge" in shown
    request = rf.get("/")
    request.user = colleague
    assert unread_badge(request) is None


def test_nobody_else_pays_for_it(
    operator: User, rf: RequestFactory, settings: LazySettings, django_assert_num_queries: object
) -> None:
    request = rf.get("/")
    assert messenger_globals(request) == {"messenger_unread": None, "messenger_me": None}
    settings.MESSENGER_ENABLED = False
    request.user = operator
    assert unread(request) is None


def test_without_permission_there_is_none(operator_client: Client, db: None) -> None:
    Group.objects.get(name="Messenger operators").permissions.clear()
    assert b"data-msgr-unread" not in operator_client.get("/admin/").content
