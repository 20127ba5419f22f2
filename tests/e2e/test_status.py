"""Operators say whether they are there, and their colleagues see it as it happens."""

from collections.abc import Iterator

import pytest
from playwright.sync_api import Locator, Page, expect

from tests.e2e.conftest import NewContext
from tests.e2e.people import Operator
from tests.e2e.system import Demo
from tests.e2e.workspaces import DESK, person

ANNA, DMITRY = "anna", "dmitry"


@pytest.fixture(scope="module")
def demo(tmp_path_factory: pytest.TempPathFactory) -> Iterator[Demo]:
    """One of its own: operators who are there would take what the other stories leave to whoever comes first."""
    own = Demo(tmp_path_factory.mktemp("status"))
    yield own
    own.stop()


@pytest.fixture
def anna(new_context: NewContext, demo: Demo) -> Operator:
    operator = Operator(new_context(viewport=DESK), person(demo, ANNA))
    choose(operator.page, "online")
    return operator


@pytest.fixture
def dmitry(new_context: NewContext, demo: Demo) -> Operator:
    return Operator(new_context(viewport=DESK), person(demo, DMITRY))


def my_status(page: Page) -> Locator:
    return page.get_by_label("My status", exact=True).and_(page.locator("select"))


def choose(page: Page, status: str) -> None:
    """Nothing is sent where it is so already."""
    page.wait_for_load_state("load")
    if my_status(page).input_value() == status:
        return
    with page.expect_response("**/messenger/me/status/") as answer:
        my_status(page).select_option(status)
    assert answer.value.ok


def colleague(page: Page, name: str) -> Locator:
    return page.locator(".msgr-team-person", has_text=name)


def in_menu(page: Page) -> Locator:
    """The status that the user menu shows, open or not."""
    return page.locator(".msgr-status-menu-choice[aria-pressed=true]")


def test_a_colleague_sees_it_at_once_and_it_lasts(anna: Operator, dmitry: Operator) -> None:
    expect(colleague(dmitry.page, "Анна")).to_contain_text("online")
    dmitry.page.evaluate("window.stillTheSamePage = true")
    choose(anna.page, "away")
    expect(colleague(dmitry.page, "Анна")).to_contain_text("away")
    expect(colleague(dmitry.page, "Анна").locator(".msgr-dot-away")).to_be_visible()
    expect(colleague(anna.page, "Анна")).to_contain_text("away")
    assert dmitry.page.evaluate("window.stillTheSamePage")
    anna.page.reload()
    expect(my_status(anna.page)).to_have_value("away")
    expect(in_menu(anna.page)).to_have_attribute("value", "away")


def test_all_tabs_of_an_operator_show_it(anna: Operator) -> None:
    other = anna.page.context.new_page()
    other.goto(f"{anna.system.base_url}/admin/messenger/contact/")
    expect(in_menu(other)).to_have_attribute("value", "online")
    other.wait_for_load_state("load")
    choose(anna.page, "busy")
    expect(in_menu(anna.page)).to_have_attribute("value", "busy")
    expect(in_menu(other)).to_have_attribute("value", "busy")


def test_by_keyboard_in_the_list(anna: Operator, dmitry: Operator) -> None:
    sent: list[str | None] = []
    anna.page.on(
        "request", lambda request: sent.append(request.post_data) if request.method == "POST" else None
    )
    my_status(anna.page).focus()
    anna.page.keyboard.press("ArrowDown")
    anna.page.keyboard.press("ArrowDown")
    expect(my_status(anna.page)).to_have_value("busy")
    expect(colleague(dmitry.page, "Анна")).to_contain_text("busy")
    expect(my_status(anna.page)).to_be_focused()
    assert sent == ["status=busy"], "what lay on the way to it was not meant"


def test_by_keyboard_in_the_menu(anna: Operator, dmitry: Operator) -> None:
    opener = anna.page.locator("#nav-sidebar [aria-expanded]")
    opener.focus()
    anna.page.keyboard.press("Enter")
    expect(anna.page.get_by_role("button", name="Online")).to_be_focused()
    anna.page.keyboard.press("Tab")
    expect(anna.page.get_by_role("button", name="Away")).to_be_focused()
    anna.page.keyboard.press("Enter")
    expect(my_status(anna.page)).to_have_value("away")
    expect(colleague(dmitry.page, "Анна")).to_contain_text("away")
    anna.page.keyboard.press("Escape")
    expect(opener).to_be_focused()
    expect(opener).to_have_attribute("aria-expanded", "false")
    expect(anna.page.locator(".msgr-status-menu")).to_be_hidden()


def test_what_could_not_be_sent_is_not_shown(anna: Operator) -> None:
    page = anna.page
    page.context.route("**/messenger/me/status/", lambda route: route.abort())
    page.set_viewport_size({"width": 1440, "height": 300})
    page.evaluate("scrollTo(0, 40)")
    my_status(page).select_option("offline")
    trouble = page.locator(".msgr-my-status .msgr-my-status-trouble")
    expect(trouble).to_have_text("No connection: your status is as it was.")
    expect(my_status(page)).to_have_value("online")
    assert page.evaluate("scrollY") == 40
    page.context.unroute("**/messenger/me/status/")
    choose(page, "away")
    expect(trouble).to_be_hidden()


def test_on_a_phone_the_team_is_one_line(new_context: NewContext, demo: Demo) -> None:
    page = Operator(new_context(viewport={"width": 390, "height": 844}), person(demo, DMITRY)).page
    summary = page.locator(".msgr-team-summary")
    expect(summary).to_contain_text("of 3 online")
    expect(colleague(page, "Анна")).to_be_hidden()
    summary.focus()
    page.keyboard.press("Enter")
    expect(colleague(page, "Анна")).to_be_visible()
    assert page.evaluate("document.documentElement.scrollWidth <= innerWidth")
