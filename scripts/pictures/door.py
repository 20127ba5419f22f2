"""The way in: log-in, second factor and its codes, the link of an invitation."""

import base64
import time
from typing import Any

from django_otp.oath import hotp  # type: ignore[import-untyped]
from playwright.sync_api import Browser, Page

from scripts.pictures.stage import SCHEMES, SIZES, fill_log_in, log_in, open_page, save, session_of


def code_of(key: str) -> str:
    """What the app would show."""
    return f"{hotp(base64.b32decode(''.join(key.split())), int(time.time() // 30), 6):06}"


def show_door(browser: Browser, facts: dict[str, Any]) -> None:
    looks = [(size, scheme) for size in SIZES for scheme in SCHEMES]
    link = invite(browser, facts)
    for (size, scheme), person in zip(looks, facts["operators"][1:], strict=False):
        look, page = f"{size}-{scheme}", open_page(browser, size, scheme)
        page.goto(f"{facts['base_url']}/admin/login/")
        save(page, f"log-in-{look}")
        page.goto(link)
        save(page, f"invitation-{look}")
        _show_factor(page, facts, person, look)
        page.context.close()


def invite(browser: Browser, facts: dict[str, Any]) -> str:
    page = open_page(browser, "desktop", "light", session_of(browser, facts, facts["admin"]))
    page.goto(f"{facts['base_url']}/admin/crm/user/add/")
    page.locator("#id_username").fill("galina")
    page.locator("#id_first_name").fill("Галина")
    page.locator("#id_branch").select_option(index=1)
    page.locator("[name=_save]").click()
    link = page.locator("#msgr-invitation").inner_text()
    save(page, "invite-desktop-light")
    page.emulate_media(color_scheme="dark")
    save(page, "invite-desktop-dark")
    page.context.close()
    return link


def _show_factor(page: Page, facts: dict[str, Any], person: dict[str, str], look: str) -> None:
    """Turned on by somebody of their own accord, and asked for when they come again."""
    log_in(page, facts, person)
    page.goto(f"{facts['base_url']}/admin/security/turn-on/")
    page.locator("#id_password").fill(person["password"])
    page.locator("form.msgr-panel button[type=submit]").click()
    page.locator("#msgr-key").wait_for()
    save(page, f"second-factor-{look}")
    page.locator("#id_code").fill(code_of(page.locator("#msgr-key").inner_text()))
    page.locator("form.msgr-panel button[type=submit]").click()
    page.locator("#msgr-codes").wait_for()
    save(page, f"recovery-codes-{look}")
    page.context.clear_cookies()
    fill_log_in(page, facts["base_url"], person["username"], person["password"])
    page.locator("#id_code").wait_for()
    save(page, f"code-{look}")
