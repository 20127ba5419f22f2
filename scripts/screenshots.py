"""Makes docs/screenshots from a demo of its own: list, workspace and widget, desktop and phone, light and dark."""

import json
import os
import subprocess
import sys
import tempfile
from collections.abc import Iterator
from contextlib import contextmanager
from pathlib import Path
from typing import Any

from playwright.sync_api import Browser, Page, sync_playwright

FOLDER = Path(__file__).resolve().parent.parent / "docs" / "screenshots"
CHROMIUM = os.environ.get("MESSENGER_CHROMIUM", "/usr/bin/chromium")
ARGUMENTS = (
    "--no-sandbox --disable-gpu --disable-background-networking --disable-component-update --disable-sync"
)
SIZES = {"desktop": {"width": 1440, "height": 900}, "phone": {"width": 390, "height": 844}}
TALK = (
    ("visitor", "Здравствуйте! Заказ СД-45712 уже в пути?"),
    ("operator", "Добрый день! Сейчас проверю."),
    ("operator", "Да, он в **Екатеринбурге**, курьер привезёт завтра с 10 до 14."),
    ("visitor", "Отлично, а можно после обеда?"),
    ("operator", "Конечно, передвинула на 14–18. Следить за доставкой: https://example.com/track/45712"),
)


@contextmanager
def demo() -> Iterator[dict[str, Any]]:
    with tempfile.TemporaryDirectory() as folder:
        command = [sys.executable, "-m", "crm.demo", "--port", "0", "--data-dir", f"{folder}/demo"]
        process = subprocess.Popen(command, stdout=subprocess.PIPE, text=True)
        try:
            if process.stdout is None or not any(line.strip() == "ready" for line in process.stdout):
                raise SystemExit("screenshots: the demo did not start")
            yield json.loads((Path(folder) / "demo" / "demo.json").read_text(encoding="utf-8"))
        finally:
            process.terminate()
            process.communicate()


def open_page(browser: Browser, size: str, scheme: str, storage: Any = None) -> Page:
    options: dict[str, Any] = {"viewport": SIZES[size], "color_scheme": scheme, "storage_state": storage}
    return browser.new_context(locale="ru-RU", timezone_id="Asia/Yekaterinburg", **options).new_page()


def log_in(page: Page, facts: dict[str, Any]) -> None:
    operator = facts["operators"][0]
    page.goto(f"{facts['base_url']}/admin/login/")
    page.fill("input[name=username]", operator["username"])
    page.fill("input[name=password]", operator["password"])
    page.locator("form button[type=submit]").first.click()
    page.wait_for_url("**/conversation/**")


def open_widget(page: Page, facts: dict[str, Any]) -> None:
    page.goto(f"{facts['base_url']}/widget-demo/?token={facts['widget_token']}")
    page.locator("button.msgr-launcher").click()
    page.locator("textarea.msgr-input").wait_for()


def tell(browser: Browser, facts: dict[str, Any]) -> tuple[str, Any]:
    """The talk that the pictures show; the workspace's address and the visitor's storage."""
    visitor, operator = open_page(browser, "desktop", "light"), open_page(browser, "desktop", "light")
    log_in(operator, facts)
    open_widget(visitor, facts)
    for number, (who, text) in enumerate(TALK):
        if who == "visitor":
            visitor.locator("textarea.msgr-input").fill(text)
            visitor.locator("textarea.msgr-input").press("Enter")
        else:
            operator.locator("#msgr-body").fill(text)
            operator.locator("#msgr-body").press("Control+Enter")
        if number == 0:
            operator.goto(f"{facts['base_url']}/admin/messenger/conversation/?box=all")
            operator.locator(".msgr-row", has_text="СД-45712").locator("a.msgr-client-name").click()
            operator.wait_for_url("**/change/")
            operator.wait_for_load_state("load")
        visitor.locator(".msgr-text").nth(number).wait_for()
        operator.locator("#msgr-timeline .msgr-text").nth(number).wait_for()
    storage = visitor.context.storage_state()
    address = operator.url
    visitor.context.close()
    operator.context.close()
    return address, storage


def save(page: Page, name: str) -> None:
    # Fonts and the animations of opening have come to rest.
    page.evaluate("document.fonts.ready")
    page.wait_for_timeout(1200)
    page.screenshot(path=FOLDER / f"{name}.png")


def main() -> None:
    FOLDER.mkdir(parents=True, exist_ok=True)
    with demo() as facts, sync_playwright() as playwright:
        browser = playwright.chromium.launch(executable_path=CHROMIUM, args=ARGUMENTS.split())
        address, storage = tell(browser, facts)
        for size in SIZES:
            for scheme in ("light", "dark"):
                page = open_page(browser, size, scheme)
                log_in(page, facts)
                page.goto(f"{facts['base_url']}/admin/messenger/conversation/?box=all")
                save(page, f"list-{size}-{scheme}")
                page.goto(address)
                save(page, f"workspace-{size}-{scheme}")
                page.context.close()
                page = open_page(browser, size, scheme, storage)
                open_widget(page, facts)
                page.locator(".msgr-text").nth(len(TALK) - 1).wait_for()
                save(page, f"widget-{size}-{scheme}")
                page.context.close()
        browser.close()


if __name__ == "__main__":
    main()
