import pytest
from hypothesis import given
from hypothesis import strategies as st

from messenger.lib.byte_range import RangeNotSatisfiable, parse_range


@pytest.mark.parametrize(
    ("header", "expected"),
    [
        (None, None),
        ("", None),
        ("bytes=0-0", (0, 0)),
        ("bytes=0-99", (0, 99)),
        ("bytes=0-1000", (0, 99)),
        ("bytes=10-", (10, 99)),
        ("bytes=99-", (99, 99)),
        ("bytes=-1", (99, 99)),
        ("bytes=-500", (0, 99)),
        ("BYTES= 5-6 ", (5, 6)),
        ("bytes=5-4", None),
        ("bytes=500-4", None),
        ("bytes=-", None),
        ("bytes=", None),
        ("bytes=a-b", None),
        ("bytes=+1-2", None),
        ("bytes=٣-٤", None),
        ("bytes=1-2\n", None),
        ("items=0-5", None),
        ("bytes=0-1,5-6", None),
        ("bytes=0-" + "9" * 5000, None),
    ],
)
def test_range_of_a_hundred_bytes(header: str | None, expected: tuple[int, int] | None) -> None:
    assert parse_range(header, 100) == expected


@pytest.mark.parametrize(
    ("header", "size"), [("bytes=100-", 100), ("bytes=100-200", 100), ("bytes=-0", 100), ("bytes=0-", 0)]
)
def test_nothing_of_it_is_there(header: str, size: int) -> None:
    with pytest.raises(RangeNotSatisfiable) as caught:
        parse_range(header, size)
    assert caught.value.size == size


def test_end_of_an_empty_file_is_the_whole_of_it() -> None:
    assert parse_range("bytes=-5", 0) is None


@given(st.integers(0, 10**19 - 1), st.integers(0, 10**19 - 1), st.integers(1, 10**12))
def test_range_is_what_a_slice_would_be(first: int, last: int, size: int) -> None:
    try:
        found = parse_range(f"bytes={first}-{last}", size)
    except RangeNotSatisfiable:
        assert size <= first <= last
        return
    assert (found is None) == (last < first)
    if found is not None:
        assert found == (first, min(last, size - 1))


@given(st.text(max_size=40), st.integers(0, 1000))
def test_any_header_gives_a_range_within_the_file(header: str, size: int) -> None:
    for text in (header, f"bytes={header}"):
        try:
            found = parse_range(text, size)
        except RangeNotSatisfiable:
            continue
        assert found is None or 0 <= found[0] <= found[1] < size
