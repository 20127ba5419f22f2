"""Without a mouse, without motion, without colours, and with the text spaced out."""

from playwright.sync_api import Locator, expect

from tests.e2e.widget.conftest import OpenPage
from tests.e2e.widget.fake_api import FakeApi, Fault
from tests.e2e.widget.fake_files import payload, png
from tests.e2e.widget.file_steps import FILES_ON
from tests.e2e.widget.widget_page import WidgetPage

READ = "2026-01-01T00:00:00Z"
ANIMATIONS = """() => document.querySelector("[data-messenger]").shadowRoot.getAnimations()
  .filter((one) => one.playState === "running").length"""
# WCAG 1.4.12
SPACED = """() => {
  const sheet = new CSSStyleSheet();
  sheet.replaceSync(`* { line-height: 1.5 !important; letter-spacing: 0.12em !important;
    word-spacing: 0.16em !important } p { margin-bottom: 2em !important }`);
  document.querySelector("[data-messenger]").shadowRoot.adoptedStyleSheets.push(sheet);
}"""
CLIPPED = """() => [...document.querySelector("[data-messenger]").shadowRoot.querySelectorAll("*")]
  .filter((one) => one.checkVisibility() && !one.closest(".msgr-hidden, svg"))
  .filter((one) => getComputedStyle(one).overflow.includes("hidden") && one.innerText?.trim())
  .filter((one) => one.scrollWidth > one.clientWidth + 1
    || (one.scrollHeight > one.clientHeight + 1 && getComputedStyle(one).overflowY !== "auto"))
  .map((one) => `${one.className}: ${one.innerText.slice(0, 60)}`)"""
FOCUS = """() => {
  const { activeElement } = document.querySelector("[data-messenger]").shadowRoot;
  const marked = [activeElement, activeElement.parentElement].some((one) => {
    const { outlineStyle, outlineWidth } = getComputedStyle(one);
    return outlineStyle !== "none" && parseFloat(outlineWidth) >= 2;
  });
  return [activeElement.className, marked];
}"""


def press(widget: WidgetPage, *keys: str) -> None:
    for key in keys:
        widget.page.keyboard.press(key)


def button(widget: WidgetPage, name: str) -> Locator:
    return widget.panel.get_by_role("button", name=name, exact=True)


def test_the_whole_of_it_by_keyboard(shop: OpenPage, api: FakeApi) -> None:
    api.bootstrap_answer |= FILES_ON
    api.faults["send"] = Fault(400, "invalid", "Not like this.")
    widget = shop(body="<a href='#top' id='before'>Shop</a>")
    widget.page.locator("#before").focus()
    press(widget, "Tab")
    expect(widget.launcher).to_be_focused()
    press(widget, "Enter")
    expect(widget.input).to_be_focused()
    expect(widget.launcher).to_have_attribute("aria-expanded", "true")
    widget.page.keyboard.type("first")
    press(widget, "Enter")
    expect(widget.mine).to_have_attribute("data-state", "failed")
    # Backwards: from where one writes to the message that has failed.
    expect(widget.input).to_be_focused()
    press(widget, "Shift+Tab")
    expect(button(widget, "Attach files")).to_be_focused()
    press(widget, "Shift+Tab")
    expect(button(widget, "Delete")).to_be_focused()
    press(widget, "Shift+Tab")
    expect(button(widget, "Retry")).to_be_focused()
    press(widget, "Enter")
    expect(widget.mine).to_have_attribute("data-state", "sent")
    expect(widget.panel).to_contain_text("first")
    # The button is gone; the focus is not.
    expect(widget.panel.get_by_role("region", name="Messages")).to_be_focused()
    remove_a_file(widget)
    rate(widget, api)
    press(widget, "Escape")
    expect(widget.panel).to_be_hidden()
    expect(widget.launcher).to_be_focused()
    press(widget, "Space")
    expect(widget.input).to_be_focused()


def remove_a_file(widget: WidgetPage) -> None:
    with widget.page.expect_file_chooser() as chooser:
        button(widget, "Attach files").press("Enter")
    chooser.value.set_files([payload("a.png")])
    expect(widget.picked).to_have_count(1)
    expect(widget.input).to_be_focused()
    press(widget, "Shift+Tab", "Shift+Tab")
    expect(button(widget, "Remove a.png")).to_be_focused()
    press(widget, "Enter")
    expect(widget.picked).to_have_count(0)
    expect(widget.input).to_be_focused()


def rate(widget: WidgetPage, api: FakeApi) -> None:
    api.change(rating="stars")
    stars = widget.panel.get_by_role("radiogroup", name="How was this conversation?")
    expect(stars).to_be_visible()
    press(widget, "Shift+Tab", "Shift+Tab", "Shift+Tab")
    expect(stars.get_by_role("radio").last).to_be_focused()
    press(widget, "ArrowLeft", "ArrowLeft", "ArrowRight")
    expect(stars.get_by_role("radio", name="4 stars")).to_be_checked()
    press(widget, "Tab")
    widget.page.keyboard.type("Fine")
    press(widget, "Tab", "Enter")
    expect(widget.panel.get_by_text("Thank you for your rating!")).to_be_visible()
    expect(widget.input).to_be_focused()
    assert [(said["score"], said["comment"]) for said in api.seen("rate")] == [(4, "Fine")]


def test_news_are_read_out_and_history_is_not(shop: OpenPage, api: FakeApi) -> None:
    api.say("old", read_at=READ)
    widget = shop()
    widget.open()
    expect(widget.log).to_have_accessible_name("Messages")
    expect(widget.log).to_have_attribute("aria-live", "polite")
    expect(widget.log).not_to_have_attribute("aria-atomic", "true")
    # What changes all the time is not.
    expect(widget.log.locator(".msgr-meta").first).to_have_attribute("aria-live", "off")


def test_nothing_moves_where_motion_is_not_wanted(shop: OpenPage, api: FakeApi) -> None:
    widget = shop()
    widget.page.route("**/bootstrap/", lambda route: None)
    widget.launcher.click()
    expect(widget.panel).to_have_attribute("data-phase", "loading")
    assert widget.page.evaluate(ANIMATIONS) > 0
    widget.page.emulate_media(reduced_motion="reduce")
    assert widget.page.evaluate(ANIMATIONS) == 0
    widget.page.unroute("**/bootstrap/")
    widget.page.reload()
    widget.launcher.click()
    api.change(typing=True)
    api.say("hello")
    expect(widget.panel.get_by_text("is typing")).to_be_visible()
    assert widget.page.evaluate(ANIMATIONS) == 0
    widget.page.emulate_media(reduced_motion="no-preference")
    assert widget.page.evaluate(ANIMATIONS) > 0


def test_without_colours_edges_and_focus_are_seen(shop: OpenPage, api: FakeApi) -> None:
    api.bootstrap_answer |= FILES_ON
    api.say("hello", attachments=[api.attach("table.png", "image/png", png())])
    api.change(rating="nps")
    widget = shop(body="<a href='#top' id='before'>Shop</a>")
    widget.page.emulate_media(forced_colors="active")
    widget.page.locator("#before").focus()
    press(widget, "Tab")
    assert widget.page.evaluate(FOCUS) == ["msgr-launcher", True]
    assert int(widget.launcher.evaluate("node => parseFloat(getComputedStyle(node).borderTopWidth)")) > 0
    widget.open()
    expect(widget.panel.get_by_role("radiogroup")).to_be_visible()
    for part in ("", ".msgr-bubble", ".msgr-field", ".msgr-send", ".msgr-card", ".msgr-file", ".msgr-choice"):
        place = widget.panel.locator(part).first if part else widget.panel
        assert place.evaluate("node => parseFloat(getComputedStyle(node).borderBottomWidth)") >= 1, part
    stops = set()
    for _ in range(9):
        press(widget, "Shift+Tab")
        if widget.page.evaluate("document.activeElement.hasAttribute('data-messenger')"):
            name, marked = widget.page.evaluate(FOCUS)
            assert marked, name
            stops.add(name)
    assert len(stops) >= 6


def test_spaced_out_text_is_not_cut_off(shop: OpenPage, api: FakeApi) -> None:
    api.bootstrap_answer |= FILES_ON | {
        "offline_mode": True,
        "offline_message": "Nobody is here until tomorrow morning.",
        "details_wanted": ["email"],
    }
    api.write("Is the **oak** table in stock?", read_at=READ)
    api.say(
        "It is: https://shop.example/oak", attachments=[api.attach("plan.pdf", "application/pdf", b"%PDF-")]
    )
    api.change(rating="nps")
    for width in (1200, 320):
        widget = shop()
        widget.page.set_viewport_size({"width": width, "height": 800})
        widget.open()
        expect(widget.panel.get_by_role("radiogroup")).to_be_visible()
        widget.page.evaluate(SPACED)
        assert widget.page.evaluate(CLIPPED) == []
