"""Axe finds nothing on the pages of the workplace, light and dark, at a desk and on a phone."""

import re
from collections.abc import Callable
from typing import Any

import pytest
from playwright.sync_api import Page

from scripts.pictures.workplace import (
    complete,
    open_dialog,
    open_filters,
    open_keys,
    open_more,
    tick,
    write_note,
)
from tests.e2e.axe import findings
from tests.e2e.conftest import NewContext
from tests.e2e.people import Operator
from tests.e2e.system import System

DEVICES: dict[str, dict[str, Any]] = {
    "desk": {"viewport": {"width": 1440, "height": 900}},
    "phone": {"viewport": {"width": 390, "height": 844}, "is_mobile": True, "has_touch": True},
}
PAGES = [
    "/admin/",
    "/admin/messenger/figures/",
    "/admin/messenger/figures/?since=2020-01-01&until=2020-01-02",
    "/admin/messenger/conversation/?box=all",
    "/admin/messenger/contact/",
    "/admin/messenger/inbox/",
    "/admin/messenger/inbox/add/",
    "/admin/messenger/routingrule/",
    "/admin/messenger/cannedresponse/",
    "/admin/messenger/cannedresponse/add/",
    "/admin/messenger/label/",
    "/admin/messenger/label/import/",
    "/admin/messenger/contact/export/",
    "/admin/messenger/conversation/export/?box=all",
    "/admin/security/",
    "/admin/security/turn-on/",
    "/admin/crm/user/",
    "/admin/crm/user/add/",
    "/admin/crm/auditentry/",
    "/admin/django_q/schedule/",
    "/admin/password_change/",
    "/settings/messenger/health/",
]
LABELS = "name,color\nUrgent,#dc2626\nWrong,red\n"


def open_saved(page: Page) -> None:
    page.locator(".msgr-list-tools [popovertarget=msgr-saved]").click()


def open_labels(page: Page) -> None:
    toggle = page.locator(".msgr-card-toggle")
    if toggle.is_visible():
        toggle.click()
    page.locator(".msgr-label-form input").click()


OVER_THE_LIST: dict[str, Callable[[Page], None]] = {
    "filters": open_filters,
    "saved": open_saved,
    "ticked": tick,
}
OVER_THE_WORKSPACE: dict[str, Callable[[Page], None]] = {
    "note": write_note,
    "canned": complete,
    "labels": open_labels,
    "more": open_more,
    "keys": open_keys,
    **{action: open_dialog(action) for action in ("assign", "block")},
}


@pytest.fixture(params=DEVICES)
def page(request: pytest.FixtureRequest, new_context: NewContext, system: System) -> Page:
    """An administrator's, logged in."""
    return Operator(new_context(**DEVICES[request.param]), system, at_list=False).page


@pytest.fixture
def listed_page(page: Page, system: System) -> Page:
    page.goto(f"{system.base_url}/admin/messenger/conversation/?box=all")
    return page


@pytest.fixture(params=DEVICES)
def strangers_page(request: pytest.FixtureRequest, new_context: NewContext, system: System) -> Page:
    page = new_context(**DEVICES[request.param]).new_page()
    page.goto(f"{system.base_url}/admin/login/")
    return page


def test_log_in(strangers_page: Page) -> None:
    assert findings(strangers_page) == []


@pytest.mark.parametrize(("theme", "colour"), [("light", "#bbb"), ("dark", "#444")])
def test_what_is_pale_in_one_theme_is_found(new_context: NewContext, theme: str, colour: str) -> None:
    """Else nothing would be found below either."""
    page = new_context().new_page()
    page.set_content(f"""<!doctype html><html lang="en"><title>Pale</title>
      <style>html {{ background: white; color: black }} html.dark {{ background: black; color: white }}
      {"html.dark" if theme == "dark" else "html:not(.dark)"} p {{ color: {colour} }}</style>
      <main><h1>Pale</h1><p>Hardly to be read</p></main>""")
    (found,) = findings(page)
    assert found.startswith(f"{theme}: color-contrast: <p>")


def test_lists_and_forms(page: Page, system: System) -> None:
    found = {}
    for path in PAGES:
        response = page.goto(system.base_url + path)
        assert response is not None
        assert response.ok, path
        assert "/login/" not in page.url, path
        if problems := findings(page):
            found[path] = problems
    assert found == {}


def test_workspace(listed_page: Page) -> None:
    listed_page.locator("a.msgr-client-name").first.click()
    listed_page.locator("#msgr-timeline").wait_for()
    assert findings(listed_page) == []


def test_what_opens_over_the_list(page: Page, system: System) -> None:
    assert_clean_with(page, f"{system.base_url}/admin/messenger/conversation/?box=all", OVER_THE_LIST)


def test_what_opens_over_the_workspace(listed_page: Page) -> None:
    listed_page.locator("a.msgr-client-name").first.click()
    listed_page.locator("#msgr-timeline").wait_for()
    assert_clean_with(listed_page, listed_page.url, OVER_THE_WORKSPACE)


def assert_clean_with(page: Page, url: str, openings: dict[str, Callable[[Page], None]]) -> None:
    found = {}
    for name, opening in openings.items():
        page.goto(url)
        page.wait_for_load_state("load")
        opening(page)
        if problems := findings(page):
            found[name] = problems
    assert found == {}


def test_transfer(page: Page, system: System) -> None:
    """Of a global inbox's conversation."""
    page.goto(f"{system.base_url}/admin/messenger/conversation/?box=all&inbox={global_inbox(page, system)}")
    page.locator("a.msgr-client-name").first.click()
    page.locator("#msgr-timeline").wait_for()
    # Until its modules are loaded the button leads to a page of its own.
    page.wait_for_load_state("load")
    open_dialog("transfer")(page)
    assert findings(page) == []


def global_inbox(page: Page, system: System) -> str:
    page.goto(f"{system.base_url}/admin/messenger/inbox/?branch__isnull=True")
    href = page.locator("#result_list .msgr-cell-title a").last.get_attribute("href")
    found = re.search(r"/inbox/(\d+)/change/", str(href))
    assert found
    return found[1]


def test_a_preview_of_an_import(page: Page, system: System) -> None:
    page.goto(f"{system.base_url}/admin/messenger/label/import/")
    for text in (LABELS, LABELS.replace("red", "#ff0000")):
        page.locator("input[type=file]").set_input_files(
            {"name": "labels.csv", "mimeType": "text/csv", "buffer": text.encode()}
        )
        page.get_by_role("button", name="Show the preview").click()
        page.wait_for_load_state("load")
        assert findings(page) == []


def test_contact(page: Page, system: System) -> None:
    page.goto(f"{system.base_url}/admin/messenger/contact/")
    page.locator("#result_list tbody th a").first.click()
    page.wait_for_url("**/change/**")
    assert findings(page) == []


def test_inbox_in_each_of_its_tabs(page: Page, system: System) -> None:
    page.goto(f"{system.base_url}/admin/messenger/inbox/")
    page.locator("#result_list tbody th a").first.click()
    page.wait_for_url("**/change/**")
    found = {}
    tabs = page.locator("[role=tablist] [role=tab]")
    assert tabs.count() > 5
    for tab in tabs.all():
        tab.click()
        if problems := findings(page):
            found[tab.inner_text()] = problems
    assert found == {}
