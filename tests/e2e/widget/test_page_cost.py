"""The host page's speed: nothing moves, and nothing keeps its thread busy. The figures are in docs/performance.md."""

import pytest
from playwright.sync_api import Browser, BrowserContext, Page, expect

from tests.e2e.widget.conftest import OpenPage
from tests.e2e.widget.page_trace import traced

WATCH = """
  window.shifts = [];
  new PerformanceObserver((list) => window.shifts.push(...list.getEntries().map((one) => one.value)))
    .observe({ type: "layout-shift", buffered: true });
"""
SETTLED = "new Promise((done) => requestAnimationFrame(() => requestAnimationFrame(() => done(shifts))))"
TEXT = "<h1>Furniture</h1>" + "<p>Tables and chairs of oak.</p>" * 60
LONG_TASK_MS = 50


def watched(context: BrowserContext) -> Page:
    page = context.new_page()
    page.add_init_script(WATCH)
    return page


@pytest.mark.parametrize("script", ["widget.js", "widget-loader.js"])
def test_the_page_neither_moves_nor_waits(
    shop: OpenPage, browser: Browser, context: BrowserContext, script: str
) -> None:
    page = watched(context)

    def visit() -> None:
        expect(shop(page, script=script, body=TEXT).launcher).to_be_visible()

    scripts, tasks = traced(browser, page, visit)
    assert page.evaluate(SETTLED) == []
    assert scripts > 0
    assert max(tasks) < LONG_TASK_MS


def test_opening_and_closing_do_not_move_it(shop: OpenPage, context: BrowserContext) -> None:
    widget = shop(watched(context), body=TEXT)
    widget.page.mouse.wheel(0, 300)
    size = "[document.documentElement.scrollWidth, document.documentElement.scrollHeight]"
    before = widget.page.evaluate(size)
    widget.open()
    widget.write("hello")
    expect(widget.mine).to_have_attribute("data-state", "sent")
    widget.launcher.click()
    expect(widget.panel).to_be_hidden()
    assert widget.page.evaluate(size) == before
