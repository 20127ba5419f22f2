"""Second factors are demanded, turned on and off, and reset for a colleague who lost the phone."""

import re
from io import StringIO
from typing import Any

import pytest
from django.conf import LazySettings
from django.core.management import CommandError, call_command
from django.db import connection
from django.test import Client
from django.urls import reverse

from crm.models import AuditEntry, User
from crm.second_factor import keeping
from tests.crm.codes import (
    PASSWORD,
    SET_UP,
    code_of,
    give_factor,
    is_in,
    key_shown,
    log_in_with,
    post_password,
    wrong_code,
)

pytestmark = pytest.mark.django_db

SECURITY = "/admin/security/"


# --- Demanded ---------------------------------------------------------------------------------------------------


def demand(user: User) -> None:
    user.second_factor_required = True
    user.save()


def test_where_it_is_demanded_it_is_set_up_first(operator: User) -> None:
    demand(operator)
    client = Client()
    assert post_password(client, operator)["Location"] == SET_UP
    page = client.get(SET_UP)
    assert page.context["qr"].startswith("data:image/svg+xml")
    key = key_shown(page)
    assert key == key_shown(client.get(SET_UP))
    assert not is_in(client)
    assert client.post(SET_UP, {"code": wrong_code(key)}).status_code == 200
    done = client.post(SET_UP, {"code": code_of(key)})
    assert len(done.context["codes"]) == 10
    assert is_in(client)
    assert client.get(SET_UP).status_code == 302
    assert log_in_with(Client(), operator, done.context["codes"][0]).status_code == 302


def test_a_role_can_be_demanded(operator: User, administrator: User, settings: LazySettings) -> None:
    settings.SECOND_FACTOR_ROLES = ["administrator"]
    assert post_password(Client(), administrator)["Location"] == SET_UP
    assert post_password(Client(), operator)["Location"] == "/"


def test_demanding_it_ends_what_is_open(operator: User, operator_client: Client) -> None:
    assert is_in(operator_client)
    demand(operator)
    assert not is_in(operator_client)
    operator_client.logout()
    User.objects.filter(pk=operator.pk).update(second_factor_required=False)


def test_a_demanded_one_is_not_turned_off(operator: User) -> None:
    key, _codes = give_factor(operator)
    demand(operator)
    client = Client()
    log_in_with(client, operator, code_of(key))
    body = {"password": PASSWORD, "code": code_of(key, 1)}
    assert client.post(f"{SECURITY}turn-off/", body)["Location"] == SECURITY
    assert keeping.take(operator, code_of(key, 1)) == "code"


# --- One's own --------------------------------------------------------------------------------------------------


def test_everybody_turns_it_on_and_off(operator: User, operator_client: Client) -> None:
    client, other = operator_client, Client()
    other.force_login(operator)
    assert client.get(f"{SECURITY}set-up/").status_code == 302
    assert client.post(f"{SECURITY}turn-on/", {"password": "wrong"}).status_code == 200
    client.post(f"{SECURITY}turn-on/", {"password": PASSWORD})
    key = key_shown(client.get(f"{SECURITY}set-up/"))
    codes = client.post(f"{SECURITY}set-up/", {"code": code_of(key)}).context["codes"]
    assert is_in(client)
    assert not is_in(other)
    assert client.post(f"{SECURITY}turn-off/", {"password": "wrong", "code": codes[0]}).status_code == 200
    assert client.post(f"{SECURITY}turn-off/", {"password": PASSWORD, "code": codes[0]}).status_code == 302
    assert is_in(client)
    assert post_password(Client(), operator)["Location"] == "/"
    actions = list(AuditEntry.objects.order_by("id").values_list("action", flat=True))
    assert actions == ["second_factor_on", "second_factor_off", "logged_in"]


def test_new_recovery_codes_end_the_former(operator: User) -> None:
    key, codes = give_factor(operator)
    client = Client()
    log_in_with(client, operator, code_of(key))
    body = {"password": PASSWORD, "code": codes[0]}
    new = client.post(f"{SECURITY}new-codes/", body).context["codes"]
    assert keeping.take(operator, codes[1]) is None
    assert keeping.take(operator, new[0]) == "recovery"


def test_an_open_browser_does_not_help_to_guess(operator: User, operator_client: Client) -> None:
    answers = [operator_client.post(f"{SECURITY}turn-on/", {"password": "wrong"}) for _ in range(6)]
    assert answers[-1].status_code == 429
    answers = [operator_client.post("/admin/password_change/", {"old_password": "wrong"}) for _ in range(2)]
    assert answers[-1].status_code == 429


# --- A colleague's ----------------------------------------------------------------------------------------------


def reset(client: Client, user: User) -> Any:
    url = reverse("admin:crm_user_reset_second_factor", args=[user.pk])
    return client.post(url, {"_form_submitted": "on"})


def test_an_administrator_resets_it_and_the_colleague_is_told(
    operator: User, administrator_client: Client
) -> None:
    key, _codes = give_factor(operator)
    client = Client()
    log_in_with(client, operator, code_of(key))
    assert reset(administrator_client, operator)["HX-Redirect"] == f"/admin/crm/user/{operator.pk}/change/"
    assert not is_in(client)
    entry = AuditEntry.objects.get(action="second_factor_reset")
    assert (entry.actor_name, entry.target_id) == ("Alice", str(operator.pk))
    told = post_password(Client(), operator, follow=True).content.decode()
    assert re.search("Your second factor was reset by Alice", told)
    assert "was reset" not in post_password(Client(), operator, follow=True).content.decode()


def test_operators_and_looks_reset_nothing(
    operator: User, colleague: User, administrator_client: Client
) -> None:
    give_factor(colleague)
    client = Client()
    client.force_login(operator)
    assert reset(client, colleague).status_code == 403
    url = reverse("admin:crm_user_reset_second_factor", args=[colleague.pk])
    assert administrator_client.get(url).status_code == 200
    colleague.refresh_from_db()
    assert colleague.has_second_factor


def test_nobody_resets_a_superusers(administrator_client: Client, db: None) -> None:
    root = User.objects.create_superuser("root", "root@example.com", PASSWORD)
    give_factor(root)
    assert reset(administrator_client, root).status_code == 403
    with connection.cursor() as cursor:
        cursor.execute("SELECT count(*) FROM crm_secondfactor")
        assert cursor.fetchone()[0] == 1


def test_the_shell_resets_the_last_administrators(administrator: User) -> None:
    give_factor(administrator)
    call_command("reset_second_factor", "ALICE@example.com", stdout=StringIO())
    assert "reset by the system" in post_password(Client(), administrator, follow=True).content.decode()
    for login in ("alice", "nobody"):
        with pytest.raises(CommandError):
            call_command("reset_second_factor", login)
