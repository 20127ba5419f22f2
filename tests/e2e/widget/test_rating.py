"""The rating after a resolved conversation."""

import pytest
from playwright.sync_api import Locator, expect

from tests.e2e.widget.conftest import OpenPage
from tests.e2e.widget.fake_api import FakeApi, Fault, wait_until
from tests.e2e.widget.widget_page import WidgetPage

THANKS = "Thank you for your rating!"


def card(widget: WidgetPage) -> Locator:
    return widget.panel.locator(".msgr-card")


def rate(widget: WidgetPage, name: str) -> None:
    card(widget).get_by_role("radio", name=name, exact=True).check()


def send(widget: WidgetPage) -> None:
    card(widget).get_by_role("button", name="Send").click()


def rated(api: FakeApi) -> list[tuple[int, str]]:
    return [(said["score"], said["comment"]) for said in api.seen("rate")]


def test_stars_by_keyboard_with_a_comment(shop: OpenPage, api: FakeApi) -> None:
    api.say("All done.")
    widget = shop()
    widget.open()
    expect(card(widget)).to_have_count(0)
    api.change(rating="stars")
    stars = card(widget).get_by_role("radiogroup", name="How was this conversation?")
    expect(stars.get_by_role("radio")).to_have_count(5)
    expect(stars).to_be_in_viewport()
    stars.get_by_role("radio", name="1 star", exact=True).focus()
    for _ in range(3):
        widget.page.keyboard.press("ArrowRight")
    expect(stars.get_by_role("radio", name="4 stars")).to_be_checked()
    widget.page.keyboard.press("Tab")
    widget.page.keyboard.type("Quick and friendly")
    widget.page.keyboard.press("Tab")
    widget.page.keyboard.press("Enter")
    expect(card(widget)).to_have_text(THANKS)
    expect(card(widget).get_by_role("status")).to_have_text(THANKS)
    expect(widget.input).to_be_focused()
    assert rated(api) == [(4, "Quick and friendly")]


def test_stars_up_to_the_chosen_or_pointed_at_are_filled(shop: OpenPage, api: FakeApi) -> None:
    api.change(rating="stars")
    widget = shop()
    widget.open()
    filled = "nodes => nodes.filter((one) => getComputedStyle(one).fill !== 'none').length"
    stars = card(widget).locator(".msgr-icon-star")
    rate(widget, "2 stars")
    widget.page.mouse.move(0, 0)
    wait_until(lambda: stars.evaluate_all(filled) == 2)
    card(widget).get_by_role("radio").nth(3).hover()
    wait_until(lambda: stars.evaluate_all(filled) == 4)


@pytest.mark.parametrize(("name", "score"), [("0, Not likely", 0), ("7", 7), ("10, Very likely", 10)])
def test_from_0_to_10(shop: OpenPage, api: FakeApi, name: str, score: int) -> None:
    api.change(rating="nps")
    widget = shop()
    widget.open()
    expect(card(widget).get_by_role("radio")).to_have_count(11)
    rate(widget, name)
    send(widget)
    expect(card(widget)).to_have_text(THANKS)
    assert rated(api) == [(score, "")]


def test_it_is_put_off_till_the_next_opening(shop: OpenPage, api: FakeApi) -> None:
    api.change(rating="stars")
    widget = shop()
    widget.open()
    card(widget).get_by_role("button", name="Not now").click()
    expect(card(widget)).to_be_hidden()
    expect(widget.input).to_be_focused()
    api.say("One more thing.")
    expect(widget.theirs).to_have_count(1)
    expect(card(widget)).to_be_hidden()
    widget.page.keyboard.press("Escape")
    widget.open()
    expect(card(widget)).to_be_visible()
    assert api.seen("rate") == []


def test_a_failure_is_told_and_nothing_is_lost(shop: OpenPage, api: FakeApi) -> None:
    api.change(rating="stars")
    widget = shop()
    widget.open()
    rate(widget, "5 stars")
    comment = card(widget).get_by_role("textbox")
    comment.fill("Good")
    api.faults["rate"] = Fault(400, "invalid", "Out of range.")
    send(widget)
    expect(card(widget).get_by_role("alert")).to_have_text("Out of range.")
    expect(comment).to_have_value("Good")
    send(widget)
    expect(card(widget)).to_have_text(THANKS)
    assert rated(api) == [(5, "Good"), (5, "Good")]


def test_too_long_a_comment_is_not_sent(shop: OpenPage, api: FakeApi) -> None:
    api.change(rating="stars")
    widget = shop()
    widget.open()
    rate(widget, "5 stars")
    comment = card(widget).get_by_role("textbox")
    comment.fill("x" * 1_990)
    expect(card(widget)).to_contain_text("10 left")
    comment.fill("x" * 2_001)
    expect(card(widget)).to_contain_text("1 too many")
    send(widget)
    expect(comment).to_be_focused()
    assert api.seen("rate") == []


def test_rated_in_one_tab_is_rated_in_the_other(shop: OpenPage, api: FakeApi) -> None:
    api.say("All done.")
    api.change(rating="stars")
    one, other = shop(), shop()
    one.open()
    other.open()
    rate(other, "5 stars")
    rate(one, "4 stars")
    send(one)
    expect(card(one)).to_have_text(THANKS)
    expect(card(other)).to_be_hidden()
    assert rated(api) == [(4, "")]


def test_already_rated_is_thanked_for_as_well(shop: OpenPage, api: FakeApi) -> None:
    api.change(rating="stars")
    widget = shop()
    widget.open()
    rate(widget, "5 stars")
    api.faults["rate"] = Fault(409, "already_rated", "You have rated this conversation.")
    send(widget)
    # The server's news still ask: they are older than the answer.
    expect(card(widget)).to_have_text(THANKS)
    api.say("Thank you!")
    expect(widget.theirs).to_have_count(1)
    expect(card(widget)).to_have_text(THANKS)


def test_the_next_resolved_conversation_is_asked_about_anew(shop: OpenPage, api: FakeApi) -> None:
    api.change(rating="stars")
    widget = shop()
    widget.open()
    rate(widget, "5 stars")
    send(widget)
    expect(card(widget)).to_have_text(THANKS)
    api.say("Open again")
    expect(widget.theirs).to_have_count(1)
    api.change(rated=False)
    expect(card(widget).get_by_role("radio", checked=True)).to_have_count(0)
    expect(card(widget).get_by_role("radio")).to_have_count(5)
