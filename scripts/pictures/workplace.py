"""Where operators work: the list, the workspace and what opens over it, the contact's pages."""

from collections.abc import Callable
from typing import Any

from playwright.sync_api import Browser, Page

from scripts.pictures.stage import SCHEMES, SIZES, open_page, save, session_of

LIST = "/admin/messenger/conversation/?box=all"
NOTE = "Курьер подтвердил 14–18. @dmitry, проверь, пожалуйста, акт к вечеру."

type Opening = Callable[[Page], None]


def open_filters(page: Page) -> None:
    page.locator(".msgr-list-tools [popovertarget=msgr-filters]").click()
    page.locator("#msgr-filters").wait_for()


def tick(page: Page) -> None:
    for number in (0, 2):
        page.locator(".msgr-row .msgr-tick input").nth(number).check()


def write_note(page: Page) -> None:
    page.locator(".msgr-kind-note").click()
    page.locator("#msgr-body").fill(NOTE)


def complete(page: Page) -> None:
    page.locator("#msgr-body").press_sequentially("/")
    page.locator(".msgr-suggestion").first.wait_for()


def open_more(page: Page) -> None:
    page.locator(".msgr-more-button").click()


def open_dialog(action: str) -> Opening:
    def opening(page: Page) -> None:
        buttons = page.locator(f"form[action$='/{action}/'][data-msgr-dialog] button")
        if not buttons.locator("visible=true").count():
            open_more(page)
        buttons.locator("visible=true").first.click()
        page.locator("dialog[open] form").first.wait_for()

    return opening


def open_keys(page: Page) -> None:
    page.locator("#msgr-scroll").press("?")
    page.locator("#msgr-keys[open]").wait_for()


def open_card(page: Page) -> None:
    page.locator(".msgr-card-toggle").click()
    page.locator("#msgr-card.msgr-open").wait_for()


def open_nothing(page: Page) -> None:
    """The page as it is."""


DESKTOP: dict[str, Opening] = {
    "workspace": open_nothing,
    "workspace-note": write_note,
    "workspace-canned": complete,
    "workspace-more": open_more,
    "workspace-assign": open_dialog("assign"),
    "workspace-block": open_dialog("block"),
    "workspace-keys": open_keys,
}
PHONE: dict[str, Opening] = {
    "workspace": open_nothing,
    "workspace-note": write_note,
    "workspace-card": open_card,
    "workspace-more": open_more,
    "workspace-assign": open_dialog("assign"),
}


def show_workplace(browser: Browser, facts: dict[str, Any], address: str) -> None:
    sessions = {
        who: session_of(browser, facts, facts[who] if who == "admin" else None) for who in ("admin", "")
    }
    for size in SIZES:
        for scheme in SCHEMES:
            page = open_page(browser, size, scheme, sessions[""])
            _show_list(page, facts["base_url"], f"{size}-{scheme}")
            page.context.close()
            for name, opening in (DESKTOP if size == "desktop" else PHONE).items():
                # A browser of its own for each: drafts stay in one.
                page = open_page(browser, size, scheme, sessions[""])
                page.goto(address)
                page.wait_for_load_state("load")
                opening(page)
                save(page, f"{name}-{size}-{scheme}")
                page.context.close()
            page = open_page(browser, size, scheme, sessions["admin"])
            _show_contact(page, address, f"{size}-{scheme}")
            _show_transfer(page, facts, f"{size}-{scheme}")
            page.context.close()


def _show_list(page: Page, base_url: str, look: str) -> None:
    page.goto(base_url + LIST)
    save(page, f"list-{look}")
    for name, opening in {"list-filters": open_filters, "list-ticked": tick}.items():
        page.goto(base_url + LIST)
        opening(page)
        save(page, f"{name}-{look}")
    if look.startswith("phone"):
        return
    page.goto(f"{base_url}{LIST}&q=СД-45712")
    save(page, f"list-search-{look}")
    page.goto(f"{base_url}{LIST}&q=абракадабра")
    save(page, f"list-nothing-{look}")


def _show_contact(page: Page, address: str, look: str) -> None:
    page.goto(address)
    contact = page.locator("main a[href*='/messenger/contact/']").first.get_attribute("href")
    page.goto(f"{address.split('/admin/', maxsplit=1)[0]}{contact}")
    save(page, f"contact-{look}", full=True)
    page.goto(page.url.partition("?")[0].replace("/change/", "/personal-data/"))
    save(page, f"privacy-{look}", full=True)


def _show_transfer(page: Page, facts: dict[str, Any], look: str) -> None:
    """Of a conversation that may go to another branch."""
    page.goto(f"{facts['base_url']}{LIST}")
    for link in page.locator("a.msgr-client-name").all()[:40]:
        other = page.context.new_page()
        other.goto(f"{facts['base_url']}{link.get_attribute('href')}")
        if other.locator("form[action$='/transfer/']").count():
            open_dialog("transfer")(other)
            save(other, f"workspace-transfer-{look}")
            other.close()
            return
        other.close()
