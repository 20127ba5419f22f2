"""Opening hours in places whose clocks were shifted in every way there is."""

from datetime import UTC, date, datetime, time, timedelta
from zoneinfo import ZoneInfo

import pytest

from messenger.lib.opening_hours import HORIZON, Interval, Timetable, is_open, next_opening, overlapping

DAYS = {"Mon": 1, "Tue": 2, "Wed": 3, "Thu": 4, "Fri": 5, "Sat": 6, "Sun": 7}


def interval(text: str) -> Interval:
    """`Mon 09:00-18:00`."""
    day, hours = text.split()
    opens, closes = hours.split("-")
    return Interval(DAYS[day], time.fromisoformat(opens), time.fromisoformat(closes))


def timetable(zone: str, *intervals: str, holidays: tuple[str, ...] = ()) -> Timetable:
    return Timetable(
        ZoneInfo(zone),
        tuple(interval(text) for text in intervals),
        frozenset(date.fromisoformat(holiday) for holiday in holidays),
    )


def every_day(zone: str, *hours: str) -> Timetable:
    return timetable(zone, *(f"{day} {text}" for day in DAYS for text in hours))


def at(text: str) -> datetime:
    """An instant written with its offset."""
    return datetime.fromisoformat(text)


def opening(table: Timetable, text: str) -> str | None:
    """The next opening as the clock of the place shows it, with its offset."""
    found = next_opening(table, at(text))
    assert found is None or found.tzinfo is table.zone
    return found.isoformat() if found else None


OFFICE = timetable("Asia/Yekaterinburg", "Mon 09:00-13:00", "Mon 14:00-18:00", "Tue 09:00-18:00")
NIGHT = timetable("Europe/Moscow", "Sun 22:00-06:00")


@pytest.mark.parametrize("question", [is_open, next_opening])
def test_naive_instant_is_refused(question: object) -> None:
    assert callable(question)
    with pytest.raises(ValueError, match="no time zone"):
        question(OFFICE, datetime(2026, 3, 2, 10))  # noqa: DTZ001  (naive on purpose)


@pytest.mark.parametrize(
    ("instant", "is_so"),
    [
        ("2026-03-02T08:59:59.999999+05:00", False),
        ("2026-03-02T09:00:00+05:00", True),
        ("2026-03-02T12:59:59.999999+05:00", True),
        ("2026-03-02T13:00:00+05:00", False),
        ("2026-03-02T14:00:00+05:00", True),
        ("2026-03-02T18:00:00+05:00", False),
        ("2026-03-02T04:00:00+00:00", True),
        ("2026-03-01T20:00:00-08:00", True),
        ("2026-03-03T13:30:00+05:00", True),
        ("2026-03-04T10:00:00+05:00", False),
    ],
)
def test_several_intervals_of_a_day(instant: str, is_so: bool) -> None:
    assert is_open(OFFICE, at(instant)) is is_so


@pytest.mark.parametrize(
    ("instant", "opens"),
    [
        ("2026-03-02T07:00:00+05:00", "2026-03-02T09:00:00+05:00"),
        ("2026-03-02T07:30:15+05:00", "2026-03-02T09:00:00+05:00"),
        ("2026-03-02T10:11:12.131415+05:00", "2026-03-02T10:11:12.131415+05:00"),
        ("2026-03-02T13:00:00+05:00", "2026-03-02T14:00:00+05:00"),
        ("2026-03-02T17:59:59.999999+05:00", "2026-03-02T17:59:59.999999+05:00"),
        ("2026-03-02T13:00:00+00:00", "2026-03-03T09:00:00+05:00"),
        ("2026-03-03T18:00:00+05:00", "2026-03-09T09:00:00+05:00"),
    ],
)
def test_next_opening_among_several_intervals(instant: str, opens: str) -> None:
    assert opening(OFFICE, instant) == opens


def test_seconds_and_overlapping_intervals_are_taken_as_they_are() -> None:
    table = timetable("UTC", "Mon 09:00:30-10:00", "Mon 08:59:59-09:30", "Mon 09:10-12:00:01")
    assert opening(table, "2026-03-02T00:00:00+00:00") == "2026-03-02T08:59:59+00:00"
    assert is_open(table, at("2026-03-02T12:00:00+00:00"))
    assert not is_open(table, at("2026-03-02T12:00:01+00:00"))


def test_sunday_night_runs_into_monday() -> None:
    assert not is_open(NIGHT, at("2026-03-01T21:59:59+03:00"))
    assert is_open(NIGHT, at("2026-03-01T22:00:00+03:00"))
    assert is_open(NIGHT, at("2026-03-02T00:00:00+03:00"))
    assert is_open(NIGHT, at("2026-03-02T05:59:59+03:00"))
    assert not is_open(NIGHT, at("2026-03-02T06:00:00+03:00"))
    assert opening(NIGHT, "2026-03-02T06:00:00+03:00") == "2026-03-08T22:00:00+03:00"


@pytest.mark.parametrize("hours", ["00:00-00:00", "09:00-09:00"])
def test_equal_times_are_24_hours(hours: str) -> None:
    table = timetable("Europe/Moscow", f"Tue {hours}")
    begin = at(f"2026-03-03T{hours[:5]}:00+03:00")
    end = begin + timedelta(hours=24)
    second = timedelta(seconds=1)
    assert [is_open(table, begin - second), is_open(table, begin)] == [False, True]
    assert [is_open(table, end - second), is_open(table, end)] == [True, False]
    assert next_opening(table, end) == begin + timedelta(days=7)


def test_closing_at_midnight_leaves_nothing_for_the_next_day() -> None:
    table = timetable("Europe/Moscow", "Tue 22:00-00:00")
    assert is_open(table, at("2026-03-03T23:59:59+03:00"))
    assert not is_open(table, at("2026-03-04T00:00:00+03:00"))


@pytest.mark.parametrize("holidays", [(), ("2026-03-02",)])
def test_without_intervals_it_never_opens(holidays: tuple[str, ...]) -> None:
    table = timetable("Europe/Moscow", holidays=holidays)
    assert not is_open(table, at("2026-03-02T12:00:00+03:00"))
    assert opening(table, "2026-03-02T12:00:00+03:00") is None


class TestHolidays:
    TABLE = timetable("Europe/Moscow", *(f"{day} 20:00-04:00" for day in DAYS), holidays=("2026-03-08",))

    def test_night_shift_from_before_runs_to_its_end(self) -> None:
        assert is_open(self.TABLE, at("2026-03-07T23:59:59+03:00"))
        assert is_open(self.TABLE, at("2026-03-08T00:00:00+03:00"))
        assert is_open(self.TABLE, at("2026-03-08T03:59:59+03:00"))
        assert not is_open(self.TABLE, at("2026-03-08T04:00:00+03:00"))

    def test_night_shift_of_the_holiday_is_off_and_so_is_its_tail(self) -> None:
        assert not is_open(self.TABLE, at("2026-03-08T20:00:00+03:00"))
        assert not is_open(self.TABLE, at("2026-03-09T03:00:00+03:00"))
        assert opening(self.TABLE, "2026-03-08T04:00:00+03:00") == "2026-03-09T20:00:00+03:00"

    def test_date_is_the_one_of_the_place(self) -> None:
        table = timetable("Asia/Vladivostok", "Sun 00:00-00:00", "Mon 00:00-00:00", holidays=("2026-03-08",))
        assert not is_open(table, at("2026-03-07T14:00:00+00:00"))
        assert is_open(table, at("2026-03-08T14:00:00+00:00"))

    def test_nothing_is_looked_for_behind_the_horizon(self) -> None:
        days = [date(2026, 1, 1) + timedelta(days=number) for number in range(HORIZON.days)]
        closed = tuple(day.isoformat() for day in days)
        table = timetable("Europe/Berlin", *(f"{day} 09:00-18:00" for day in DAYS), holidays=closed)
        assert opening(table, "2026-01-01T09:00:00+01:00") is None
        assert opening(table, "2026-01-01T09:00:01+01:00") == "2027-02-05T09:00:00+01:00"


class TestBerlin:
    """29 March 2026: from 02:00 on to 03:00. 25 October 2026: from 03:00 back to 02:00."""

    def test_opening_that_is_skipped_takes_effect_at_the_jump(self) -> None:
        table = timetable("Europe/Berlin", "Sun 02:30-05:00")
        assert opening(table, "2026-03-29T00:00:00+01:00") == "2026-03-29T03:00:00+02:00"
        assert opening(table, "2026-03-29T00:00:00.654321+01:00") == "2026-03-29T03:00:00+02:00"
        assert not is_open(table, at("2026-03-29T00:59:59+00:00"))
        assert is_open(table, at("2026-03-29T01:00:00+00:00"))

    def test_interval_that_is_skipped_as_a_whole_is_none(self) -> None:
        table = timetable("Europe/Berlin", "Sun 02:10-02:50")
        assert opening(table, "2026-03-29T00:00:00+01:00") == "2026-04-05T02:10:00+02:00"

    def test_opening_after_the_jump_is_by_the_clock(self) -> None:
        table = every_day("Europe/Berlin", "09:00-18:00")
        assert opening(table, "2026-03-28T20:00:00+01:00") == "2026-03-29T09:00:00+02:00"
        assert opening(table, "2026-10-24T20:00:00+02:00") == "2026-10-25T09:00:00+01:00"

    def test_both_passes_of_a_repeated_hour_count(self) -> None:
        table = timetable("Europe/Berlin", "Sun 02:15-02:45")
        assert is_open(table, at("2026-10-25T02:15:00+02:00"))
        assert not is_open(table, at("2026-10-25T02:45:00+02:00"))
        assert opening(table, "2026-10-25T02:45:00+02:00") == "2026-10-25T02:15:00+01:00"
        assert is_open(table, at("2026-10-25T02:44:59+01:00"))
        assert opening(table, "2026-10-25T02:45:00+01:00") == "2026-11-01T02:15:00+01:00"

    def test_jump_back_may_open(self) -> None:
        table = timetable("Europe/Berlin", "Sun 01:30-02:30")
        assert opening(table, "2026-10-25T02:30:00+02:00") == "2026-10-25T02:00:00+01:00"
        assert not is_open(table, at("2026-10-25T02:59:59+02:00"))
        assert is_open(table, at("2026-10-25T02:29:59+01:00"))

    def test_jump_back_may_close(self) -> None:
        table = timetable("Europe/Berlin", "Sun 02:30-04:00")
        assert is_open(table, at("2026-10-25T02:59:59+02:00"))
        assert opening(table, "2026-10-25T02:00:00+01:00") == "2026-10-25T02:30:00+01:00"

    @pytest.mark.parametrize(
        ("evening", "hours"), [("2026-03-28T22:00:00+01:00", 7), ("2026-10-24T22:00:00+02:00", 9)]
    )
    def test_night_shift_is_as_long_as_the_clock_makes_it(self, evening: str, hours: int) -> None:
        table = timetable("Europe/Berlin", "Sat 22:00-06:00")
        end = at(evening) + timedelta(hours=hours)
        assert is_open(table, at(evening))
        assert is_open(table, end - timedelta(seconds=1))
        assert not is_open(table, end)

    def test_time_that_the_clock_skips_is_the_instant_it_stands_for(self) -> None:
        """Python lets one name 02:30; it is 01:30 UTC, when the clock shows 03:30."""
        table = timetable("Europe/Berlin", "Sun 02:00-03:00")
        skipped = datetime(2026, 3, 29, 2, 30, tzinfo=table.zone)
        assert not is_open(table, skipped)
        assert is_open(timetable("Europe/Berlin", "Sun 03:00-04:00"), skipped)


class TestOtherShifts:
    def test_moscow_kept_summer_time_in_2011_and_gave_it_up_in_2014(self) -> None:
        table = timetable("Europe/Moscow", "Sun 01:30-02:30")
        assert opening(table, "2011-03-27T00:00:00+03:00") == "2011-03-27T01:30:00+03:00"
        assert not is_open(table, at("2011-03-27T03:00:00+04:00"))
        assert opening(table, "2011-10-30T00:00:00+04:00") == "2011-10-30T01:30:00+04:00"
        assert opening(table, "2014-10-26T01:45:00+04:00") == "2014-10-26T01:45:00+04:00"
        assert is_open(table, at("2014-10-26T01:00:00+03:00")) is False
        assert opening(table, "2014-10-26T01:00:00+03:00") == "2014-10-26T01:30:00+03:00"
        assert opening(table, "2026-03-29T00:00:00+03:00") == "2026-03-29T01:30:00+03:00"

    def test_moscow_closed_between_the_passes_of_2014(self) -> None:
        """From 02:00 back to 01:00."""
        table = timetable("Europe/Moscow", "Sun 00:30-01:30")
        assert opening(table, "2014-10-26T01:30:00+04:00") == "2014-10-26T01:00:00+03:00"

    def test_midnight_that_sao_paulo_skipped(self) -> None:
        """4 November 2018 began at 01:00."""
        table = timetable("America/Sao_Paulo", "Sun 00:00-06:00")
        assert opening(table, "2018-11-03T12:00:00-03:00") == "2018-11-04T01:00:00-02:00"
        assert not is_open(table, at("2018-11-03T23:59:59-03:00"))
        skipped = timetable("America/Sao_Paulo", "Sun 00:10-00:50")
        assert opening(skipped, "2018-11-03T12:00:00-03:00") == "2018-11-11T00:10:00-02:00"

    def test_saturday_night_that_sao_paulo_repeated(self) -> None:
        """On 18 February 2018, from 00:00 back to Saturday, 23:00."""
        table = timetable("America/Sao_Paulo", "Sat 23:00-00:00")
        assert is_open(table, at("2018-02-17T23:59:59-02:00"))
        assert is_open(table, at("2018-02-17T23:00:00-03:00"))
        assert not is_open(table, at("2018-02-18T00:00:00-03:00"))
        evening = timetable("America/Sao_Paulo", "Sat 22:00-23:30")
        assert opening(evening, "2018-02-17T23:30:00-02:00") == "2018-02-17T23:00:00-03:00"

    @pytest.mark.parametrize(
        ("zone", "before", "opens"),
        [
            ("Africa/Cairo", "2024-04-25T12:00:00+02:00", "2024-04-26T01:00:00+03:00"),
            ("Asia/Beirut", "2024-03-30T12:00:00+02:00", "2024-03-31T01:00:00+03:00"),
        ],
    )
    def test_midnights_skipped_in_the_east(self, zone: str, before: str, opens: str) -> None:
        assert opening(every_day(zone, "00:00-01:30"), before) == opens

    @pytest.mark.parametrize(
        ("zone", "instant", "opens"),
        [
            ("Africa/Cairo", "2024-10-31T23:30:00+03:00", "2024-10-31T23:00:00+02:00"),
            ("Asia/Beirut", "2024-10-26T23:30:00+03:00", "2024-10-26T23:00:00+02:00"),
        ],
    )
    def test_evenings_repeated_in_the_east(self, zone: str, instant: str, opens: str) -> None:
        assert opening(every_day(zone, "20:00-23:30"), instant) == opens

    def test_lord_howe_shifts_by_half_an_hour(self) -> None:
        """4 October 2026: from 02:00 on to 02:30. 5 April 2026: from 02:00 back to 01:30."""
        table = timetable("Australia/Lord_Howe", "Sun 02:15-03:00")
        assert opening(table, "2026-10-04T00:00:00+10:30") == "2026-10-04T02:30:00+11:00"
        early = timetable("Australia/Lord_Howe", "Sun 01:00-01:45")
        assert opening(early, "2026-04-05T01:45:00+11:00") == "2026-04-05T01:30:00+10:30"
        late = timetable("Australia/Lord_Howe", "Sun 01:45-01:50")
        assert opening(late, "2026-04-05T01:50:00+11:00") == "2026-04-05T01:45:00+10:30"

    def test_friday_that_apia_skipped(self) -> None:
        """After Thursday, 29 December 2011, came Saturday, the 31st."""
        fridays = timetable("Pacific/Apia", "Fri 09:00-17:00")
        assert opening(fridays, "2011-12-29T12:00:00-10:00") == "2012-01-06T09:00:00+14:00"
        saturdays = timetable("Pacific/Apia", "Sat 00:00-12:00")
        assert opening(saturdays, "2011-12-29T23:59:59-10:00") == "2011-12-31T00:00:00+14:00"

    def test_nights_about_the_friday_that_apia_skipped(self) -> None:
        """By the clock, Thursday's night ends with Thursday, and Friday's has its morning on Saturday."""
        thursdays = timetable("Pacific/Apia", "Thu 22:00-06:00")
        assert is_open(thursdays, at("2011-12-29T23:59:59-10:00"))
        assert not is_open(thursdays, at("2011-12-31T00:00:00+14:00"))
        fridays = timetable("Pacific/Apia", "Fri 22:00-06:00")
        assert opening(fridays, "2011-12-29T12:00:00-10:00") == "2011-12-31T00:00:00+14:00"

    def test_saturday_that_kwajalein_skipped(self) -> None:
        """After Friday, 20 August 1993, came Sunday, the 22nd."""
        table = every_day("Pacific/Kwajalein", "00:00-08:00")
        assert opening(table, "1993-08-20T23:00:00-12:00") == "1993-08-22T00:00:00+12:00"


@pytest.mark.parametrize(
    ("one", "other", "do"),
    [
        ("Mon 09:00-13:00", "Mon 12:59-18:00", True),
        ("Mon 09:00-13:00", "Mon 13:00-18:00", False),
        ("Mon 09:00-18:00", "Mon 12:00-13:00", True),
        ("Mon 09:00-18:00", "Mon 09:00-18:00", True),
        ("Mon 09:00-18:00", "Tue 09:00-18:00", False),
        ("Mon 22:00-06:00", "Tue 05:59-12:00", True),
        ("Mon 22:00-06:00", "Tue 06:00-12:00", False),
        ("Mon 22:00-00:00", "Tue 00:00-12:00", False),
        ("Sun 22:00-06:00", "Mon 05:59-12:00", True),
        ("Sun 22:00-06:00", "Mon 06:00-12:00", False),
        ("Sun 00:00-00:00", "Mon 00:00-00:00", False),
        ("Sun 00:01-00:01", "Mon 00:00-00:00", True),
        ("Mon 00:00-00:00", "Mon 23:59-00:30", True),
        ("Mon 12:00-12:00", "Tue 11:59:59-12:00", True),
        ("Mon 12:00-12:00", "Tue 12:00-12:30", False),
    ],
)
def test_pairs_that_overlap(one: str, other: str, do: bool) -> None:
    first, second = interval(one), interval(other)
    assert overlapping([first, second]) == ([(first, second)] if do else [])
    assert overlapping([second, first]) == ([(second, first)] if do else [])


def test_every_overlapping_pair_is_named_once() -> None:
    texts = ["Mon 09:00-13:00", "Mon 12:00-15:00", "Mon 14:00-18:00", "Wed 09:00-18:00"]
    long, middle, late, _ = intervals = [interval(text) for text in texts]
    assert overlapping(iter(intervals)) == [(long, middle), (middle, late)]
    assert overlapping([]) == []


def test_answer_of_the_second_pass_is_told_from_the_first() -> None:
    found = next_opening(
        timetable("Europe/Berlin", "Sun 02:15-02:45"), at("2026-10-25T02:50:00+02:00").astimezone(UTC)
    )
    assert found is not None
    assert found.fold == 1
    assert found.astimezone(UTC) == at("2026-10-25T01:15:00+00:00")
