"""From page to page, by keyboard, by script, and to the end."""

from playwright.sync_api import Browser, BrowserContext, expect

from tests.e2e.widget.conftest import OpenPage
from tests.e2e.widget.fake_api import FakeApi, wait_until
from tests.e2e.widget.fake_server import FakeServer

# Counts what a page would keep after the widget: timers, listeners on the page, observers.
SPY = """(() => {
  const open = (window.spied = { timers: new Set(), listeners: new Set() });
  for (const [start, stop] of [["setTimeout", "clearTimeout"], ["setInterval", "clearInterval"]]) {
    const [begin, end] = [window[start], window[stop]];
    window[start] = (action, ...rest) => {
      const id = begin(() => { open.timers.delete(id); action(); }, ...rest);
      open.timers.add(id);
      return id;
    };
    window[stop] = (id) => { open.timers.delete(id); end(id); };
  }
  const add = EventTarget.prototype.addEventListener;
  EventTarget.prototype.addEventListener = function (type, handler, options) {
    if (this === window || this === document) {
      const entry = { type };
      open.listeners.add(entry);
      options?.signal?.addEventListener("abort", () => open.listeners.delete(entry));
    }
    return add.call(this, type, handler, options);
  };
})()"""


def test_a_running_conversation_comes_back_by_itself(shop: OpenPage, api: FakeApi) -> None:
    widget = shop()
    widget.open()
    widget.write("hello")
    expect(widget.mine).to_have_attribute("data-state", "sent")
    widget.page.reload()
    wait_until(lambda: len(api.seen("stream")) == 2)
    expect(widget.panel).to_have_count(0)
    api.say("Good afternoon!")
    expect(widget.badge).to_have_text("1")
    widget.open()
    assert widget.bodies() == ["hello", "Good afternoon!"]


def test_an_empty_conversation_stays_asleep(shop: OpenPage, api: FakeApi) -> None:
    widget = shop()
    widget.open()
    widget.page.reload()
    widget.page.wait_for_timeout(500)
    assert len(api.seen("bootstrap")) == 1


def test_by_keyboard_alone(shop: OpenPage, api: FakeApi) -> None:
    widget = shop(body="<button id='before'>Shop</button>")
    keyboard = widget.page.keyboard
    widget.page.locator("#before").focus()
    keyboard.press("Tab")
    expect(widget.launcher).to_be_focused()
    keyboard.press("Enter")
    expect(widget.input).to_be_focused()
    keyboard.type("first line")
    keyboard.press("Shift+Enter")
    keyboard.type("second line")
    keyboard.press("Enter")
    expect(widget.mine.locator(".msgr-text")).to_have_text("first line\nsecond line", use_inner_text=True)
    keyboard.press("Escape")
    expect(widget.panel).to_be_hidden()
    expect(widget.launcher).to_be_focused()
    expect(widget.launcher).to_have_attribute("aria-expanded", "false")


def test_focus_returns_to_where_the_page_had_it(shop: OpenPage) -> None:
    ask = "<button id='ask' onclick='window.Messenger.open()'>Ask us</button>"
    widget = shop(body=ask)
    widget.page.locator("#ask").click()
    expect(widget.input).to_be_focused()
    widget.page.keyboard.press("Escape")
    expect(widget.page.locator("#ask")).to_be_focused()


def test_typing_does_not_trigger_the_pages_shortcuts(shop: OpenPage) -> None:
    listen = "<script>addEventListener('keydown', () => { document.title = 'shortcut'; })</script>"
    widget = shop(body=listen)
    widget.open()
    widget.input.press_sequentially("/k")
    expect(widget.page).to_have_title("Shop")


def test_an_ime_composition_is_not_sent(shop: OpenPage) -> None:
    widget = shop()
    widget.open()
    widget.input.fill("かな")
    widget.input.dispatch_event("keydown", {"key": "Enter", "isComposing": True})
    widget.page.wait_for_timeout(100)
    expect(widget.mine).to_have_count(0)


def test_every_control_has_a_name_and_size(shop: OpenPage, api: FakeApi) -> None:
    api.say("A [file](x) https://example.com")
    widget = shop()
    widget.open()
    for control in widget.page.locator("button, textarea").all():
        if control.is_visible():
            assert control.evaluate("node => node.ariaLabel || node.innerText")
            box = control.bounding_box()
            assert box is not None
            assert min(box["width"], box["height"]) >= 24


def test_a_phone_shows_it_full_screen_and_keeps_the_focus_in(
    shop: OpenPage, api: FakeApi, browser: Browser
) -> None:
    context = browser.new_context(
        viewport={"width": 390, "height": 844}, is_mobile=True, has_touch=True, locale="en"
    )
    widget = shop(context.new_page())
    widget.launcher.tap()
    expect(widget.panel).to_have_attribute("aria-modal", "true")
    expect(widget.panel).to_have_attribute("data-phase", "ready")
    widget.page.wait_for_timeout(300)
    box = widget.panel.bounding_box()
    assert box == {"x": 0, "y": 0, "width": 390, "height": 844}
    expect(widget.launcher).to_be_hidden()
    for _ in range(8):
        widget.page.keyboard.press("Tab")
        assert widget.page.evaluate("document.activeElement.hasAttribute('data-messenger')")
    assert int(widget.input.evaluate("node => parseFloat(getComputedStyle(node).fontSize)")) >= 16
    context.close()


def test_the_page_drives_it(shop: OpenPage, api: FakeApi) -> None:
    widget = shop()
    widget.page.evaluate(
        """() => {
          window.heard = [];
          for (const name of ["open", "close", "message", "unread"]) {
            window.Messenger.on(name, (detail) => window.heard.push([name, detail?.body ?? detail ?? null]));
          }
          window.Messenger.on("open", () => { throw new Error("the page's own fault"); });
          window.Messenger.toggle();
        }"""
    )
    expect(widget.panel).to_have_attribute("data-phase", "ready")
    widget.api("close()")
    expect(widget.panel).to_be_hidden()
    api.say("hello")
    expect(widget.badge).to_have_text("1")
    assert widget.page.evaluate("window.heard") == [
        ["open", None],
        ["close", None],
        ["message", "hello"],
        ["unread", 1],
    ]
    assert [fault for fault in widget.faults if "own fault" in fault]
    widget.faults.clear()


def test_who_the_visitor_is(shop: OpenPage, api: FakeApi) -> None:
    widget = shop(attributes='data-user-id="7" data-user-hash="abc" data-user-email="no address"')
    widget.open()
    first = api.seen("bootstrap")[0]
    assert (first["contact_external_id"], first["identity_hash"]) == ("7", "abc")
    assert "email" not in first
    api.bootstrap_answer = {"conversation_id": 2}
    widget.api("identify({id: 8, hash: 'def', name: 'Maria'})")
    wait_until(lambda: len(api.seen("stream")) == 2)
    second = api.seen("bootstrap")[1]
    assert (second["contact_external_id"], second["name"]) == ("8", "Maria")


def test_shutdown_leaves_nothing_and_it_can_start_again(
    shop: OpenPage, api: FakeApi, server: FakeServer, context: BrowserContext
) -> None:
    page = context.new_page()
    page.add_init_script(SPY)
    widget = shop(page)
    before = page.evaluate("Object.keys(window)")
    widget.open()
    widget.input.press_sequentially("hello")
    api.change(typing=True)
    expect(widget.panel.get_by_text("is typing")).to_be_visible()
    requests = len(api.requests)
    widget.api("shutdown()")
    page.wait_for_timeout(600)
    assert page.locator("[data-messenger]").count() == 0
    assert page.evaluate("window.Messenger === undefined")
    assert set(page.evaluate("Object.keys(window)")) <= set(before)
    assert page.evaluate("[...spied.timers].length") == 0
    assert page.evaluate("[...spied.listeners].map((one) => one.type)") == []
    assert len(api.requests) == requests
    page.add_script_tag(url=f"{server.url}/static/messenger/widget.js")
    page.evaluate(
        """(url) => {
          const script = document.createElement("script");
          script.dataset.widgetToken = "T";
          script.src = url;
          document.head.append(script);
        }""",
        f"{server.url}/static/messenger/widget.js",
    )
    widget.open()
    widget.faults.clear()


def test_a_page_that_swaps_its_body_keeps_it(shop: OpenPage) -> None:
    widget = shop()
    widget.open()
    widget.page.evaluate("document.body.replaceWith(document.createElement('body'))")
    expect(widget.panel).to_be_visible()


def test_a_page_with_spoilt_prototypes_keeps_it(shop: OpenPage) -> None:
    spoil = "<script>Array.prototype.last = 1; Object.prototype.extend = () => {};</script>"
    widget = shop(body=spoil)
    widget.open()
    widget.write("hello")
    expect(widget.mine).to_have_attribute("data-state", "sent")


def test_a_page_without_storage_keeps_it(shop: OpenPage, context: BrowserContext) -> None:
    page = context.new_page()
    page.add_init_script(
        "for (const name of ['localStorage', 'sessionStorage'])"
        " Object.defineProperty(window, name, { get() { throw new DOMException('no', 'SecurityError'); } });"
    )
    widget = shop(page)
    widget.open()
    widget.write("hello")
    expect(widget.mine).to_have_attribute("data-state", "sent")
