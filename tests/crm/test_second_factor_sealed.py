"""Keys of second factors in the database: nobody who has a copy of it has anybody's codes."""

import base64
from importlib import import_module
from io import StringIO
from typing import Any

import pytest
from django.apps import apps
from django.conf import LazySettings
from django.core.management import call_command
from django.db import connection
from django.test import Client

from crm.models import SecondFactor, User
from crm.second_factor import keeping
from crm.second_factor.sealing import Unreadable, seal, unseal
from tests.crm.codes import code_of, give_factor, is_in, log_in_with

pytestmark = pytest.mark.django_db

OTHER = "another key of the system, as long as it has to be 0123456789"


def stored(user: User) -> str:
    return SecondFactor.objects.get(user=user).sealed_key


def rows_as_text() -> str:
    with connection.cursor() as cursor:
        cursor.execute("SELECT row_to_json(f)::text FROM crm_secondfactor f")
        return " ".join(row for (row,) in cursor.fetchall())


def rotate(settings: LazySettings, *, with_fallback: bool = True) -> None:
    former, settings.SECRET_KEY = settings.SECRET_KEY, OTHER
    settings.SECRET_KEY_FALLBACKS = [former] if with_fallback else []


def test_the_table_holds_no_key(operator: User) -> None:
    key, _codes = give_factor(operator)
    shown = rows_as_text()
    assert key not in shown
    assert base64.b32decode(key).hex() not in shown
    assert unseal(stored(operator), operator.pk) == key


def test_one_key_is_never_stored_alike(operator: User) -> None:
    assert seal("A" * 32, operator.pk) != seal("A" * 32, operator.pk)


def test_in_anothers_row_it_opens_nothing(operator: User, administrator: User) -> None:
    """Whoever may write to the table puts the key of their own phone into an administrator's row."""
    key, _codes = give_factor(operator)
    give_factor(administrator)
    SecondFactor.objects.filter(user=administrator).update(sealed_key=stored(operator))
    with pytest.raises(Unreadable):
        unseal(stored(administrator), administrator.pk)
    assert keeping.take(administrator, code_of(key)) is None
    assert log_in_with(Client(), administrator, code_of(key)).status_code == 200


def test_after_a_rotation_the_code_still_opens(operator: User, settings: LazySettings) -> None:
    key, _codes = give_factor(operator)
    rotate(settings)
    client = Client()
    assert log_in_with(client, operator, code_of(key)).status_code == 302
    assert is_in(client)
    settings.SECRET_KEY_FALLBACKS = []
    assert unseal(stored(operator), operator.pk) == key


def test_after_a_rotation_recovery_codes_still_open_once(operator: User, settings: LazySettings) -> None:
    _key, codes = give_factor(operator)
    rotate(settings)
    assert keeping.take(operator, codes[0]) == "recovery"
    assert keeping.take(operator, codes[0]) is None


def test_under_a_lost_key_nothing_opens_and_nothing_breaks(operator: User, settings: LazySettings) -> None:
    key, codes = give_factor(operator)
    rotate(settings, with_fallback=False)
    for code in (code_of(key), codes[0]):
        assert log_in_with(Client(), operator, code).status_code == 200


def test_all_can_be_sealed_anew(operator: User, colleague: User, settings: LazySettings) -> None:
    key, _codes = give_factor(operator)
    give_factor(colleague)
    SecondFactor.objects.filter(user=colleague).update(sealed_key="broken")
    rotate(settings)
    told, warned = StringIO(), StringIO()
    call_command("reseal_second_factors", stdout=told, stderr=warned)
    assert "Sealed under SECRET_KEY: 1." in told.getvalue()
    assert "boris" in warned.getvalue()
    settings.SECRET_KEY_FALLBACKS = []
    assert unseal(stored(operator), operator.pk) == key


def test_the_migration_seals_what_is_there(operator: User, colleague: User) -> None:
    key, _codes = give_factor(operator)
    give_factor(colleague)
    migration: Any = import_module("crm.migrations.0004_keys_are_sealed")
    SecondFactor.objects.filter(user=operator).update(sealed_key=key)
    SecondFactor.objects.filter(user=colleague).delete()
    migration.seal_all(apps, None)
    assert key not in rows_as_text()
    assert keeping.take(operator, code_of(key)) == "code"
    migration.open_all(apps, None)
    assert stored(operator) == key
