"""The card: the contact corrected in place, labels, and what is known of the visit."""

import re
from datetime import UTC, datetime
from typing import Any

import pytest
from django.contrib.auth.models import Group
from django.test import Client
from django.urls import reverse

from crm.models import Branch, Region, User
from messenger.admin.client_facts import client_facts
from messenger.models import Contact, Conversation, Label
from messenger.services import contact_details, status
from tests.admin.people import PART, answer, page, part_of
from tests.people import events_of

SEEN = {"seen_name": "Maria", "seen_email": "", "seen_phone": ""}


@pytest.fixture
def urgent(db: None) -> Label:
    return Label.objects.create(name="Urgent", color="#dc2626")


def correct(client: Client, conversation: Conversation, **values: str) -> Any:
    return client.post(page(conversation, "contact/"), SEEN | values, headers=PART)


def stored(conversation: Conversation) -> tuple[str, str, str]:
    contact = Contact.objects.get(pk=conversation.contact_id)
    return contact.name, contact.email, contact.phone


def carried(conversation: Conversation) -> list[str]:
    return list(conversation.labels.values_list("name", flat=True))


# --- The contact ---------------------------------------------------------------------------------------------


def test_whoever_may_not_corrects_nothing(
    operator_client: Client, outsider_client: Client, operator: User, conversation: Conversation
) -> None:
    assert correct(outsider_client, conversation, name="Stolen").status_code == 404
    assert correct(operator_client, conversation, name="X", **{"as": "0"}).status_code == 403
    checked = Client(enforce_csrf_checks=True)
    checked.force_login(operator)
    assert correct(checked, conversation, name="Stolen").status_code == 403
    group = Group.objects.get(name="Messenger operators")
    group.permissions.remove(group.permissions.get(codename="change_contact"))
    assert correct(operator_client, conversation, name="Stolen").status_code == 403
    assert "msgr-contact-form" not in operator_client.get(page(conversation)).content.decode()
    assert stored(conversation) == ("Maria", "", "")


def test_corrected_in_place(operator_client: Client, operator: User, conversation: Conversation) -> None:
    response = correct(
        operator_client, conversation, name=" Maria  Ivanova ", email="m@example.com", phone=""
    )
    assert response.json() == {"told": "Saved."}
    assert stored(conversation) == ("Maria Ivanova", "m@example.com", "")
    event = conversation.events.order_by("-pk")[0]
    assert (event.kind, event.actor, event.data) == (
        "contact_changed",
        operator,
        {"fields": ["email", "name"]},
    )
    news = part_of(operator_client, page(conversation, "timeline/"), since_id=conversation.last_message_id)
    assert "Anna Sergeeva corrected the client&#x27;s email and name" in news
    assert 'data-email="m@example.com"' in news
    assert 'data-contact="Maria Ivanova"' in news


@pytest.mark.parametrize(
    ("field", "value"), [("email", "no email"), ("name", "x" * 121), ("phone", "1" * 41), ("name", "a\0b")]
)
def test_what_is_wrong_stands_at_its_field(
    operator_client: Client, conversation: Conversation, field: str, value: str
) -> None:
    response = correct(operator_client, conversation, **{field: value})
    assert (response.status_code, list(response.json()["fields"])) == (400, [field])
    assert stored(conversation) == ("Maria", "", "")


def test_it_speaks_the_readers_language(operator_client: Client, conversation: Conversation) -> None:
    response = operator_client.post(
        page(conversation, "contact/"),
        SEEN | {"email": "no email"},
        headers=PART | {"Accept-Language": "ru"},
    )
    assert re.search("[а-я]", response.json()["fields"]["email"][0])


def test_what_the_visitor_said_meanwhile_is_not_overwritten(
    operator_client: Client, conversation: Conversation
) -> None:
    contact_details.give_details(
        conversation_id=conversation.pk,
        contact_id=conversation.contact_id,
        details={"email": "maria@example.com"},
        consents=False,
    )
    changed = correct(operator_client, conversation, name="Maria", email="m@example.com")
    assert changed.status_code == 409
    assert changed.json()["current"] == {"email": "maria@example.com"}
    assert changed.json()["fields"] == {"email": ["Changed meanwhile to “maria@example.com”."]}
    # Of what was left as it was nothing is taken back.
    correct(operator_client, conversation, name="Masha", email="")
    assert stored(conversation) == ("Masha", "maria@example.com", "")
    # Seen, and wanted all the same.
    again = correct(operator_client, conversation, email="m@example.com", seen_email="maria@example.com")
    assert again.status_code == 200
    assert stored(conversation)[1] == "m@example.com"


def test_nothing_new_leaves_no_trace(operator_client: Client, conversation: Conversation) -> None:
    assert correct(operator_client, conversation, name="Maria").json()["told"] == "Nothing was changed."
    assert "contact_changed" not in events_of(conversation)


def test_without_scripts_it_leads_back(operator_client: Client, conversation: Conversation) -> None:
    url = page(conversation, "contact/")
    shown = operator_client.post(url, SEEN | {"email": "no email"}, follow=True).content.decode()
    assert "Enter a valid email address." in shown
    operator_client.post(url, SEEN | {"phone": "+7 912"})
    assert stored(conversation)[2] == "+7 912"


def test_the_contacts_page_tells_and_asks_as_well(
    operator_client: Client, conversation: Conversation
) -> None:
    url = reverse("admin:messenger_contact_change", args=[conversation.contact_id])
    assert 'name="initial-name"' in operator_client.get(url).content.decode()
    body = {"name": "Masha", "email": "", "phone": ""}
    seen = {"initial-name": "Mary", "initial-email": "", "initial-phone": ""}
    refused = operator_client.post(url, body | seen)
    assert refused.context["adminform"].form.errors["name"] == ["Changed meanwhile to “Maria”."]
    assert 'name="initial-name" value="Maria"' in refused.content.decode()
    assert operator_client.post(url, body | seen | {"initial-name": "Maria"}).status_code == 302
    assert stored(conversation) == ("Masha", "", "")
    assert events_of(conversation)[-1] == "contact_changed"


# --- Labels --------------------------------------------------------------------------------------------------


def test_labels_are_put_on_and_taken_off(
    operator_client: Client, conversation: Conversation, urgent: Label
) -> None:
    by_form = operator_client.post(page(conversation, "label/"), {"label": urgent.pk})
    assert by_form.status_code == 302
    shown = operator_client.get(page(conversation)).content.decode()
    assert "--msgr-label: #dc2626" in shown
    assert "Anna Sergeeva added the label “Urgent”" in shown
    url = f"{page(conversation, 'unlabel/')}?label={urgent.pk}"
    assert url in shown
    news = operator_client.post(url, headers=PART).content.decode()
    assert "Anna Sergeeva removed the label “Urgent”" in news
    assert 'data-msgr-part="labels"' in news
    assert carried(conversation) == []
    operator_client.post(f"{page(conversation, 'label/')}?label={urgent.pk}", headers=PART)
    assert carried(conversation) == ["Urgent"]


def test_labels_that_can_not_be_added(
    operator_client: Client,
    outsider_client: Client,
    conversation: Conversation,
    urgent: Label,
    moscow: Branch,
) -> None:
    theirs = Label.objects.create(name="Theirs", branch=moscow)
    url = page(conversation, "label/")
    assert operator_client.post(url, {"label": theirs.pk}, headers=PART).status_code == 400
    for wrong in ("", "x", "²", "9" * 30):
        assert operator_client.post(url, {"label": wrong}).status_code == 400
    assert outsider_client.post(url, {"label": urgent.pk}).status_code == 404
    assert outsider_client.post(page(conversation, "unlabel/") + "?label=1").status_code == 404
    assert operator_client.get(url).status_code == 405
    assert "Theirs" not in operator_client.get(page(conversation)).content.decode()
    assert carried(conversation) == []


def test_whoever_only_looks_labels_nothing(
    operator_client: Client, conversation: Conversation, urgent: Label
) -> None:
    group = Group.objects.get(name="Messenger operators")
    group.permissions.remove(group.permissions.get(codename="change_conversation"))
    assert operator_client.post(page(conversation, "label/"), {"label": urgent.pk}).status_code == 403
    assert "msgr-label-form" not in operator_client.get(page(conversation)).content.decode()


# --- The visit -----------------------------------------------------------------------------------------------


def test_ids_are_told_apart(operator_client: Client, conversation: Conversation) -> None:
    Contact.objects.update(claimed_external_id="17")
    shown = operator_client.get(page(conversation)).content.decode()
    assert "Says their id is" in shown
    assert "not verified" in shown
    Contact.objects.update(external_id="42")
    assert "verified by the site" in operator_client.get(page(conversation)).content.decode()


@pytest.mark.parametrize(
    ("region", "meta", "zone"),
    [
        ("Свердловская область", {}, "Asia/Yekaterinburg"),
        ("Свердловская область", {"time_zone": "Asia/Omsk"}, "Asia/Omsk"),
        ("Свердловская область", {"time_zone": "../../etc/passwd"}, "Asia/Yekaterinburg"),
        ("Atlantis", {"timezone": ["x"]}, ""),
        (None, {"timezone": "No/Where"}, ""),
    ],
)
def test_the_clients_time(conversation: Conversation, region: str | None, meta: Any, zone: str) -> None:
    conversation.contact.region = Region.objects.create(name=region) if region else None
    conversation.meta = meta
    facts = client_facts(conversation)
    assert facts.zone == zone
    assert bool(facts.local_time) == bool(zone)


def test_what_the_page_tells_is_text(operator_client: Client, conversation: Conversation) -> None:
    meta = {"plan": "<b>Gold</b>", "visits": 3, "nested": {"a": 1}, "title": "Sofas", "empty": ""}
    Conversation.objects.update(
        meta=meta,
        page_url="https://shop.example.com/sofas?a=1",
        referrer="https://e.com/x/?q=1",
        locale="ru-RU",
    )
    shown = operator_client.get(page(conversation)).content.decode()
    assert "&lt;b&gt;Gold&lt;/b&gt;" in shown
    assert "nested" not in shown
    assert re.search(r'href="https://shop.example.com/sofas\?a=1"[^>]*>Sofas</a>', shown)
    assert ">e.com/x</a>" in shown
    assert "Russian (ru-RU)" in shown


def test_earlier_conversations(
    operator_client: Client, operator: User, conversation: Conversation, yekaterinburg: Branch
) -> None:
    answer(conversation, operator, "We do deliver to Tagil")
    status.close(conversation_id=conversation.pk, actor=operator)
    Conversation.objects.update(rating_score=9, rated_at=datetime(2026, 1, 1, tzinfo=UTC))
    now = Conversation.objects.create(
        inbox=conversation.inbox, branch=yekaterinburg, contact=conversation.contact
    )
    shown = operator_client.get(page(now)).content.decode()
    past = shown.partition("msgr-past")[2]
    for text in ("We do deliver to Tagil", "Anna Sergeeva", "closed", page(conversation)):
        assert text in past
    assert re.search(r"Rating</span>\s*9", past)
