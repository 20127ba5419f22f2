"""Contacts: seen by whoever sees one of their conversations."""

from django.test import Client
from django.urls import reverse

from crm.models import Branch
from messenger.models import Contact, Conversation, Inbox
from tests.admin.people import changelist, page, start

LIST = "/admin/messenger/contact/"


def change(contact: Contact) -> str:
    return reverse("admin:messenger_contact_change", args=[contact.pk])


def test_a_contact_of_another_branch_is_not_there(
    outsider_client: Client, conversation: Conversation
) -> None:
    assert outsider_client.get(LIST, {"q": "Maria"}).context["cl"].result_list.count() == 0
    # Django leads away from rows that are not there.
    assert outsider_client.get(change(conversation.contact)).status_code == 302
    response = outsider_client.post(
        change(conversation.contact), {"name": "Stolen", "email": "", "phone": ""}
    )
    assert response.status_code == 302
    conversation.contact.refresh_from_db()
    assert conversation.contact.name == "Maria"


def test_it_shows_only_conversations_that_one_may_see(
    outsider_client: Client, global_inbox: Inbox, yekaterinburg: Branch, moscow: Branch
) -> None:
    theirs = start(global_inbox, yekaterinburg)
    Conversation.objects.filter(pk=theirs.pk).update(status="closed", closed_at=theirs.created_at)
    ours = Conversation.objects.create(inbox=global_inbox, branch=moscow, contact=theirs.contact)
    Conversation.objects.filter(pk=ours.pk).update(
        last_message_id=theirs.last_message_id, last_message_at=theirs.last_message_at
    )
    shown = outsider_client.get(change(theirs.contact)).content.decode()
    assert page(ours) in shown
    assert page(theirs) not in shown


def test_only_name_email_and_phone_are_corrected(
    operator_client: Client, conversation: Conversation, global_inbox: Inbox
) -> None:
    contact = conversation.contact
    values = {
        "name": "Maria Ivanova",
        "email": "maria@example.com",
        "phone": "+7 912",
        "inbox": global_inbox.pk,
        "external_id": "42",
        "is_blocked": "on",
    }
    assert operator_client.post(change(contact), values).status_code == 302
    contact.refresh_from_db()
    assert (contact.name, contact.email, contact.phone) == ("Maria Ivanova", "maria@example.com", "+7 912")
    assert (contact.inbox, contact.external_id, contact.is_blocked) == (conversation.inbox, "", False)


def test_a_wrong_email_is_named(operator_client: Client, conversation: Conversation) -> None:
    response = operator_client.post(
        change(conversation.contact), {"name": "M", "email": "no email", "phone": ""}
    )
    assert "email" in response.context["adminform"].form.errors


def test_contacts_are_neither_added_nor_deleted(administrator_client: Client, contact: Contact) -> None:
    assert administrator_client.get(f"{LIST}add/").status_code == 403
    url = reverse("admin:messenger_contact_delete", args=[contact.pk])
    assert administrator_client.post(url, {"post": "yes"}).status_code == 403


def test_the_list_costs_the_same_for_any_number(
    operator_client: Client, inbox: Inbox, yekaterinburg: Branch, django_assert_max_num_queries: object
) -> None:
    for number in range(5):
        start(inbox, yekaterinburg, f"Contact {number}")
    with django_assert_max_num_queries(9):  # type: ignore[operator]
        shown = operator_client.get(changelist("messenger_contact")).content.decode()
    assert "Contact 4" in shown
