"""On a phone no page is wider than its window, and unfold's tables are cards that name their columns."""

import re
from typing import Any

import pytest
from playwright.sync_api import Page, expect

from tests.e2e.conftest import NewContext
from tests.e2e.people import Operator
from tests.e2e.system import System

PHONE: dict[str, Any] = {"viewport": {"width": 390, "height": 844}, "is_mobile": True, "has_touch": True}
LISTS = [
    "messenger/contact/",
    "messenger/label/",
    "messenger/cannedresponse/",
    "messenger/inbox/",
    "messenger/routingrule/",
    "crm/user/",
    "crm/branch/",
    "crm/region/",
    "crm/auditentry/",
    "django_q/schedule/",
    "django_q/success/",
]
PAGES = [
    "",
    "messenger/conversation/?box=all",
    "messenger/inbox/add/",
    "messenger/routingrule/add/",
    "messenger/cannedresponse/add/",
    "messenger/label/add/",
    "messenger/label/import/",
    "messenger/contact/export/",
    "crm/user/add/",
    "security/",
    "password_change/",
]
# Boxes that scroll sideways by themselves, as code does, are no tables.
# A phone's `innerWidth` grows with what is too wide.
WIDER = """(width) => [
  ...(document.documentElement.scrollWidth > width ? ["the page"] : []),
  ...[...document.querySelectorAll(".result-list, .formset")].filter((table) =>
    table.checkVisibility() && table.parentElement.scrollWidth > table.parentElement.clientWidth + 1
  ).map((table) => table.id)
]"""


@pytest.fixture
def page(new_context: NewContext, system: System) -> Page:
    """An administrator's, on a phone."""
    return Operator(new_context(**PHONE), system).page


def wider(page: Page) -> list[str]:
    page.wait_for_load_state("load")
    # Until theirs is there, icons are words.
    page.evaluate("() => document.fonts.ready.then(() => true)")
    assert page.viewport_size is not None
    found: list[str] = page.evaluate(WIDER, page.viewport_size["width"])
    return found


def test_no_page_is_wider_than_its_window(page: Page, system: System) -> None:
    found = {}
    for path in [*LISTS, *PAGES]:
        page.goto(f"{system.base_url}/admin/{path}")
        if problems := wider(page):
            found[path] = problems
    assert found == {}


def test_no_form_is_wider_than_its_window(page: Page, system: System) -> None:
    found = {}
    for path in LISTS:
        page.goto(f"{system.base_url}/admin/{path}")
        links = page.locator("#result_list .msgr-cell-title a")
        if links.count():
            links.first.click()
            page.wait_for_url(re.compile("/change/"))
            if problems := wider(page):
                found[path] = problems
    assert found == {}


def test_the_timetable_of_an_inbox(page: Page, system: System) -> None:
    page.goto(f"{system.base_url}/admin/messenger/inbox/")
    page.locator("#result_list .msgr-cell-title a").first.click()
    for tab in page.locator("[role=tablist] [role=tab]").all():
        tab.click()
        assert wider(page) == [], tab.inner_text()


def test_a_row_is_a_card(page: Page, system: System) -> None:
    page.goto(f"{system.base_url}/admin/crm/user/")
    row = page.locator("tr.data-row", has_text="anna@example.com")
    cell = row.locator("td", has_text="anna@example.com")
    expect(cell).to_have_attribute("data-label", re.compile("^email", re.IGNORECASE))
    title, shown = row.locator(".msgr-cell-title").bounding_box(), cell.bounding_box()
    assert title is not None
    assert shown is not None
    assert shown["y"] >= title["y"] + title["height"]
    expect(page.locator("#result_list thead")).to_be_hidden()


def test_what_a_row_lacks_takes_no_room(page: Page, system: System) -> None:
    page.goto(f"{system.base_url}/admin/crm/user/")
    administrator = page.locator("tr.data-row", has_text=system.username)
    expect(administrator.locator(".field-branch")).to_be_hidden()
    expect(administrator.locator(".field-role")).to_be_visible()


def test_on_a_desk_it_is_a_table(operator: Operator, system: System) -> None:
    page = operator.page
    page.goto(f"{system.base_url}/admin/messenger/contact/")
    expect(page.locator("#result_list thead")).to_be_visible()
    assert wider(page) == []
