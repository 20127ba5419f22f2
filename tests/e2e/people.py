"""A visitor and an operator in browser contexts of their own, told in what they do and see."""

import re
from typing import Any, cast

from playwright.sync_api import BrowserContext, Locator, Page, expect

from tests.e2e.system import System

STREAMS = re.compile(r"/api/(widget|messenger)/stream/")


class Visitor:
    """Somebody on a page with the widget."""

    def __init__(self, context: BrowserContext, system: System) -> None:
        self.page: Page = context.new_page()
        self.page.goto(system.demo_page)

    def open(self) -> "Visitor":
        self.page.get_by_role("button", name="Open chat").click()
        expect(self.input).to_be_focused()
        return self

    @property
    def input(self) -> Locator:
        return self.page.get_by_role("textbox", name="Message")

    def write(self, text: str) -> None:
        self.input.fill(text)
        self.input.press("Enter")

    def expect_texts(self, *texts: str) -> None:
        """All that stands in the conversation, once each and in this order."""
        expect(self.page.locator(".msgr-text")).to_have_text(list(texts))


# Cookies of who has logged in once, by system and name.
_logged_in: dict[tuple[str, str], list[Any]] = {}


class Operator:
    """Somebody who answers in the admin. They log in once, and come back logged in.

    Who goes to another page at once needs no list first: it is one of the heaviest pages.
    """

    def __init__(self, context: BrowserContext, system: System, *, at_list: bool = True) -> None:
        self.system = system
        who = system.base_url, system.username
        known = _logged_in.get(who, [])
        context.add_cookies(known)
        self.page: Page = context.new_page()
        if known and not at_list:
            return
        self.show_all()
        if "/login/" in self.page.url:
            self._log_in()
            _logged_in[who] = cast("list[Any]", context.cookies())
            self.show_all()

    def _log_in(self) -> None:
        self.page.locator("input[name=username]").fill(self.system.username)
        self.page.locator("input[name=password]").fill(self.system.password)
        self.page.locator("input[name=password]").press("Enter")
        self.page.wait_for_url(lambda url: "/login/" not in url)

    def show_all(self) -> None:
        """Where operators are there, what visitors write is assigned at once."""
        self.page.goto(f"{self.system.base_url}/admin/messenger/conversation/?box=all")

    def expect_row(self, text: str) -> Locator:
        """The row of the list whose last message begins so; it comes by itself."""
        row = self.page.locator(".msgr-row", has_text=text)
        expect(row).to_have_count(1, timeout=15_000)
        return row

    def open(self, text: str) -> None:
        self.expect_row(text).locator("a.msgr-client-name").click()
        expect(self.input).to_be_editable()
        self.page.wait_for_load_state("load")

    @property
    def input(self) -> Locator:
        return self.page.locator("#msgr-body")

    def write(self, text: str) -> None:
        # Until its modules are loaded the page is a plain form, which knows no keys.
        self.page.wait_for_load_state("load")
        self.input.fill(text)
        self.input.press("Control+Enter")

    def press(self, action: str) -> None:
        button = self.page.locator(f"[data-msgr-action={action}]")
        if not button.is_visible():
            self.page.get_by_role("button", name="More actions").click()
        button.click()

    def expect_texts(self, *texts: str) -> None:
        expect(self.page.locator("#msgr-timeline .msgr-text")).to_have_text(list(texts))
