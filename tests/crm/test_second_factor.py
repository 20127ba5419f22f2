"""The second factor: no way around it, no code twice, and a way back for who lost the phone."""

import pytest
from django.conf import LazySettings
from django.test import Client

from crm.models import AuditEntry, RecoveryCode, User
from crm.second_factor import keeping
from crm.second_factor.codes import address_of_key, step_of
from tests.crm.codes import (
    CODE,
    LOG_IN,
    PASSWORD,
    SET_UP,
    code_of,
    give_factor,
    is_in,
    log_in_with,
    post_password,
    wrong_code,
)
from tests.parallel import in_parallel

pytestmark = pytest.mark.django_db

SECURITY = "/admin/security/"


# --- The code ------------------------------------------------------------------------------------------------


def test_known_codes_of_the_standard() -> None:
    """RFC 6238, appendix B, in six digits."""
    key = "GEZDGNBVGY3TQOJQGEZDGNBVGY3TQOJQ"
    for moment, code in ((59, "287082"), (1111111109, "081804"), (20000000000, "353130")):
        assert step_of(key, code, after=0, now=moment) == moment // 30
    assert step_of(key, "287082", after=0, now=59 + 30) == 1
    assert step_of(key, "287082", after=0, now=29) == 1
    assert step_of(key, "287082", after=0, now=59 + 60) is None
    assert step_of(key, "287082", after=1, now=59) is None


@pytest.mark.parametrize("typed", ["", "1", "12345", "1234567", "٢٨٧٠٨٢", "abcdef", "287082\0", "-1"])
def test_what_is_no_code_is_none(typed: str) -> None:
    assert step_of("GEZDGNBVGY3TQOJQGEZDGNBVGY3TQOJQ", typed, after=0, now=59) is None


def test_apps_understand_the_address() -> None:
    address = address_of_key("ABC", "anna@x:y", "Messenger crm.example.com")
    assert address == (
        "otpauth://totp/Messenger%20crm.example.com%3Aanna%40x%3Ay"
        "?secret=ABC&issuer=Messenger+crm.example.com&digits=6&period=30"
    )


# --- The step after the password --------------------------------------------------------------------------------


def test_the_password_alone_opens_nothing(operator: User) -> None:
    give_factor(operator)
    client = Client()
    assert post_password(client, operator)["Location"] == CODE
    assert not is_in(client)
    assert "_auth_user_id" not in client.session
    assert client.get("/api/messenger/dialogs/").status_code in {401, 403, 404}
    assert client.post("/messenger/me/status/", {"status": "away"}).status_code in {302, 401, 403}


def test_the_code_opens(operator: User) -> None:
    key, _codes = give_factor(operator)
    client = Client()
    assert log_in_with(client, operator, code_of(key))["Location"] == "/"
    assert is_in(client)


@pytest.mark.parametrize("steps", [-1, 1])
def test_a_clock_may_be_a_step_off(operator: User, steps: int) -> None:
    key, _codes = give_factor(operator)
    assert log_in_with(Client(), operator, code_of(key, steps)).status_code == 302


@pytest.mark.parametrize("steps", [-4, 4])
def test_but_no_more(operator: User, steps: int) -> None:
    key, _codes = give_factor(operator)
    assert log_in_with(Client(), operator, code_of(key, steps)).status_code == 200


def test_spaces_are_no_mistake(operator: User) -> None:
    key, _codes = give_factor(operator)
    code = code_of(key)
    assert log_in_with(Client(), operator, f" {code[:3]} {code[3:]} ").status_code == 302


def test_no_code_opens_twice(operator: User) -> None:
    key, _codes = give_factor(operator)
    code = code_of(key)
    assert log_in_with(Client(), operator, code).status_code == 302
    assert log_in_with(Client(), operator, code).status_code == 200


@pytest.mark.django_db(transaction=True)
@pytest.mark.parametrize("kind", ["code", "recovery"])
def test_nor_at_the_same_moment(operator: User, kind: str) -> None:
    key, codes = give_factor(operator)
    code = code_of(key) if kind == "code" else codes[0]
    taken = in_parallel(8, lambda: keeping.take(operator, code))
    assert [one for one in taken if one] == [kind]


def test_a_recovery_code_opens_once(operator: User) -> None:
    _key, codes = give_factor(operator)
    assert len(set(codes)) == 10
    assert codes[0] not in str(list(RecoveryCode.objects.values_list("digest")))
    assert log_in_with(Client(), operator, codes[0].upper().replace("-", " ")).status_code == 302
    assert log_in_with(Client(), operator, codes[0]).status_code == 200
    assert keeping.codes_left(operator) == 9
    assert AuditEntry.objects.filter(action="recovery_code_used", details={"left": 9}).count() == 1


def test_another_ones_codes_open_nothing(operator: User, colleague: User) -> None:
    give_factor(operator)
    key, codes = give_factor(colleague)
    for code in (code_of(key), codes[0]):
        assert log_in_with(Client(), operator, code).status_code == 200


def test_codes_are_not_guessed(operator: User) -> None:
    key, _codes = give_factor(operator)
    client = Client()
    post_password(client, operator)
    answers = [client.post(CODE, {"code": wrong_code(key)}) for _ in range(6)]
    assert [answer.status_code for answer in answers] == [200] * 4 + [429] * 2
    assert client.post(CODE, {"code": code_of(key)}).status_code == 429
    assert AuditEntry.objects.get(action="second_factor_locked").target_id == str(operator.pk)


def test_nor_from_many_addresses(operator: User) -> None:
    key, _codes = give_factor(operator)
    statuses = []
    for number in range(21):
        client = Client(REMOTE_ADDR=f"203.0.113.{number}")
        post_password(client, operator)
        statuses.append(client.post(CODE, {"code": wrong_code(key)}).status_code)
    assert statuses == [200] * 19 + [429] * 2


def test_without_a_password_there_is_no_step(operator: User, colleague: User) -> None:
    give_factor(operator)
    for address in (CODE, SET_UP):
        assert Client().get(address)["Location"].startswith(LOG_IN)
    client = Client()
    assert post_password(client, colleague)["Location"] == "/"
    assert client.get(CODE)["Location"].startswith(LOG_IN)


@pytest.mark.parametrize("change", ["password", "inactive", "sessions ended", "late"])
def test_the_step_ends_when_something_changes(
    operator: User, change: str, monkeypatch: pytest.MonkeyPatch
) -> None:
    key, _codes = give_factor(operator)
    client = Client()
    post_password(client, operator)
    if change == "password":
        operator.set_password("another password")
        operator.save()
    elif change == "inactive":
        User.objects.filter(pk=operator.pk).update(is_active=False)
    elif change == "sessions ended":
        operator.end_sessions()
    else:
        monkeypatch.setattr("crm.second_factor.pending.SECONDS", 0)
    assert client.post(CODE, {"code": code_of(key)})["Location"].startswith(LOG_IN)
    assert not is_in(client)


def test_whoever_was_in_the_browser_before_is_out(operator: User, colleague: User) -> None:
    give_factor(operator)
    client = Client()
    post_password(client, colleague)
    assert is_in(client)
    post_password(client, operator)
    assert not is_in(client)


def test_next_goes_along(operator: User) -> None:
    key, _codes = give_factor(operator)
    client = Client()
    answer = client.post(LOG_IN, {"username": "anna", "password": PASSWORD, "next": SECURITY})
    assert client.get(answer["Location"]).context["next"] == SECURITY
    code = {"code": code_of(key), "next": "//evil.example/"}
    assert client.post(answer["Location"].partition("?")[0], code)["Location"] == "/"


# --- Remembered browsers ----------------------------------------------------------------------------------------


def remembered(user: User) -> Client:
    key, _codes = give_factor(user)
    client = Client()
    log_in_with(client, user, code_of(key), remember="on")
    client.cookies.pop("crm_session")
    return client


def test_a_remembered_browser_is_not_asked(operator: User) -> None:
    client = remembered(operator)
    assert post_password(client, operator)["Location"] == "/"
    cookie = client.cookies[f"crm_browser_{operator.pk}"]
    assert cookie["httponly"]
    assert (cookie["samesite"], cookie["max-age"]) == ("Lax", 30 * 86_400)


def test_it_is_one_users_alone(operator: User, colleague: User) -> None:
    client = remembered(operator)
    give_factor(colleague)
    client.cookies[f"crm_browser_{colleague.pk}"] = client.cookies[f"crm_browser_{operator.pk}"].value
    assert post_password(client, colleague)["Location"] == CODE


@pytest.mark.parametrize("change", ["password", "new factor", "sessions ended", "forged", "setting"])
def test_it_is_forgotten(operator: User, change: str, settings: LazySettings) -> None:
    client, password = remembered(operator), PASSWORD
    if change == "password":
        password = "another password"
        operator.set_password(password)
        operator.save()
    elif change == "new factor":
        give_factor(operator)
    elif change == "sessions ended":
        operator.end_sessions()
    elif change == "forged":
        client.cookies[f"crm_browser_{operator.pk}"] = "x:y:z"
    else:
        settings.SECOND_FACTOR_REMEMBER_DAYS = 0
    assert post_password(client, operator, password)["Location"] == CODE
