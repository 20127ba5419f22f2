"""Makes docs/screenshots from a demo of its own: list, workspace and widget, desktop and phone, light and dark.

`scripts/screenshots.py widget` makes those of the widget only.
"""

import json
import os
import subprocess
import sys
import tempfile
from collections.abc import Iterator, Sequence
from contextlib import contextmanager
from pathlib import Path
from typing import Any

from playwright.sync_api import Browser, FilePayload, Page, sync_playwright

ROOT = Path(__file__).resolve().parent.parent
FOLDER = ROOT / "docs" / "screenshots"
CHROMIUM = os.environ.get("MESSENGER_CHROMIUM", "/usr/bin/chromium")
ARGUMENTS = (
    "--no-sandbox --disable-gpu --disable-background-networking --disable-component-update --disable-sync"
)
SIZES = {"desktop": {"width": 1440, "height": 900}, "phone": {"width": 390, "height": 844}}
SCHEMES = ("light", "dark")
# The panel and a little of the page around it.
PANEL = {"x": 1004, "y": 100, "width": 436, "height": 800}

type Talk = Sequence[tuple[str, str]]
TALK: Talk = (
    ("visitor", "Здравствуйте! Заказ СД-45712 уже в пути?"),
    ("operator", "Добрый день! Сейчас проверю."),
    ("operator", "Да, он в **Екатеринбурге**, курьер привезёт завтра с 10 до 14."),
    ("visitor", "Отлично, а можно после обеда?"),
    ("operator", "Конечно, передвинула на 14–18. Следить за доставкой: https://example.com/track/45712"),
)
TALK_WITH_FILES: Talk = (
    ("visitor", "Стиральную машину привезли, а на корпусе вмятина. Акт СД-45809 прилагаю"),
    (
        "operator",
        "Спасибо за фото! Заменим бесплатно: мастер может приехать **завтра** с 10 до 14. Вам удобно?",
    ),
)
PHOTO = """
<body style="margin: 0"><svg viewBox="0 0 800 560" width="800" height="560">
  <defs><linearGradient id="wall" y2="1"><stop stop-color="#cfe0e4"/><stop offset="1" stop-color="#8fa9b0"/>
  </linearGradient><radialGradient id="glass"><stop stop-color="#1d3a46"/><stop offset="1" stop-color="#4e7685"/>
  </radialGradient></defs>
  <rect width="800" height="560" fill="url(#wall)"/><path d="M0 470h800v90H0z" fill="#7a6652"/>
  <rect x="215" y="70" width="370" height="430" rx="18" fill="#f4f6f7"/>
  <path d="M215 150h370" stroke="#c9d2d5" stroke-width="4"/>
  <circle cx="520" cy="110" r="22" fill="#dfe6e8" stroke="#a9b6ba" stroke-width="4"/>
  <rect x="250" y="94" width="120" height="32" rx="6" fill="#d3dcdf"/>
  <circle cx="400" cy="320" r="130" fill="#c3ced2"/><circle cx="400" cy="320" r="104" fill="url(#glass)"/>
  <path d="M336 270a80 80 0 0 1 70-40" stroke="#9fc0cb" stroke-width="12" fill="none" stroke-linecap="round"/>
  <path d="M520 420q22-26 40 4t-14 34q-34-4-26-38" fill="#c2cbce" stroke="#8d999d" stroke-width="4"/>
</svg></body>"""
DOCUMENT = "<h1>Акт № СД-45809</h1><p>При приёмке обнаружена вмятина на корпусе.</p>"
# Today is a holiday, so that it is closed at whatever time the pictures are made.
CLOSED = """
from django.utils import timezone
shop.holidays.create(date=timezone.now().astimezone(shop.zone()).date())
"""


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


def change_inbox(facts: dict[str, Any], values: dict[str, Any], more: str = "") -> None:
    """Through the model, so that the widget API forgets what it keeps of the inbox."""
    chosen = f"Inbox.objects.filter(widget_token={facts['widget_token']!r})"
    code = f"from messenger.models import Inbox\n{chosen}.update(**{values!r})\nshop = {chosen}.get()\n{more}"
    command = [sys.executable, "manage.py", "shell", "--no-imports", "--command", code]
    subprocess.run(command, cwd=ROOT, env=os.environ | facts["environment"], check=True)


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


def open_widget(page: Page, facts: dict[str, Any], until: str = "textarea.msgr-input") -> None:
    page.goto(f"{facts['base_url']}/widget-demo/?token={facts['widget_token']}")
    page.locator("button.msgr-launcher").click()
    page.locator(until).wait_for()


def write(visitor: Page, text: str, files: Sequence[FilePayload] = ()) -> None:
    if files:
        visitor.locator("form.msgr-composer input[type=file]").set_input_files(files)
        visitor.locator(".msgr-pick").nth(len(files) - 1).wait_for()
    visitor.locator("textarea.msgr-input").fill(text)
    visitor.locator("textarea.msgr-input").press("Enter")


def tell(
    browser: Browser, facts: dict[str, Any], talk: Talk, files: Sequence[FilePayload] = ()
) -> tuple[str, Any]:
    """A talk for the pictures, files with its first message: the workspace's address and the visitor's storage."""
    visitor, operator = open_page(browser, "desktop", "light"), open_page(browser, "desktop", "light")
    log_in(operator, facts)
    open_widget(visitor, facts)
    for number, (who, text) in enumerate(talk):
        if who == "visitor":
            write(visitor, text, files if number == 0 else ())
        else:
            operator.locator("#msgr-body").fill(text)
            operator.locator("#msgr-body").press("Control+Enter")
        visitor.locator(".msgr-text").nth(number).wait_for()
        if number == 0:
            visitor.locator(".msgr-row[data-state=sent]").wait_for()
            operator.goto(f"{facts['base_url']}/admin/messenger/conversation/?box=all")
            operator.locator(".msgr-row", has_text=text[:30]).locator("a.msgr-client-name").click()
            operator.wait_for_url("**/change/")
            operator.wait_for_load_state("load")
        operator.locator("#msgr-timeline .msgr-text").nth(number).wait_for()
    storage = visitor.context.storage_state()
    address = operator.url
    visitor.context.close()
    operator.context.close()
    return address, storage


def draw_files(browser: Browser) -> list[FilePayload]:
    page = open_page(browser, "desktop", "light")
    page.set_content(PHOTO)
    photo = page.locator("svg").screenshot(type="jpeg", quality=85)
    page.set_content(DOCUMENT)
    document = page.pdf(format="A4")
    page.context.close()
    return [
        {"name": "Вмятина.jpg", "mimeType": "image/jpeg", "buffer": photo},
        {"name": "Акт СД-45809.pdf", "mimeType": "application/pdf", "buffer": document},
    ]


def save(page: Page, name: str, clip: Any = None) -> None:
    # Fonts and the animations of opening have come to rest.
    page.evaluate("document.fonts.ready")
    page.wait_for_timeout(1200)
    page.screenshot(path=FOLDER / f"{name}.png", clip=clip)


def show_admin(browser: Browser, facts: dict[str, Any], address: str) -> None:
    for size in SIZES:
        for scheme in SCHEMES:
            page = open_page(browser, size, scheme)
            log_in(page, facts)
            page.goto(f"{facts['base_url']}/admin/messenger/conversation/?box=all")
            save(page, f"list-{size}-{scheme}")
            page.goto(address)
            save(page, f"workspace-{size}-{scheme}")
            page.context.close()


def show_widget(
    browser: Browser, facts: dict[str, Any], what: str, until: str, storage: Any = None, text: str = ""
) -> None:
    """`what` is a size, for the whole page, or the state of which the panel is shown; `until` is there by then."""
    for scheme in SCHEMES:
        page = open_page(browser, what if what in SIZES else "desktop", scheme, storage)
        open_widget(page, facts, ".msgr-panel:not([hidden])")
        if text:
            write(page, text)
        page.locator(until).last.wait_for()
        save(page, f"widget-{what}-{scheme}", None if what in SIZES else PANEL)
        page.context.close()


def show_states(browser: Browser, facts: dict[str, Any], address: str, storage: Any) -> None:
    for size in SIZES:
        show_widget(browser, facts, size, f".msgr-row:nth-of-type({len(TALK)})", storage)
    _, with_files = tell(browser, facts, TALK_WITH_FILES, draw_files(browser))
    show_widget(browser, facts, "files", ".msgr-theirs", with_files)
    show_widget(browser, facts, "empty", ".msgr-welcome")
    operator = open_page(browser, "desktop", "light")
    log_in(operator, facts)
    operator.goto(address)
    operator.locator("[data-msgr-action=resolve]").click()
    show_widget(browser, facts, "rating", ".msgr-stars", storage)
    operator.context.close()
    away = ("working_hours_enabled", "offline_mode_enabled")
    change_inbox(facts, dict.fromkeys(away, True), CLOSED)
    show_widget(browser, facts, "offline", ".msgr-card input", text="Есть ли у вас холодильники уже 55 см?")
    agree = {"privacy_text": "Даю согласие на обработку персональных данных.", "consent_required": True}
    details = {"prechat_name": "required", "prechat_email": "optional"}
    change_inbox(facts, dict.fromkeys(away, False) | agree | details)
    show_widget(browser, facts, "prechat", ".msgr-foot .msgr-consent")


def main() -> None:
    FOLDER.mkdir(parents=True, exist_ok=True)
    with demo() as facts, sync_playwright() as playwright:
        browser = playwright.chromium.launch(executable_path=CHROMIUM, args=ARGUMENTS.split())
        address, storage = tell(browser, facts, TALK)
        if sys.argv[1:] != ["widget"]:
            show_admin(browser, facts, address)
        show_states(browser, facts, address, storage)
        browser.close()


if __name__ == "__main__":
    main()
