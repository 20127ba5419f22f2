"""Days of zones that change their clock at midnight, before it or after it, are whole and follow each other."""

from datetime import date, datetime, timedelta
from zoneinfo import ZoneInfo

import pytest
from django.conf import LazySettings
from django.db import connection

from messenger.services.insight import days

INSTANT = timedelta(microseconds=1)
# Midnight is skipped, comes twice, or the hour before it does; half an hour; a day that never was.
CHANGES = [
    ("America/Havana", date(2026, 3, 8)),
    ("America/Havana", date(2026, 11, 1)),
    ("Africa/Cairo", date(2026, 4, 24)),
    ("Asia/Beirut", date(2026, 3, 29)),
    ("America/Sao_Paulo", date(2018, 11, 4)),
    ("America/Sao_Paulo", date(2018, 2, 18)),
    ("America/Asuncion", date(2024, 3, 24)),
    ("Australia/Lord_Howe", date(2026, 4, 5)),
    ("Atlantic/Azores", date(2026, 10, 25)),
    ("Europe/Berlin", date(2026, 3, 29)),
    ("Europe/Moscow", date(2014, 10, 26)),
    ("Pacific/Kiritimati", date(1995, 1, 1)),
]


def in_the_database(moment: datetime, zone: str) -> date:
    with connection.cursor() as cursor:
        cursor.execute("SELECT (%s AT TIME ZONE %s)::date", [moment, zone])
        found: date = cursor.fetchone()[0]
    return found


@pytest.mark.django_db
@pytest.mark.parametrize(("zone", "change"), CHANGES)
def test_every_instant_is_of_the_day_that_both_clocks_say(
    settings: LazySettings, zone: str, change: date
) -> None:
    settings.TIME_ZONE = zone
    for day in days.each_day(change - 2 * days.ONE, change + 2 * days.ONE):
        begin, end = (moment.astimezone(ZoneInfo("UTC")) for moment in days.bounds(day))
        if begin == end:
            assert zone == "Pacific/Kiritimati", "it was left out when the island changed sides"
            continue
        assert begin < end
        assert end == days.beginning(day + days.ONE).astimezone(ZoneInfo("UTC"))
        for moment in (begin, end - INSTANT):
            assert days.day_of(moment) == day
            assert in_the_database(moment, zone) == day
