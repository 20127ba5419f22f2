"""How many streams may be open."""

import pytest
from django.conf import LazySettings

from messenger.exceptions import Throttled
from messenger.stream import limits
from messenger.stream.limits import Limits
from messenger.stream.stream import Stream


class OpenStream(Stream):
    """A stream that only counts."""

    __slots__ = ()

    def __init__(self, key: str = "maria", address: str = "192.0.2.1") -> None:
        async def nothing(*_: object) -> dict[str, object]:
            return {}

        super().__init__(nothing, nothing, head=[], key=key, address=address)  # type: ignore[arg-type]


@pytest.fixture(autouse=True)
def small_limits(settings: LazySettings) -> None:
    settings.MESSENGER_STREAMS_PER_SESSION = 2
    settings.MESSENGER_STREAMS_PER_ADDRESS = 3


def test_a_session_waits_while_its_streams_are_young() -> None:
    counted = Limits()
    for _ in range(2):
        counted.enter(OpenStream())
    with pytest.raises(Throttled) as refusal:
        counted.enter(OpenStream())
    assert 25 <= refusal.value.retry_after <= 31


def test_the_oldest_stream_makes_room(monkeypatch: pytest.MonkeyPatch) -> None:
    """It may be the ghost of a client that lost its network."""
    monkeypatch.setattr(limits, "REPLACEABLE_AFTER_SECONDS", 0.0)
    counted, streams = Limits(), [OpenStream() for _ in range(3)]
    for stream in streams:
        counted.enter(stream)
    assert [stream.is_ending for stream in streams] == [True, False, False]


def test_an_address_has_its_own_limit() -> None:
    counted, first = Limits(), OpenStream("a")
    for stream in (first, OpenStream("b"), OpenStream("c")):
        counted.enter(stream)
    with pytest.raises(Throttled):
        counted.enter(OpenStream("d"))
    counted.enter(OpenStream("d", address="192.0.2.2"))
    counted.leave(first)
    counted.enter(OpenStream("e"))


def test_nothing_is_left_behind() -> None:
    counted, streams = Limits(), [OpenStream() for _ in range(2)]
    for stream in streams:
        counted.enter(stream)
    for stream in [*streams, *streams]:
        counted.leave(stream)
    assert counted._by_key == {}
    assert counted._by_address == {}
