"""The provider with a file: found, missing, damaged, replaced."""

import logging
from collections.abc import Callable
from pathlib import Path

import pytest

from messenger.lib.geoip import LookupFailed, Place
from messenger.lib.geoip.maxmind import MaxMind
from tests.lib.geoip.database import (
    MOSCOW,
    MUNICH,
    NOWHERE,
    RECORDS,
    SVERDLOVSK,
    YEKATERINBURG,
    YEKATERINBURG_IPV6,
    write_database,
)
from tests.parallel import in_parallel


@pytest.fixture
def path(tmp_path: Path) -> Path:
    path = tmp_path / "City.mmdb"
    write_database(path)
    return path


def fails(provider: MaxMind, address: str = YEKATERINBURG) -> None:
    with pytest.raises(LookupFailed):
        provider.locate(address)


@pytest.mark.parametrize("address", [YEKATERINBURG, YEKATERINBURG_IPV6])
def test_names_are_in_the_language_of_the_settings(path: Path, address: str) -> None:
    assert MaxMind(str(path), "ru").locate(address) == Place("RU", "Свердловская область", "SVE")
    assert MaxMind(str(path), "en").locate(address) == Place("RU", "Sverdlovsk Oblast", "SVE")


def test_name_that_is_not_in_this_language_is_english(path: Path) -> None:
    provider = MaxMind(str(path), "ru")
    assert provider.locate(MUNICH) == Place("DE", "Bavaria", "BY")
    assert provider.locate(MOSCOW) == Place("RU", "Москва", "MOW")


@pytest.mark.parametrize("address", [NOWHERE, "198.41.0.4"])
def test_place_that_is_not_known(path: Path, address: str) -> None:
    assert MaxMind(str(path), "ru").locate(address) is None


def test_district_is_not_taken_for_the_region(path: Path) -> None:
    district = {"iso_code": "XX", "names": {"en": "District"}}
    content = SVERDLOVSK | {"subdivisions": [*SVERDLOVSK["subdivisions"], district]}
    write_database(path, {"5.141.86.0/24": content})
    assert MaxMind(str(path), "en").locate(YEKATERINBURG) == Place("RU", "Sverdlovsk Oblast", "SVE")


def test_database_without_ipv6_knows_no_such_address(path: Path) -> None:
    write_database(path, version=4)
    provider = MaxMind(str(path), "en")
    assert provider.locate(YEKATERINBURG_IPV6) is None
    assert provider.locate(YEKATERINBURG) is not None


def test_file_is_opened_once(path: Path) -> None:
    provider = MaxMind(str(path), "en")
    places = in_parallel(8, lambda: [provider.locate(MOSCOW), provider._opened])
    assert len({id(opened) for _place, opened in places}) == 1


# --- A file that is no good --------------------------------------------------------------------------------


def remove(path: Path) -> None:
    path.unlink()


def make_garbage(path: Path) -> None:
    path.write_bytes(b"no database" * 1000)


def empty(path: Path) -> None:
    path.write_bytes(b"")


def cut(path: Path) -> None:
    path.write_bytes(path.read_bytes()[:500])


def make_folder(path: Path) -> None:
    path.unlink()
    path.mkdir()


def write_another_kind(path: Path) -> None:
    write_database(path, kind="GeoLite2-ASN")


def write_texts(path: Path) -> None:
    write_database(path, dict.fromkeys(RECORDS, "text"))


def write_wrong_types(path: Path) -> None:
    write_database(path, {network: {"subdivisions": 5, "country": "RU"} for network in RECORDS})


DAMAGES = [remove, make_garbage, empty, cut, make_folder, write_another_kind, write_texts, write_wrong_types]


@pytest.mark.parametrize("damage", DAMAGES)
def test_damage_is_told_once_and_without_the_address(
    path: Path, caplog: pytest.LogCaptureFixture, damage: Callable[[Path], None]
) -> None:
    damage(path)
    provider = MaxMind(str(path), "en")
    for _ in range(3):
        fails(provider)
    assert [record.levelno for record in caplog.records] == [logging.WARNING]
    assert YEKATERINBURG not in caplog.text


@pytest.mark.parametrize("damage", [damage for damage in DAMAGES if damage is not make_folder])
def test_file_that_was_repaired_is_read_without_a_restart(path: Path, damage: Callable[[Path], None]) -> None:
    damage(path)
    provider = MaxMind(str(path), "en")
    fails(provider)
    write_database(path)
    assert provider.locate(MOSCOW) == Place("RU", "Moscow", "MOW")


def test_file_that_was_replaced_is_read_without_a_restart(path: Path) -> None:
    provider = MaxMind(str(path), "en")
    assert provider.locate(MOSCOW) == Place("RU", "Moscow", "MOW")
    write_database(path, {"77.88.55.0/24": SVERDLOVSK})
    assert provider.locate(MOSCOW) == Place("RU", "Sverdlovsk Oblast", "SVE")


def test_file_that_goes_away_is_missed(path: Path, caplog: pytest.LogCaptureFixture) -> None:
    provider = MaxMind(str(path), "en")
    provider.locate(MOSCOW)
    path.unlink()
    fails(provider)
    assert "FileNotFoundError" in caplog.text
