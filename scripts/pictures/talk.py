"""What is said on the pictures, and the visitor and the operator who say it."""

from collections.abc import Sequence
from typing import Any

from playwright.sync_api import Browser, FilePayload, Page

from scripts.pictures.stage import log_in, open_page

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
