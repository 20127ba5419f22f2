"""What the panel shows around the messages: welcome, hours, what is new, who answers."""

from datetime import UTC, datetime, timedelta
from typing import Any

import pytest
from playwright.sync_api import Browser, expect

from tests.e2e.widget.conftest import OpenPage
from tests.e2e.widget.fake_api import FakeApi
from tests.e2e.widget.widget_page import WidgetPage

# A Friday; 22:00 in Yekaterinburg.
NOW = datetime(2027, 3, 5, 17, tzinfo=UTC)
CLOSED = {"outside_working_hours": True, "working_hours_message": "We are closed."}


def open_in_yekaterinburg(
    shop: OpenPage, browser: Browser, *, now: datetime = NOW, locale: str = "en-GB", **options: Any
) -> WidgetPage:
    context = browser.new_context(timezone_id="Asia/Yekaterinburg", locale=locale)
    page = context.new_page()
    page.clock.install(time=now)
    widget = shop(page, **options)
    widget.open()
    return widget


@pytest.mark.parametrize(
    ("opening", "when"),
    [
        ("2027-03-05T18:30:00Z", "today at 23:30"),
        ("2027-03-06T09:00:00+05:00", "tomorrow at 09:00"),
        ("2027-03-08T07:00:00+03:00", "Monday at 09:00"),
        ("2027-03-12T09:00:00+05:00", "12 March at 09:00"),
        ("2028-01-10T09:00:00+05:00", "10 January 2028 at 09:00"),
    ],
)
def test_the_opening_is_told_by_the_visitors_own_clock(
    shop: OpenPage, api: FakeApi, browser: Browser, opening: str, when: str
) -> None:
    api.bootstrap_answer = CLOSED | {"next_opening_at": opening}
    widget = open_in_yekaterinburg(shop, browser)
    notice = widget.panel.locator(".msgr-notice")
    expect(notice).to_have_text(f"We are closed. We open {when}.")
    widget.write("Taken all the same")
    expect(widget.mine).to_have_attribute("data-state", "sent")
    widget.page.context.close()


@pytest.mark.parametrize(
    ("opening", "when"),
    [
        ("2027-03-06T09:00:00+05:00", "завтра в 09:00"),
        ("2027-03-09T09:00:00+05:00", "во вторник в 09:00"),
        ("2027-03-10T09:00:00+05:00", "в среду в 09:00"),
        ("2027-03-15T09:00:00+05:00", "15 марта в 09:00"),
    ],
)
def test_the_opening_in_russian(
    shop: OpenPage, api: FakeApi, browser: Browser, opening: str, when: str
) -> None:
    api.bootstrap_answer = CLOSED | {"next_opening_at": opening}
    widget = open_in_yekaterinburg(shop, browser, locale="ru-RU", attributes='data-locale="ru"')
    expect(widget.panel.locator(".msgr-notice")).to_contain_text(f"Откроемся {when}.")
    widget.page.context.close()


def test_tomorrow_becomes_today_and_then_it_is_open(shop: OpenPage, api: FakeApi, browser: Browser) -> None:
    api.bootstrap_answer = CLOSED | {"next_opening_at": "2027-03-06T00:00:30+05:00"}
    midnight = datetime(2027, 3, 5, 19, tzinfo=UTC)
    widget = open_in_yekaterinburg(shop, browser, now=midnight - timedelta(seconds=30))
    notice = widget.panel.locator(".msgr-notice")
    expect(notice).to_contain_text("tomorrow at 00:00")
    expect(widget.panel.locator("header")).to_contain_text("We are away at the moment")
    # Short enough for nothing else to be drawn anew meanwhile.
    widget.page.clock.run_for(30_100)
    expect(notice).to_contain_text("today at 00:00")
    widget.page.clock.run_for(30_000)
    expect(notice).to_be_hidden()
    expect(widget.panel.locator("header")).to_contain_text("We answer right here")
    widget.page.context.close()


def test_hours_without_words_of_the_inbox(shop: OpenPage, api: FakeApi) -> None:
    api.bootstrap_answer = CLOSED | {"working_hours_message": ""}
    widget = shop()
    widget.open()
    expect(widget.panel.locator(".msgr-notice")).to_have_text("We are away at the moment")


def test_the_welcome_gives_way_to_the_conversation(shop: OpenPage, api: FakeApi) -> None:
    widget = shop()
    widget.open()
    welcome = widget.panel.locator(".msgr-welcome")
    expect(welcome).to_contain_text("Hello! How can we help?")
    expect(welcome).to_contain_text("the answer comes right here")
    widget.write("hello")
    expect(welcome).to_have_count(0)
    expect(widget.panel.locator(".msgr-greeting")).to_have_text("Hello! How can we help?")
    expect(widget.panel.locator(".msgr-hint")).to_be_hidden()


def test_an_inbox_without_a_greeting_is_welcoming_too(shop: OpenPage, api: FakeApi) -> None:
    api.bootstrap_answer = {"greeting": "", "title": ""}
    widget = shop()
    widget.open()
    expect(widget.panel.locator(".msgr-welcome")).to_contain_text("Hello! How can we help?")
    widget.write("hello")
    expect(widget.panel.locator(".msgr-greeting")).to_be_hidden()


def test_what_is_new_is_divided_off(shop: OpenPage, api: FakeApi) -> None:
    for number in range(30):
        api.say(f"old {number}", read_at="2026-01-01T00:00:00Z")
    for number in range(30):
        api.say(f"new {number}")
    widget = shop()
    widget.open()
    news = widget.panel.locator(".msgr-news")
    expect(news).to_have_text("New messages")
    expect(news).to_be_in_viewport()
    expect(widget.panel.get_by_text("new 0", exact=True)).to_be_in_viewport()
    expect(widget.theirs.last).not_to_be_in_viewport()
    assert news.evaluate("node => node.nextElementSibling.innerText").endswith("new 0")
    # What is being read stays divided off until the panel is opened again.
    widget.panel.locator(".msgr-scroller").evaluate("node => node.scrollTop = node.scrollHeight")
    expect(widget.badge).to_be_hidden()
    expect(news).to_have_count(1)
    widget.launcher.click()
    widget.open()
    expect(news).to_have_count(0)
    expect(widget.theirs.last).to_be_in_viewport()


def test_news_while_it_is_open_are_not_divided_off(shop: OpenPage, api: FakeApi) -> None:
    widget = shop()
    widget.open()
    api.say("hello")
    expect(widget.theirs).to_have_count(1)
    expect(widget.panel.locator(".msgr-news")).to_have_count(0)


def test_messages_are_grouped_by_sender_time_and_day(shop: OpenPage, api: FakeApi, browser: Browser) -> None:
    read = {"read_at": "2027-03-05T16:59:00Z"}
    for body, sender, moment in (
        ("one", "Anna", "2027-03-04T10:00:00Z"),
        ("two", "Anna", "2027-03-05T10:00:00Z"),
        ("three", "Anna", "2027-03-05T10:01:00Z"),
        ("four", "Boris", "2027-03-05T10:02:00Z"),
        ("five", "Boris", "2027-03-05T10:30:00Z"),
    ):
        api.say(body, sender=sender, created_at=moment, **read)
    widget = open_in_yekaterinburg(shop, browser)
    expect(widget.panel.locator(".msgr-day")).to_have_text(["Yesterday", "Today"])
    expect(widget.panel.locator(".msgr-first .msgr-text")).to_have_text(["one", "two", "four", "five"])
    expect(widget.panel.locator(".msgr-theirs time:visible")).to_have_text(
        ["15:00", "15:01", "15:02", "15:30"]
    )
    widget.page.context.close()


def test_the_header_tells_who_answers(shop: OpenPage, api: FakeApi) -> None:
    widget = shop()
    widget.open()
    header = widget.panel.locator("header")
    expect(header).to_contain_text("We answer right here")
    expect(header.locator(".msgr-avatar")).to_have_text("F")
    api.change(assignee="Anna")
    expect(header).to_contain_text("Anna answers you")
    expect(header.locator(".msgr-avatar")).to_have_text("A")


def test_long_words_break(shop: OpenPage, api: FakeApi) -> None:
    api.bootstrap_answer = {"greeting": "w" * 200}
    api.say("x" * 300)
    widget = shop()
    widget.open()
    widget.write("y" * 300)
    expect(widget.mine).to_have_count(1)
    scroller = widget.panel.locator(".msgr-scroller")
    assert scroller.evaluate("node => node.scrollWidth <= node.clientWidth")


def test_tab_goes_from_header_to_log_to_composer(shop: OpenPage, api: FakeApi) -> None:
    widget = shop()
    widget.open()
    close = widget.panel.get_by_role("button", name="Close chat")
    close.focus()
    widget.page.keyboard.press("Tab")
    expect(widget.panel.locator(".msgr-scroller")).to_be_focused()
    widget.page.keyboard.press("Tab")
    assert widget.panel.locator(".msgr-composer").evaluate(
        "node => node.contains(node.getRootNode().activeElement)"
    )
