"""Passwords that a stranger would try first, having seen whose log-in page it is."""

import pytest
from django.contrib.auth.password_validation import validate_password
from django.core.exceptions import ValidationError

from crm.models import Branch

pytestmark = pytest.mark.usefixtures("yekaterinburg")


def codes_of(password: str) -> set[str]:
    try:
        validate_password(password)
    except ValidationError as error:
        return {one.code or "" for one in error.error_list}
    return set()


@pytest.mark.parametrize(
    "password",
    [
        "Messenger2026!",
        "crm-messenger-1",
        "00administrator",
        "Yekaterinburg#1",
        "МЕССЕНДЖЕР-1",
        "operatoroperator",
    ],
)
def test_words_of_the_place_are_refused(password: str) -> None:
    assert "password_of_context" in codes_of(password)


@pytest.mark.parametrize(
    "password", ["messenger of the gods", "74-19-25-03 !#", "a long password", "Москва и Тула"]
)
def test_what_is_more_than_such_a_word_is_taken(password: str) -> None:
    Branch.objects.create(name="№ 12")
    assert codes_of(password) == set()
