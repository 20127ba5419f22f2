"""The widget: on its page, on a phone, and its panel in each state."""

from typing import Any

from playwright.sync_api import Browser

from scripts.pictures.stage import SCHEMES, SIZES, change_inbox, log_in, open_page, save
from scripts.pictures.talk import TALK, TALK_WITH_FILES, draw_files, open_widget, tell, write

# The panel and a little of the page around it.
PANEL = {"x": 1004, "y": 100, "width": 436, "height": 800}
# Today is a holiday, so that it is closed at whatever time the pictures are made.
CLOSED = """
from django.utils import timezone
shop.holidays.create(date=timezone.now().astimezone(shop.zone()).date())
"""


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
        save(page, f"widget-{what}-{scheme}", None if what in SIZES else PANEL, rest=1200)
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
