"""Whatever happens to the way between: in the end the page shows every message once and in order."""

import threading

import pytest
from playwright.sync_api import BrowserContext, expect

from tests.e2e.widget.conftest import OpenPage
from tests.e2e.widget.fake_api import FakeApi, Fault, wait_until
from tests.e2e.widget.fake_server import FakeServer
from tests.e2e.widget.widget_page import WidgetPage

LOST = "No connection. Trying again…"


def shows_all(widget: WidgetPage, api: FakeApi) -> None:
    expect(widget.texts).to_have_text([message["body"] for message in api.messages])
    expect(widget.panel.get_by_text(LOST)).to_have_count(0)


def test_the_network_is_cut_and_comes_back(shop: OpenPage, api: FakeApi, context: BrowserContext) -> None:
    widget = shop()
    widget.open()
    api.say("before")
    shows_all(widget, api)
    context.set_offline(True)
    expect(widget.panel.get_by_text(LOST)).to_be_visible()
    api.say("meanwhile")
    widget.write("written without a network")
    expect(widget.mine).to_have_attribute("data-state", "sending")
    context.set_offline(False)
    expect(widget.mine).to_have_attribute("data-state", "sent")
    api.say("after")
    assert len(api.messages) == 4
    shows_all(widget, api)


@pytest.mark.parametrize("count", [2, 6])
def test_tabs_that_write_without_a_network(
    shop: OpenPage, api: FakeApi, context: BrowserContext, count: int
) -> None:
    tabs = [shop() for _ in range(count)]
    for tab in tabs:
        tab.open()
    context.set_offline(True)
    api.say("meanwhile")
    for number, tab in enumerate(tabs):
        tab.write(f"from tab {number}")
    context.set_offline(False)
    wait_until(lambda: len(api.messages) == 1 + count, seconds=20)
    api.say("after")
    for tab in tabs:
        shows_all(tab, api)


def test_the_server_is_restarted(shop: OpenPage, api: FakeApi, server: FakeServer) -> None:
    tabs = [shop(), shop()]
    for tab in tabs:
        tab.open()
    wait_until(lambda: api.streams == 1)
    server.closing = True
    server.shutdown()
    server.server_close()
    api.say("while it was away")
    tabs[0].write("nobody there?")
    again = FakeServer(server.server_port, api)
    thread = threading.Thread(target=again.serve_forever, kwargs={"poll_interval": 0.05})
    thread.start()
    try:
        wait_until(lambda: len(api.messages) == 2, seconds=20)
        wait_until(lambda: api.streams == 1, seconds=20)
        api.say("after")
        for tab in tabs:
            shows_all(tab, api)
    finally:
        again.closing = True
        again.shutdown()
        thread.join()
        again.server_close()


def test_a_live_stream_stalls_without_a_word(shop: OpenPage, api: FakeApi) -> None:
    widget = shop()
    widget.page.clock.install()
    widget.open()
    api.say("before")
    shows_all(widget, api)
    api.change(mute_streams=True)
    api.say("unheard")
    widget.page.clock.run_for(60_000)
    shows_all(widget, api)
    api.change(mute_streams=False)
    widget.page.clock.run_for(60_000)
    api.say("after")
    shows_all(widget, api)


def test_a_laptop_sleeps_through_the_night(shop: OpenPage, api: FakeApi) -> None:
    """The stream is dead and the session over, but nobody has told the page."""
    widget = shop()
    widget.page.clock.install()
    widget.open()
    api.say("good night")
    shows_all(widget, api)
    api.change(mute_streams=True)
    api.say("are you there?")
    widget.page.clock.fast_forward("08:00:00")
    api.change(sessions=set(), mute_streams=False)
    widget.page.clock.run_for(20_000)
    api.say("good morning")
    shows_all(widget, api)


def test_a_laptop_that_is_woken_by_a_click_asks_at_once(shop: OpenPage, api: FakeApi) -> None:
    widget = shop()
    widget.page.clock.install()
    widget.open()
    api.say("before")
    shows_all(widget, api)
    opened = len(api.seen("stream"))
    # Less than the watchdog's time: the date has moved on, the timers have not.
    widget.page.clock.set_system_time("2100-01-01")
    widget.page.evaluate("window.dispatchEvent(new Event('focus'))")
    wait_until(lambda: len(api.seen("stream")) == opened + 1)


def test_the_session_ends_in_the_middle_of_a_stream(shop: OpenPage, api: FakeApi) -> None:
    tabs = [shop(), shop()]
    for tab in tabs:
        tab.open()
    api.say("before")
    for tab in tabs:
        shows_all(tab, api)
    api.change(sessions=set())
    api.say("in between")
    tabs[1].write("still here")
    wait_until(lambda: len(api.messages) == 3)
    api.say("after")
    for tab in tabs:
        shows_all(tab, api)
    assert len({said.get("visitor_token") for said in api.seen("bootstrap")} - {None}) == 1


def test_too_many_requests_are_waited_out_whatever_else_happens(shop: OpenPage, api: FakeApi) -> None:
    for endpoint in ("stream", "poll"):
        api.faults[endpoint] = Fault(429, "throttled", retry_after=30)
    widget = shop()
    widget.page.clock.install()
    widget.open()
    api.say("hello")
    with widget.page.expect_response("**/poll/**"):
        widget.page.clock.run_for(3_000)
    wait_until(lambda: api.faults["stream"].times == 0)
    asked = len(api.requests)
    for event in ("online", "focus", "online"):
        widget.page.evaluate(f"window.dispatchEvent(new Event('{event}'))")
        widget.page.clock.run_for(5_000)
    widget.page.wait_for_timeout(500)
    assert len(api.requests) == asked
    widget.page.clock.run_for(40_000)
    shows_all(widget, api)


def test_too_many_messages_are_told_and_sent_in_time(shop: OpenPage, api: FakeApi) -> None:
    api.faults["send"] = Fault(429, "throttled", retry_after=30)
    widget = shop()
    widget.page.clock.install()
    widget.open()
    widget.write("hurried")
    widget.write("and the next")
    expect(widget.mine.first).to_contain_text("Too many messages, will be sent in 30 s")
    widget.mine.first.get_by_role("button", name="Retry").click()
    widget.page.clock.run_for(20_000)
    assert len(api.seen("send")) == 1
    widget.page.clock.run_for(15_000)
    wait_until(lambda: len(api.messages) == 2)
    shows_all(widget, api)
