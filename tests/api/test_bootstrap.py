"""Bootstrap: who the visitor is, and that nobody becomes somebody else by saying so."""

from typing import Any

import pytest

from crm.models import Branch
from messenger.models import Contact, Conversation, Inbox
from messenger.services import status
from tests.parallel import in_parallel
from tests.visitor import Visitor

pytestmark = pytest.mark.django_db


def test_unknown_inbox_is_not_found() -> None:
    response = Visitor("no-such-token").bootstrap()
    assert (response.status_code, response.json()["code"]) == (404, "inbox_not_found")


@pytest.mark.django_db(transaction=True)
def test_inactive_inbox_is_not_found_at_once(inbox: Inbox) -> None:
    assert Visitor(inbox.widget_token).bootstrap().status_code == 200
    Inbox.objects.filter(pk=inbox.pk).update(is_active=False)
    assert Visitor(inbox.widget_token).bootstrap().json()["code"] == "inbox_not_found"


@pytest.mark.django_db(transaction=True)
def test_deleted_inbox_is_not_found_though_the_door_still_knows_it(yekaterinburg: Branch) -> None:
    inbox = Inbox.objects.create(name="For a day", branch=yekaterinburg)
    visitor = Visitor(inbox.widget_token)
    visitor.bootstrap()
    for model in (Conversation, Contact, Inbox):
        # Nothing that is kept of it is forgotten.
        model._default_manager.all()._raw_delete("default")
    assert (visitor.bootstrap().status_code, visitor.bootstrap().json()["code"]) == (404, "inbox_not_found")
    assert not Contact.objects.exists()


@pytest.mark.django_db(transaction=True)
@pytest.mark.parametrize("by", ["update", "save"])
def test_changed_inbox_is_told_at_once(inbox: Inbox, by: str) -> None:
    assert Visitor(inbox.widget_token).bootstrap().json()["title"] == inbox.title
    inbox.title = "Shop on Sunday"
    if by == "save":
        inbox.save()
    else:
        Inbox.objects.filter(pk=inbox.pk).update(title=inbox.title)
    assert Visitor(inbox.widget_token).bootstrap().json()["title"] == "Shop on Sunday"


def test_missing_token_is_invalid() -> None:
    response = Visitor("").bootstrap()
    assert (response.status_code, response.json()["code"]) == (400, "invalid")
    assert "widget_token" in response.json()["fields"]


def test_a_limit_is_told_in_the_language_of_each_reader(inbox: Inbox) -> None:
    def told(language: str) -> str:
        body = {"name": "x" * 121}
        answer = Visitor(inbox.widget_token).post("bootstrap/", body, headers={"Accept-Language": language})
        return str(answer.json()["fields"]["name"][0])

    assert (told("en"), told("ru"), told("en")) == (
        "Ensure this field has no more than 120 characters.",
        "Убедитесь, что это значение содержит не более 120 символов.",
        "Ensure this field has no more than 120 characters.",
    )


def test_what_one_visitor_says_is_not_another_s(inbox: Inbox) -> None:
    Visitor(inbox.widget_token).bootstrap(name="Anna", meta={"plan": "gold"})
    Visitor(inbox.widget_token).bootstrap()
    newest = Conversation.objects.latest("pk")
    assert (newest.contact.name, newest.meta) == ("", {})


@pytest.mark.parametrize(
    ("field", "value"),
    [
        ("email", "not an email"),
        ("name", "x" * 121),
        ("name", ["a list"]),
        ("name", "nul\0"),
        ("meta", "text"),
        ("meta", {"a": "x" * 5000}),
        ("contact_external_id", "x" * 191),
    ],
)
def test_bad_field_is_named_and_nothing_is_stored(inbox: Inbox, field: str, value: Any) -> None:
    response = Visitor(inbox.widget_token).bootstrap(**{field: value})
    assert response.status_code == 400
    assert list(response.json()["fields"]) == [field]
    assert not Contact.objects.exists()


@pytest.mark.parametrize("body", ["[1]", "{", '"text"', "null", "12"])
def test_body_that_is_no_object_is_invalid(inbox: Inbox, body: str) -> None:
    response = Visitor(inbox.widget_token).client.post(
        "/api/widget/bootstrap/",
        body,
        content_type="application/json",
        headers={"X-Widget-Token": inbox.widget_token},
    )
    assert (response.status_code, response.json()["code"]) == (400, "invalid")


def test_answer_holds_everything_of_the_contract(inbox: Inbox) -> None:
    answer = Visitor(inbox.widget_token).bootstrap().json()
    assert set(answer) == {
        "widget_session_token", "visitor_token", "conversation_id", "initial_messages", "outside_working_hours",
        "working_hours_message", "working_hours_display", "next_opening_at", "offline_mode", "offline_message", "title",
        "greeting", "color", "position", "locale", "prechat_required", "prechat_fields", "privacy_text", "privacy_url",
        "consent_required", "sse_enabled", "attachments_enabled", "max_file_size_bytes", "allowed_content_types",
        "max_files", "details_wanted", "captcha_required", "challenge", "poll_interval_ms",
        "messages", "has_more", "operator_typing", "operator_read_up_to",
        "rating_requested", "rating_type", "rating_max_score", "conversation",
    }  # fmt: skip
    assert answer["greeting"] == "Hello!"
    assert answer["conversation"] == {
        "id": answer["conversation_id"], "status": "open", "assignee_name": None, "assignee_avatar": None
    }  # fmt: skip


def test_bootstrap_makes_a_contact_and_an_empty_conversation(inbox: Inbox) -> None:
    visitor = Visitor(inbox.widget_token)
    visitor.bootstrap(
        name="Maria", page_url="https://shop.example.com/a", referrer="javascript:alert(1)", locale="ru"
    )
    conversation = Conversation.objects.select_related("contact").get(pk=visitor.conversation_id)
    assert conversation.contact.name == "Maria"
    assert conversation.branch_id == inbox.branch_id
    assert (conversation.page_url, conversation.referrer) == ("https://shop.example.com/a", "")
    assert not Conversation.objects.started().exists()


def test_visitor_token_brings_the_conversation_back(visitor: Visitor) -> None:
    visitor.send("First")
    again = Visitor(visitor.widget_token)
    answer = again.bootstrap(visitor_token=visitor.visitor_token).json()
    assert answer["conversation_id"] == visitor.conversation_id
    assert [message["body"] for message in answer["initial_messages"]] == ["First"]


@pytest.mark.parametrize("change", [lambda t: t + "x", lambda t: t[:-3], lambda t: "a.b.c", lambda t: "\x00"])
def test_forged_visitor_token_makes_a_new_contact(visitor: Visitor, change: Any) -> None:
    stranger = Visitor(visitor.widget_token)
    response = stranger.bootstrap(visitor_token=change(visitor.visitor_token))
    assert response.status_code in {200, 400}
    assert stranger.conversation_id != visitor.conversation_id


def test_visitor_token_of_another_inbox_makes_a_new_contact(visitor: Visitor, inbox: Inbox) -> None:
    other = Inbox.objects.create(name="Other", branch=inbox.branch)
    stranger = Visitor(other.widget_token)
    stranger.bootstrap(visitor_token=visitor.visitor_token)
    assert Contact.objects.get(conversations=stranger.conversation_id).inbox == other


@pytest.mark.parametrize(
    "claim", [{"email": "maria@example.com"}, {"phone": "+7 900 000-00-00"}, {"contact_external_id": "42"}]
)
def test_a_claim_opens_nobodys_conversation(inbox: Inbox, claim: dict[str, str]) -> None:
    maria = Visitor(inbox.widget_token)
    maria.bootstrap(email="maria@example.com", phone="+7 900 000-00-00", contact_external_id="42",
                    identity_hash=inbox.identity_hash("42"))  # fmt: skip
    maria.send("My secret")
    stranger = Visitor(inbox.widget_token)
    answer = stranger.bootstrap(**claim).json()
    assert answer["conversation_id"] != maria.conversation_id
    assert answer["initial_messages"] == []


def test_claimed_id_is_kept_apart_from_the_verified_one(inbox: Inbox) -> None:
    Visitor(inbox.widget_token).bootstrap(contact_external_id="42")
    contact = Contact.objects.get()
    assert (contact.external_id, contact.claimed_external_id) == ("", "42")


def test_identity_hash_brings_the_contact_back_on_another_device(inbox: Inbox) -> None:
    known = {"contact_external_id": "42", "identity_hash": inbox.identity_hash("42")}
    phone, laptop = Visitor(inbox.widget_token), Visitor(inbox.widget_token)
    phone.bootstrap(**known)
    laptop.bootstrap(**known)
    assert phone.conversation_id == laptop.conversation_id
    assert Contact.objects.get().external_id == "42"


def test_anonymous_visitor_who_logs_in_keeps_the_conversation(visitor: Visitor, inbox: Inbox) -> None:
    answer = visitor.bootstrap(
        visitor_token=visitor.visitor_token, contact_external_id="42", identity_hash=inbox.identity_hash("42")
    ).json()
    assert answer["conversation_id"] == Conversation.objects.get().pk
    assert Contact.objects.get().external_id == "42"


def test_next_user_of_the_browser_is_not_taken_for_the_first(inbox: Inbox) -> None:
    browser = Visitor(inbox.widget_token)
    browser.bootstrap(contact_external_id="1", identity_hash=inbox.identity_hash("1"))
    first = browser.conversation_id
    browser.bootstrap(
        visitor_token=browser.visitor_token, contact_external_id="2", identity_hash=inbox.identity_hash("2")
    )
    assert browser.conversation_id != first


@pytest.mark.parametrize("wrong", ["0" * 64, "", "ü", "x"])
def test_wrong_hash_is_invalid(inbox: Inbox, wrong: str) -> None:
    Inbox.objects.filter(pk=inbox.pk).update(identity_required=True)
    response = Visitor(inbox.widget_token).bootstrap(contact_external_id="42", identity_hash=wrong)
    assert (response.status_code, response.json()["code"]) == (400, "invalid")
    assert not Contact.objects.exists()


def test_missing_identity_is_invalid_where_it_is_demanded(inbox: Inbox) -> None:
    Inbox.objects.filter(pk=inbox.pk).update(identity_required=True)
    assert Visitor(inbox.widget_token).bootstrap().json()["code"] == "invalid"


def test_blocked_contact_is_refused(visitor: Visitor) -> None:
    Contact.objects.update(is_blocked=True)
    response = visitor.bootstrap(visitor_token=visitor.visitor_token)
    assert (response.status_code, response.json()["code"]) == (403, "blocked")


def test_closed_conversation_is_shown_until_something_is_written(visitor: Visitor, operator: Any) -> None:
    visitor.send("First")
    status.close(conversation_id=visitor.conversation_id, actor=operator)
    answer = visitor.bootstrap(visitor_token=visitor.visitor_token).json()
    assert answer["conversation"]["status"] == "closed"
    assert Conversation.objects.count() == 1


def test_global_inbox_takes_the_default_branch(global_inbox: Inbox, moscow: Any, settings: Any) -> None:
    settings.MESSENGER_DEFAULT_BRANCH_ID = moscow.pk
    visitor = Visitor(global_inbox.widget_token)
    assert visitor.bootstrap().status_code == 200
    assert Conversation.objects.get().branch == moscow


@pytest.mark.parametrize("branch_id", [None, 999_999])
def test_global_inbox_without_a_branch_is_unavailable(
    global_inbox: Inbox, settings: Any, branch_id: Any
) -> None:
    settings.MESSENGER_DEFAULT_BRANCH_ID = branch_id
    response = Visitor(global_inbox.widget_token).bootstrap()
    assert (response.status_code, response.json()["code"]) == (503, "unavailable")
    assert int(response["Retry-After"]) > 0
    assert not Contact.objects.exists()


@pytest.mark.django_db(transaction=True)
@pytest.mark.parametrize("by", ["visitor_token", "identity"])
def test_parallel_bootstraps_of_one_visitor_end_in_one_conversation(inbox: Inbox, by: str) -> None:
    first = Visitor(inbox.widget_token)
    known: dict[str, str] = {"contact_external_id": "42", "identity_hash": inbox.identity_hash("42")}
    if by == "visitor_token":
        first.bootstrap()
        known = {"visitor_token": first.visitor_token}
        Conversation.objects.all().delete()
    found = in_parallel(8, lambda: bootstrapped(inbox, known))
    assert len(set(found)) == 1
    assert Contact.objects.count() == Conversation.objects.count() == 1


def bootstrapped(inbox: Inbox, known: dict[str, str]) -> int:
    browser = Visitor(inbox.widget_token)
    response = browser.bootstrap(**known)
    assert response.status_code == 200, response.content
    return browser.conversation_id
