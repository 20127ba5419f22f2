"""Limits: per address, session and inbox, exact under parallel hits, and nobody's but the one's who hits them."""

import time
from collections.abc import Callable
from typing import Any

import pytest
from django.conf import LazySettings
from django.db import connection

from messenger.models import Inbox, Message
from tests.api.endpoints import BOOTSTRAP, POLL, SEND, TYPING, Endpoint, every_endpoint
from tests.parallel import in_parallel
from tests.visitor import Visitor

pytestmark = pytest.mark.django_db

HOME, OFFICE = "198.51.100.7", "203.0.113.9"
WHAT = {"bootstrap": "BOOTSTRAP", "send": "SEND"}


def limit(settings: LazySettings, endpoint: Endpoint, per: str, rate: str = "2/day") -> None:
    setattr(settings, f"MESSENGER_THROTTLE_{WHAT.get(endpoint.path, 'POLL')}_{per}", rate)


def is_throttled(endpoint: Endpoint, visitor: Visitor, **extra: Any) -> bool:
    return bool(endpoint.ask(visitor, **extra).status_code == 429)


def new_visitor(inbox: Inbox, address: str = HOME) -> Visitor:
    visitor = Visitor(inbox.widget_token, REMOTE_ADDR=address)
    assert visitor.bootstrap().status_code == 200
    return visitor


@pytest.fixture
def clock(monkeypatch: pytest.MonkeyPatch) -> Callable[[float], None]:
    """Sets the time, in seconds into a minute long past."""

    def set_to(seconds: float) -> None:
        monkeypatch.setattr(time, "time", lambda: 1_800_000_000.0 + seconds)

    set_to(0)
    return set_to


@every_endpoint
def test_limit_per_address(inbox: Inbox, settings: LazySettings, endpoint: Endpoint) -> None:
    visitors = [new_visitor(inbox) for _ in range(3)]
    limit(settings, endpoint, "ADDRESS")
    assert [is_throttled(endpoint, visitor) for visitor in visitors] == [False, False, True]
    assert not is_throttled(endpoint, visitors[2], REMOTE_ADDR=OFFICE)


@pytest.mark.parametrize("endpoint", [SEND, POLL, TYPING], ids=lambda endpoint: endpoint.path)
def test_limit_per_session(inbox: Inbox, settings: LazySettings, endpoint: Endpoint) -> None:
    lively, quiet = new_visitor(inbox), new_visitor(inbox)
    limit(settings, endpoint, "SESSION")
    assert [is_throttled(endpoint, lively) for _ in range(3)] == [False, False, True]
    assert is_throttled(endpoint, lively, REMOTE_ADDR=OFFICE)
    assert not is_throttled(endpoint, quiet)


@every_endpoint
def test_limit_per_inbox(inbox: Inbox, settings: LazySettings, endpoint: Endpoint) -> None:
    visitor = new_visitor(inbox)
    elsewhere = new_visitor(Inbox.objects.create(name="Other", branch=inbox.branch))
    limit(settings, endpoint, "INBOX")
    addresses = [f"192.0.2.{number}" for number in range(3)]
    assert [is_throttled(endpoint, visitor, REMOTE_ADDR=a) for a in addresses] == [False, False, True]
    assert not is_throttled(endpoint, elsewhere)


def test_one_address_cannot_lock_a_shop_out(inbox: Inbox, settings: LazySettings) -> None:
    """What an address was refused is not counted against the inbox."""
    limit(settings, BOOTSTRAP, "ADDRESS", "2/day")
    limit(settings, BOOTSTRAP, "INBOX", "4/day")
    script = Visitor(inbox.widget_token, REMOTE_ADDR=HOME)
    assert [is_throttled(BOOTSTRAP, script) for _ in range(20)] == [False] * 2 + [True] * 18
    customer = Visitor(inbox.widget_token, REMOTE_ADDR=OFFICE)
    assert not is_throttled(BOOTSTRAP, customer)


def test_one_session_cannot_lock_its_office_out(inbox: Inbox, settings: LazySettings) -> None:
    limit(settings, SEND, "SESSION", "1/day")
    limit(settings, SEND, "INBOX", "2/day")
    lively, quiet = new_visitor(inbox), new_visitor(inbox)
    assert [is_throttled(SEND, lively) for _ in range(10)] == [False] + [True] * 9
    assert not is_throttled(SEND, quiet)


def test_answer_says_when_to_come_back(visitor: Visitor, settings: LazySettings) -> None:
    limit(settings, SEND, "SESSION", "1/day")
    visitor.send("One")
    response = visitor.send("Two")
    answer = response.json()
    assert (response.status_code, answer["code"]) == (429, "throttled")
    assert 1 <= int(response["Retry-After"]) <= 86_400
    assert response["Retry-After"] in answer["detail"]
    assert Message.objects.count() == 1


def test_waiting_as_told_is_enough(
    visitor: Visitor, settings: LazySettings, clock: Callable[[float], None]
) -> None:
    limit(settings, TYPING, "SESSION", "1/min")
    clock(17.5)
    assert not is_throttled(TYPING, visitor)
    seconds = int(TYPING.ask(visitor)["Retry-After"])
    clock(17.5 + seconds)
    assert not is_throttled(TYPING, visitor)


def test_hits_prolong_no_window(
    visitor: Visitor, settings: LazySettings, clock: Callable[[float], None]
) -> None:
    limit(settings, TYPING, "SESSION", "2/min")
    for second in range(60):
        clock(second)
        assert is_throttled(TYPING, visitor) is (second >= 2)
    clock(60)
    assert not is_throttled(TYPING, visitor)


def test_counters_do_not_stay(
    visitor: Visitor,
    settings: LazySettings,
    redis_keys: Callable[[], list[str]],
    redis_life: Callable[[str], int],
) -> None:
    limit(settings, TYPING, "SESSION", "5/min")
    TYPING.ask(visitor)
    counters = [key for key in redis_keys() if "limit" in key]
    assert counters
    assert all(0 < redis_life(key) <= 60 for key in counters)
    assert all(visitor.session_token not in key for key in counters)


def test_empty_rate_means_no_limit(visitor: Visitor, settings: LazySettings) -> None:
    for per in ("ADDRESS", "SESSION", "INBOX"):
        limit(settings, TYPING, per, "")
    assert not any(is_throttled(TYPING, visitor) for _ in range(130))


@pytest.mark.parametrize("per", ["ADDRESS", "SESSION", "INBOX"])
@pytest.mark.django_db(transaction=True)
def test_parallel_hits_let_exactly_the_limit_through(
    visitor: Visitor, settings: LazySettings, per: str
) -> None:
    limit(settings, TYPING, per, "5/day")
    refused = in_parallel(16, lambda: is_throttled(TYPING, visitor))
    assert sorted(refused) == [False] * 5 + [True] * 11


def test_refused_request_asks_no_database(visitor: Visitor, settings: LazySettings) -> None:
    limit(settings, POLL, "SESSION", "1/day")
    POLL.ask(visitor)
    with connection.execute_wrapper(no_statement):
        assert is_throttled(POLL, visitor)


def no_statement(execute: object, sql: str, *_rest: object) -> None:
    raise AssertionError(sql)


def test_unknown_inboxes_are_counted_per_address(settings: LazySettings) -> None:
    limit(settings, BOOTSTRAP, "ADDRESS")
    answers = [Visitor(f"guess-{n}").bootstrap().status_code for n in range(4)]
    assert answers == [404, 404, 429, 429]


# --- The address -------------------------------------------------------------------------------------------


@pytest.mark.parametrize(
    "header", ["X-Forwarded-For", "X-Real-IP", "Forwarded", "CF-Connecting-IP", "True-Client-IP"]
)
def test_forged_address_is_not_believed(visitor: Visitor, settings: LazySettings, header: str) -> None:
    limit(settings, TYPING, "ADDRESS")
    forged = [TYPING.ask(visitor, visitor.headers | {header: f"192.0.2.{n}"}).status_code for n in range(3)]
    assert forged == [200, 200, 429]


def test_trusted_proxy_is_believed(visitor: Visitor, settings: LazySettings) -> None:
    settings.MESSENGER_TRUSTED_PROXIES = ["127.0.0.1", "10.0.0.0/8"]
    limit(settings, TYPING, "ADDRESS", "1/day")

    def ask(forwarded: str) -> int:
        return int(TYPING.ask(visitor, visitor.headers | {"X-Forwarded-For": forwarded}).status_code)

    assert ask(HOME) == 200
    assert ask(OFFICE) == 200
    assert ask(HOME) == 429
    assert ask(f"{HOME}, 10.1.2.3") == 429
    assert ask(f"192.0.2.1, {HOME}") == 429, "what stands left of an untrusted hop was written by the client"
    assert ask(f"192.0.2.1, {HOME}, 10.1.2.3") == 429


def test_ipv6_counts_by_its_network(visitor: Visitor, settings: LazySettings) -> None:
    limit(settings, TYPING, "ADDRESS", "2/day")
    assert not is_throttled(TYPING, visitor, REMOTE_ADDR="2001:db8:1:1::1")
    assert not is_throttled(TYPING, visitor, REMOTE_ADDR="2001:db8:1:1:ffff::2")
    assert is_throttled(TYPING, visitor, REMOTE_ADDR="2001:db8:1:1::3")
    assert not is_throttled(TYPING, visitor, REMOTE_ADDR="2001:db8:1:2::1")


def test_ipv4_in_ipv6_is_the_same_address(visitor: Visitor, settings: LazySettings) -> None:
    limit(settings, TYPING, "ADDRESS", "1/day")
    assert not is_throttled(TYPING, visitor, REMOTE_ADDR=HOME)
    assert is_throttled(TYPING, visitor, REMOTE_ADDR=f"::ffff:{HOME}")
