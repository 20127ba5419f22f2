"""Sessions of users end by themselves: unused, or after the longest life. An open page alone is no use."""

from collections.abc import Callable
from contextlib import AbstractContextManager
from datetime import datetime, timedelta
from typing import Any

import pytest
from django.conf import LazySettings
from django.conf import settings as project
from django.contrib.sessions.models import Session
from django.core.management import call_command
from django.db import connection
from django.test import Client
from django.test.utils import CaptureQueriesContext
from django.utils import timezone

from crm.checks import check_session_spans
from crm.models import User
from crm.session_life import BEGAN, USED
from crm.session_store import SessionStore
from messenger.lib import clock
from messenger.models import Conversation
from messenger.stream.operator_session import NotLoggedIn, Question, check_again, check_in
from tests.crm.codes import EVERYTHING, PASSWORD, post_password

pytestmark = pytest.mark.django_db

HOUR = 3600
IDLE, LONGEST = 12 * HOUR, 14 * 24 * HOUR
START = timezone.now()
BY_SCRIPT = {"X-Messenger-Part": "1"}
TOUCHED = BY_SCRIPT | {"X-Messenger-Touched": "1"}
UNREAD = "/api/messenger/unread/"

type Ask = Callable[[Client], Any]


def after(seconds: float) -> AbstractContextManager[None]:
    return clock.at(START + timedelta(seconds=seconds))


@pytest.fixture
def browser(operator: User) -> Client:
    """Logged in at the start."""
    client = Client()
    with after(0):
        assert post_password(client, operator).status_code == 302
    return client


def is_in(client: Client) -> bool:
    """Asked so that it is no use."""
    return bool(client.get(UNREAD).status_code == 200)


def row_of(client: Client) -> Session:
    return Session.objects.get(session_key=key_of(client))


def key_of(client: Client) -> str:
    return client.cookies[project.SESSION_COOKIE_NAME].value


def writes_of(client: Client, ask: Ask) -> int:
    with CaptureQueriesContext(
        connection,
    ) as queries:
        ask(client)
    return sum(query["sql"].startswith('UPDATE "django_session"') for query in queries)


# --- Idle ---------------------------------------------------------------------------------------------------------


def test_an_unused_session_ends(browser: Client) -> None:
    with after(IDLE - 1):
        assert is_in(browser)
    with after(IDLE):
        assert not is_in(browser)


def test_without_an_end_of_idle_time_use_is_written_as_seldom(
    browser: Client, settings: LazySettings
) -> None:
    settings.SESSION_IDLE_SECONDS = 0
    with after(100):
        assert writes_of(browser, lambda client: client.get("/admin/")) == 0
    with after(400):
        assert writes_of(browser, lambda client: client.get("/admin/")) == 1


def test_a_page_leads_to_the_log_in_and_back(browser: Client, operator: User) -> None:
    with after(IDLE):
        page = browser.get("/admin/messenger/conversation/?box=all")
        assert page["Location"] == "/admin/login/?next=/admin/messenger/conversation/%3Fbox%3Dall"
        body = {"username": operator.username, "password": PASSWORD}
        back = browser.post(page["Location"], body)["Location"]
        assert back == "/admin/messenger/conversation/?box=all"
        assert is_in(browser)


def test_what_is_fetched_hears_what_it_hears_of_any_end(browser: Client, conversation: Conversation) -> None:
    with after(IDLE):
        assert browser.get(UNREAD).status_code == 401
        part = browser.get(f"/admin/messenger/conversation/{conversation.pk}/timeline/", headers=BY_SCRIPT)
        assert part.status_code == 302
        assert part["Location"].startswith("/admin/login/")


def test_a_stream_ends_at_its_next_question(browser: Client) -> None:
    question = Question(key_of(browser), None, True)
    with after(IDLE - 1):
        assert check_again([question]) != [None]
    with after(IDLE):
        assert check_again([question]) == [None]
        with pytest.raises(NotLoggedIn):
            check_in(key_of(browser), None)


def test_it_is_counted_from_the_last_use(browser: Client) -> None:
    for hours in (11, 22, 33):
        with after(hours * HOUR):
            assert browser.get(EVERYTHING).status_code == 200
    with after(33 * HOUR + IDLE):
        assert browser.get(EVERYTHING).status_code == 302


ASKED_BY_ITSELF: list[Ask] = [
    lambda client: client.get(UNREAD),
    lambda client: client.get(UNREAD, headers=BY_SCRIPT),
    lambda client: client.get("/admin/messenger/conversation/?box=all", headers=BY_SCRIPT),
    lambda client: client.post("/admin/", headers=BY_SCRIPT),
]
BY_A_PERSON: list[Ask] = [
    lambda client: client.get("/admin/"),
    lambda client: client.get(UNREAD, headers=TOUCHED),
    lambda client: client.post("/messenger/me/status/", {"status": "away"}),
    lambda client: client.post("/messenger/me/status/", {"status": "away"}, headers=TOUCHED),
]


@pytest.mark.parametrize("ask", ASKED_BY_ITSELF)
def test_an_open_page_keeps_nobody_in(browser: Client, ask: Ask) -> None:
    for hours in range(1, 12):
        with after(hours * HOUR):
            ask(browser)
    with after(IDLE):
        assert not is_in(browser)


@pytest.mark.parametrize("ask", BY_A_PERSON)
def test_who_works_in_one_page_stays(browser: Client, ask: Ask) -> None:
    for hours in (6, 12, 18):
        with after(hours * HOUR):
            ask(browser)
    with after(29 * HOUR):
        assert is_in(browser)


def test_use_is_written_now_and_then_only(browser: Client) -> None:
    def look(client: Client) -> Any:
        return client.get("/admin/security/")

    with after(299):
        assert writes_of(browser, look) == 0
    with after(300):
        assert [writes_of(browser, look) for _ in range(3)] == [1, 0, 0]


def test_a_short_idle_time_is_looked_at_more_closely(browser: Client, settings: LazySettings) -> None:
    settings.SESSION_IDLE_SECONDS = 600
    with after(31):
        browser.get("/admin/security/")
    with after(630):
        assert is_in(browser)


def test_what_others_stored_meanwhile_stays(browser: Client) -> None:
    late = SessionStore(key_of(browser))
    assert late.get(BEGAN)
    other = SessionStore(key_of(browser))
    other["kept"] = "by another request"
    other.save()
    with after(HOUR):
        late.note_use()
    now = SessionStore(key_of(browser))
    assert now["kept"] == "by another request"
    assert now[USED] == int((START + timedelta(seconds=HOUR)).timestamp())


def test_a_late_use_brings_nobody_back(browser: Client) -> None:
    late = SessionStore(key_of(browser))
    assert late.get(BEGAN)
    browser.post("/admin/logout/")
    with after(HOUR):
        late.note_use()
    assert not Session.objects.filter(session_key=late.session_key).exists()


# --- The longest life ---------------------------------------------------------------------------------------------


def work_until(browser: Client, end: int) -> None:
    for seconds in range(0, end, 11 * HOUR):
        with after(seconds):
            assert browser.get(EVERYTHING).status_code == 200


def test_nothing_lengthens_the_longest_life(browser: Client) -> None:
    work_until(browser, LONGEST)
    with after(LONGEST - 1):
        assert is_in(browser)
    with after(LONGEST):
        assert browser.get(EVERYTHING).status_code == 302


def test_a_log_in_begins_anew(browser: Client, operator: User) -> None:
    with after(10 * HOUR):
        assert post_password(browser, operator).status_code == 302
    with after(10 * HOUR + IDLE - 1):
        assert is_in(browser)
    assert SessionStore(key_of(browser))[BEGAN] == int((START + timedelta(hours=10)).timestamp())


def test_a_new_password_lengthens_nothing(browser: Client) -> None:
    new = {
        "old_password": PASSWORD,
        "new_password1": "correct horse",
        "new_password2": "correct horse",
    }
    with after(HOUR):
        assert browser.post(EVERYTHING, new).status_code == 302
    assert SessionStore(key_of(browser))[BEGAN] == int(START.timestamp())


def test_the_cookie_goes_with_the_longest_life(browser: Client) -> None:
    assert LONGEST - 2 <= browser.cookies[project.SESSION_COOKIE_NAME]["max-age"] <= LONGEST


# --- The settings -------------------------------------------------------------------------------------------------


def test_each_can_be_turned_off(browser: Client, settings: LazySettings) -> None:
    settings.SESSION_IDLE_SECONDS = 0
    with after(LONGEST - 1):
        assert is_in(browser)
    settings.SESSION_LONGEST_SECONDS = 0
    with after(LONGEST * 10):
        assert is_in(browser)
        browser.get("/admin/security/")
    assert row_of(browser).expire_date > START + timedelta(seconds=LONGEST * 10)
    settings.SESSION_IDLE_SECONDS = IDLE
    with after(LONGEST * 10 + IDLE):
        assert not is_in(browser)


def test_a_lower_one_holds_at_once(browser: Client, settings: LazySettings) -> None:
    settings.SESSION_IDLE_SECONDS = 600
    with after(600):
        assert not is_in(browser)


def test_the_longest_is_not_below_the_idle_time(settings: LazySettings) -> None:
    settings.SESSION_LONGEST_SECONDS = IDLE - 1
    assert [message.id for message in check_session_spans()] == ["crm.E068"]
    for fine in (0, IDLE):
        settings.SESSION_LONGEST_SECONDS = fine
        assert check_session_spans() == []


# --- Rows ---------------------------------------------------------------------------------------------------------


def end(seconds: int) -> datetime:
    return (START + timedelta(seconds=seconds)).replace(microsecond=0)


def test_the_row_ends_as_the_session_does(browser: Client) -> None:
    assert row_of(browser).expire_date == end(IDLE)
    with after(HOUR):
        browser.get("/admin/security/")
    assert row_of(browser).expire_date == end(HOUR + IDLE)


def test_what_is_over_is_taken_away_at_night(operator: User) -> None:
    browser = Client()
    with after(-IDLE):
        browser.force_login(operator)
    call_command("clearsessions")
    assert not Session.objects.exists()


def test_who_is_logged_in_since_before_there_were_stamps(browser: Client) -> None:
    """They begin with the next use."""
    old = SessionStore(key_of(browser))
    del old[BEGAN], old[USED]
    old.save()
    with after(HOUR):
        assert browser.get(EVERYTHING).status_code == 200
    assert row_of(browser).expire_date == end(HOUR + IDLE)


def test_a_stranger_has_no_stamps(client: Client, operator: User) -> None:
    post_password(client, operator, "wrong")
    assert BEGAN not in client.session
