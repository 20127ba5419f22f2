"""Working hours on an inbox's page: what is offered, what is refused, and how they read."""

from datetime import UTC, date, datetime, time
from typing import Any

import pytest
from django.contrib.auth.models import Permission
from django.test import Client
from django.urls import reverse

from crm.models import User
from messenger.lib import clock
from messenger.models import Holiday, Inbox, WorkingHours
from tests.admin.test_inboxes import ADD, change, values

Hours = tuple[Any, str, str]
# A Wednesday, 12:00 in Moscow.
NOON = datetime(2026, 7, 29, 9, tzinfo=UTC)


def rows(*hours: Hours, stored: int = 0, prefix: str = "working_hours", **more: Any) -> dict[str, Any]:
    """The form as the page sends it with these rows; the first `stored` of them are in the database."""
    found: dict[str, Any] = {
        f"{prefix}-TOTAL_FORMS": len(hours),
        f"{prefix}-INITIAL_FORMS": stored,
    }
    for number, (weekday, opens, closes) in enumerate(hours):
        found |= {
            f"{prefix}-{number}-weekday": weekday,
            f"{prefix}-{number}-opens": opens,
            f"{prefix}-{number}-closes": closes,
        }
    return values(**found, **more)


def holidays(*dates: str, **more: Any) -> dict[str, Any]:
    found: dict[str, Any] = {"holidays-TOTAL_FORMS": len(dates), "holidays-INITIAL_FORMS": 0}
    for number, day in enumerate(dates):
        found[f"holidays-{number}-date"] = day
        found[f"holidays-{number}-name"] = "New Year"
    return values(**found, **more)


def stored(inbox: Inbox) -> list[str]:
    return [str(hours) for hours in inbox.working_hours.all()]


def sentences(response: Any) -> str:
    """All that the rows' forms complain of."""
    assert response.status_code == 200
    return " ".join(
        f"{formset.formset.non_form_errors()} {formset.formset.errors}"
        for formset in response.context["inline_admin_formsets"]
    )


SUGGESTION: tuple[Hours, ...] = tuple((weekday, "09:00", "18:00") for weekday in range(1, 6))


@pytest.mark.parametrize(
    ("hours", "sentence"),
    [
        ([], "Without any hours nobody would ever get a conversation"),
        ([(1, "09:00", "18:00"), (1, "17:59", "20:00")], "Monday 09:00–18:00 and Monday 17:59–20:00 overlap."),
        ([(1, "20:00", "02:00"), (2, "01:00", "09:00")], "Monday 20:00–02:00 and Tuesday 01:00–09:00 overlap."),
        ([(1, "00:00", "08:00"), (7, "22:00", "06:00")], "Monday 00:00–08:00 and Sunday 22:00–06:00 overlap."),
        ([(3, "00:00", "00:00"), (3, "12:00", "13:00")], "Wednesday 00:00–00:00 and Wednesday 12:00–13:00 overlap."),
        ([(2, "10:00", "12:00"), (2, "10:00", "12:00")], "Tuesday 10:00–12:00 and Tuesday 10:00–12:00 overlap."),
        ([(1, "9 o'clock", "18:00")], "Write the time as 09:30; midnight is 00:00."),
        ([(1, "09:00", "24:00")], "Write the time as 09:30; midnight is 00:00."),
        ([(1, "", "18:00")], "This field is required."),
        ([(8, "09:00", "18:00")], "not one of the available choices"),
        ([("", "10:00", "18:00")], "This field is required."),
    ],
)  # fmt: skip
def test_hours_that_can_not_be(
    administrator_client: Client, inbox: Inbox, hours: list[Hours], sentence: str
) -> None:
    response = administrator_client.post(change(inbox), rows(*hours, working_hours_enabled="on"))
    assert sentence in sentences(response)
    inbox.refresh_from_db()
    assert (inbox.working_hours_enabled, stored(inbox)) == (False, [])


def test_one_complaint_is_enough(administrator_client: Client, inbox: Inbox) -> None:
    """A row with a mistake isn't said to be missing as well."""
    response = administrator_client.post(change(inbox), rows((1, "9", "18:00"), working_hours_enabled="on"))
    assert "Without any hours" not in sentences(response)


def test_hours_are_stored(administrator_client: Client, inbox: Inbox) -> None:
    hours: list[Hours] = [
        (1, "14:00", "18:00"),
        (1, "09:00", "13:00"),
        (5, "22:00", "02:00"),
        (7, "00:00", "00:00"),
    ]
    response = administrator_client.post(change(inbox), rows(*hours, working_hours_enabled="on"))
    assert response.status_code == 302
    inbox.refresh_from_db()
    assert inbox.working_hours_enabled
    assert stored(inbox) == [
        "Monday 09:00–13:00", "Monday 14:00–18:00", "Friday 22:00–02:00", "Sunday 00:00–00:00"
    ]  # fmt: skip


def test_a_week_is_suggested(administrator_client: Client, inbox: Inbox) -> None:
    for url in (ADD, change(inbox)):
        shown = administrator_client.get(url).content.decode()
        assert 'name="working_hours-TOTAL_FORMS" value="5"' in shown
        assert shown.count('value="09:00"') == 6, "five rows, and the one that new rows are made of"
    WorkingHours.objects.create(inbox=inbox, weekday=6)
    shown = administrator_client.get(change(inbox)).content.decode()
    assert 'name="working_hours-TOTAL_FORMS" value="1"' in shown


@pytest.mark.parametrize(
    ("hours", "enabled", "expected"),
    [
        (SUGGESTION, False, 0),
        (SUGGESTION, True, 5),
        ([(1, "10:00", "18:00"), *SUGGESTION[1:]], False, 5),
        ([*SUGGESTION, (6, "10:00", "14:00")], False, 6),
        (SUGGESTION[:3], True, 3),
        ([*SUGGESTION, ("", "09:00", "18:00")], True, 5),
    ],
    ids=["left alone", "turned on", "one changed", "one added", "two removed", "an empty one"],
)
@pytest.mark.parametrize("new", [True, False], ids=["new inbox", "old inbox"])
def test_a_suggestion_is_stored_as_it_is_seen_or_not_at_all(
    administrator_client: Client, inbox: Inbox, hours: list[Hours], expected: int, *, enabled: bool, new: bool
) -> None:
    more: dict[str, Any] = {"working_hours_enabled": "on"} if enabled else {}
    response = administrator_client.post(ADD if new else change(inbox), rows(*hours, name="Made", **more))
    assert response.status_code == 302
    assert len(stored(Inbox.objects.get(name="Made"))) == expected


def test_a_row_may_take_the_place_of_one_that_goes(administrator_client: Client, inbox: Inbox) -> None:
    gone = WorkingHours.objects.create(inbox=inbox, weekday=1)
    form = rows((1, "09:00", "18:00"), (1, "09:00", "12:00"), stored=1, working_hours_enabled="on") | {
        "working_hours-0-id": gone.pk,
        "working_hours-0-inbox": inbox.pk,
        "working_hours-0-DELETE": "on",
    }
    assert administrator_client.post(change(inbox), form).status_code == 302
    assert stored(inbox) == ["Monday 09:00–12:00"]


def test_the_last_hours_can_not_go_while_they_count(administrator_client: Client, inbox: Inbox) -> None:
    last = WorkingHours.objects.create(inbox=inbox, weekday=1)
    form = rows((1, "09:00", "18:00"), stored=1) | {
        "working_hours-0-id": last.pk,
        "working_hours-0-inbox": inbox.pk,
        "working_hours-0-DELETE": "on",
    }
    response = administrator_client.post(change(inbox), form | {"working_hours_enabled": "on"})
    assert "Without any hours" in sentences(response)
    assert administrator_client.post(change(inbox), form).status_code == 302
    assert stored(inbox) == []


def test_holidays(administrator_client: Client, inbox: Inbox) -> None:
    assert administrator_client.post(change(inbox), holidays("2027-01-01", "2027-01-07")).status_code == 302
    assert [(day.date, day.name) for day in inbox.holidays.all()] == [
        (date(2027, 1, 1), "New Year"), (date(2027, 1, 7), "New Year")
    ]  # fmt: skip


@pytest.mark.parametrize(
    ("dates", "sentence"),
    [
        (["2027-01-01", "2027-01-01"], "The same date is there twice."),
        (["tomorrow"], "Enter a valid date."),
    ],
)
def test_holidays_that_can_not_be(
    administrator_client: Client, inbox: Inbox, dates: list[str], sentence: str
) -> None:
    assert sentence in sentences(administrator_client.post(change(inbox), holidays(*dates)))
    assert not Holiday.objects.exists()


def test_the_page_says_how_the_hours_read(administrator_client: Client, inbox: Inbox) -> None:
    def words() -> str:
        said: str = administrator_client.get(change(inbox)).context["hours_in_words"]
        return said

    WorkingHours.objects.create(inbox=inbox, weekday=3)
    WorkingHours.objects.create(inbox=inbox, weekday=4, opens=time(8))
    with clock.at(NOON):
        assert words().startswith("Working hours are not considered")
        Inbox.objects.update(working_hours_enabled=True)
        assert words() == "Wed 09:00–18:00, Thu 08:00–18:00. It is open now."
        Inbox.objects.update(time_zone="Asia/Vladivostok")
        assert words().endswith("It is closed now; next opening: Thursday, 30 July, 08:00.")
        WorkingHours.objects.all().delete()
        assert words().endswith("It is closed now, and nothing opens within a year.")


def test_fields_and_rows_stand_together(administrator_client: Client, inbox: Inbox) -> None:
    shown = administrator_client.get(change(inbox)).content.decode()
    assert shown.count('name="time_zone"') == shown.count('name="working_hours_enabled"') == 1
    assert shown.index('id="msgr-panel-hours"') < shown.index('name="time_zone"')
    assert shown.index('name="time_zone"') < shown.index('id="working_hours-group"')
    assert shown.index('name="time_zone"') < shown.index('name="working_hours-0-weekday"')


def test_who_may_not_see_hours_does_not_turn_them_on(
    operator_client: Client, operator: User, inbox: Inbox
) -> None:
    operator.user_permissions.add(Permission.objects.get(codename="change_inbox"))
    shown = operator_client.get(change(inbox)).content.decode()
    assert "working_hours-TOTAL_FORMS" not in shown
    assert 'name="time_zone"' in shown
    form = rows(*SUGGESTION, working_hours_enabled="on", time_zone="Asia/Omsk")
    assert operator_client.post(change(inbox), form).status_code == 302
    inbox.refresh_from_db()
    assert (inbox.working_hours_enabled, inbox.time_zone, stored(inbox)) == (False, "Asia/Omsk", [])


def test_who_may_only_look_changes_nothing(operator_client: Client, operator: User, inbox: Inbox) -> None:
    hours = WorkingHours.objects.create(inbox=inbox, weekday=1)
    for codename in ("change_inbox", "view_workinghours"):
        operator.user_permissions.add(Permission.objects.get(codename=codename))
    assert "9 a.m." in operator_client.get(change(inbox)).content.decode()
    form = rows((1, "10:00", "11:00"), stored=1) | {
        "working_hours-0-id": hours.pk,
        "working_hours-0-inbox": inbox.pk,
    }
    assert operator_client.post(change(inbox), form).status_code == 302
    assert stored(inbox) == ["Monday 09:00–18:00"]


def test_strangers_stay_out(outsider_client: Client, inbox: Inbox) -> None:
    form = rows(*SUGGESTION, working_hours_enabled="on")
    assert outsider_client.post(change(inbox), form).status_code == 403
    response = Client().post(change(inbox), form)
    assert (response.status_code, response["Location"].split("?")[0]) == (302, reverse("admin:login"))
    assert stored(inbox) == []
