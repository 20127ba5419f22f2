"""The figures' page in a browser: charts that are seen, tables that open, and nothing that axe finds."""

import re

import pytest
from playwright.sync_api import Page, expect

from tests.e2e.axe import findings
from tests.e2e.conftest import NewContext
from tests.e2e.people import Operator
from tests.e2e.system import System
from tests.e2e.test_admin_accessibility import DEVICES

URL = "/admin/messenger/figures/"


@pytest.fixture(params=DEVICES)
def page(request: pytest.FixtureRequest, new_context: NewContext, system: System) -> Page:
    """An administrator's, on the figures of the last days."""
    page = Operator(new_context(**DEVICES[request.param]), system).page
    page.goto(system.base_url + URL)
    return page


def test_all_is_open_to_a_reader_of_screens(page: Page) -> None:
    """With every table unfolded."""
    for summary in page.locator(".msgr-figures-details > summary").all():
        summary.click()
    assert page.locator(".msgr-chart-plot").count() == 3
    assert page.locator("table:visible").count() >= 6
    assert findings(page) == []


def test_nothing_is_wider_than_the_page(page: Page) -> None:
    assert page.evaluate("document.documentElement.scrollWidth <= window.innerWidth")
    for chart in page.locator(".msgr-chart-plot").all():
        box = chart.bounding_box()
        assert box is not None
        assert box["width"] > 200
        assert box["height"] > 100


def test_columns_are_drawn(page: Page) -> None:
    heights = page.locator(".msgr-chart-plot .msgr-chart-main").evaluate_all(
        "(bars) => bars.map((bar) => bar.getBoundingClientRect().height)"
    )
    assert max(heights) > 50


def test_another_range_is_another_page(page: Page) -> None:
    page.get_by_role("link", name="90 days").click()
    expect(page).to_have_url(re.compile("since="))
    expect(page.get_by_role("link", name="90 days")).to_have_attribute("aria-current", "true")
    page.locator("#msgr-figures-since").fill("2020-01-01")
    page.locator("#msgr-figures-until").fill("2020-01-02")
    page.get_by_role("button", name="Show").click()
    expect(page.get_by_role("heading", name="No conversation began in these days.")).to_be_visible()


def test_what_is_wrong_is_said(page: Page, system: System) -> None:
    page.goto(f"{system.base_url}{URL}?since=2026-02-02&until=2026-01-01")
    expect(page.get_by_text("The last day comes before the first.")).to_be_visible()
    assert findings(page) == []


def test_the_sidebar_and_the_first_page_lead_here(page: Page, system: System) -> None:
    page.goto(f"{system.base_url}/admin/")
    expect(page.locator(".msgr-figures-now .msgr-figure")).to_have_count(3)
    assert page.locator(f"a[href='{URL}']").count() > 0
