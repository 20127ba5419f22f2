"""Address → Region: what is asked, what is remembered, and that nobody is asked too often."""

import logging
import socket
from collections.abc import Iterator
from contextlib import closing
from pathlib import Path
from typing import Any

import pytest
from django.conf import LazySettings

from crm.models import Branch, Region
from messenger.geoip import Health, describe, looks_up_locally, region_of
from messenger.lib import volatile as library
from messenger.lib.geoip import ip_api
from messenger.models import Contact, Conversation, Inbox
from messenger.volatile import volatile
from tests.lib.geoip.addresses import NEVER_SENT
from tests.lib.geoip.database import MUNICH, YEKATERINBURG, write_database
from tests.lib.geoip.server import ADDRESS, SVERDLOVSK, FakeProvider, fake_provider, respond
from tests.rules import make_rule
from tests.visitor import Visitor

pytestmark = pytest.mark.django_db

BROKEN = respond(b"", 500)


@pytest.fixture
def server(settings: LazySettings, monkeypatch: pytest.MonkeyPatch) -> Iterator[FakeProvider]:
    monkeypatch.setattr(ip_api, "DEADLINE_SECONDS", 10.0)  # a busy machine is no failure here
    with fake_provider() as server:
        settings.MESSENGER_GEOIP_URL = server.url
        yield server


@pytest.fixture
def sverdlovsk(db: None) -> Region:
    return Region.objects.get_or_create(name="Свердловская область")[0]


@pytest.fixture
def maxmind(settings: LazySettings, tmp_path: Path) -> Path:
    """A database file, and nobody to ask outside."""
    path = tmp_path / "City.mmdb"
    write_database(path)
    settings.MESSENGER_GEOIP_PROVIDER = "maxmind"
    settings.MESSENGER_GEOIP_MAXMIND_PATH = str(path)
    return path


@pytest.fixture
def redis_is_away(settings: LazySettings, monkeypatch: pytest.MonkeyPatch) -> Iterator[None]:
    with closing(socket.create_server(("127.0.0.1", 0))) as gone:
        port = gone.getsockname()[1]
    usual = settings.CACHES
    monkeypatch.setattr(library, "RETRY_SECONDS", 0.0)
    settings.CACHES = {"default": usual["default"] | {"LOCATION": f"redis://127.0.0.1:{port}/0"}}
    yield
    settings.CACHES = usual
    volatile.get("messenger:is-back")
    assert volatile.degraded_since is None


def address(number: int) -> str:
    """Each in a network of its own."""
    return f"93.{number // 250}.{number % 250}.34"


# --- Place → Region ----------------------------------------------------------------------------------------


@pytest.mark.parametrize(
    "place",
    [
        {"regionName": "Свердловская область", "region": ""},
        {"regionName": "СВЕРДЛОВСКАЯ Область", "region": ""},
        {"regionName": "Sverdlovsk Oblast", "region": "SVE"},
        {"regionName": "", "region": "sve"},
        {"regionName": "Sverdlovskaya Oblast'", "region": ""},
        {"regionName": "sverdlovskaya oblast'", "region": "MOS"},
        {"regionName": "Ural", "region": "SVE"},
    ],
)
def test_region_that_is_found(
    server: FakeProvider, sverdlovsk: Region, settings: LazySettings, place: dict[str, str]
) -> None:
    Region.objects.get_or_create(name="Московская область")
    settings.MESSENGER_GEOIP_REGION_MAPPING = {
        "Sverdlovskaya Oblast'": "Свердловская область",
        "Ural": "No such region",
    }
    server.answer = respond(SVERDLOVSK | place)
    assert region_of(ADDRESS) == sverdlovsk


def test_mapping_goes_before_the_name_of_a_region(
    server: FakeProvider, sverdlovsk: Region, settings: LazySettings
) -> None:
    ural = Region.objects.create(name="Ural")
    settings.MESSENGER_GEOIP_REGION_MAPPING = {"свердловская область": "?", "Свердловская область": "Ural"}
    server.answer = respond(SVERDLOVSK | {"regionName": sverdlovsk.name})
    assert region_of(ADDRESS) == ural


@pytest.mark.parametrize(
    "place",
    [
        {"countryCode": "DE"},
        {"region": "XXX"},
        {"region": "MOW"},
        {"region": ""},
    ],
)
def test_region_that_is_none_of_ours(server: FakeProvider, sverdlovsk: Region, place: dict[str, str]) -> None:
    Region.objects.filter(name="Москва").delete()
    server.answer = respond(SVERDLOVSK | place)
    assert region_of(ADDRESS) is None


def test_language_is_that_of_the_settings(server: FakeProvider, settings: LazySettings) -> None:
    settings.LANGUAGE_CODE = "ru"
    region_of(ADDRESS)
    assert server.requests[0].path.endswith("&lang=ru")


# --- What is not asked -------------------------------------------------------------------------------------


def test_address_that_is_not_public_never_leaves(server: FakeProvider) -> None:
    assert [region_of(private) for private in NEVER_SENT] == [None] * len(NEVER_SENT)
    assert server.requests == []


@pytest.mark.parametrize("change", [{"MESSENGER_GEOIP_ENABLED": False}, {"MESSENGER_GEOIP_PROVIDER": "none"}])
def test_nothing_is_asked_where_it_is_not_wanted(
    server: FakeProvider, settings: LazySettings, change: dict[str, object]
) -> None:
    for name, value in change.items():
        setattr(settings, name, value)
    assert region_of(ADDRESS) is None
    assert not looks_up_locally()
    assert describe().paused is None
    assert server.requests == []


def test_network_is_asked_about_once(server: FakeProvider, sverdlovsk: Region) -> None:
    found = [region_of(f"93.184.216.{host}") for host in (34, 35, 255)]
    found += [region_of("::ffff:93.184.216.1"), region_of("93.184.217.34")]
    assert found == [sverdlovsk] * 5
    assert len(server.requests) == 2
    assert [region_of(f"2a02:2698:8400:{net}::1") for net in (1, 2)] == [sverdlovsk] * 2
    assert len(server.requests) == 3


def test_mapping_that_was_changed_serves_what_is_remembered(
    server: FakeProvider, sverdlovsk: Region, settings: LazySettings
) -> None:
    server.answer = respond(SVERDLOVSK | {"region": ""})
    assert region_of(ADDRESS) is None
    settings.MESSENGER_GEOIP_REGION_MAPPING = {"Sverdlovsk Oblast": sverdlovsk.name}
    assert region_of(ADDRESS) == sverdlovsk
    assert len(server.requests) == 1


# --- When nothing can be asked -----------------------------------------------------------------------------


def test_no_more_than_45_a_minute_are_asked(server: FakeProvider, sverdlovsk: Region) -> None:
    found = [region_of(address(number)) for number in range(50)]
    assert found == [sverdlovsk] * 45 + [None] * 5
    assert len(server.requests) == 45


def test_broken_provider_is_left_alone(server: FakeProvider) -> None:
    server.answer = BROKEN
    assert [region_of(address(number)) for number in range(9)] == [None] * 9
    assert len(server.requests) == 5
    assert describe() == Health("ip-api", True, "failures")


def test_provider_at_its_limit_is_left_alone(server: FakeProvider) -> None:
    server.answer = respond(b"", 429, X_Ttl=600)
    assert [region_of(address(number)) for number in range(9)] == [None] * 9
    assert len(server.requests) == 1
    assert describe() == Health("ip-api", True, "limit")


def test_nothing_is_asked_while_redis_is_away(
    server: FakeProvider, sverdlovsk: Region, redis_is_away: None
) -> None:
    assert [region_of(address(number)) for number in range(3)] == [None] * 3
    assert server.requests == []
    assert describe().paused == "redis"


def test_nothing_is_asked_without_any_redis(server: FakeProvider, settings: LazySettings) -> None:
    settings.REDIS_URL = ""
    assert region_of(ADDRESS) is None
    assert server.requests == []


# --- The log -----------------------------------------------------------------------------------------------


@pytest.mark.parametrize(
    "answer",
    [
        BROKEN,
        respond(b"", 429),
        respond(ADDRESS.encode()),
        respond({"status": ADDRESS}),
        lambda handler: None,
    ],
)
def test_log_tells_of_a_failure_without_the_address(
    server: FakeProvider, caplog: pytest.LogCaptureFixture, answer: object
) -> None:
    caplog.set_level(logging.DEBUG)
    server.answer = answer  # type: ignore[assignment]
    assert region_of(ADDRESS) is None
    assert [record.levelno for record in caplog.records if "GeoIP" in record.message] == [logging.WARNING]
    assert ADDRESS not in caplog.text
    assert not any(record.exc_info for record in caplog.records)


def test_log_is_quiet_about_what_is_usual(server: FakeProvider, caplog: pytest.LogCaptureFixture) -> None:
    caplog.set_level(logging.DEBUG, logger="messenger")
    for number in range(50):
        region_of(address(number))
    assert caplog.records == []


# --- The file ----------------------------------------------------------------------------------------------


def test_file_is_read_without_asking_anybody(
    server: FakeProvider, maxmind: Path, sverdlovsk: Region, redis_is_away: None
) -> None:
    assert looks_up_locally()
    assert [region_of(YEKATERINBURG) for _ in range(50)] == [sverdlovsk] * 50
    assert region_of(MUNICH) is None
    assert region_of("10.0.0.1") is None
    assert server.requests == []
    assert describe() == Health("maxmind", True, None)


def test_file_that_is_missing_breaks_nothing(
    maxmind: Path, sverdlovsk: Region, caplog: pytest.LogCaptureFixture
) -> None:
    maxmind.unlink()
    assert [region_of(YEKATERINBURG) for _ in range(9)] == [None] * 9
    assert len(caplog.records) == 1
    assert describe() == Health("maxmind", True, "file")
    write_database(maxmind)
    assert region_of(YEKATERINBURG) == sverdlovsk


def test_provider_outside_is_not_local(server: FakeProvider) -> None:
    assert not looks_up_locally()
    assert describe() == Health("ip-api", True, None)


# --- Visitors ----------------------------------------------------------------------------------------------


def come_from(inbox: Inbox, address: str) -> Any:
    return Visitor(inbox.widget_token, REMOTE_ADDR=address).bootstrap()


def test_visitors_of_a_global_inbox_are_led_by_their_region(
    server: FakeProvider, sverdlovsk: Region, global_inbox: Inbox, yekaterinburg: Branch, moscow: Branch
) -> None:
    make_rule("Ural", sverdlovsk, branch=yekaterinburg)
    make_rule("Rest", branch=moscow)
    assert come_from(global_inbox, YEKATERINBURG).status_code == 200
    assert come_from(global_inbox, "127.0.0.1").status_code == 200
    found = Conversation.objects.order_by("pk").values_list("branch", "contact__region")
    assert list(found) == [(yekaterinburg.pk, sverdlovsk.pk), (moscow.pk, None)]
    assert len(server.requests) == 1


def test_addresses_of_a_branchs_visitors_go_to_nobody_outside(server: FakeProvider, inbox: Inbox) -> None:
    """The answer would lead them nowhere else."""
    assert come_from(inbox, YEKATERINBURG).status_code == 200
    assert server.requests == []


def test_the_file_tells_of_a_branchs_visitors_too(maxmind: Path, sverdlovsk: Region, inbox: Inbox) -> None:
    come_from(inbox, YEKATERINBURG)
    assert Contact.objects.get().region == sverdlovsk


def test_an_answer_that_cannot_be_stored_disturbs_nobody(
    server: FakeProvider, global_inbox: Inbox, moscow: Branch
) -> None:
    make_rule("Rest", branch=moscow)
    server.answer = respond(SVERDLOVSK | {"regionName": "a\0b"})
    assert [come_from(global_inbox, YEKATERINBURG).status_code for _ in range(2)] == [200, 200]
