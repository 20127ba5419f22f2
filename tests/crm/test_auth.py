"""Log-in by username or email, and what each role may do."""

import pytest
from django.contrib.auth import authenticate
from django.contrib.auth.hashers import MD5PasswordHasher
from django.contrib.auth.models import Group, Permission
from django.db import connection
from django.test import Client, RequestFactory
from django.test.utils import CaptureQueriesContext

from crm.models import User

pytestmark = pytest.mark.django_db

PASSWORD = "a long password"


def log_in(username: str, password: str = PASSWORD) -> User | None:
    user = authenticate(RequestFactory().post("/"), username=username, password=password)
    assert user is None or isinstance(user, User)
    return user


# --- Log-in ------------------------------------------------------------------------------------------------


@pytest.mark.parametrize(
    "login", ["", "nobody", "nobody@example.com", "anna@example", "@", "%", "anna@example.com%"]
)
def test_unknown_login_is_refused(operator: User, login: str) -> None:
    assert log_in(login) is None


@pytest.mark.parametrize("password", ["", "wrong", PASSWORD.upper(), PASSWORD + " "])
@pytest.mark.parametrize("login", ["anna", "anna@example.com"])
def test_wrong_password_is_refused(operator: User, login: str, password: str) -> None:
    assert log_in(login, password) is None


@pytest.mark.parametrize("login", ["anna", "anna@example.com"])
def test_inactive_user_is_refused(operator: User, login: str) -> None:
    User.objects.update(is_active=False)
    assert log_in(login) is None


def test_user_without_a_password_is_refused(operator: User) -> None:
    operator.set_unusable_password()
    operator.save()
    assert log_in("anna", "") is None
    assert log_in("anna", "!") is None


@pytest.mark.parametrize("login", ["anna", "anna@example.com", "ANNA@Example.COM", "Anna@example.com"])
def test_username_or_email_in_any_case(operator: User, login: str) -> None:
    assert log_in(login) == operator


def test_username_keeps_its_case(operator: User) -> None:
    assert log_in("ANNA") is None


def test_empty_email_is_nobodys_login(operator: User, colleague: User) -> None:
    User.objects.update(email="")
    assert log_in("") is None
    assert log_in("@") is None


def test_username_made_of_anothers_email_does_not_shut_its_owner_out(operator: User) -> None:
    User.objects.create_user("anna@example.com", "", "another password")
    assert log_in("anna@example.com", PASSWORD) == operator
    assert log_in("anna@example.com", "another password") is None


def test_unknown_user_takes_as_many_hashes_as_a_known_one(
    operator: User, monkeypatch: pytest.MonkeyPatch
) -> None:
    """The time of the answer tells nobody who has an account."""
    hashed: list[str] = []
    original = MD5PasswordHasher.encode

    def encode(self: MD5PasswordHasher, password: str, salt: str) -> str:
        hashed.append(password)
        return original(self, password, salt)

    monkeypatch.setattr(MD5PasswordHasher, "encode", encode)
    log_in("anna", "wrong")
    known = len(hashed)
    log_in("nobody", "wrong")
    assert len(hashed) - known == known == 1


@pytest.mark.parametrize("login", ["anna", "Anna@Example.com"])
def test_form_of_the_admin_lets_them_in(operator: User, login: str) -> None:
    client = Client()
    response = client.post("/admin/login/?next=/admin/", {"username": login, "password": PASSWORD})
    assert (response.status_code, response["Location"]) == (302, "/admin/")
    assert client.session["_auth_user_id"] == str(operator.pk)


@pytest.mark.parametrize("login", ["anna", "anna@example.com", "nobody", "nul\0", "x" * 5_000])
def test_form_of_the_admin_says_the_same_whatever_is_wrong(operator: User, login: str) -> None:
    response = Client().post("/admin/login/", {"username": login, "password": "wrong"})
    assert response.status_code == 200
    assert "_auth_user_id" not in response.wsgi_request.session


# --- Users -------------------------------------------------------------------------------------------------


def test_every_user_may_enter_the_admin(operator: User) -> None:
    assert operator.is_staff


def test_new_user_is_an_operator(db: None) -> None:
    user = User.objects.create_user("new", "", PASSWORD)
    assert (user.role, user.is_messenger_administrator, user.is_superuser) == ("operator", False, False)


# --- Permissions -------------------------------------------------------------------------------------------


SETTINGS = ("routingrule", "workinghours", "holiday", "label", "cannedresponse")


def permissions(user: User) -> set[str]:
    return {
        name for name in User.objects.get(pk=user.pk).get_all_permissions() if not name.startswith("admin.")
    }


def test_operator_answers_and_changes_no_settings(operator: User) -> None:
    assert permissions(operator) == {
        "messenger.view_conversation",
        "messenger.change_conversation",
        "messenger.view_contact",
        "messenger.change_contact",
        "messenger.view_consent",
        "messenger.view_label",
        "messenger.view_cannedresponse",
    }


def test_administrator_also_keeps_inboxes_and_people(administrator: User, operator: User) -> None:
    granted = permissions(administrator)
    assert granted > permissions(operator)
    assert {"messenger.add_inbox", "messenger.change_inbox", "crm.add_user", "crm.change_branch"} <= granted


def test_nobody_adds_or_deletes_conversations_by_hand(administrator: User) -> None:
    granted = permissions(administrator)
    # Rules and hours are settings, which leave nothing behind; whatever people said or are stays.
    settings = {f"messenger.delete_{name}" for name in SETTINGS}
    assert {name for name in granted if ".delete_" in name} == settings
    assert not {"messenger.add_conversation", "messenger.add_message", "messenger.change_message"} & granted


def test_no_role_gives_out_permissions(administrator: User, operator: User) -> None:
    for user in (administrator, operator):
        assert not {name for name in permissions(user) if name.startswith(("auth.", "sessions."))}


def test_change_of_role_changes_the_permissions(operator: User) -> None:
    operator.role = User.Role.ADMINISTRATOR
    operator.save()
    assert "messenger.change_inbox" in permissions(operator)
    User.objects.filter(pk=operator.pk).update(role="operator")
    assert "messenger.change_inbox" not in permissions(operator)


def test_inactive_user_has_no_permission(operator: User) -> None:
    User.objects.filter(pk=operator.pk).update(is_active=False)
    assert permissions(operator) == set()


def test_what_is_given_to_the_groups_of_role_and_user_adds_up(operator: User) -> None:
    view_inbox = Permission.objects.get(codename="view_inbox")
    view_branch = Permission.objects.get(codename="view_branch")
    Group.objects.get(name="Messenger operators").permissions.add(view_inbox)
    extra = Group.objects.create(name="Branch viewers")
    extra.permissions.add(view_branch, view_inbox)
    operator.groups.add(extra)
    assert {"messenger.view_inbox", "crm.view_branch"} <= permissions(operator)


def test_permissions_take_two_statements_once(operator: User) -> None:
    user = User.objects.get(pk=operator.pk)
    with CaptureQueriesContext(connection) as queries:
        for _ in range(5):
            user.has_perm("messenger.view_conversation")
            user.has_perm("messenger.change_inbox")
    assert len(queries) <= 2
