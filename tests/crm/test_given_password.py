"""A password that an administrator set opens the door once: to the page where its owner sets one of their own."""

from typing import Any

import pytest
from django.conf import LazySettings
from django.core.management import call_command
from django.test import Client
from django.urls import reverse

from crm.models import AuditEntry, Branch, User
from crm.second_factor import keeping, pending
from messenger.stream.operator_session import NotLoggedIn, check_in
from tests.admin.test_users import PROFILE, change
from tests.api.v1.rest import make_token
from tests.crm.codes import (
    CODE,
    PASSWORD,
    SET_UP,
    code_of,
    give_factor,
    is_in,
    key_shown,
    post_password,
)

pytestmark = pytest.mark.django_db

OWN = "/admin/login/password/"
GIVEN, NEW = "given by somebody", "correct horse battery"


def give_password(client: Client, user: User, password: str = GIVEN, **more: Any) -> Any:
    url = reverse("admin:auth_user_password_change", args=[user.pk])
    body = {"password1": password, "password2": password, "usable_password": "true"}
    return client.post(url, body | more)


def set_own(client: Client, password: str = NEW, url: str = OWN) -> Any:
    return client.post(url, {"new_password1": password, "new_password2": password})


@pytest.fixture
def given(administrator_client: Client, operator: User) -> User:
    assert give_password(administrator_client, operator).status_code == 302
    operator.refresh_from_db()
    return operator


def actions(user: User) -> list[str]:
    """What is recorded of them, the newest first."""
    entries = AuditEntry.objects.filter(target="crm.user", target_id=str(user.pk))
    return list(entries.values_list("action", flat=True))


# --- The way in ---------------------------------------------------------------------------------------------------


def test_it_leads_to_a_password_of_ones_own(given: User) -> None:
    client = Client()
    assert post_password(client, given, GIVEN)["Location"] == OWN
    page = client.get(OWN).content.decode()
    assert "set by an administrator" in page
    assert set_own(client)["Location"] == "/"
    assert is_in(client)
    given.refresh_from_db()
    assert given.check_password(NEW)
    assert not given.must_change_password
    assert actions(given)[:2] == ["password_changed", "logged_in"]
    assert AuditEntry.objects.filter(action="password_changed").get().actor == given
    again = Client()
    assert post_password(again, given, NEW)["Location"] == "/"
    assert is_in(again)


def test_until_then_nothing_else_opens(given: User) -> None:
    client = Client()
    post_password(client, given, GIVEN)
    assert not is_in(client)
    assert "_auth_user_id" not in client.session
    assert client.get("/api/messenger/unread/").status_code == 401
    assert client.get("/admin/messenger/conversation/").status_code == 302
    with pytest.raises(NotLoggedIn):
        check_in(client.session.session_key or "", None)


def test_whoever_was_in_this_browser_before_is_out(given: User, administrator: User) -> None:
    browser = Client()
    browser.force_login(administrator)
    assert is_in(browser)
    assert post_password(browser, given, GIVEN).status_code == 302
    assert not is_in(browser)


def test_a_session_that_was_left_is_nobodys(given: User) -> None:
    """Even one with the hash of now."""
    client = Client()
    client.force_login(given)
    assert not is_in(client)
    assert client.get(OWN)["Location"] == "/admin/login/"
    with pytest.raises(NotLoggedIn):
        check_in(client.session.session_key or "", None)


def test_it_is_said_in_russian_as_well(given: User) -> None:
    client = Client(headers={"Accept-Language": "ru"})
    post_password(client, given, GIVEN)
    page = client.get(OWN).content.decode()
    assert 'lang="ru"' in page
    assert "set by an administrator" not in page


def test_the_way_goes_on_to_where_it_was_to(given: User) -> None:
    client = Client()
    place = "/admin/login/?next=/admin/security/"
    location = client.post(place, {"username": given.username, "password": GIVEN})["Location"]
    assert location == f"{OWN}?next=%2Fadmin%2Fsecurity%2F"
    assert set_own(client, url=location)["Location"] == "/admin/security/"


@pytest.mark.parametrize("password", [GIVEN, "12345678", "short", ""])
def test_a_bad_one_is_refused(given: User, password: str) -> None:
    client = Client()
    post_password(client, given, GIVEN)
    page = set_own(client, password)
    assert page.status_code == 200
    assert page.context["form"].errors
    assert not is_in(client)
    given.refresh_from_db()
    assert given.must_change_password


def test_nobody_gets_there_without_the_password(given: User) -> None:
    assert Client().get(OWN)["Location"] == "/admin/login/"
    assert set_own(Client())["Location"] == "/admin/login/"
    given.refresh_from_db()
    assert given.check_password(GIVEN)


def test_nor_who_owes_nothing(operator: User) -> None:
    client = Client()
    client.force_login(operator)
    assert set_own(client)["Location"] == "/admin/login/"
    operator.refresh_from_db()
    assert operator.check_password(PASSWORD)


def test_one_that_was_given_meanwhile_holds(given: User, administrator_client: Client) -> None:
    client = Client()
    post_password(client, given, GIVEN)
    give_password(administrator_client, given, "another one, given")
    assert set_own(client)["Location"] == "/admin/login/"
    given.refresh_from_db()
    assert given.check_password("another one, given")
    assert not is_in(client)


def test_it_waits_ten_minutes(given: User, monkeypatch: pytest.MonkeyPatch) -> None:
    client = Client()
    post_password(client, given, GIVEN)
    monkeypatch.setattr(pending, "SECONDS", -1)
    assert set_own(client)["Location"] == "/admin/login/"


# --- With a second factor -----------------------------------------------------------------------------------------


def test_the_code_comes_first(given: User) -> None:
    key, _codes = give_factor(given)
    client = Client()
    assert post_password(client, given, GIVEN)["Location"] == CODE
    assert client.get(OWN)["Location"] == "/admin/login/"
    assert set_own(client)["Location"] == "/admin/login/"
    assert client.post(CODE, {"code": code_of(key), "remember": "on"})["Location"] == OWN
    assert not is_in(client)
    assert set_own(client)["Location"] == "/"
    assert is_in(client)


def test_the_browser_is_remembered_beyond_the_new_password(given: User) -> None:
    key, _codes = give_factor(given)
    client = Client()
    post_password(client, given, GIVEN)
    client.post(CODE, {"code": code_of(key), "remember": "on"})
    set_own(client)
    client.post("/admin/logout/")
    assert post_password(client, given, NEW)["Location"] == "/"


def test_a_recovery_code_that_was_used_is_recorded_for_its_owner(given: User) -> None:
    _key, codes = give_factor(given)
    client = Client()
    post_password(client, given, GIVEN)
    client.post(f"{CODE}?recovery", {"code": codes[0]})
    assert AuditEntry.objects.get(action="recovery_code_used").actor == given


def test_a_factor_that_is_demanded_comes_first_as_well(given: User) -> None:
    User.objects.filter(pk=given.pk).update(second_factor_required=True)
    client = Client()
    assert post_password(client, given, GIVEN)["Location"] == SET_UP
    key = key_shown(client.get(SET_UP))
    page = client.post(SET_UP, {"code": code_of(key)})
    assert page.context["onward"] == OWN
    assert len(page.context["codes"]) == 10
    assert not is_in(client)
    assert set_own(client)["Location"] == "/"
    assert is_in(client)
    assert AuditEntry.objects.get(action="second_factor_on").actor == given
    given.refresh_from_db()
    assert keeping.codes_left(given) == 10


# --- Whose password it is -----------------------------------------------------------------------------------------


def test_a_new_colleagues(administrator_client: Client, moscow: Branch) -> None:
    body = {
        "username": "galina",
        "role": "operator",
        "branch": moscow.pk,
        "usable_password": "true",
        "password1": GIVEN,
        "password2": GIVEN,
    }
    assert administrator_client.post("/admin/crm/user/add/", body | PROFILE).status_code == 302
    galina = User.objects.get(username="galina")
    assert galina.must_change_password
    assert post_password(Client(), galina, GIVEN)["Location"] == OWN


def test_taking_it_away_owes_nothing(administrator_client: Client, given: User) -> None:
    give_password(administrator_client, given, "", usable_password="false", **{"unset-password": "1"})
    given.refresh_from_db()
    assert not given.has_usable_password()
    assert not given.must_change_password


def test_ones_own_is_changed_where_the_present_one_is_asked_for(
    administrator: User, administrator_client: Client
) -> None:
    answer = give_password(administrator_client, administrator)
    assert answer["Location"] == "/admin/password_change/"
    administrator.refresh_from_db()
    assert administrator.check_password(PASSWORD)
    assert not administrator.must_change_password
    assert is_in(administrator_client)


def test_what_the_forms_say(
    administrator_client: Client, operator: User, given: User, colleague: User
) -> None:
    due = "Due at the next log-in"
    pages = ["/admin/crm/user/add/", reverse("admin:auth_user_password_change", args=[operator.pk])]
    for page in pages:
        assert "asked for one of their own" in administrator_client.get(page).content.decode()
    assert due in administrator_client.get(change(given)).content.decode()
    assert due not in administrator_client.get(change(colleague)).content.decode()


def test_a_form_does_not_lift_it(administrator_client: Client, given: User) -> None:
    body = {"username": "anna", "role": "operator", "is_active": "on", "must_change_password": ""}
    administrator_client.post(change(given), body | PROFILE | {"agent_profile-TOTAL_FORMS": "0"})
    given.refresh_from_db()
    assert given.must_change_password


def test_programs_go_on(given: User) -> None:
    secret, _token = make_token(given)
    headers = {"Authorization": f"Bearer {secret}"}
    assert Client().get("/api/messenger/v1/conversations/", headers=headers).status_code == 200


def test_a_superuser_of_the_command_line_owes_nothing(
    monkeypatch: pytest.MonkeyPatch, settings: LazySettings
) -> None:
    monkeypatch.setenv("DJANGO_SUPERUSER_PASSWORD", PASSWORD)
    call_command("createsuperuser", "--noinput", username="root", email="root@example.com")
    assert not User.objects.get(username="root").must_change_password
