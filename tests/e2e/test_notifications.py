"""Operators are called when something of theirs happens where they don't look: once, and only if they want it."""

import re
from collections.abc import Iterator
from typing import Any

import pytest
from playwright.sync_api import Page, Route, expect

from tests.e2e.caller import Caller
from tests.e2e.calls import Calls
from tests.e2e.conftest import NewContext
from tests.e2e.people import Operator
from tests.e2e.system import Demo
from tests.e2e.test_status import choose
from tests.e2e.test_story import unique
from tests.e2e.workspaces import database, person

CONTACTS = "/admin/messenger/contact/"
LISTED = "/admin/messenger/conversation/?box=all"


@pytest.fixture(scope="module")
def demo(tmp_path_factory: pytest.TempPathFactory) -> Iterator[Demo]:
    own = Demo(tmp_path_factory.mktemp("notifications"))
    try:
        empty_queue(own)
        yield own
    finally:
        own.stop()


def empty_queue(demo: Demo) -> None:
    """Nothing comes to Anna, goes from her or is closed by the jobs while her stories count what she has."""
    with database(demo) as connection:
        connection.execute(
            """UPDATE messenger_conversation SET status = 'closed', closed_at = now(), waiting_since = NULL
            WHERE status <> 'closed'"""
        )


class Desk:
    """Anna with one conversation of her own, whose visitor goes on writing."""

    def __init__(self, operator: Operator, calls: Calls, visitor: Caller) -> None:
        self.operator, self.calls, self.visitor = operator, calls, visitor
        self.page = operator.page
        self.prefer(desktop=True)
        choose(self.page, "online")
        question, answer = unique("Hello?"), unique("Yes?")
        visitor.write(question)
        with self.page.expect_response("**/read/"):
            operator.open(question)
        operator.write(answer)
        operator.expect_texts(question, answer)
        self.conversation = re.findall(r"/(\d+)/change/", self.page.url)[0]
        self.expect_news(0)
        calls.happened.clear()

    def prefer(self, **preferences: Any) -> None:
        self.page.evaluate(
            """(said) => {
              localStorage.setItem("test:permission", "granted");
              localStorage.setItem("msgr:notifications", JSON.stringify(said));
            }""",
            preferences,
        )

    def go(self, path: str, page: Page | None = None) -> Page:
        """The page hears of what happens, and may sound: somebody has pressed a key on it."""
        page = page or self.page
        with page.expect_response(lambda response: "/api/messenger/stream/" in response.url):
            page.goto(self.operator.system.base_url + path)
        page.keyboard.press("Shift")
        page.mouse.click(700, 4)
        return page

    def read_all(self) -> None:
        """The next story begins with nothing of this one that waits."""
        self.go(f"/admin/messenger/conversation/{self.conversation}/change/")
        self.expect_news(0, seconds=60)

    def expect_news(self, number: int, page: Page | None = None, *, seconds: float = 15) -> None:
        """In the page's title: it is all that waits for Anna."""
        title = re.compile(rf"^\({number}\) " if number else r"^[^(]")
        expect(page or self.page).to_have_title(title, timeout=seconds * 1000)

    def new_window(self, path: str) -> Page:
        return self.go(path, self.page.context.new_page())


@pytest.fixture
def desk(new_context: NewContext, demo: Demo) -> Iterator[Desk]:
    context = new_context(viewport={"width": 1440, "height": 900})
    calls = Calls.of(context)
    with Caller(demo) as visitor:
        desk = Desk(Operator(context, person(demo, "anna")), calls, visitor)
        yield desk
        desk.read_all()


def test_a_message_elsewhere_calls_without_its_text(desk: Desk) -> None:
    desk.go(CONTACTS)
    desk.visitor.write("My card number is 4111")
    desk.calls.wait_for(desk.page, "notification")
    desk.calls.wait_for(desk.page, "sound")
    (shown,) = desk.calls.notifications
    assert (shown["title"], shown["body"]) == ("New message", f"Conversation #{desk.conversation}")
    assert "4111" not in str(shown)
    desk.expect_news(1)
    expect(desk.page.locator("link[rel=icon]")).to_have_attribute("href", re.compile("^data:image/png"))
    desk.page.evaluate("window.lastNotification.dispatchEvent(new Event('click'))")
    desk.page.wait_for_url(f"**/{desk.conversation}/change/")
    desk.expect_news(0)


def test_an_answer_that_comes_late_does_not_undo_what_was_told_since(desk: Desk) -> None:
    page = desk.go(CONTACTS)
    held: list[Route] = []

    def hold(route: Route) -> None:
        held.append(route)

    page.route("**/api/messenger/unread/", hold)
    with page.expect_request("**/api/messenger/unread/"):
        page.evaluate("document.dispatchEvent(new Event('visibilitychange'))")
    desk.visitor.write("Meanwhile")
    desk.expect_news(1)
    with page.expect_response("**/api/messenger/unread/"):
        for route in held:
            route.fulfill(json={"unread": 0})
    page.wait_for_timeout(200)
    desk.expect_news(1)


def test_with_its_text_where_that_is_wanted(desk: Desk) -> None:
    desk.prefer(desktop=True, text=True)
    desk.go(CONTACTS)
    desk.visitor.write("Is it **open** on Sunday?")
    desk.calls.wait_for(desk.page, "notification")
    assert desk.calls.notifications[0]["body"].endswith(": Is it open on Sunday?")


def test_who_looks_at_the_conversation_is_not_called(desk: Desk, demo: Demo) -> None:
    """In whichever window. The call of another conversation comes after, and alone."""
    desk.new_window(CONTACTS)
    seen = unique("Seen")
    desk.visitor.write(seen)
    expect(desk.page.locator(".msgr-text", has_text=seen)).to_be_visible()
    desk.go(LISTED)
    desk.visitor.write(unique("Not seen"))
    desk.calls.wait_for(desk.page, "notification")
    desk.calls.wait_for(desk.page, "sound")
    assert (desk.calls.count("notification"), desk.calls.count("sound")) == (1, 1)


def test_of_several_windows_one_calls(desk: Desk) -> None:
    desk.go(LISTED)
    others = [desk.new_window(CONTACTS) for _number in range(3)]
    for number in range(2):
        desk.visitor.write(f"Message {number}")
        desk.calls.wait_for(desk.page, "notification", number + 1)
    for page in others:
        desk.expect_news(2, page)
    desk.calls.wait_for(desk.page, "sound")
    assert desk.calls.count("notification") == 2
    assert {shown["tag"] for shown in desk.calls.notifications} == {f"msgr-{desk.conversation}"}
    assert desk.calls.count("sound") <= 2


def test_what_comes_together_is_heard_once(desk: Desk) -> None:
    desk.go(CONTACTS)
    desk.visitor.write("One")
    desk.visitor.write("Two")
    desk.calls.wait_for(desk.page, "notification", 2)
    desk.calls.wait_for(desk.page, "sound")
    assert desk.calls.count("sound") == 1


def test_who_is_busy_is_not_disturbed(desk: Desk) -> None:
    """Said in one tab, known in all. Online again the next message calls, alone."""
    contacts = desk.new_window(CONTACTS)
    desk.go(LISTED)
    choose(desk.page, "busy")
    expect(contacts.locator("[data-msgr-my-status]").first).to_have_attribute("data-status", "busy")
    desk.visitor.write("Not now")
    desk.expect_news(1, contacts)
    choose(desk.page, "online")
    expect(contacts.locator("[data-msgr-my-status]").first).to_have_attribute("data-status", "online")
    desk.visitor.write("Now")
    desk.calls.wait_for(desk.page, "notification")
    desk.calls.wait_for(desk.page, "sound")
    assert (desk.calls.count("notification"), desk.calls.count("sound")) == (1, 1)


def open_menu(page: Page) -> None:
    page.locator("#nav-sidebar [aria-expanded]").click()
    page.get_by_role("button", name="Notifications").click()
    expect(page.get_by_role("dialog", name="Notifications")).to_be_visible()


def test_the_browser_is_asked_by_a_click_alone(desk: Desk) -> None:
    desk.page.evaluate("localStorage.clear()")
    page = desk.go(CONTACTS)
    open_menu(page)
    wanted = page.get_by_label("Notifications of the browser")
    expect(wanted).to_be_disabled()
    assert desk.calls.count("asked") == 0
    page.get_by_role("button", name="Allow…").click()
    expect(wanted).to_be_checked()
    expect(page.get_by_text("Allowed. They come while")).to_be_visible()
    expect(page.get_by_label("Show the text of messages")).not_to_be_checked()
    assert desk.calls.count("asked") == 1
    page.reload()
    open_menu(page)
    expect(page.get_by_label("Notifications of the browser")).to_be_checked()


def test_what_is_blocked_is_told_with_the_way_out(desk: Desk) -> None:
    desk.page.evaluate("localStorage.setItem('test:permission', 'denied')")
    page = desk.go(CONTACTS)
    open_menu(page)
    expect(page.get_by_text("Blocked by the browser. Click the icon")).to_be_visible()
    expect(page.get_by_role("button", name="Allow…")).to_be_hidden()
    desk.visitor.write("Hello?")
    desk.calls.wait_for(page, "sound")
    assert desk.calls.count("notification") == 0


def test_sound_is_tried_and_turned_off_by_keyboard(desk: Desk) -> None:
    page = desk.go(CONTACTS)
    open_menu(page)
    page.get_by_role("button", name="Test the sound").press("Enter")
    desk.calls.wait_for(page, "sound")
    volume = page.get_by_role("slider", name="Volume")
    volume.press("Home")
    assert page.evaluate("JSON.parse(localStorage['msgr:notifications']).volume") == 5
    page.get_by_label("Sound", exact=True).press(" ")
    expect(volume).to_be_disabled()
    page.keyboard.press("Escape")
    expect(page.get_by_role("dialog")).to_be_hidden()
    desk.visitor.write("Quietly")
    desk.calls.wait_for(page, "notification")
    assert desk.calls.count("sound") == 1, "that of the test"
