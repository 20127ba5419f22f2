"""Texts on their way: stored once, in order, whatever happens."""

from playwright.sync_api import BrowserContext, expect

from tests.e2e.widget.conftest import OpenPage
from tests.e2e.widget.fake_api import FakeApi, Fault, wait_until


def test_a_lost_answer_makes_no_double(shop: OpenPage, api: FakeApi) -> None:
    widget = shop()
    widget.open()
    api.lose_answers = 1
    widget.write("only once")
    expect(widget.mine).to_have_attribute("data-state", "sent")
    widget.page.wait_for_timeout(1_500)
    expect(widget.mine).to_have_count(1)
    assert len(api.messages) == 1


def test_messages_go_one_after_another(shop: OpenPage, api: FakeApi) -> None:
    widget = shop()
    widget.open()
    api.faults["send"] = Fault(503, "unavailable")
    for word in ("one", "two", "three"):
        widget.write(word)
    expect(widget.panel.locator(".msgr-mine[data-state=sent]")).to_have_count(3)
    assert [message["body"] for message in api.messages] == ["one", "two", "three"]


def test_what_does_not_get_through_is_marked_and_goes_on_trying(shop: OpenPage, api: FakeApi) -> None:
    widget = shop()
    widget.open()
    api.faults["send"] = fault = Fault(0, times=999)
    widget.write("hello?")
    expect(widget.mine).to_have_attribute("data-state", "waiting")
    expect(widget.mine).to_contain_text("Not sent yet")
    fault.times = 0
    widget.mine.get_by_role("button", name="Retry").click()
    expect(widget.mine).to_have_attribute("data-state", "sent")
    assert len({said["client_message_id"] for said in api.seen("send")}) == 1


def test_a_refused_text_says_why_and_lets_the_next_one_go(shop: OpenPage, api: FakeApi) -> None:
    widget = shop()
    widget.open()
    api.faults["send"] = Fault(400, "invalid", "Links are not allowed.")
    widget.write("refused")
    widget.write("next")
    expect(widget.panel.locator(".msgr-mine[data-state=failed]")).to_contain_text("Links are not allowed.")
    expect(widget.panel.locator(".msgr-mine[data-state=sent]")).to_contain_text("next")
    widget.mine.get_by_role("button", name="Delete").click()
    expect(widget.mine).to_have_count(1)
    assert not [key for key in widget.storage() if ":out:" in key]


def test_of_a_field_the_own_sentence_is_told(shop: OpenPage, api: FakeApi) -> None:
    widget = shop()
    widget.open()
    answer = {"detail": "Please check.", "code": "invalid", "fields": {"body": ["At most 10 characters."]}}
    own = {"Access-Control-Allow-Origin": "*"}
    widget.page.route("**/send/", lambda route: route.fulfill(status=400, json=answer, headers=own))
    widget.write("a text that is too long")
    expect(widget.mine).to_contain_text("Not sent. At most 10 characters.")


def test_unsent_texts_and_drafts_survive_a_reload(shop: OpenPage, api: FakeApi) -> None:
    widget = shop()
    widget.open()
    api.faults["send"] = fault = Fault(0, times=999)
    widget.write("not yet gone")
    widget.input.fill("half a thou")
    wait_until(lambda: api.seen("send"))
    widget.page.reload()
    fault.times = 0
    widget.open()
    expect(widget.mine).to_have_attribute("data-state", "sent")
    expect(widget.input).to_have_value("half a thou")
    assert [message["body"] for message in api.messages] == ["not yet gone"]


def test_two_tabs_double_and_lose_nothing(shop: OpenPage, api: FakeApi, context: BrowserContext) -> None:
    one, other = shop(), shop()
    one.open()
    other.open()
    for number in range(3):
        one.write(f"one {number}")
        other.write(f"other {number}")
    for tab in (one, other):
        expect(tab.panel.locator(".msgr-mine[data-state=sent]")).to_have_count(6)
        expect(tab.mine).to_have_count(6)
    assert len(api.messages) == 6
    assert one.bodies() == other.bodies()


def test_two_tabs_opened_at_once_are_one_visitor(shop: OpenPage, api: FakeApi) -> None:
    one, other = shop(), shop()
    for tab in (one, other):
        tab.page.evaluate("window.Messenger.open()")
    wait_until(lambda: len(api.seen("bootstrap")) == 2)
    assert [bool(said.get("visitor_token")) for said in api.seen("bootstrap")] == [False, True]


def test_what_one_tab_read_is_read_in_the_other(shop: OpenPage, api: FakeApi) -> None:
    one, other = shop(), shop()
    one.open()
    other.open()
    other.launcher.click()
    one.launcher.click()
    api.say("news")
    expect(other.badge).to_have_text("1")
    one.page.bring_to_front()
    one.open()
    expect(other.badge).to_be_hidden()


def test_what_a_script_fills_in_goes_along_and_people_never_meet_it(shop: OpenPage, api: FakeApi) -> None:
    widget = shop()
    widget.open()
    widget.write("from a human")
    expect(widget.mine).to_have_attribute("data-state", "sent")
    trap = widget.panel.locator("input[name=website]")
    expect(trap).to_have_attribute("tabindex", "-1")
    expect(trap).to_have_css("clip-path", "inset(50%)")
    expect(trap).to_have_attribute("aria-hidden", "true")
    trap.evaluate("(field) => { field.value = 'http://spam.example'; }")
    widget.write("from a script")
    expect(widget.mine.nth(1)).to_be_visible()
    wait_until(lambda: len(api.seen("send")) == 2)
    assert [said.get("hp") for said in api.seen("send")] == [None, "http://spam.example"]
