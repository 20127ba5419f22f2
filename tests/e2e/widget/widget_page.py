"""A page with the widget, in the words of somebody who uses it."""

from typing import Any

from playwright.sync_api import ConsoleMessage, Error, FrameLocator, Page, expect

# What the browser itself writes of answers that the tests provoke.
EXPECTED = "Failed to load resource"


class WidgetPage:
    """`frame`: where in the page it is. `faults`: errors and warnings of the page's console."""

    def __init__(self, page: Page, frame: FrameLocator | None = None) -> None:
        self.page = page
        place = frame or page
        self.faults: list[str] = []
        page.on("console", self._heard)
        page.on("pageerror", self._failed)
        self.launcher = place.locator(".msgr-launcher")
        self.panel = place.get_by_role("dialog")
        self.input = self.panel.get_by_role("textbox")
        self.log = self.panel.get_by_role("log")
        self.mine = self.panel.locator(".msgr-mine")
        self.theirs = self.panel.locator(".msgr-theirs")
        self.picked = self.panel.locator(".msgr-pick")
        self.texts = self.panel.locator(".msgr-text")
        self.badge = place.locator(".msgr-badge")

    def open(self) -> None:
        self.launcher.click()
        expect(self.panel).to_be_visible()
        expect(self.panel).to_have_attribute("data-phase", "ready")

    def write(self, text: str) -> None:
        self.input.fill(text)
        self.input.press("Enter")

    def storage(self) -> list[str]:
        keys: list[str] = self.page.evaluate(
            "[...Object.keys(localStorage), ...Object.keys(sessionStorage)].sort()"
        )
        return keys

    def bodies(self) -> list[str]:
        return self.panel.locator(".msgr-text").all_inner_texts()

    def api(self, call: str) -> Any:
        return self.page.evaluate(f"window.Messenger.{call}")

    def _heard(self, message: ConsoleMessage) -> None:
        if message.type in ("error", "warning") and EXPECTED not in message.text:
            self.faults.append(message.text)

    def _failed(self, error: Error) -> None:
        self.faults.append(str(error))
