"""Axe finds nothing on the pages of the workplace, light and dark, at a desk and on a phone."""

from typing import Any

import pytest
from playwright.sync_api import Page

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
    "/admin/messenger/conversation/?box=all",
    "/admin/messenger/contact/",
    "/admin/messenger/inbox/",
    "/admin/messenger/inbox/add/",
    "/admin/messenger/routingrule/",
    "/admin/messenger/cannedresponse/",
    "/admin/messenger/cannedresponse/add/",
    "/admin/messenger/label/",
    "/admin/crm/user/",
    "/admin/crm/user/add/",
    "/admin/crm/auditentry/",
    "/admin/django_q/schedule/",
    "/admin/password_change/",
    "/settings/messenger/health/",
]


@pytest.fixture(params=DEVICES)
def page(request: pytest.FixtureRequest, new_context: NewContext, system: System) -> Page:
    """An administrator's, logged in."""
    return Operator(new_context(**DEVICES[request.param]), system).page


@pytest.fixture(params=DEVICES)
def strangers_page(request: pytest.FixtureRequest, new_context: NewContext, system: System) -> Page:
    page = new_context(**DEVICES[request.param]).new_page()
    page.goto(f"{system.base_url}/admin/login/")
    return page


def test_log_in(strangers_page: Page) -> None:
    assert findings(strangers_page) == []


def test_lists_and_forms(page: Page, system: System) -> None:
    found = {}
    for path in PAGES:
        response = page.goto(system.base_url + path)
        assert response is not None
        assert response.ok, path
        if problems := findings(page):
            found[path] = problems
    assert found == {}


def test_workspace(page: Page) -> None:
    page.locator("a.msgr-client-name").first.click()
    page.locator("#msgr-timeline").wait_for()
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
