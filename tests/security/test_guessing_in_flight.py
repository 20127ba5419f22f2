"""Somebody with a log-in of their own uses it to go on guessing those of others."""

from typing import Any

import pytest
from django.test import RequestFactory

from crm.guessing import Locked
from crm.log_in.guards import code_guard, password_guard
from crm.models import User

pytestmark = pytest.mark.django_db


@pytest.fixture
def here() -> Any:
    return RequestFactory().post("/", REMOTE_ADDR="203.0.113.7")


def fail(guard: Any) -> None:
    guard.claim()
    guard.failed()


def test_a_right_password_opens_no_lock_that_others_closed(here: Any, settings: Any) -> None:
    """The own log-in is counted, and judged slowly; meanwhile the address' tries run out."""
    settings.LOGIN_ATTEMPTS_PER_ADDRESS = 4
    own = password_guard(here, "mine").claim()
    for name in ("anna", "boris"):
        fail(password_guard(here, name))
    with pytest.raises(Locked):
        fail(password_guard(here, "victor"))
    own.succeeded()
    with pytest.raises(Locked):
        password_guard(here, "alice").claim()


def test_the_last_try_that_was_right_leaves_no_lock(here: Any, settings: Any) -> None:
    settings.LOGIN_ATTEMPTS_PER_ADDRESS = 2
    fail(password_guard(here, "anna"))
    password_guard(here, "mine").claim().succeeded()
    password_guard(here, "mine").claim()


def test_a_refused_try_counts_nowhere(here: Any, settings: Any, operator: User) -> None:
    settings.LOGIN_ATTEMPTS = 1
    with pytest.raises(Locked):
        fail(code_guard(here, operator))
    for _ in range(30):
        with pytest.raises(Locked):
            code_guard(here, operator).claim()
    elsewhere = RequestFactory().post("/", REMOTE_ADDR="198.51.100.7")
    code_guard(elsewhere, operator).claim().succeeded()
