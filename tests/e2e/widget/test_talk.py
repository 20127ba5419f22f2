"""The conversation as the visitor sees it."""

from playwright.sync_api import expect

from tests.e2e.widget.conftest import OpenPage
from tests.e2e.widget.fake_api import FakeApi, Fault, wait_until


def test_a_message_is_sent_once_and_read_marks_follow(shop: OpenPage, api: FakeApi) -> None:
    widget = shop()
    widget.open()
    widget.write("Is the **oak** table in stock?")
    expect(widget.mine).to_have_count(1)
    expect(widget.mine).to_have_attribute("data-state", "sent")
    expect(widget.mine.locator("strong")).to_have_text("oak")
    api.change(read_up_to=api.messages[-1]["id"])
    expect(widget.mine).to_have_attribute("data-state", "read")
    assert [message["body"] for message in api.messages] == ["Is the **oak** table in stock?"]


def test_the_answer_arrives_by_the_stream(shop: OpenPage, api: FakeApi) -> None:
    widget = shop()
    widget.open()
    api.say("Good afternoon!", sender="Anna")
    expect(widget.theirs).to_contain_text("Good afternoon!")
    expect(widget.theirs).to_contain_text("Anna")
    assert api.seen("poll") == []


def test_markup_in_data_stays_text(shop: OpenPage, api: FakeApi) -> None:
    attack = '<img src=x onerror="document.title=1">'
    api.bootstrap_answer = {"title": attack, "greeting": attack, "color": "red;}*{display:none"}
    api.assignee = attack
    widget = shop()
    widget.open()
    api.say(
        attack,
        sender=attack,
        attachments=[{"id": "1", "url": "javascript:alert(1)", "original_name": attack}],
    )
    expect(widget.theirs).to_contain_text(attack)
    assert widget.panel.locator("img").count() == 0
    assert widget.theirs.locator("a").get_attribute("href") is None


def test_messages_stand_in_the_order_of_their_ids(shop: OpenPage, api: FakeApi) -> None:
    widget = shop()
    widget.open()
    for number in range(5):
        widget.write(f"mine {number}")
        api.say(f"theirs {number}")
    expect(widget.panel.locator(".msgr-row")).to_have_count(10)
    wait_until(lambda: widget.bodies() == [message["body"] for message in api.messages])


def test_a_long_history_comes_whole_after_an_absence(shop: OpenPage, api: FakeApi) -> None:
    api.say("first")
    widget = shop(attributes="")
    widget.open()
    api.faults["stream"] = api.faults["poll"] = fault = Fault(503, "unavailable", times=999)
    api.change(sessions=set())
    wait_until(lambda: fault.times < 999)
    for number in range(120):
        api.say(f"missed {number}")
    fault.times = 0
    widget.page.evaluate("window.dispatchEvent(new Event('online'))")
    expect(widget.theirs).to_have_count(121, timeout=15_000)
    assert widget.bodies() == [message["body"] for message in api.messages]


def test_the_operator_types(shop: OpenPage, api: FakeApi) -> None:
    widget = shop()
    widget.open()
    api.change(typing=True, assignee="Anna")
    expect(widget.panel.get_by_text("Anna is typing")).to_be_visible()
    api.change(typing=False)
    expect(widget.panel.get_by_text("Anna is typing")).to_be_hidden()


def test_own_typing_is_told_seldom(shop: OpenPage, api: FakeApi) -> None:
    widget = shop()
    widget.open()
    widget.input.press_sequentially("a question of some length", delay=60)
    wait_until(lambda: len(api.seen("typing")) == 1)
    widget.input.press_sequentially("and on", delay=60)
    widget.page.wait_for_timeout(300)
    assert len(api.seen("typing")) == 1


def test_what_is_in_sight_is_read_and_nothing_else(shop: OpenPage, api: FakeApi) -> None:
    widget = shop()
    widget.open()
    widget.launcher.click()
    expect(widget.panel).to_be_hidden()
    last = api.say("Are you still there?")
    expect(widget.badge).to_have_text("1")
    expect(widget.launcher).to_have_accessible_name("Open chat, 1 unread")
    widget.page.wait_for_timeout(500)
    assert api.seen("mark_read") == []
    widget.open()
    wait_until(lambda: [said["last_message_id"] for said in api.seen("mark_read")] == [last["id"]])
    expect(widget.badge).to_be_hidden()


def test_scrolled_up_the_view_stays_and_offers_the_way_down(shop: OpenPage, api: FakeApi) -> None:
    for number in range(40):
        api.say(f"message {number}", read_at="2026-01-01T00:00:00Z")
    widget = shop()
    widget.open()
    expect(widget.theirs.last).to_be_in_viewport()
    widget.panel.locator(".msgr-scroller").evaluate("node => node.scrollTop = 0")
    jump = widget.panel.locator(".msgr-jump")
    expect(jump).to_have_accessible_name("To the newest message")
    api.say("news")
    expect(jump).to_have_accessible_name("New messages")
    expect(widget.theirs.last).not_to_be_in_viewport()
    assert api.seen("mark_read") == []
    jump.click()
    expect(widget.theirs.last).to_be_in_viewport()
    wait_until(lambda: len(api.seen("mark_read")) == 1)


def test_the_counter_shows_near_the_limit_and_too_much_is_not_sent(shop: OpenPage, api: FakeApi) -> None:
    widget = shop()
    widget.open()
    counter = widget.panel.locator(".msgr-counter")
    widget.input.fill("x" * 1_700)
    expect(counter).to_be_hidden()
    # Counted in characters: an emoji is one.
    widget.input.fill("x" * 1_989 + "🎉")
    expect(counter).to_have_text("10 left")
    widget.write("x" * 2_001)
    expect(counter).to_have_text("1 too many")
    expect(widget.mine).to_have_count(0)
    widget.write("x" * 2_000)
    expect(widget.mine).to_have_attribute("data-state", "sent")


def test_banners_of_closed_hours(shop: OpenPage, api: FakeApi) -> None:
    api.bootstrap_answer = {
        "outside_working_hours": True,
        "working_hours_message": "We are closed.",
        "next_opening_at": "2031-01-06T09:00:00+03:00",
    }
    widget = shop()
    widget.open()
    expect(widget.panel.locator(".msgr-notice")).to_contain_text("We are closed. We open 6 January 2031 at")
    widget.write("Taken all the same")
    expect(widget.mine).to_have_attribute("data-state", "sent")


def test_the_inboxs_colour_is_readable(shop: OpenPage, api: FakeApi) -> None:
    api.bootstrap_answer = {"color": "#ffe14d"}
    widget = shop()
    widget.open()
    expect(widget.panel.locator("header")).to_have_css("background-color", "rgb(255, 225, 77)")
    expect(widget.panel.locator("header")).to_have_css("color", "rgb(0, 0, 0)")
