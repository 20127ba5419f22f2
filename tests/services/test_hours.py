"""Working hours: open or not at a moment, and what visitors are told of them."""

from collections.abc import Callable
from datetime import UTC, date, datetime, time, timedelta
from zoneinfo import ZoneInfo

import pytest
from django.conf import LazySettings
from django.utils import translation

from messenger.lib import clock
from messenger.models import Holiday, Inbox, WorkingHours
from messenger.services import hours
from messenger.services.hours import Hours

MOSCOW = ZoneInfo("Europe/Moscow")
# A Wednesday.
DAY = date(2026, 7, 29)

Row = tuple[int, int, int]
Fill = Callable[..., Inbox]


def wall(hour: int, minute: int = 0, *, days: int = 0) -> datetime:
    """What the clock of the inbox shows."""
    return datetime.combine(DAY + timedelta(days=days), time(hour, minute), MOSCOW)


@pytest.fixture
def shop(inbox: Inbox) -> Fill:
    """The inbox with these hours, each a weekday and two full hours of the clock."""

    def fill(*rows: Row) -> Inbox:
        WorkingHours.objects.bulk_create(
            WorkingHours(inbox=inbox, weekday=weekday, opens=time(opens), closes=time(closes))
            for weekday, opens, closes in rows
        )
        inbox.working_hours_enabled = True
        inbox.save(update_fields=["working_hours_enabled"])
        return inbox

    return fill


WEEK: tuple[Row, ...] = tuple((weekday, 9, 18) for weekday in range(1, 6))


@pytest.mark.parametrize(
    ("moment", "expected"),
    [
        (wall(8, 59), False),
        (wall(9), True),
        (wall(17, 59), True),
        (wall(18), False),
        (wall(12, days=3), False),
        (wall(12, days=5), True),
        (datetime(2026, 7, 29, 6, tzinfo=UTC), True),
        (datetime(2026, 7, 29, 5, 59, tzinfo=UTC), False),
    ],
)  # fmt: skip
def test_open_within_hours(shop: Fill, moment: datetime, *, expected: bool) -> None:
    inbox = shop(*WEEK)
    assert hours.is_open(inbox, moment) is expected
    with clock.at(moment):
        assert hours.is_open(inbox) is expected
        assert hours.hours_of(inbox).outside is not expected


def test_disabled_hours_are_always_open(shop: Fill) -> None:
    inbox = shop(*WEEK)
    inbox.working_hours_enabled = False
    with clock.at(wall(3)):
        assert hours.is_open(inbox)
        assert hours.hours_of(inbox) == Hours()


def test_within_hours_only_they_are_told(shop: Fill) -> None:
    with clock.at(wall(12)):
        assert hours.hours_of(shop(*WEEK)) == Hours(display="Mon–Fri 09:00–18:00")


@pytest.mark.parametrize(
    ("moment", "expected"),
    [(wall(3), wall(9)), (wall(18), wall(9, days=1)), (wall(20, days=2), wall(9, days=5))],
    ids=["before", "after", "on Friday night"],
)
def test_next_opening(shop: Fill, moment: datetime, expected: datetime) -> None:
    with clock.at(moment):
        told = hours.hours_of(shop(*WEEK))
    assert told.outside
    assert told.next_opening_at == expected
    assert told.next_opening_at
    assert told.next_opening_at.isoformat().endswith("+03:00")


def test_holidays_are_skipped(shop: Fill) -> None:
    inbox = shop(*WEEK)
    Holiday.objects.create(inbox=inbox, date=DAY)
    Holiday.objects.create(inbox=inbox, date=DAY + timedelta(days=1))
    with clock.at(wall(12)):
        told = hours.hours_of(inbox)
    assert (told.outside, told.next_opening_at) == (True, wall(9, days=2))


def test_a_night_belongs_to_the_evening_before(shop: Fill) -> None:
    inbox = shop((2, 22, 6))
    Holiday.objects.create(inbox=inbox, date=DAY)
    assert hours.is_open(inbox, wall(5, 59)), "it began on Tuesday"
    assert not hours.is_open(inbox, wall(6))


def test_holidays_of_another_inbox_do_not_count(shop: Fill, global_inbox: Inbox) -> None:
    inbox = shop(*WEEK)
    Holiday.objects.create(inbox=global_inbox, date=DAY)
    assert hours.is_open(inbox, wall(12))


def test_without_any_hours_nothing_opens(shop: Fill) -> None:
    with clock.at(wall(12)):
        told = hours.hours_of(shop())
    assert (told.outside, told.display, told.next_opening_at) == (True, "", None)


@pytest.mark.parametrize(
    ("rows", "english", "russian"),
    [
        (WEEK, "Mon–Fri 09:00–18:00", "Пн–Пт 09:00–18:00"),
        ((*WEEK, (6, 10, 14)), "Mon–Fri 09:00–18:00, Sat 10:00–14:00", "Пн–Пт 09:00–18:00, Сб 10:00–14:00"),
        (((1, 14, 18), (1, 9, 13)), "Mon 09:00–13:00 14:00–18:00", "Пн 09:00–13:00 14:00–18:00"),
        (((1, 9, 18), (3, 9, 18)), "Mon 09:00–18:00, Wed 09:00–18:00", "Пн 09:00–18:00, Ср 09:00–18:00"),
        (((6, 0, 0), (7, 0, 0)), "Sat–Sun 00:00–00:00", "Сб–Вс 00:00–00:00"),
        (((5, 20, 4),), "Fri 20:00–04:00", "Пт 20:00–04:00"),
        ((), "", ""),
    ],
)
def test_days_with_the_same_hours_stand_together(
    shop: Fill, rows: tuple[Row, ...], english: str, russian: str
) -> None:
    timetable = shop(*rows).timetable()
    assert timetable
    for language, expected in (("en", english), ("ru", russian)):
        with translation.override(language):
            assert hours.displayed(timetable) == expected


def test_the_setting_is_told_to_the_letter(shop: Fill, settings: LazySettings) -> None:
    inbox = shop(*WEEK)
    with clock.at(wall(3)):
        assert hours.hours_of(inbox).message == "We will answer during working hours."
        settings.MESSENGER_OUTSIDE_WORKING_HOURS_MESSAGE = "  Спим. <b>Zzz</b> "
        assert hours.hours_of(inbox).message == "  Спим. <b>Zzz</b> "
