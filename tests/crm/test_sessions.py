"""Sessions end when what they were given for changes; the browser in which one did it oneself goes on."""

from collections.abc import Callable
from typing import Any

import pytest
from django.test import Client
from django.urls import reverse

from crm.models import AuditEntry, Branch, User
from tests.admin.test_users import PROFILE, change, values
from tests.crm.codes import EVERYTHING, PASSWORD, give_factor, is_in, post_password

pytestmark = pytest.mark.django_db

NEW = "correct horse battery"


def browser_of(user: User) -> Client:
    client = Client()
    client.force_login(user)
    assert is_in(client)
    return client


def change_password(client: Client, new: str = NEW) -> Any:
    body = {"old_password": PASSWORD, "new_password1": new, "new_password2": new}
    return client.post(EVERYTHING, body)


def test_a_new_password_ends_the_others(operator: User, operator_client: Client) -> None:
    other = browser_of(operator)
    assert change_password(operator_client).status_code == 302
    assert is_in(operator_client)
    assert not is_in(other)
    assert AuditEntry.objects.get().action == "password_changed"
    assert post_password(Client(), operator, NEW).status_code == 302


def test_a_bad_new_password_ends_none(operator: User, operator_client: Client) -> None:
    other = browser_of(operator)
    assert change_password(operator_client, "12345678").status_code == 200
    assert is_in(other)


def by_administrator(**more: Any) -> Callable[[Client, User, Branch], Any]:
    def act(client: Client, user: User, moscow: Branch) -> Any:
        changed = {name: moscow.pk if value == "Moscow" else value for name, value in more.items()}
        changed["agent_profile-TOTAL_FORMS"] = "0"
        body = {name: value for name, value in values(user, **changed).items() if value is not None}
        return client.post(change(user), body)

    return act


def set_password(client: Client, user: User, _moscow: Branch) -> Any:
    url = reverse("admin:auth_user_password_change", args=[user.pk])
    return client.post(url, {"password1": NEW, "password2": NEW})


def end_sessions(client: Client, user: User, _moscow: Branch) -> Any:
    url = reverse("admin:crm_user_end_all_sessions", args=[user.pk])
    return client.post(url, {"_form_submitted": "on"})


def reset_second_factor(client: Client, user: User, _moscow: Branch) -> Any:
    url = reverse("admin:crm_user_reset_second_factor", args=[user.pk])
    return client.post(url, {"_form_submitted": "on"})


ENDING = {
    "role": by_administrator(role="administrator"),
    "branch": by_administrator(branch="Moscow"),
    "deactivation": by_administrator(is_active=None),
    "second factor demanded": by_administrator(second_factor_required="on"),
    "password": set_password,
    "ended": end_sessions,
}


@pytest.mark.parametrize("what", ENDING)
def test_an_administrators_change_ends_all(
    operator: User, colleague: User, administrator_client: Client, moscow: Branch, what: str
) -> None:
    browsers, beside = [browser_of(operator), browser_of(operator)], browser_of(colleague)
    assert ENDING[what](administrator_client, operator, moscow).status_code in {200, 302}
    assert not any(map(is_in, browsers))
    assert is_in(beside)
    assert is_in(administrator_client)


def test_a_reset_factor_ends_all(operator: User, administrator_client: Client, moscow: Branch) -> None:
    give_factor(operator)
    operator.refresh_from_db()
    browser = browser_of(operator)
    assert reset_second_factor(administrator_client, operator, moscow).status_code == 200
    assert not is_in(browser)


def test_another_name_ends_nothing(operator: User, administrator_client: Client, moscow: Branch) -> None:
    browser = browser_of(operator)
    assert by_administrator(first_name="Anya")(administrator_client, operator, moscow).status_code == 302
    assert is_in(browser)


def test_who_changes_themselves_stays(
    administrator: User, administrator_client: Client, moscow: Branch
) -> None:
    other = browser_of(administrator)
    assert by_administrator(branch="Moscow")(administrator_client, administrator, moscow).status_code == 302
    assert is_in(administrator_client)
    assert not is_in(other)


def test_out_everywhere_else(operator: User, operator_client: Client) -> None:
    other = browser_of(operator)
    assert operator_client.get("/admin/security/sessions/end/").status_code == 405
    assert is_in(other)
    assert operator_client.post("/admin/security/sessions/end/").status_code == 302
    assert is_in(operator_client)
    assert not is_in(other)


def test_a_log_in_ends_nobody_elses(operator: User) -> None:
    """Its time is written into the user's row."""
    browser = browser_of(operator)
    assert post_password(Client(), operator).status_code == 302
    assert is_in(browser)


# --- Invitations ------------------------------------------------------------------------------------------------


def invite(client: Client, branch: Branch, **more: Any) -> tuple[User, str]:
    """A new colleague without a password, and the link that is shown for them."""
    profile = PROFILE | {"agent_profile-0-display_name": ""}
    person = {"username": "galina", "email": "galina@example.com", "first_name": "Galina"}
    body = {**person, "role": "operator", "branch": branch.pk, "usable_password": "false", **profile, **more}
    page = client.post("/admin/crm/user/add/", body, follow=True)
    assert page.status_code == 200
    return User.objects.get(username="galina"), page.context["link"]


def follow(link: str) -> tuple[Client, Any]:
    client = Client()
    return client, client.get(link, follow=True)


def use(link: str, password: str = NEW) -> Any:
    client, page = follow(link)
    return client.post(page.request["PATH_INFO"], {"new_password1": password, "new_password2": password})


def test_who_is_invited_sets_a_password(administrator_client: Client, moscow: Branch) -> None:
    user, link = invite(administrator_client, moscow)
    assert not user.has_usable_password()
    _client, page = follow(link)
    assert link.rstrip("/").rpartition("/")[2] not in page.request["PATH_INFO"]
    assert use(link)["Location"] == "/admin/login/"
    user.refresh_from_db()
    assert (user.branch, user.role, user.is_superuser) == (moscow, "operator", False)
    assert post_password(Client(), user, NEW).status_code == 302
    actions = set(AuditEntry.objects.values_list("action", flat=True))
    assert {"added", "invited", "password_set", "logged_in"} <= actions
    assert link not in str(list(AuditEntry.objects.values_list("details")))


def test_the_link_works_once(administrator_client: Client, moscow: Branch) -> None:
    user, link = invite(administrator_client, moscow)
    late, page = follow(link)
    assert use(link).status_code == 302
    assert not follow(link)[1].context["validlink"]
    body = {"new_password1": "another long one", "new_password2": "another long one"}
    assert late.post(page.request["PATH_INFO"], body).status_code == 200
    user.refresh_from_db()
    assert user.check_password(NEW)


@pytest.mark.parametrize("end", ["newer", "password", "inactive", "late", "forged"])
def test_the_link_ends(administrator_client: Client, moscow: Branch, end: str, settings: Any) -> None:
    user, link = invite(administrator_client, moscow)
    if end == "newer":
        url = reverse("admin:crm_user_invitation", args=[user.pk])
        newer = administrator_client.post(url, follow=True).context["link"]
        assert follow(newer)[1].context["validlink"]
    elif end == "password":
        user.set_password("set by somebody else")
        user.save()
    elif end == "inactive":
        User.objects.filter(pk=user.pk).update(is_active=False)
    elif end == "late":
        settings.PASSWORD_RESET_TIMEOUT = -1
    else:
        link = link[:-6] + "00000/"
    assert not follow(link)[1].context["validlink"]


def test_the_link_is_shown_once(administrator_client: Client, moscow: Branch) -> None:
    user, link = invite(administrator_client, moscow)
    page = administrator_client.get(reverse("admin:crm_user_invitation", args=[user.pk]))
    assert page.context["link"] == ""
    assert follow(link)[1].context["validlink"]


def test_who_has_a_password_is_not_invited(administrator_client: Client, operator: User) -> None:
    answer = administrator_client.post(reverse("admin:crm_user_invitation", args=[operator.pk]))
    assert answer["Location"] == change(operator)
    operator.refresh_from_db()
    assert operator.check_password(PASSWORD)


def test_operators_invite_nobody(
    operator_client: Client, administrator_client: Client, moscow: Branch
) -> None:
    user, _link = invite(administrator_client, moscow)
    assert operator_client.post(reverse("admin:crm_user_invitation", args=[user.pk])).status_code == 403


def test_an_operator_is_invited_into_a_branch(administrator_client: Client, moscow: Branch) -> None:
    body = {"username": "galina", "role": "operator", "branch": "", "usable_password": "false"}
    profile = {"agent_profile-TOTAL_FORMS": "0", "agent_profile-INITIAL_FORMS": "0"}
    page = administrator_client.post("/admin/crm/user/add/", body | profile)
    assert page.status_code == 200
    assert page.context["adminform"].form.errors.keys() == {"branch"}


def test_a_short_first_password_is_refused(administrator_client: Client, moscow: Branch) -> None:
    user, link = invite(administrator_client, moscow)
    assert use(link, "12345").status_code == 200
    user.refresh_from_db()
    assert not user.has_usable_password()
