"""Every address there is, tried by a stranger and by three operators to whom it has nothing to say.

Rules for all: no address answers with an error of ours; none shows what Maria wrote to who may not see it; and
whatever is sent, nothing changes. What goes beyond is declared in declared.py; a new address that nobody declared
has to keep to the rules.
"""

import re
import uuid
from collections.abc import Callable
from typing import Any

import pytest
from django.contrib.auth.models import Group, Permission
from django.contrib.contenttypes.models import ContentType
from django.db import connection, transaction
from django.test import Client
from django.utils.encoding import force_bytes
from django.utils.http import urlsafe_base64_encode
from django_q.models import Schedule

from crm import audit
from crm.models import Branch, Region, User
from messenger.models import (
    CannedResponse,
    Contact,
    Conversation,
    Label,
    RoutingRule,
    SavedFilter,
    VisitorMail,
    WebhookDelivery,
)
from messenger.services.visitor_mail import links
from tests.api.v1.rest import make_token
from tests.security.addresses import Address, addresses
from tests.security.declared import OWN, PUBLIC, READING_POSTS, SHARED

pytestmark = pytest.mark.django_db

SECRET = "Tagil"  # Stands in what Maria wrote.
WRITES = re.compile(r'(?:INSERT INTO|UPDATE|DELETE FROM)\s+"?(\w+)"?', re.IGNORECASE)
# Sessions, counted tries, and what tells that a reader is there.
OF_READERS = {"django_session", "crm_tries", "messenger_agentprofile", "set", "skip", "of"}


@pytest.fixture
def world(conversation: Conversation, operator: User, perm: Region, settings: Any) -> dict[str, Any]:
    """What stands for each placeholder: things of Yekaterinburg."""
    Contact.objects.filter(pk=conversation.contact_id).update(
        name="Maria of Tagil", email="maria@tagil.example"
    )
    conversation.contact.refresh_from_db()
    rule = RoutingRule.objects.create(name="South", branch=conversation.branch)
    entry = audit.record(None, "changed", target=rule)
    return {
        "messenger.conversation": conversation.pk,
        "messenger.contact": conversation.contact_id,
        "messenger.inbox": conversation.inbox_id,
        "messenger.routingrule": rule.pk,
        "messenger.webhookdelivery": WebhookDelivery.objects.create(
            inbox=conversation.inbox,
            conversation=conversation,
            message=conversation.messages.get(),
            event="message.in",
            conversation_status="open",
            conversation_branch=conversation.branch_id,
        ).pk,
        "messenger.visitormail": VisitorMail.objects.create(
            conversation=conversation, from_message_id=1, up_to_message_id=conversation.last_message_id or 1
        ).pk,
        "messenger.label": Label.objects.create(name="Refund").pk,
        "messenger.cannedresponse": CannedResponse.objects.create(shortcut="hi", text="Hello").pk,
        "messenger.integrationtoken": make_token(operator)[1].pk,
        "crm.user": operator.pk,
        "crm.branch": conversation.branch_id,
        "crm.region": perm.pk,
        "crm.auditentry": entry.pk,
        "auth.group": Group.objects.create(name="Others").pk,
        "django_q.schedule": Schedule.objects.create(func="math.copysign").pk,
        "django_q.success": "0" * 32,
        "django_q.failure": "0" * 32,
        "django_q.ormq": 1,
        "conversation pk": conversation.pk,
        "messenger-inbox pk": conversation.inbox_id,
        "operator-typing conversation_id": conversation.pk,
        "conversation_id": conversation.pk,
        "contact_id": conversation.contact_id,
        "content_type_id": ContentType.objects.get_for_model(Contact).pk,
        "admin:view_on_site object_id": conversation.contact_id,
        "action": "resolve",
        "key": "identity",
        "export_id": uuid.uuid4(),
        "filter_id": SavedFilter.objects.create(user=operator, name="Late").pk,
        "attachment_id": uuid.uuid4(),
        "uidb64": urlsafe_base64_encode(force_bytes(operator.pk)),
        "token": "x" * 40,
        "visitor-back signed": signed(links.back_url(conversation.contact)),
        "visitor-no-more-mail signed": signed(links.no_more_url(conversation.contact)),
    }


def signed(url: str) -> str:
    return url.rstrip("/").rpartition("/")[2]


@pytest.fixture
def body(world: dict[str, Any], moscow: Branch, outsider: User) -> dict[str, Any]:
    """Something of what each form wants."""
    ids = [world["messenger.conversation"]]
    return {
        "post": "yes",
        "_form_submitted": "on",
        "action": "delete_selected",
        "_selected_action": ids,
        "conversations": ids,
        "ids": ids,
        "body": "Hello",
        "text": "Hello",
        "name": "Somebody else",
        "branch": moscow.pk,
        "assignee": outsider.pk,
        "operator": outsider.pk,
        "label": world["messenger.label"],
        "labels": [world["messenger.label"]],
        "confirm": "Maria of Tagil",
        "reason": "spam",
        "status": "closed",
        "password1": "correct horse battery",
        "password2": "correct horse battery",
    }


class Tried:
    """One person trying everything by one method; what was wrong, by the address' name."""

    def __init__(self, user: User | None, method: str, body: dict[str, Any]) -> None:
        self._cookies: dict[str, str] = {}
        if user is not None:
            client = Client()
            client.force_login(user)
            self._cookies = {name: morsel.value for name, morsel in client.cookies.items()}
        self._method, self._body = method, body
        self._written: set[str] = set()
        self.wrong: dict[str, str] = {}

    def each(self, tried: list[Address], judge: Callable[[Address, Any], str]) -> None:
        for address in tried:
            self._written.clear()
            with transaction.atomic(), connection.execute_wrapper(self._note_writes):
                problem = self._try(address, judge)
                transaction.set_rollback(True)
            if problem:
                self.wrong[f"{self._method} {address.name}"] = problem

    def _note_writes(self, execute: Any, sql: str, params: Any, many: bool, context: Any) -> Any:
        self._written |= {table.lower() for table in WRITES.findall(str(sql))} - OF_READERS
        return execute(sql, params, many, context)

    def _try(self, address: Address, judge: Callable[[Address, Any], str]) -> str:
        client = Client(raise_request_exception=False)
        client.cookies.load(self._cookies)
        answer = getattr(client, self._method)(address.url, self._body if self._method == "post" else {})
        if answer.status_code >= 500:
            return f"{answer.status_code}"
        if self._written and address.name not in {*PUBLIC, *OWN}:
            return f"writes {sorted(self._written)} ({answer.status_code})"
        return judge(address, answer)


def opens(answer: Any) -> bool:
    return bool(200 <= answer.status_code < 300)


def tells(answer: Any) -> bool:
    content = b"".join(answer.streaming_content) if answer.streaming else answer.content
    return SECRET.encode() in content


def try_all(
    user: User | None, method: str, world: dict[str, Any], body: dict[str, Any], judge: Any
) -> dict[str, str]:
    tried = Tried(user, method, body)
    tried.each(addresses(world), judge)
    return tried.wrong


METHODS = pytest.mark.parametrize("method", ["get", "post"])


@METHODS
def test_a_stranger(world: dict[str, Any], body: dict[str, Any], method: str) -> None:
    def judge(address: Address, answer: Any) -> str:
        if tells(answer):
            return "tells"
        if address.name in PUBLIC:
            return ""
        if answer.status_code == 302 and not answer["Location"].startswith("/admin/login/"):
            return f"leads to {answer['Location']}"
        return f"opens: {answer.status_code}" if opens(answer) else ""

    assert try_all(None, method, world, body, judge) == {}


@METHODS
def test_an_operator_of_another_branch(
    world: dict[str, Any], body: dict[str, Any], outsider: User, method: str
) -> None:
    def judge(address: Address, answer: Any) -> str:
        if tells(answer):
            return "tells"
        may = {*PUBLIC, *OWN, *SHARED, *READING_POSTS}
        closed = address.is_of_an_object and address.name not in may
        return f"opens: {answer.status_code}" if closed and opens(answer) else ""

    assert try_all(outsider, method, world, body, judge) == {}


@METHODS
def test_an_operator_without_any_permission(
    world: dict[str, Any], body: dict[str, Any], operator: User, method: str
) -> None:
    Group.objects.get(name="Messenger operators").permissions.clear()

    def judge(address: Address, answer: Any) -> str:
        if tells(answer):
            return "tells"
        return f"opens: {answer.status_code}" if opens(answer) and address.name not in {*PUBLIC, *OWN} else ""

    assert try_all(operator, method, world, body, judge) == {}


def test_who_may_only_look_changes_nothing(
    world: dict[str, Any], body: dict[str, Any], colleague: User
) -> None:
    """Lists and histories answer to a POST as to a GET: what counts is that nothing is written."""
    looking = Permission.objects.filter(codename__startswith="view_")
    Group.objects.get(name="Messenger operators").permissions.set(looking)
    assert try_all(colleague, "post", world, body, lambda address, answer: "") == {}


def test_the_rules_see_who_may(world: dict[str, Any], body: dict[str, Any], operator: User) -> None:
    """Otherwise the rest would prove nothing: for Anna the same page opens and tells, and the same form writes."""
    (page,) = (one for one in addresses(world) if one.name == "admin:messenger_conversation_change")
    (reply,) = (one for one in addresses(world) if one.name == "admin:messenger_conversation_reply")
    looked, wrote = Tried(operator, "get", body), Tried(operator, "post", body)
    looked.each([page], lambda address, answer: f"{opens(answer)} {tells(answer)}")
    assert looked.wrong == {f"get {page.name}": "True True"}
    wrote.each([reply], lambda address, answer: "")
    assert "messenger_message" in wrote.wrong[f"post {reply.name}"]
