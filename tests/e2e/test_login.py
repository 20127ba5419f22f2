"""The way in, by browser: an invited colleague, the second step, the page itself."""

import base64
import re
import time
from collections.abc import Iterator

import pytest
from django_otp.oath import hotp  # type: ignore[import-untyped]
from playwright.sync_api import BrowserContext, Page, expect

from tests.e2e.conftest import NewContext
from tests.e2e.system import Demo, System

NEW = "correct horse battery"
PHONE = {"viewport": {"width": 390, "height": 844}}


@pytest.fixture(scope="module")
def demo(tmp_path_factory: pytest.TempPathFactory) -> Iterator[Demo]:
    """One of its own: people get second factors, and addresses have to wait."""
    own = Demo(tmp_path_factory.mktemp("login"))
    yield own
    own.stop()


def log_in(page: Page, username: str, password: str) -> None:
    page.get_by_label("Username").fill(username)
    page.get_by_label("Password", exact=False).first.fill(password)
    page.get_by_role("button", name="Log in").click()


def come(context: BrowserContext, system: System, path: str = "/admin/login/") -> Page:
    page = context.new_page()
    page.goto(system.base_url + path)
    return page


def as_administrator(context: BrowserContext, system: System, path: str) -> Page:
    page = come(context, system, path)
    log_in(page, system.username, system.password)
    return page


def code_now(key: str, steps: int = 0) -> str:
    return f"{hotp(base64.b32decode(key), int(time.time() // 30) + steps, 6):06}"


def invite(page: Page, username: str) -> str:
    """A new operator of the first branch; the link that is shown."""
    page.locator("#id_username").fill(username)
    page.locator("#id_first_name").fill("Galina")
    page.locator("#id_branch").select_option(index=1)
    expect(page.locator("#id_password1")).to_be_hidden()
    page.get_by_role("button", name="Save", exact=True).click()
    return page.locator("#msgr-invitation").inner_text()


def test_an_invited_colleague_sets_a_password_and_sees_their_branch(
    new_context: NewContext, demo: Demo
) -> None:
    administrator = as_administrator(new_context(), demo, "/admin/crm/user/add/")
    link = invite(administrator, "galina")
    page = new_context().new_page()
    page.goto(link)
    expect(page.get_by_role("heading", name="Welcome")).to_be_visible()
    page.locator("#id_new_password1").fill(NEW)
    page.locator("#id_new_password2").fill(NEW)
    page.get_by_role("button", name="Set password").click()
    expect(page.get_by_text("Your password is set")).to_be_visible()
    log_in(page, "galina", NEW)
    page.wait_for_url("**/admin/messenger/conversation/**")
    page.goto(f"{demo.base_url}/admin/messenger/conversation/?box=all")
    page.wait_for_load_state("load")
    seen = conversations(page)
    administrator.goto(f"{demo.base_url}/admin/messenger/conversation/?box=all")
    administrator.wait_for_load_state("load")
    (foreign, *_rest) = sorted(conversations(administrator) - seen)
    assert seen & conversations(administrator)
    answer = page.goto(demo.base_url + foreign)
    assert answer is not None
    assert answer.status == 404
    page.goto(link)
    expect(page.get_by_role("heading", name="This link works no more")).to_be_visible()


def conversations(page: Page) -> set[str]:
    links = page.locator("a.msgr-client-name")
    return {str(link.get_attribute("href")).partition("?")[0] for link in links.all()}


def test_the_second_step(new_context: NewContext, demo: Demo) -> None:
    (person, *_others) = demo.facts["operators"]
    page = come(new_context(), demo)
    log_in(page, person["username"], person["password"])
    page.goto(f"{demo.base_url}/admin/security/")
    page.get_by_role("link", name="Turn on").click()
    page.get_by_label("Your password").fill(person["password"])
    page.get_by_role("button", name="Continue").click()
    expect(page.get_by_alt_text("QR code with the key")).to_be_visible()
    key = re.sub(r"\s", "", page.locator("#msgr-key").inner_text())
    page.get_by_label("Code from the app").fill(code_now(key))
    page.get_by_role("button", name="Turn on").click()
    codes = page.locator("#msgr-codes").inner_text().split()
    assert len(codes) == 10
    other = come(new_context(**PHONE, java_script_enabled=False), demo, "/admin/login/?next=/admin/security/")
    log_in(other, person["username"], person["password"])
    other.get_by_label("Code from the app").fill(code_now(key, 1))
    other.get_by_role("button", name="Continue").click()
    other.wait_for_url("**/admin/security/")
    third = come(new_context(), demo)
    log_in(third, person["username"], person["password"])
    third.get_by_role("link", name="Use a recovery code").click()
    third.get_by_label("Recovery code").fill(codes[0])
    third.get_by_label("Don't ask in this browser").check()
    third.get_by_role("button", name="Continue").click()
    third.wait_for_url("**/admin/messenger/**")


def test_the_password_can_be_looked_at(new_context: NewContext, demo: Demo) -> None:
    page = come(new_context(), demo)
    field = page.locator("input[name=password]")
    field.fill("secret")
    eye = page.get_by_role("button", name="Show password")
    eye.focus()
    page.keyboard.press("Enter")
    expect(field).to_have_attribute("type", "text")
    expect(eye).to_have_attribute("aria-pressed", "true")
    eye.click()
    expect(field).to_have_attribute("type", "password")


def test_the_language_is_changed_and_next_is_kept(new_context: NewContext, demo: Demo) -> None:
    page = come(new_context(), demo, "/admin/security/")
    page.get_by_role("button", name="Русский").click()
    expect(page.locator("html")).to_have_attribute("lang", "ru")
    assert page.url.endswith("/admin/login/?next=/admin/security/")
    page.get_by_role("button", name="English").click()
    expect(page.locator("html")).to_have_attribute("lang", "en")
    log_in(page, demo.username, demo.password)
    page.wait_for_url("**/admin/security/")


def test_guessing_has_to_wait(new_context: NewContext, demo: Demo) -> None:
    page = come(new_context(), demo)
    for _ in range(5):
        log_in(page, "anna-or-so", "wrong")
    expect(page.get_by_role("alert")).to_contain_text("Try again in 5 minutes.")


def test_an_administrator_resets_a_factor_and_ends_sessions(new_context: NewContext, demo: Demo) -> None:
    person = demo.facts["operators"][-1]
    there = come(new_context(), demo)
    log_in(there, person["username"], person["password"])
    there.wait_for_url("**/admin/messenger/**")
    page = as_administrator(new_context(), demo, f"/admin/crm/user/?q={person['username']}")
    page.get_by_role("link", name=person["username"], exact=True).click()
    page.get_by_role("link", name="Log out everywhere").click()
    page.locator("#dialog").get_by_role("button", name="Log out").click()
    expect(page.get_by_text("is logged out everywhere")).to_be_visible()
    # Their open page finds out by itself: its stream ends, and the next one is refused.
    there.wait_for_url("**/admin/login/**")
