"""An administrator sets up an inbox, from nothing to a page with the widget that somebody answers on."""

import re

import pytest
from playwright.sync_api import Locator, Page, expect

from tests.e2e.conftest import NewContext
from tests.e2e.people import Operator
from tests.e2e.system import System
from tests.e2e.test_story import unique

DESK = {"width": 1440, "height": 900}
ADD = "/admin/messenger/inbox/add/"


@pytest.fixture
def administrator(new_context: NewContext, system: System) -> Operator:
    return Operator(new_context(viewport=DESK, permissions=["clipboard-read", "clipboard-write"]), system)


@pytest.fixture
def form(administrator: Operator) -> Page:
    """The form of the demo's own inbox, of which no test saves anything."""
    page = administrator.page
    page.goto(administrator.system.base_url + "/admin/messenger/inbox/")
    page.locator("#result_list tbody th a").first.click()
    page.wait_for_load_state("load")
    return page


def tab(page: Page, name: str) -> Locator:
    return page.get_by_role("tab", name=name)


def panel(page: Page) -> Locator:
    return page.get_by_role("tabpanel")


def widget(page: Page) -> Locator:
    return page.frame_locator("#msgr-peek iframe").locator("[data-messenger]")


def made(page: Page, system: System, name: str) -> None:
    """By keyboard, tab after tab."""
    page.goto(system.base_url + ADD)
    page.get_by_label("Name", exact=False).first.fill(name)
    page.locator("#id_branch").select_option(index=1)
    tab(page, "Widget").focus()
    expect(tab(page, "Widget")).to_have_attribute("aria-selected", "true")
    page.locator("#id_title").fill("Tea and biscuits")
    page.locator("#id_color").fill("#0f766e")
    tab(page, "Widget").press("ArrowRight")
    page.keyboard.press("ArrowRight")
    expect(tab(page, "Working hours")).to_be_focused()
    page.get_by_label("Consider working hours").check(force=True)
    page.get_by_role("button", name="Save and continue editing").click()
    page.wait_for_url(re.compile(r"/inbox/\d+/change/#hours$"))


def test_from_nothing_to_a_talk(administrator: Operator, new_context: NewContext) -> None:
    page, system, name = administrator.page, administrator.system, unique("Tea")
    made(page, system, name)
    expect(panel(page).get_by_role("button", name="Check the hours now")).to_be_visible()
    page.get_by_role("button", name="Check the hours now").click()
    expect(page.locator("[data-msgr-hours-said]")).to_contain_text("In Europe/Moscow it is")
    tab(page, "Working hours").press("End")
    expect(tab(page, "Security")).to_be_focused()
    tab(page, "Integrations").click()
    panel(page).get_by_role("button", name="Copy").first.click()
    expect(panel(page).get_by_role("button", name="Copied")).to_be_visible()
    code = page.evaluate("navigator.clipboard.readText()")
    assert 'widget.js" data-widget-token="' in code

    site, address = new_context(), f"{system.base_url}/shop/"
    site.route(
        address, lambda route: route.fulfill(content_type="text/html", body=f"<title>Shop</title>{code}")
    )
    shop = site.new_page()
    shop.goto(address)
    shop.get_by_role("button", name="Open chat").click()
    expect(shop.get_by_role("dialog", name="Tea and biscuits")).to_be_visible()
    question, answer = unique("Is there tea?"), unique("There is")
    shop.get_by_role("textbox", name="Message").fill(question)
    shop.keyboard.press("Enter")
    administrator.show_all()
    administrator.open(question)
    administrator.write(answer)
    expect(shop.locator(".msgr-text")).to_have_text([question, answer])


def test_the_address_keeps_the_tab(form: Page) -> None:
    tab(form, "Widget").press("ArrowLeft")
    expect(tab(form, "Security")).to_be_focused()
    expect(form).to_have_url(re.compile("#security$"))
    expect(panel(form)).to_have_count(1)
    expect(panel(form).get_by_label("Allowed origins")).to_be_visible()
    form.reload()
    expect(tab(form, "Security")).to_have_attribute("aria-selected", "true")
    form.keyboard.press("Tab")
    expect(tab(form, "Widget")).to_have_attribute("tabindex", "-1")


def test_the_tab_with_the_error_is_opened(form: Page) -> None:
    tab(form, "Security").click()
    form.get_by_label("Allowed origins").fill("https://shop.example.com/path")
    tab(form, "Rating").click()
    form.get_by_role("button", name="Save and continue editing").click()
    expect(panel(form).get_by_text("Not an origin: https://shop.example.com/path")).to_be_visible()
    expect(tab(form, "Security")).to_have_attribute("aria-selected", "true")
    expect(tab(form, "Security").locator(".msgr-tab-errors")).to_have_text("1")
    expect(form.get_by_label("Allowed origins")).to_have_value("https://shop.example.com/path")


def test_the_preview_follows_what_is_typed(form: Page) -> None:
    asked: list[str] = []
    form.context.on("request", lambda request: asked.append(request.url))
    shown = widget(form)
    expect(shown.locator(".msgr-title")).to_be_visible()
    title = form.locator("#id_title")
    title.fill("")
    title.press_sequentially("Tea & <b>biscuits</b>")
    expect(shown.locator(".msgr-title")).to_have_text("Tea & <b>biscuits</b>")
    expect(title).to_be_focused()
    form.locator("#id_greeting").fill("Welcome!")
    expect(shown.locator(".msgr-greeting")).to_have_text("Welcome!")
    form.locator("#id_color").fill("#ffee00")
    expect(shown).to_have_css("--msgr-accent", "#ffee00")
    form.locator("#id_position").select_option("left")
    expect(shown).to_have_attribute("data-position", "left")
    form.get_by_role("button", name="Рус").click()
    expect(shown.get_by_role("textbox", name="Сообщение")).to_be_attached()
    expect(shown.locator(".msgr-greeting")).to_have_text("Welcome!")
    assert not [url for url in asked if "/api/widget/" in url], "no contact is made, nothing is stored"
    stored = form.evaluate("Object.keys(localStorage).filter((key) => key.startsWith('messenger:'))")
    assert len(stored) <= 1


def test_the_preview_is_dark_by_its_button(form: Page) -> None:
    chat = widget(form).locator("#msgr-panel")
    expect(chat).to_be_visible()
    light = chat.evaluate("(node) => getComputedStyle(node).backgroundColor")
    form.get_by_role("button", name="Dark", exact=True).last.click()
    expect(chat).not_to_have_css("background-color", light)
    form.get_by_role("button", name="Closed").click()
    expect(chat).to_be_hidden()


def test_on_a_phone_the_preview_is_behind_a_button(form: Page) -> None:
    form.set_viewport_size({"width": 390, "height": 844})
    aside = form.get_by_role("complementary", name="Preview of the widget")
    expect(aside).to_be_hidden()
    form.get_by_role("button", name="Preview", exact=True).click()
    expect(aside).to_be_visible()
    form.keyboard.press("Escape")
    expect(aside).to_be_hidden()
    expect(form.get_by_role("button", name="Preview", exact=True)).to_be_focused()
    assert form.evaluate("document.documentElement.scrollWidth <= innerWidth")


def test_a_new_secret_is_asked_about(form: Page) -> None:
    tab(form, "Security").click()
    secret = form.locator("#msgr-secret")
    expect(secret).to_have_css("-webkit-text-security", "disc")
    form.get_by_role("button", name="Show", exact=True).click()
    expect(secret).to_have_css("-webkit-text-security", "none")
    old = secret.inner_text()
    form.get_by_role("button", name="Regenerate…").click()
    dialog = form.get_by_role("dialog", name="Regenerate the identity secret?")
    expect(dialog).to_contain_text("refused at once")
    form.keyboard.press("Escape")
    expect(dialog).to_be_hidden()
    form.get_by_role("button", name="Regenerate…").click()
    dialog.get_by_role("button", name="Regenerate", exact=True).click()
    expect(form.get_by_text("There is a new identity secret.")).to_be_visible()
    expect(tab(form, "Security")).to_have_attribute("aria-selected", "true")
    expect(secret).not_to_have_text(old)


def test_a_proof_is_tried_without_saving(form: Page) -> None:
    tab(form, "Security").click()
    form.get_by_label("User id").fill("42")
    form.get_by_label("User id").press("Enter")
    answer = form.locator("[data-msgr-answer]")
    expect(answer).to_have_text(re.compile("^[0-9a-f]{64}$"))
    form.get_by_label("Your server's hash").fill("f00")
    form.get_by_role("button", name="Make the hash").click()
    expect(form.get_by_text("Another hash: your server made it")).to_be_visible()
    form.get_by_label("Your server's hash").fill(answer.inner_text())
    form.get_by_role("button", name="Make the hash").click()
    expect(form.get_by_text("That is the right hash.")).to_be_visible()
    expect(form).to_have_url(re.compile("#security$"))


UNFOLDS_TABS = """
<div x-data="{activeFieldsetTab: 'one'}"><nav>
  <a x-on:click="activeFieldsetTab = 'one'" x-bind:class="activeFieldsetTab == 'one' && 'active'">One</a>
  <a x-on:click="activeFieldsetTab = 'two'" x-bind:class="activeFieldsetTab == 'two' && 'active'">Two
    <span class="bg-red-500">1</span></a></nav>
  <div class="tab-wrapper" x-show="activeFieldsetTab == 'one'">First</div>
  <div class="tab-wrapper" x-show="activeFieldsetTab == 'two'">Second</div>
</div>"""


@pytest.mark.parametrize("error", [False, True])
def test_unfolds_own_tabs_are_reached_by_keyboard(administrator: Operator, *, error: bool) -> None:
    """Of any form that will have some: here they are put into one that has none."""
    page = administrator.page
    tabs = UNFOLDS_TABS if error else UNFOLDS_TABS.replace('class="bg-red-500"', "")

    def with_tabs(route: object) -> None:
        response = route.fetch()  # type: ignore[attr-defined]
        body = response.text().replace('<div id="content-main">', f'<div id="content-main">{tabs}')
        route.fulfill(response=response, body=body)  # type: ignore[attr-defined]

    page.route("**/admin/crm/region/add/", with_tabs)
    page.goto(administrator.system.base_url + "/admin/crm/region/add/")
    first, second = tab(page, "One"), tab(page, "Two")
    expect(second if error else first).to_have_attribute("aria-selected", "true")
    expect(panel(page)).to_have_text("Second" if error else "First")
    (second if error else first).press("ArrowRight")
    chosen = first if error else second
    expect(chosen).to_be_focused()
    expect(chosen).to_have_attribute("tabindex", "0")
    expect(panel(page)).to_have_text("First" if error else "Second")
    expect(page).to_have_url(re.compile("#one$" if error else "#two$"))
