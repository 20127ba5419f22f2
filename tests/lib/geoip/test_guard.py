"""How often the provider is asked, by all together, and when it is left alone."""

from collections.abc import Callable

import pytest
from django_redis import get_redis_connection

from messenger.lib.geoip import Place, ip_api
from messenger.lib.geoip.guard import Guard
from messenger.lib.geoip.ip_api import IpApi
from messenger.lib.geoip.pauses import Pauses
from messenger.lib.volatile import Volatile
from tests.lib.geoip.server import ADDRESS, SVERDLOVSK, UNKNOWN, FakeProvider, respond
from tests.parallel import in_parallel

FOUND = Place("RU", "Sverdlovsk Oblast", "SVE")
NETWORK_KEY = "messenger:geoip:ip-api:93.184.216.0/24"
LIMIT_KEY, FAILURES_KEY = "messenger:geoip:ip-api:paused:limit", "messenger:geoip:ip-api:paused:failures"
BROKEN = respond(b"", 500)


class Process:
    """What one process has: a store and a guard of its own, before the provider that all share."""

    def __init__(self, url: str) -> None:
        store, prefix = Volatile(lambda: get_redis_connection("default")), "messenger:geoip:ip-api"
        self.pauses = Pauses(store, prefix)
        ask = IpApi(url, "en", self.pauses.begin_for_limit).locate
        self.locate = Guard(ask, self.pauses, store, prefix).locate

    def fail(self, times: int) -> None:
        for number in range(times):
            assert self.locate(address(number)) is None


@pytest.fixture(autouse=True)
def clean_redis() -> None:
    get_redis_connection("default").flushdb()


@pytest.fixture(autouse=True)
def patient(monkeypatch: pytest.MonkeyPatch) -> None:
    """A busy machine is no failure here."""
    monkeypatch.setattr(ip_api, "DEADLINE_SECONDS", 10.0)


@pytest.fixture
def process(server: FakeProvider) -> Process:
    return Process(server.url)


@pytest.fixture
def other(server: FakeProvider) -> Process:
    return Process(server.url)


def address(number: int) -> str:
    """Each in a network of its own."""
    return f"93.{number // 250}.{number % 250}.34"


def life(key: str) -> int:
    return int(get_redis_connection("default").ttl(key))


def end_of(key: str) -> None:
    get_redis_connection("default").delete(key)


# --- The cache ---------------------------------------------------------------------------------------------


def test_answer_is_remembered_by_all_for_a_week(
    server: FakeProvider, process: Process, other: Process
) -> None:
    assert [process.locate(ADDRESS), other.locate(ADDRESS), other.locate("93.184.216.35")] == [FOUND] * 3
    assert len(server.requests) == 1
    assert 6 * 86_400 < life(NETWORK_KEY) <= 7 * 86_400


def test_what_is_not_known_is_remembered_for_an_hour(server: FakeProvider, process: Process) -> None:
    server.answer = respond(UNKNOWN)
    assert [process.locate(ADDRESS), process.locate("93.184.216.35")] == [None, None]
    assert len(server.requests) == 1
    assert 3500 < life(NETWORK_KEY) <= 3600


def test_failure_is_not_remembered(server: FakeProvider, process: Process) -> None:
    server.answer = BROKEN
    assert process.locate(ADDRESS) is None
    server.answer = respond(SVERDLOVSK)
    assert process.locate(ADDRESS) == FOUND


# --- The limit of 45 a minute ------------------------------------------------------------------------------


def test_no_more_than_45_are_asked_by_all(server: FakeProvider, process: Process, other: Process) -> None:
    numbers = iter(range(1000))

    def ask() -> None:
        for _ in range(5):
            process.locate(address(next(numbers)))
            other.locate(address(next(numbers)))

    in_parallel(8, ask)
    assert len(server.requests) == 45


def test_who_comes_after_the_limit_is_told_what_is_known(server: FakeProvider, process: Process) -> None:
    found = [process.locate(address(number)) for number in range(50)]
    assert found == [FOUND] * 45 + [None] * 5
    assert process.locate(address(0)) == FOUND
    assert process.pauses.current() is None


def test_window_is_longer_than_the_providers_minute(process: Process) -> None:
    """45 that left in a minute and arrived in a little less would be too many."""
    process.locate(ADDRESS)
    assert 60 < life("messenger:geoip:ip-api:sent") <= 61


# --- Pauses ------------------------------------------------------------------------------------------------


def test_fifth_failure_begins_a_pause_for_all(server: FakeProvider, process: Process, other: Process) -> None:
    assert process.locate(ADDRESS) == FOUND
    server.answer = BROKEN
    process.fail(2)
    other.fail(2)
    assert process.pauses.current() is None
    other.fail(1)
    assert process.pauses.current() == "failures"
    assert 50 < life(FAILURES_KEY) <= 60
    server.answer = respond(SVERDLOVSK)
    assert [process.locate(address(9)), other.locate(address(9))] == [None, None]
    assert len(server.requests) == 6
    assert process.locate(ADDRESS) == FOUND


def test_each_failure_after_a_pause_begins_another_one(server: FakeProvider, process: Process) -> None:
    server.answer = BROKEN
    process.fail(6)
    assert len(server.requests) == 5
    end_of(FAILURES_KEY)
    process.fail(2)
    assert len(server.requests) == 6
    assert process.pauses.current() == "failures"


def test_lookups_go_on_after_a_pause(server: FakeProvider, process: Process) -> None:
    server.answer = BROKEN
    process.fail(5)
    end_of(FAILURES_KEY)
    server.answer = respond(SVERDLOVSK)
    assert [process.locate(address(number)) for number in range(2)] == [FOUND] * 2
    assert process.pauses.current() is None


def test_provider_that_says_it_is_too_much_is_left_alone_by_all(
    server: FakeProvider, process: Process, other: Process
) -> None:
    server.answer = respond(b"", 429, X_Ttl=600)
    process.fail(2)
    other.fail(2)
    assert len(server.requests) == 1
    assert 590 < life(LIMIT_KEY) <= 600
    assert other.pauses.current() == "limit"


def test_provider_at_its_limit_is_not_taken_for_broken(server: FakeProvider, process: Process) -> None:
    server.answer = respond(b"", 429)
    for _ in range(6):
        process.fail(1)
        end_of(LIMIT_KEY)
    assert len(server.requests) == 6
    assert process.pauses.current() is None


def test_last_answer_before_the_limit_is_used(server: FakeProvider, process: Process) -> None:
    server.answer = respond(SVERDLOVSK, X_Rl=0, X_Ttl=30)
    assert [process.locate(address(number)) for number in range(2)] == [FOUND, None]
    assert len(server.requests) == 1
    assert 20 < life(LIMIT_KEY) <= 30


@pytest.mark.parametrize(
    "act", [lambda pauses: pauses.note_failure(), lambda pauses: pauses.begin("failures", 60)]
)
def test_short_pause_cuts_no_long_one(process: Process, act: Callable[[Pauses], None]) -> None:
    process.pauses.begin_for_limit(600)
    for _ in range(9):
        act(process.pauses)
    assert process.pauses.current() == "limit"
    assert 590 < life(LIMIT_KEY) <= 600
