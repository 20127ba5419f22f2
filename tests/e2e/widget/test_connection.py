"""Faults of the way between: nothing is lost, nothing comes twice, nobody is hammered."""

import time

from playwright.sync_api import expect

from tests.e2e.widget.conftest import OpenPage
from tests.e2e.widget.fake_api import FakeApi, Fault, wait_until


def test_tokens_are_in_headers_and_never_in_addresses(shop: OpenPage, api: FakeApi) -> None:
    widget = shop()
    addresses: list[str] = []
    widget.page.on("request", lambda request: addresses.append(request.url))
    widget.open()
    widget.write("hello")
    expect(widget.mine).to_have_attribute("data-state", "sent")
    (session,) = api.sessions
    assert api.seen("send")[0]["headers"]["x-widget-session"] == session
    assert api.seen("stream")[0]["headers"]["x-widget-token"] == "T"
    assert not [address for address in addresses if session in address]


def test_without_a_stream_it_polls(shop: OpenPage, api: FakeApi) -> None:
    api.bootstrap_answer = {"sse_enabled": False}
    widget = shop()
    widget.open()
    api.say("by polling")
    expect(widget.theirs).to_contain_text("by polling")
    assert api.seen("stream") == []


def test_a_refused_stream_is_replaced_by_polling_and_left_alone(shop: OpenPage, api: FakeApi) -> None:
    api.faults["stream"] = Fault(404, times=999)
    widget = shop()
    widget.open()
    api.say("by polling")
    expect(widget.theirs).to_contain_text("by polling")
    widget.page.wait_for_timeout(2_000)
    assert len(api.seen("stream")) == 1


def test_a_stream_that_is_cut_right_after_ready_is_given_up(shop: OpenPage, api: FakeApi) -> None:
    """The counter of failures must not be reset by `ready` alone."""
    widget = shop()
    widget.page.clock.install()
    widget.open()
    for _ in range(40):
        api.sessions.clear()
        widget.page.clock.run_for(1_000)
        time.sleep(0.05)
    # A counter that is reset would make it one a second.
    assert 3 <= len(api.seen("stream")) <= 10


def test_a_silent_stream_is_noticed_while_polls_go_on(shop: OpenPage, api: FakeApi) -> None:
    api.mute_streams = True
    widget = shop()
    widget.page.clock.install()
    widget.open()
    api.say("nobody told me")
    widget.page.clock.run_for(5_000)
    expect(widget.theirs).to_contain_text("nobody told me")
    widget.page.clock.run_for(8_000)
    wait_until(lambda: len(api.seen("stream")) >= 2)


def test_a_stream_resumes_from_the_last_id(shop: OpenPage, api: FakeApi) -> None:
    widget = shop()
    widget.open()
    last = api.say("before")
    expect(widget.theirs).to_have_count(1)
    fault = api.faults["stream"] = Fault(0, times=2)
    widget.page.evaluate("window.dispatchEvent(new Event('offline'))")
    api.say("meanwhile")
    expect(widget.theirs).to_have_count(2)
    wait_until(lambda: fault.times == 0 and len(api.seen("stream")) >= 4)
    resumed = [int(said["headers"]["last-event-id"]) for said in api.seen("stream")]
    assert resumed[1] == last["id"]
    assert resumed == sorted(resumed)


def test_after_an_outage_the_stream_is_back_with_the_first_answer(shop: OpenPage, api: FakeApi) -> None:
    widget = shop()
    widget.page.clock.install()
    widget.open()
    faults = api.faults["stream"], api.faults["poll"] = Fault(0, times=999), Fault(0, times=999)
    api.change(sessions=set())
    for _ in range(30):
        widget.page.clock.run_for(1_000)
        time.sleep(0.02)
    wait_until(lambda: api.streams == 0)
    for fault in faults:
        fault.times = 0
    widget.page.clock.run_for(40_000)
    wait_until(lambda: api.streams == 1)
    api.say("back again")
    expect(widget.theirs).to_contain_text("back again")


def test_an_expired_session_is_renewed_unseen_and_the_message_repeated(shop: OpenPage, api: FakeApi) -> None:
    widget = shop()
    widget.open()
    api.change(sessions=set())
    widget.write("after a long pause")
    expect(widget.mine).to_have_attribute("data-state", "sent")
    wait_until(lambda: len(api.seen("stream")) == 2)
    boots = api.seen("bootstrap")
    assert len(boots) == 2
    assert boots[1]["visitor_token"].startswith("visitor-")
    assert len(api.messages) == 1


def test_retry_after_is_kept(shop: OpenPage, api: FakeApi) -> None:
    widget = shop()
    widget.open()
    api.faults["send"] = Fault(429, "throttled", "Too fast.", retry_after=2)
    started = time.monotonic()
    widget.write("hurried")
    expect(widget.mine).to_have_attribute("data-state", "sent")
    assert time.monotonic() - started >= 2
    assert len(api.seen("send")) == 2


def test_polls_grow_rare_when_refused(shop: OpenPage, api: FakeApi) -> None:
    api.bootstrap_answer = {"sse_enabled": False}
    api.faults["poll"] = Fault(503, "unavailable", retry_after=30, times=999)
    widget = shop()
    widget.open()
    expect(widget.panel.get_by_text("No connection. Trying again…")).to_be_visible()
    widget.page.wait_for_timeout(2_500)
    assert len(api.seen("poll")) == 1


def test_opening_fails_and_recovers(shop: OpenPage, api: FakeApi) -> None:
    api.faults["bootstrap"] = Fault(404, "inbox_not_found", "This chat is switched off.")
    widget = shop()
    widget.launcher.click()
    alert = widget.panel.get_by_role("alert").filter(has_text="This chat is switched off.")
    expect(alert).to_be_visible()
    widget.panel.get_by_role("button", name="Try again").click()
    expect(widget.panel).to_have_attribute("data-phase", "ready")
    expect(alert).to_have_count(0)


def test_back_and_forward_finds_it_alive(shop: OpenPage, api: FakeApi) -> None:
    widget = shop()
    widget.open()
    wait_until(lambda: api.streams == 1)
    widget.page.evaluate("window.dispatchEvent(new PageTransitionEvent('pagehide', {persisted: true}))")
    wait_until(lambda: api.streams == 0)
    api.say("while away")
    widget.page.evaluate("window.dispatchEvent(new PageTransitionEvent('pageshow', {persisted: true}))")
    expect(widget.theirs).to_contain_text("while away")
    wait_until(lambda: len(api.seen("stream")) == 2)
