"""Pages that are hostile, old or strange, each a file in tests/e2e/pages. The same story works on all of them."""

from collections.abc import Callable, Iterator
from pathlib import Path

import pytest
from playwright.sync_api import Browser, BrowserContext, Page, Playwright, expect

from tests.e2e.conftest import ARGUMENTS, CHROMIUM
from tests.e2e.widget.fake_api import FakeApi, Fault, wait_until
from tests.e2e.widget.fake_files import payload
from tests.e2e.widget.fake_server import FakeServer
from tests.e2e.widget.file_steps import FILES_ON, choose, hold
from tests.e2e.widget.widget_page import WidgetPage

PAGES = Path(__file__).parent.parent / "pages"
TRUSTED_TYPES = "require-trusted-types-for 'script'; trusted-types 'none'"
ONLY_OURS = (
    "default-src 'none'; base-uri 'none'; form-action 'none'; script-src BASE; style-src BASE; "
    f"connect-src BASE; img-src BASE data:; {TRUSTED_TYPES}"
)
NONCES = (
    "default-src 'none'; script-src 'nonce-r4nd0m' BASE; style-src 'nonce-r4nd0m'; connect-src BASE; "
    f"img-src BASE data:; {TRUSTED_TYPES}"
)
STRICT_DYNAMIC = NONCES.replace("'nonce-r4nd0m' BASE", "'nonce-r4nd0m' 'strict-dynamic'")
PLACES = {
    "launcher": {"x": 1120.0, "y": 720.0, "width": 60.0, "height": 60.0},
    "panel": {"x": 788.0, "y": 24.0, "width": 392.0, "height": 680.0},
}

type OpenHost = Callable[..., WidgetPage]


@pytest.fixture(autouse=True)
def attachments(api: FakeApi) -> None:
    api.bootstrap_answer |= FILES_ON


@pytest.fixture
def host(server: FakeServer, context: BrowserContext) -> Iterator[OpenHost]:
    """Opens a page of the folder; every fault that shows in its console fails the test at the end."""
    opened: list[WidgetPage] = []

    def serve(name: str, policy: str = "") -> None:
        text = (PAGES / f"{name}.html").read_text(encoding="utf-8")
        headers = {"Content-Security-Policy": policy.replace("BASE", server.url)} if policy else {}
        server.api.pages[f"/{name}"] = text.replace("BASE", server.url), headers

    def open_page(
        name: str, *, policy: str = "", framed: bool = False, page: Page | None = None
    ) -> WidgetPage:
        serve("plain")
        serve(name, policy)
        page = page or context.new_page()
        widget = WidgetPage(page, page.frame_locator("iframe") if framed else None)
        opened.append(widget)
        page.goto(f"{server.shop_url}/{name}")
        return widget

    yield open_page
    for widget in opened:
        assert widget.faults == []


def is_in_its_place(widget: WidgetPage, part: str) -> None:
    """By what is seen, once it has come to rest."""
    wait_until(lambda: getattr(widget, part).bounding_box() == PLACES[part])


def looks_as_it_should(widget: WidgetPage) -> None:
    expect(widget.panel.locator("header")).to_have_css("background-color", "rgb(37, 99, 235)")
    expect(widget.input).to_have_css("font-size", "16px")
    for name, value in {
        "font-size": "15px",
        "direction": "ltr",
        "text-align": "left",
        "letter-spacing": "normal",
        "opacity": "1",
    }.items():
        expect(widget.mine.locator(".msgr-text").first).to_have_css(name, value)


def tell(widget: WidgetPage, api: FakeApi) -> None:
    """Opens, writes, gets an answer, sends a file, closes."""
    widget.open()
    widget.write("Is the **oak** table in stock?")
    expect(widget.mine.last).to_have_attribute("data-state", "sent")
    api.say("It is: https://shop.example/oak")
    expect(widget.theirs.get_by_role("link")).to_have_text("https://shop.example/oak")
    choose(widget, payload("photo.png"), payload("sketch.png"))
    expect(widget.picked).to_have_count(2)
    widget.panel.get_by_role("button", name="Send").click()
    expect(widget.mine.last).to_have_attribute("data-state", "sent")
    expect(widget.mine.locator("img").first).to_have_js_property("complete", True)
    assert [one["original_name"] for one in api.messages[-1]["attachments"]] == ["photo.png", "sketch.png"]
    looks_as_it_should(widget)


def close(widget: WidgetPage) -> None:
    widget.panel.get_by_role("button", name="Close chat").click()
    expect(widget.panel).to_be_hidden()
    expect(widget.launcher).to_be_focused()


@pytest.mark.parametrize(
    ("name", "policy"),
    [
        ("plain", ONLY_OURS),
        ("loader", ONLY_OURS),
        ("strict-policy-meta", ""),
        ("strict-policy-nonce", NONCES),
        ("strict-policy-nonce", STRICT_DYNAMIC),
        ("loader-nonce", NONCES),
        ("hostile-styles", ""),
        ("hidden-elements", ""),
        ("transformed-root", ""),
        ("stacking-war", ""),
        ("right-to-left", ""),
        ("old-library", ""),
        ("replaced-globals", ""),
        ("watched-network", ""),
        ("many-tags", ""),
        ("tag-manager", ""),
        ("cleaner", ""),
    ],
)
def test_the_same_story_on_every_page(host: OpenHost, api: FakeApi, name: str, policy: str) -> None:
    widget = host(name, policy=policy)
    is_in_its_place(widget, "launcher")
    tell(widget, api)
    is_in_its_place(widget, "panel")
    close(widget)
    expect(widget.page.locator("[data-messenger]")).to_have_count(1)


@pytest.mark.parametrize("name", ["framed", "sandboxed"])
def test_in_a_frame(host: OpenHost, api: FakeApi, name: str) -> None:
    widget = host(name, framed=True)
    is_in_its_place(widget, "launcher")
    tell(widget, api)
    is_in_its_place(widget, "panel")
    close(widget)


def test_a_zoomed_page_zooms_it_and_it_still_fits(host: OpenHost, api: FakeApi) -> None:
    widget = host("zoomed-root")
    wait_until(lambda: widget.launcher.bounding_box() == {"x": 1100, "y": 700, "width": 75, "height": 75})
    tell(widget, api)
    wait_until(lambda: widget.panel.bounding_box() == {"x": 685, "y": 25, "width": 490, "height": 655})
    close(widget)


def test_a_single_page_application_keeps_it(host: OpenHost, api: FakeApi) -> None:
    widget = host("single-page-app")
    widget.open()
    widget.write("before")
    expect(widget.mine).to_have_attribute("data-state", "sent")
    close(widget)
    widget.page.get_by_role("link", name="Next page").click()
    expect(widget.page).to_have_title("Second")
    is_in_its_place(widget, "launcher")
    tell(widget, api)
    assert widget.bodies()[:2] == ["before", "Is the oak table in stock?"]
    widget.page.go_back()
    expect(widget.panel).to_be_visible()
    close(widget)


def test_written_by_a_script(host: OpenHost, api: FakeApi) -> None:
    widget = host("document-write")
    tell(widget, api)
    close(widget)
    # The browser says of any such script that it might block it on a slow line.
    widget.faults[:] = [fault for fault in widget.faults if "parser-blocking" not in fault]


def test_taken_away_for_good_it_does_not_fight(host: OpenHost) -> None:
    widget = host("plain")
    expect(widget.launcher).to_be_visible()
    left = widget.page.evaluate(
        """async () => {
          let removed = 0;
          for (; document.querySelector("[data-messenger]") && removed < 50; removed += 1) {
            document.querySelector("[data-messenger]").remove();
            await new Promise(requestAnimationFrame);
          }
          return removed;
        }"""
    )
    assert left == 6


def test_what_an_old_library_spoils_is_not_needed(host: OpenHost, api: FakeApi) -> None:
    widget = host("old-library")
    widget.open()
    api.change(rating="stars")
    expect(widget.panel.get_by_role("radio")).to_have_count(5)
    api.faults["send"] = Fault(503, "unavailable", times=99)
    choose(widget, payload("photo.webp", "image/webp", b"RIFF\x24\0\0\0WEBPVP8 " + bytes(30)))
    expect(widget.picked).to_have_count(1)
    widget.panel.get_by_role("button", name="Send", exact=True).click()
    expect(widget.mine).to_have_attribute("data-state", "sending")
    widget.page.reload()
    api.faults.clear()
    widget.open()
    expect(widget.mine).to_have_attribute("data-state", "sent")
    assert [one["original_name"] for one in api.messages[0]["attachments"]] == ["photo.webp"]


def test_on_a_slow_line_the_launcher_answers_at_once(host: OpenHost, context: BrowserContext) -> None:
    page = context.new_page()
    held = hold(page, "**/widget/log.js")
    widget = host("plain", page=page)
    widget.launcher.click()
    expect(widget.launcher).to_have_attribute("aria-busy", "true")
    wait_until(lambda: page.evaluate("1") and held)
    expect(widget.panel).to_have_count(0)
    # Not wanted any more, and wanted again.
    widget.launcher.click()
    widget.launcher.click()
    held[0].continue_()
    expect(widget.panel).to_have_attribute("data-phase", "ready")
    expect(widget.launcher).not_to_have_attribute("aria-busy", "true")
    is_in_its_place(widget, "panel")


@pytest.mark.parametrize("file", ["app.js", "log.js", "strings/en.js", "panel.css"])
def test_what_did_not_load_is_loaded_again(
    host: OpenHost, api: FakeApi, context: BrowserContext, file: str
) -> None:
    page = context.new_page()
    page.route(f"**/widget/{file}*", lambda route: route.abort())
    widget = host("plain", page=page)
    widget.launcher.click()
    expect(widget.launcher).to_have_attribute("title", "The chat did not load. Try again")
    expect(widget.launcher).not_to_have_attribute("aria-busy", "true")
    expect(widget.panel).to_have_count(0)
    page.unroute(f"**/widget/{file}*")
    # By keyboard: the pointer would load it by being there.
    widget.launcher.press("Enter")
    tell(widget, api)
    is_in_its_place(widget, "panel")
    widget.faults[:] = [fault for fault in widget.faults if not fault.startswith("Messenger: ")]


def test_at_a_zoom_of_400_percent(host: OpenHost, api: FakeApi, browser: Browser) -> None:
    """1280 x 1024 at 400 %: all can be reached and read without scrolling in two directions (WCAG 1.4.10)."""
    context = browser.new_context(
        locale="en-GB", viewport={"width": 320, "height": 256}, device_scale_factor=4
    )
    widget = host("plain", page=context.new_page())
    tell(widget, api)
    wait_until(lambda: widget.panel.bounding_box() == {"x": 0, "y": 0, "width": 320, "height": 256})
    for part in (widget.input, widget.panel.get_by_role("button", name="Close chat")):
        expect(part).to_be_in_viewport(ratio=1)
    widget.theirs.last.scroll_into_view_if_needed()
    expect(widget.theirs.last).to_be_in_viewport(ratio=1)
    scroller = widget.panel.locator(".msgr-scroller")
    assert scroller.evaluate("node => node.scrollWidth <= node.clientWidth && node.clientHeight >= 80")
    close(widget)
    context.close()


def test_back_from_the_next_page(
    host: OpenHost, api: FakeApi, server: FakeServer, playwright: Playwright
) -> None:
    """From the back/forward cache, where the page stands as it was left."""
    browser = playwright.chromium.launch(
        executable_path=CHROMIUM, args=ARGUMENTS, ignore_default_args=["--disable-back-forward-cache"]
    )
    page = browser.new_context(locale="en-GB", viewport={"width": 1200, "height": 800}).new_page()
    widget = host("plain", page=page)
    tell(widget, api)
    page.evaluate(
        "addEventListener('pageshow', ({ persisted }) => { document.title = `kept: ${persisted}`; })"
    )
    api.pages["/next"] = "<title>Next</title>", {}
    page.goto(f"{server.shop_url}/next")
    wait_until(lambda: api.streams == 0)
    api.say("Are you still there?")
    # There is no load event: nothing is loaded.
    page.go_back(wait_until="commit")
    expect(page).to_have_title("kept: true")
    expect(widget.theirs.last).to_contain_text("Are you still there?")
    expect(page.locator("[data-messenger]")).to_have_count(1)
    is_in_its_place(widget, "panel")
    widget.write("I am")
    expect(widget.mine.last).to_have_attribute("data-state", "sent")
    close(widget)
    browser.close()
