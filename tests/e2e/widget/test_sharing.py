"""The tabs of one visitor: one stream, and the same to be seen in all of them."""

import time
from collections.abc import Callable
from contextlib import suppress

import pytest
from playwright.sync_api import BrowserContext, Page, expect

from tests.e2e.widget.conftest import OpenPage
from tests.e2e.widget.fake_api import FakeApi, Fault, wait_until
from tests.e2e.widget.widget_page import WidgetPage

# More than anyone waits before the lead changes, or silence is noticed.
LONG_S = 90
NO_CHANNELS = "Object.defineProperty(window, 'BroadcastChannel', { value: undefined });"
NO_LOCKS = "Object.defineProperty(navigator, 'locks', { value: undefined });"

type OpenTabs = Callable[[int], list[WidgetPage]]


@pytest.fixture
def tabs(shop: OpenPage, api: FakeApi) -> OpenTabs:
    """Opened one after another, so that the first one leads."""

    def open_tabs(count: int) -> list[WidgetPage]:
        opened = []
        for _ in range(count):
            opened.append(shop())
            opened[-1].page.clock.install()
            opened[-1].open()
            wait_until(lambda: api.streams == 1)
        return opened

    return open_tabs


def hide(widget: WidgetPage, state: str = "hidden") -> None:
    widget.page.evaluate(
        """(state) => {
          Object.defineProperty(document, "visibilityState", { configurable: true, value: state });
          document.dispatchEvent(new Event("visibilitychange"));
        }""",
        state,
    )


def pass_time(page: Page, until: Callable[[], bool]) -> None:
    """In steps: in one leap each answer of the server would come too late."""
    for _ in range(LONG_S // 2):
        page.clock.run_for(2_000)
        with suppress(TimeoutError):
            wait_until(until, seconds=0.1)
            return
    raise TimeoutError


def streamers(api: FakeApi) -> set[str]:
    """The tabs' sessions that ever had a stream."""
    return {said["headers"]["x-widget-session"] for said in api.seen("stream")}


# A tab that is deaf is as one that is frozen: it holds its lock and stream, and neither hears nor says anything.
DEAF = """(() => {
  const tell = BroadcastChannel.prototype.postMessage;
  BroadcastChannel.prototype.postMessage = function (said) {
    if (!window.deaf) tell.call(this, said);
  };
  const { set } = Object.getOwnPropertyDescriptor(BroadcastChannel.prototype, "onmessage");
  Object.defineProperty(BroadcastChannel.prototype, "onmessage", {
    set(listen) {
      set.call(this, (event) => {
        if (!window.deaf && event.data.type !== window.deafTo) listen(event);
      });
    },
  });
})()"""


@pytest.fixture(autouse=True)
def _deaf(context: BrowserContext) -> None:
    context.add_init_script(f"if (window.BroadcastChannel) {DEAF}")


def test_two_tabs_have_one_stream_and_do_not_poll(tabs: OpenTabs, api: FakeApi) -> None:
    one, other = tabs(2)
    polls = len(api.seen("poll"))
    for word in ("one", "two", "three"):
        api.say(word)
    for tab in (one, other):
        expect(tab.texts).to_have_text(["one", "two", "three"])
        tab.page.clock.run_for(15_000)
    assert len(api.seen("stream")) == api.streams == 1
    assert len(api.seen("poll")) == polls


def test_more_tabs_than_a_browser_has_connections(tabs: OpenTabs, api: FakeApi) -> None:
    opened = tabs(7)
    api.say("for all")
    opened[-1].write("from the seventh")
    for tab in opened:
        expect(tab.texts).to_have_text(["for all", "from the seventh"])
    assert api.streams == 1


def test_typing_and_reading_of_the_operator_show_in_both(tabs: OpenTabs, api: FakeApi) -> None:
    both = tabs(2)
    both[0].write("hello")
    for tab in both:
        expect(tab.mine).to_have_attribute("data-state", "sent")
    api.change(typing=True, read_up_to=api.messages[0]["id"])
    for tab in both:
        expect(tab.panel.get_by_text("is typing")).to_be_visible()
        expect(tab.mine).to_have_attribute("data-state", "read")


def test_when_the_leader_is_closed_another_takes_over(tabs: OpenTabs, api: FakeApi) -> None:
    one, other = tabs(2)
    api.say("before")
    expect(other.texts).to_have_text(["before"])
    one.page.close()
    api.say("meanwhile")
    wait_until(lambda: len(api.seen("stream")) == 2 and api.streams == 1)
    api.say("after")
    expect(other.texts).to_have_text(["before", "meanwhile", "after"])


def test_a_frozen_leader_is_noticed_and_robbed_of_the_lead(tabs: OpenTabs, api: FakeApi) -> None:
    one, other = tabs(2)
    one.page.evaluate("window.deaf = true")
    api.say("unheard")
    pass_time(other.page, lambda: len(streamers(api)) == 2)
    expect(other.texts).to_have_text(["unheard"])
    one.page.evaluate("window.deaf = false")
    wait_until(lambda: api.streams == 1)
    api.say("heard by both")
    for tab in (one, other):
        expect(tab.texts).to_have_text(["unheard", "heard by both"])


def test_while_nobody_leads_it_polls(tabs: OpenTabs, api: FakeApi) -> None:
    one, other = tabs(2)
    hide(other)
    one.page.evaluate("window.deaf = true")
    api.say("unheard")
    polls = len(api.seen("poll"))
    pass_time(other.page, lambda: len(api.seen("poll")) > polls + 2)
    expect(other.texts).to_have_text(["unheard"])
    assert len(streamers(api)) == 1


def test_the_tab_that_is_looked_at_takes_the_lead_of_a_hidden_one(tabs: OpenTabs, api: FakeApi) -> None:
    one, other = tabs(2)
    hide(one)
    other.page.clock.run_for(15_000)
    wait_until(lambda: len(api.seen("stream")) == 2 and api.streams == 1)
    hide(one, "visible")
    one.page.clock.run_for(15_000)
    assert len(api.seen("stream")) == 2
    api.say("hello")
    for tab in (one, other):
        expect(tab.texts).to_have_text(["hello"])


def test_switching_between_tabs_keeps_the_stream(tabs: OpenTabs, api: FakeApi) -> None:
    one, other = tabs(2)
    for seen, unseen in ((one, other), (other, one), (one, other)):
        hide(unseen)
        hide(seen, "visible")
        seen.page.clock.run_for(5_000)
    assert len(api.seen("stream")) == 1


def test_a_gap_is_filled(tabs: OpenTabs, api: FakeApi) -> None:
    one, other = tabs(2)
    other.page.evaluate("window.deafTo = 'update'")
    api.say("lost on the way")
    expect(one.texts).to_have_text(["lost on the way"])
    other.page.evaluate("window.deafTo = ''")
    api.say("arrives")
    expect(other.texts).to_have_text(["lost on the way", "arrives"])


@pytest.mark.parametrize("without", [NO_CHANNELS, NO_LOCKS])
def test_without_channels_or_locks_each_tab_has_its_own(
    shop: OpenPage, api: FakeApi, context: BrowserContext, without: str
) -> None:
    context.add_init_script(without)
    both = [shop(), shop()]
    for tab in both:
        tab.open()
    both[0].write("hello")
    api.say("welcome")
    for tab in both:
        expect(tab.panel.get_by_text("welcome")).to_be_visible()
        expect(tab.panel.get_by_text("hello", exact=True)).to_be_visible()
    wait_until(lambda: api.streams == 2)


def test_other_visitors_and_conversations_are_not_mixed(shop: OpenPage, api: FakeApi) -> None:
    one = shop()
    one.open()
    wait_until(lambda: api.streams == 1)
    expect(one.panel.locator("header")).to_be_visible()
    api.bootstrap_answer = {"conversation_id": 2}
    other = shop(attributes='data-user-id="8" data-user-hash="abc"')
    other.open()
    wait_until(lambda: api.streams == 2)
    api.faults["send"] = Fault(503, times=99)
    one.write("mine alone")
    expect(one.mine).to_have_attribute("data-state", "waiting")
    expect(other.mine).to_have_count(0)


def test_what_one_tab_sends_shows_in_the_other_and_is_steered_from_there(
    tabs: OpenTabs, api: FakeApi
) -> None:
    one, other = tabs(2)
    api.faults["send"] = fault = Fault(503, times=99)
    one.write("hello?")
    for tab in (one, other):
        expect(tab.mine).to_have_attribute("data-state", "sending")
    one.page.clock.run_for(5_000)
    expect(other.mine).to_have_attribute("data-state", "waiting")
    fault.times = 0
    other.mine.get_by_role("button", name="Retry").click()
    for tab in (one, other):
        expect(tab.panel.locator(".msgr-mine[data-state=sent]")).to_have_count(1)
        expect(tab.texts).to_have_text(["hello?"])
    assert len({said["client_message_id"] for said in api.seen("send")}) == len(api.messages) == 1


def test_a_refused_text_is_deleted_from_the_other_tab(tabs: OpenTabs, api: FakeApi) -> None:
    one, other = tabs(2)
    api.faults["send"] = Fault(400, "invalid", "No links, please.")
    one.write("refused")
    other.mine.get_by_role("button", name="Delete").click()
    for tab in (one, other):
        expect(tab.mine).to_have_count(0)


def test_what_a_closed_tab_was_sending_is_sent_by_the_other(tabs: OpenTabs, api: FakeApi) -> None:
    one, other = tabs(2)
    api.faults["send"] = fault = Fault(503, retry_after=600, times=1)
    one.write("last words")
    wait_until(lambda: fault.times == 0)
    expect(other.mine).to_have_count(1)
    one.page.close(run_before_unload=True)
    expect(other.mine).to_have_attribute("data-state", "sent")
    assert len(api.messages) == 1


def test_a_tab_opened_later_sees_what_is_being_sent(tabs: OpenTabs, api: FakeApi, shop: OpenPage) -> None:
    (one,) = tabs(1)
    api.faults["send"] = fault = Fault(503, times=99)
    one.write("hello?")
    other = shop()
    other.open()
    expect(other.texts).to_have_text(["hello?"])
    fault.times = 0
    for tab in (one, other):
        expect(tab.panel.locator(".msgr-mine[data-state=sent]")).to_have_count(1, timeout=20_000)
    assert len(api.messages) == 1


def test_a_page_that_goes_into_the_back_forward_cache_passes_the_lead_on(
    tabs: OpenTabs, api: FakeApi
) -> None:
    one, other = tabs(2)
    turn_page(one.page, "pagehide")
    wait_until(lambda: len(api.seen("stream")) == 2 and api.streams == 1)
    api.say("while away")
    expect(other.texts).to_have_text(["while away"])
    expect(one.texts).to_have_count(0)
    turn_page(one.page, "pageshow")
    api.say("together again")
    for tab in (one, other):
        expect(tab.texts).to_have_text(["while away", "together again"])
    assert api.streams == 1


def turn_page(page: Page, event: str) -> None:
    page.evaluate(f"window.dispatchEvent(new PageTransitionEvent('{event}', {{ persisted: true }}))")


def test_polls_are_shared_where_there_is_no_stream(shop: OpenPage, api: FakeApi) -> None:
    api.bootstrap_answer = {"sse_enabled": False, "poll_interval_ms": 2_000}
    opened = [shop() for _ in range(4)]
    for tab in opened:
        tab.open()
    before, began = len(api.seen("poll")), time.monotonic()
    opened[0].page.wait_for_timeout(7_000)
    # Each of the four by itself would make it two a second.
    assert (len(api.seen("poll")) - before) / (time.monotonic() - began) < 1.4
    api.say("hello")
    for tab in opened:
        expect(tab.texts).to_have_text(["hello"])


def test_tabs_go_on_together_in_a_new_conversation(tabs: OpenTabs, api: FakeApi) -> None:
    one, other = tabs(2)
    api.say("of the first")
    expect(other.texts).to_have_text(["of the first"])
    api.change(bootstrap_answer={"conversation_id": 2})
    api.say("of the second")
    wait_until(lambda: len(api.seen("stream")) == 2 and api.streams == 1)
    other.write("I see")
    for tab in (one, other):
        expect(tab.texts).to_have_text(["of the first", "of the second", "I see"])
    assert len(api.seen("stream")) == 2
