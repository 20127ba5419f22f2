"""Rates as settings write them."""

import pytest
from hypothesis import given
from hypothesis import strategies as st

from crm import validators
from messenger.lib.rates import Rate, parse_rate

PERIODS = {
    "s": 1, "sec": 1, "second": 1, "m": 60, "min": 60, "minute": 60, "h": 3600, "hour": 3600, "d": 86_400, "day": 86_400
}  # fmt: skip


@given(limit=st.integers(1, 10**9), period=st.sampled_from(sorted(PERIODS)))
def test_every_valid_rate_is_understood(limit: int, period: str) -> None:
    text = f"{limit}/{period}"
    validators.rate(text)
    assert parse_rate(text) == Rate(limit, PERIODS[period])


def test_empty_text_means_no_limit() -> None:
    validators.rate("")
    assert parse_rate("") is None


@pytest.mark.parametrize(
    "text",
    [
        "60",
        "60/",
        "/min",
        "0/min",
        "-1/min",
        "1.5/min",
        "60/week",
        "60 / min",
        "60/min ",
        "60/min\n",
        "many/min",
        "٦/min",
    ],
)
def test_malformed_rate_is_refused_at_start(text: str) -> None:
    with pytest.raises(ValueError, match="is not a rate"):
        validators.rate(text)


@given(st.text("0123456789/smhd inecou-+.\n٦", max_size=8))
def test_what_the_check_lets_through_is_understood(text: str) -> None:
    try:
        validators.rate(text)
    except ValueError:
        return
    parse_rate(text)
