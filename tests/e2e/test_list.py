"""The conversation list in a browser: filters as a sheet, saved ones, and what is done with chosen rows."""

import re
import uuid

import pytest
from playwright.sync_api import Page, expect

from tests.e2e.conftest import NewContext
from tests.e2e.people import Operator, Visitor
from tests.e2e.system import System

DESK, PHONE = {"width": 1440, "height": 900}, {"width": 390, "height": 844}


@pytest.fixture
def question(visitor: Visitor) -> str:
    """What a visitor has just asked."""
    text = f"Where is sofa {uuid.uuid4().hex[:8]}"
    visitor.open().write(text)
    visitor.expect_texts(text)
    return text


def open_sheet(page: Page, name: str) -> None:
    page.wait_for_load_state("load")
    page.get_by_role("button", name=name).click()


@pytest.mark.parametrize("viewport", [DESK, PHONE], ids=["desk", "phone"])
def test_filters_stand_in_the_address_and_stay(
    new_context: NewContext, system: System, question: str, viewport: dict[str, int]
) -> None:
    page = Operator(new_context(viewport=viewport), system).page
    open_sheet(page, "Filters")
    sheet = page.locator("#msgr-filters")
    expect(sheet.get_by_label("Status")).to_be_focused()
    sheet.get_by_label("Status").select_option("open")
    show = sheet.get_by_role("button", name="Show")
    box = show.bounding_box()
    assert box is not None
    assert box["y"] + box["height"] <= viewport["height"]
    show.click()
    expect(page).to_have_url(re.compile(r"\?box=all&status=open$"))
    chip = page.get_by_role("link", name="Status: open Remove the filter")
    expect(chip).to_be_visible()
    expect(page.locator(".msgr-row", has_text=question)).to_have_count(1)
    assert page.evaluate("document.documentElement.scrollWidth") <= viewport["width"]
    chip.click()
    expect(page).to_have_url(re.compile(r"\?box=all$"))


def test_search_is_live_and_marked(operator: Operator, visitor: Visitor, question: str) -> None:
    word = question.rsplit(maxsplit=1)[-1]
    page = operator.page
    page.locator("#searchbar").fill(word)
    page.locator("#searchbar").press("Enter")
    expect(page.locator(".msgr-row")).to_have_count(1)
    expect(page.locator(".msgr-hit")).to_have_text(word)
    again = f"{word} again and again"
    visitor.write(again)
    expect(page.locator(".msgr-preview-text")).to_have_text(again)
    expect(page.locator(".msgr-row")).to_have_count(1)


SLOW_READING = """
const fast = window.fetch;
window.readings = [];
window.fetch = async (url, options = {}) => {
  if (options.headers?.["X-Messenger-Known"] === undefined) return fast(url, options);
  window.readings.push(performance.now());
  await new Promise((resolve) => setTimeout(resolve, 600));
  return fast(url, options);
};
"""


def test_a_list_that_takes_long_is_read_less_often(
    new_context: NewContext, system: System, visitor: Visitor, question: str
) -> None:
    context = new_context(viewport=DESK)
    context.add_init_script(SLOW_READING)
    page = Operator(context, system).page
    page.goto(f"{system.base_url}/admin/messenger/conversation/?box=all")
    for number in range(3):
        before = page.evaluate("readings.length")
        visitor.write(f"{question}, {number}")
        page.wait_for_function("before => readings.length > before", arg=before)
    gaps = page.evaluate("readings.slice(1).map((at, place) => at - readings[place])")
    assert min(gaps) >= 5 * 600


def test_saved_renamed_deleted(operator: Operator, question: str) -> None:
    page, name = operator.page, f"Sofas {uuid.uuid4().hex[:6]}"
    page.goto(f"{operator.system.base_url}/admin/messenger/conversation/?box=all&q=sofa")
    open_sheet(page, "Saved")
    saved = page.locator("#msgr-saved")
    saved.get_by_placeholder("Name of these filters").fill(name)
    saved.get_by_role("button", name="Save", exact=True).click()
    expect(page.get_by_text(f"Saved as “{name}”.")).to_be_visible()
    page.goto(f"{operator.system.base_url}/admin/messenger/conversation/?box=all")
    open_sheet(page, "Saved")
    saved.get_by_role("link", name=name).click()
    expect(page).to_have_url(re.compile(r"\?box=all&q=sofa$"))
    open_sheet(page, "Saved")
    saved.locator("summary").first.press("Enter")
    saved.get_by_role("button", name="Delete").click()
    expect(page.get_by_text(f"“{name}” is deleted.")).to_be_visible()


@pytest.mark.parametrize("viewport", [DESK, PHONE], ids=["desk", "phone"])
def test_chosen_rows_are_resolved_and_the_list_stays_as_it_was(
    new_context: NewContext, system: System, question: str, viewport: dict[str, int]
) -> None:
    operator = Operator(new_context(viewport=viewport), system)
    page = operator.page
    page.goto(f"{system.base_url}/admin/messenger/conversation/?box=all&status=open")
    operator.expect_row(question).get_by_role("checkbox").check()
    for button in page.locator("#msgr-selection button:visible").all():
        box = button.bounding_box()
        assert box is not None
        assert box["x"] >= 0
        assert box["x"] + box["width"] <= viewport["width"]
    page.get_by_role("button", name="Label…").click()
    dialog = page.get_by_role("dialog", name="Label for 1 conversation")
    expect(dialog).to_be_visible()
    dialog.get_by_role("button", name="Apply").click()
    expect(dialog.get_by_role("alert")).to_contain_text("Choose a label.")
    page.keyboard.press("Escape")
    page.locator("#msgr-selection").get_by_role("button", name="Resolve").click()
    expect(page.get_by_text("1 resolved.")).to_be_visible()
    expect(page).to_have_url(re.compile(r"\?box=all&status=open$"))
    expect(page.locator(".msgr-row", has_text=question)).to_have_count(0)
