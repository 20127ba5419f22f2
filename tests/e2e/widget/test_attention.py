"""Count in the title, and a sound for those who want one."""

import pytest
from playwright.sync_api import BrowserContext, Locator, Page, Route, expect

from tests.e2e.widget.conftest import OpenPage
from tests.e2e.widget.fake_api import FakeApi, wait_until
from tests.e2e.widget.widget_page import WidgetPage

# Counts the notes instead of playing them.
EARS = """(() => {
  window.notes = 0;
  const start = OscillatorNode.prototype.start;
  OscillatorNode.prototype.start = function (when) { window.notes += 1; start.call(this, when); };
})()"""
CHIME = 2


@pytest.fixture
def page(context: BrowserContext) -> Page:
    context.add_init_script(EARS)
    return context.new_page()


def closed_with_news(shop: OpenPage, api: FakeApi, page: Page | None = None) -> WidgetPage:
    widget = shop(page)
    widget.open()
    widget.launcher.click()
    expect(widget.panel).to_be_hidden()
    api.say("one")
    api.say("two")
    expect(widget.page).to_have_title("(2) Shop")
    return widget


def test_the_title_counts_until_it_is_read(shop: OpenPage, api: FakeApi) -> None:
    widget = closed_with_news(shop, api)
    api.say("three")
    expect(widget.page).to_have_title("(3) Shop")
    widget.open()
    expect(widget.page).to_have_title("Shop")


def test_what_could_not_be_loaded_comes_later(shop: OpenPage, api: FakeApi, context: BrowserContext) -> None:
    refused: list[str] = []

    def refuse_once(route: Route) -> None:
        if refused:
            route.continue_()
        else:
            refused.append(route.request.url)
            route.abort("internetdisconnected")

    context.route("**/widget/title.js", refuse_once)
    widget = shop()
    widget.open()
    widget.launcher.click()
    api.say("one")
    expect(widget.page).to_have_title("(1) Shop")
    assert refused
    # The browser's own line about the request.
    assert all("Messenger" not in fault for fault in widget.faults)
    widget.faults.clear()


def test_a_page_that_changes_its_title_keeps_count_and_title(shop: OpenPage, api: FakeApi) -> None:
    widget = closed_with_news(shop, api)
    widget.page.evaluate("document.title = 'Sofas'")
    expect(widget.page).to_have_title("(2) Sofas")
    widget.page.evaluate("document.querySelector('title').textContent = 'Beds'")
    expect(widget.page).to_have_title("(2) Beds")
    widget.page.evaluate("document.title = document.title + ' and more'")
    expect(widget.page).to_have_title("(2) Beds and more")
    widget.api("shutdown()")
    expect(widget.page).to_have_title("Beds and more")
    widget.page.evaluate("document.title = 'Chairs'")
    widget.page.wait_for_timeout(300)
    assert widget.page.title() == "Chairs"


def test_a_page_that_insists_on_its_title_is_not_fought(shop: OpenPage, api: FakeApi) -> None:
    widget = closed_with_news(shop, api)
    widget.page.evaluate(
        """() => {
          window.written = 0;
          new MutationObserver(() => {
            if (document.title === "Mine") return;
            window.written += 1;
            document.title = "Mine";
          }).observe(document.head, { childList: true, subtree: true, characterData: true });
          document.title = "Mine!";
        }"""
    )
    widget.page.wait_for_timeout(1_000)
    assert widget.page.evaluate("window.written") < 20


def test_without_a_title_it_counts_all_the_same(shop: OpenPage, api: FakeApi) -> None:
    widget = closed_with_news(shop, api)
    widget.page.evaluate("document.title = ''")
    expect(widget.page).to_have_title("(2)")
    api.say("three")
    expect(widget.page).to_have_title("(3)")
    widget.open()
    expect(widget.page).to_have_title("")


def test_nothing_is_loaded_before_there_is_news(shop: OpenPage, page: Page) -> None:
    urls: list[str] = []
    page.on("request", lambda request: urls.append(request.url.rsplit("/", 1)[-1]))
    widget = shop(page)
    widget.open()
    expect(toggle(widget)).to_have_attribute("aria-pressed", "false")
    assert not {"title.js", "sound.js"} & set(urls)


def test_the_sound_is_off_until_it_is_turned_on(shop: OpenPage, api: FakeApi, page: Page) -> None:
    widget = closed_with_news(shop, api, page)
    widget.page.wait_for_timeout(800)
    assert notes(widget) == 0
    widget.open()
    toggle(widget).click()
    expect(toggle(widget)).to_have_attribute("aria-pressed", "true")
    wait_until(lambda: notes(widget) == CHIME)
    widget.launcher.click()
    api.say("three")
    api.say("four")
    wait_until(lambda: notes(widget) == 2 * CHIME)
    widget.page.wait_for_timeout(800)
    assert notes(widget) == 2 * CHIME


def test_what_is_looked_at_makes_no_sound(shop: OpenPage, api: FakeApi, page: Page) -> None:
    widget = shop(page)
    widget.open()
    toggle(widget).click()
    wait_until(lambda: notes(widget) == CHIME)
    api.say("seen at once")
    expect(widget.theirs).to_be_visible()
    widget.page.wait_for_timeout(1_000)
    assert notes(widget) == CHIME


def test_the_choice_is_kept_and_told_to_other_tabs(shop: OpenPage, page: Page) -> None:
    widget, other = shop(page), shop()
    for tab in (widget, other):
        tab.open()
    toggle(widget).focus()
    widget.page.keyboard.press("Enter")
    expect(toggle(other)).to_have_attribute("aria-pressed", "true")
    widget.page.reload()
    widget.open()
    expect(toggle(widget)).to_have_attribute("aria-pressed", "true")
    toggle(widget).click()
    expect(toggle(other)).to_have_attribute("aria-pressed", "false")


def test_one_of_two_tabs_sounds(shop: OpenPage, api: FakeApi, page: Page, context: BrowserContext) -> None:
    both = [shop(page), shop()]
    for tab in both:
        tab.open()
    toggle(both[0]).click()
    wait_until(lambda: notes(both[0]) == CHIME)
    for tab in both:
        tab.launcher.click()
        expect(tab.panel).to_be_hidden()
    api.say("news")
    wait_until(lambda: sum(map(notes, both)) == 2 * CHIME)
    both[0].page.wait_for_timeout(1_000)
    assert sum(map(notes, both)) == 2 * CHIME


def toggle(widget: WidgetPage) -> Locator:
    return widget.panel.get_by_role("button", name="Sound of new messages")


def notes(widget: WidgetPage) -> int:
    return int(widget.page.evaluate("window.notes"))
