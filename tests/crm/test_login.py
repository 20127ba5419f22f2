"""The log-in: guessing ends soon, and locks out nobody but the one who guesses."""

from concurrent.futures import ThreadPoolExecutor
from typing import Any

import pytest
from django.conf import LazySettings
from django.db import connection
from django.test import Client

from crm.guessing import Guessing, Locked, sweep
from crm.models import AuditEntry, Tries, User
from tests.crm.codes import LOG_IN, PASSWORD, is_in, post_password

pytestmark = pytest.mark.django_db

HOME, ELSEWHERE = "203.0.113.7", "198.51.100.9"


def guess(name: str = "anna", address: str = ELSEWHERE, password: str = "wrong") -> Any:
    return Client(REMOTE_ADDR=address).post(LOG_IN, {"username": name, "password": password})


def guess_often(times: int = 5, **how: Any) -> Any:
    answers = [guess(**how) for _ in range(times)]
    return answers[-1]


def let_time_pass(seconds: float) -> None:
    """For the counters."""
    with connection.cursor() as cursor:
        cursor.execute(
            "UPDATE crm_tries SET last_at = last_at - %(s)s::interval, locked_until = locked_until - %(s)s::interval",
            {"s": f"{seconds} seconds"},
        )


def test_too_many_wrong_passwords_have_to_wait(operator: User) -> None:
    assert guess_often(4).status_code == 200
    locked = guess()
    assert locked.status_code == 429
    assert 290 < int(locked["Retry-After"]) <= 300
    assert b"Try again in 5 minutes." in locked.content


def test_even_the_right_password_waits(operator: User) -> None:
    guess_often()
    refused = guess(password=PASSWORD)
    assert refused.status_code == 429
    assert "_auth_user_id" not in refused.wsgi_request.session
    let_time_pass(301)
    assert guess(password=PASSWORD).status_code == 302


def test_the_wait_is_told_in_the_readers_language(operator: User) -> None:
    guess_often(4)
    client = Client(REMOTE_ADDR=ELSEWHERE, headers={"Accept-Language": "ru"})
    assert client.get(LOG_IN).headers["Content-Language"] == "ru"


def test_the_user_gets_in_from_elsewhere(operator: User) -> None:
    guess_often(9)
    assert guess(address=HOME, password=PASSWORD).status_code == 302


def test_others_of_the_address_get_in(operator: User, colleague: User) -> None:
    guess_often()
    assert guess("boris", password=PASSWORD).status_code == 302


def test_an_address_that_tries_many_names_has_to_wait(operator: User, settings: LazySettings) -> None:
    settings.LOGIN_ATTEMPTS_PER_ADDRESS = 8
    answers = [guess(f"name{number}") for number in range(9)]
    assert [answer.status_code for answer in answers] == [200] * 7 + [429] * 2
    assert guess(password=PASSWORD).status_code == 429
    assert guess(address=HOME, password=PASSWORD).status_code == 302


def test_one_who_may_come_in_does_not_reset_the_address(operator: User, settings: LazySettings) -> None:
    settings.LOGIN_ATTEMPTS_PER_ADDRESS = 6
    for number in range(5):
        guess(f"name{number}")
        assert guess(password=PASSWORD).status_code == 302
    assert guess("name5").status_code == 429


def test_success_resets(operator: User) -> None:
    for _ in range(3):
        guess_often(4)
        assert guess(password=PASSWORD).status_code == 302


def test_each_wait_is_longer_and_knocking_prolongs_none(operator: User) -> None:
    assert int(guess_often()["Retry-After"]) <= 300
    let_time_pass(200)
    assert int(guess_often(20)["Retry-After"]) <= 100
    let_time_pass(101)
    assert 590 < int(guess_often()["Retry-After"]) <= 600
    let_time_pass(86_401)
    assert 290 < int(guess_often()["Retry-After"]) <= 300


@pytest.mark.parametrize("name", ["nobody", "nobody@example.com", "victor"])
def test_names_that_nobody_has_are_answered_alike(operator: User, name: str) -> None:
    def texts(name: str) -> list[str]:
        pages = [guess(name) for _ in range(6)]
        return [(page.status_code, page.context["form"].non_field_errors()[0]) for page in pages]  # type: ignore[misc]

    assert texts(name) == texts("anna")


@pytest.mark.parametrize("name", ["Anna@Example.com", " anna@example.com", "anna@example.com "])
def test_other_spellings_are_no_new_tries(operator: User, name: str) -> None:
    guess_often(4, name="anna@example.com")
    assert guess(name).status_code == 429


def test_a_spelling_that_the_database_folds_is_no_new_try(operator: User) -> None:
    User.objects.filter(pk=operator.pk).update(email="ivan@example.com")
    guess_often(4, name="ivan@example.com")
    assert guess("\u0131van@example.com").status_code == 429


def test_forwarded_addresses_are_believed_of_known_proxies_alone(
    operator: User, settings: LazySettings
) -> None:
    def from_proxy(number: int) -> Any:
        client = Client(REMOTE_ADDR="10.0.0.1", headers={"X-Forwarded-For": f"203.0.113.{number}"})
        return client.post(LOG_IN, {"username": "anna", "password": "wrong"}).status_code

    assert [from_proxy(number) for number in range(5)][-1] == 429
    settings.MESSENGER_TRUSTED_PROXIES = ["10.0.0.0/8"]
    assert [from_proxy(number) for number in range(6)] == [200] * 6


def test_an_ipv6_network_is_one_address(operator: User) -> None:
    for number in range(4):
        guess(address=f"2001:db8::{number + 1}")
    assert guess(address="2001:db8::ffff").status_code == 429


def test_a_lock_is_recorded_and_no_name_that_nobody_has(operator: User) -> None:
    guess_often()
    guess_often(name="my password by mistake")
    known, unknown = AuditEntry.objects.order_by("id")
    assert (known.action, known.target_name, known.address) == ("log_in_locked", "Anna Sergeeva", ELSEWHERE)
    assert (unknown.target_name, unknown.actor_name) == ("", "")
    assert "mistake" not in str(list(Tries.objects.values_list()))


def test_guessing_needs_no_redis(operator: User, settings: LazySettings) -> None:
    settings.CACHES = {
        "default": {"BACKEND": "django_redis.cache.RedisCache", "LOCATION": "redis://127.0.0.1:1/0"}
    }
    assert guess_often().status_code == 429


@pytest.mark.django_db(transaction=True)
def test_tries_at_once_are_no_more_than_tries_in_a_row() -> None:
    guessing = Guessing.of("something", limit=5, seconds=60)

    def claim(_number: int) -> bool:
        try:
            guessing.claim()
        except Locked:
            return False
        finally:
            connection.close()
        return True

    with ThreadPoolExecutor(8) as threads:
        assert sum(threads.map(claim, range(40))) == 5


def test_old_tries_are_swept(operator: User) -> None:
    guess_often(2, name="nobody")
    let_time_pass(90_000)
    guess("somebody")
    assert Tries.objects.count() == 2  # The name's and the address's: the latter is new as well.
    sweep()
    assert Tries.objects.count() == 2


# --- The page ------------------------------------------------------------------------------------------------


def test_next_is_kept(operator: User) -> None:
    client = Client()
    asked = client.get("/admin/crm/branch/?q=x")
    assert asked.status_code == 302
    page = client.get(asked["Location"])
    assert page.context["next"] == "/admin/crm/branch/?q=x"
    body = {"username": "anna", "password": "wrong", "next": page.context["next"]}
    assert client.post(LOG_IN, body).context["next"] == "/admin/crm/branch/?q=x"
    assert client.post(LOG_IN, body | {"password": PASSWORD})["Location"] == "/admin/crm/branch/?q=x"


@pytest.mark.parametrize("next_url", ["https://evil.example/", "//evil.example", "javascript:alert(1)"])
def test_next_leads_nowhere_else(operator: User, next_url: str) -> None:
    answer = Client().post(LOG_IN, {"username": "anna", "password": PASSWORD, "next": next_url})
    assert answer["Location"] == "/"


def test_who_is_in_sees_no_form(operator_client: Client) -> None:
    assert operator_client.get(f"{LOG_IN}?next=/admin/security/")["Location"] == "/admin/security/"


def test_fields_tell_browsers_what_they_are(client: Client) -> None:
    shown = client.get(LOG_IN).content.decode()
    assert 'autocomplete="username"' in shown
    assert 'autocomplete="current-password"' in shown
    assert "a9x8" not in client.post(LOG_IN, {"username": "a", "password": "a9x8"}).content.decode()


def test_a_log_in_is_recorded(operator: User) -> None:
    client = Client()
    assert post_password(client, operator).status_code == 302
    assert is_in(client)
    entry = AuditEntry.objects.get()
    assert (entry.action, entry.actor, entry.address) == ("logged_in", operator, "127.0.0.1")
