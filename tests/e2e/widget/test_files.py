"""Attachments: chosen, and looked at before they are sent."""

from typing import Any

import pytest
from playwright.sync_api import expect

from tests.e2e.widget.conftest import OpenPage
from tests.e2e.widget.fake_api import FakeApi, wait_until
from tests.e2e.widget.fake_files import payload, png
from tests.e2e.widget.file_steps import FILES_ON, PDF, choose, hold, paste, transfer


@pytest.fixture(autouse=True)
def attachments(api: FakeApi) -> None:
    api.bootstrap_answer |= FILES_ON


def test_files_and_text_are_one_message(shop: OpenPage, api: FakeApi) -> None:
    widget = shop()
    widget.open()
    choose(widget, payload("table.png"), payload("plan.pdf", "application/pdf", PDF))
    expect(widget.picked).to_have_count(2)
    expect(widget.picked.first).to_contain_text("PNG")
    expect(widget.picked.first.locator("canvas")).to_be_visible()
    widget.write("Which of these?")
    expect(widget.picked).to_have_count(0)
    expect(widget.mine).to_have_attribute("data-state", "sent")
    expect(widget.mine.locator("img")).to_have_attribute("alt", "table.png")
    [message] = api.messages
    assert message["body"] == "Which of these?"
    assert [one["original_name"] for one in message["attachments"]] == ["table.png", "plan.pdf"]
    assert next(iter(api.files.values())) == ("image/png", png())
    links = widget.mine.get_by_role("link")
    expect(links).to_have_count(2)
    assert "download=1" not in (links.first.get_attribute("href") or "")
    assert "&download=1" in (links.last.get_attribute("href") or "")
    expect(links.last).to_have_attribute("rel", "noopener noreferrer")
    expect(links.last).to_have_accessible_name("plan.pdf PDF · 15 byte")


def test_a_file_needs_no_text_and_all_goes_by_keyboard(shop: OpenPage, api: FakeApi) -> None:
    widget = shop()
    widget.open()
    expect(widget.input).to_be_focused()
    send = widget.panel.get_by_role("button", name="Send")
    with widget.page.expect_file_chooser() as chooser:
        widget.page.keyboard.press("Shift+Tab")
        expect(widget.panel.get_by_role("button", name="Attach files")).to_be_focused()
        widget.page.keyboard.press("Enter")
    assert chooser.value.is_multiple()
    chooser.value.set_files([payload("a.png"), payload("b.png")])
    expect(widget.input).to_be_focused()
    expect(widget.picked).to_have_count(2)
    expect(send).to_have_attribute("aria-disabled", "false")
    widget.page.keyboard.press("Shift+Tab")
    widget.page.keyboard.press("Shift+Tab")
    expect(widget.panel.get_by_role("button", name="Remove b.png")).to_be_focused()
    widget.page.keyboard.press("Enter")
    expect(widget.panel.get_by_role("button", name="Remove a.png")).to_be_focused()
    widget.page.keyboard.press("Enter")
    expect(widget.input).to_be_focused()
    expect(send).to_have_attribute("aria-disabled", "true")
    choose(widget, payload("c.png"))
    widget.input.press("Enter")
    expect(widget.mine).to_have_attribute("data-state", "sent")
    assert api.messages[0]["body"] == ""


def test_what_is_chosen_at_the_last_moment_goes_along(shop: OpenPage, api: FakeApi) -> None:
    widget = shop()
    held = hold(widget.page, "**/files.js")
    widget.open()
    widget.input.fill("with it")
    paste(widget, transfer(widget.page, [("image.png", "image/png", list(png(8, 8)))]))
    widget.input.press("Enter")
    wait_until(lambda: widget.page.evaluate("1") and held)
    held[0].continue_()
    expect(widget.mine).to_have_attribute("data-state", "sent")
    assert len(api.messages[0]["attachments"]) == 1


@pytest.mark.parametrize(
    ("file", "reason"),
    [
        (payload("big.png", content=png(noise=2**20)), "big.png is larger than 1 MB."),
        (payload("none.pdf", "application/pdf", b""), "none.pdf is empty or can't be read."),
        (
            payload("photo.heic", "image/heic", b"\0\0\0\x24ftypheic" + bytes(9)),
            "Allowed: JPEG, PNG, GIF, WebP",
        ),
        (payload("a.png", "image/png", b"<svg onload=alert(1)>"), "a.png can't be sent."),
        (payload("a.png", "image/png", b"MZ" + bytes(99)), "a.png can't be sent."),
        (payload("page.html", "text/html", b"<h1>"), "page.html can't be sent."),
    ],
)
def test_what_would_be_refused_is_told_before(shop: OpenPage, api: FakeApi, file: Any, reason: str) -> None:
    widget = shop()
    widget.open()
    choose(widget, file)
    expect(widget.panel.get_by_role("alert").filter(has_text=reason)).to_be_visible()
    expect(widget.picked).to_have_count(0)
    widget.input.press("Enter")
    choose(widget, payload("good.png"))
    expect(widget.panel.locator(".msgr-alert")).to_have_text("")
    assert api.seen("send") == []


def test_no_more_than_five(shop: OpenPage, api: FakeApi) -> None:
    widget = shop()
    widget.open()
    choose(widget, *[payload(f"{number}.png") for number in range(6)])
    expect(widget.panel.locator(".msgr-alert")).to_have_text("No more than 5 files in a message.")
    expect(widget.picked).to_have_count(5)
    widget.input.press("Enter")
    expect(widget.mine).to_have_attribute("data-state", "sent")
    expect(widget.mine.locator("img")).to_have_count(5)
    assert len(api.messages[0]["attachments"]) == 5


def test_the_end_of_the_conversation_stays_in_sight(shop: OpenPage, api: FakeApi) -> None:
    for number in range(20):
        api.say(f"message {number}", read_at="2026-01-01T00:00:00Z")
    widget = shop()
    widget.open()
    choose(widget, *[payload(f"{number}.png") for number in range(6)])
    expect(widget.picked).to_have_count(5)
    expect(widget.panel.locator(".msgr-alert")).not_to_be_empty()
    expect(widget.theirs.last).to_be_in_viewport(ratio=1)
    # Scrolling is told of in the same frame as what has grown, before it is followed.
    widget.panel.locator(".msgr-scroller").evaluate(
        """(node) => {
          node.getRootNode().querySelector(".msgr-composer").style.paddingTop = "150px";
          node.dispatchEvent(new Event("scroll"));
        }"""
    )
    expect(widget.theirs.last).to_be_in_viewport(ratio=1)
    expect(widget.panel.locator(".msgr-jump")).to_be_hidden()


def test_a_picture_is_pasted_and_text_stays_text(shop: OpenPage, api: FakeApi) -> None:
    widget = shop()
    widget.open()
    picture = ("image.png", "image/png", list(png(8, 8)))
    rich = {"text/plain": "1\t2", "text/html": "<table>"}
    paste(widget, transfer(widget.page, [picture], **rich))
    paste(widget, transfer(widget.page, [], **{"text/plain": "words"}))
    expect(widget.picked).to_have_count(0)
    paste(widget, transfer(widget.page, [picture], **{"text/html": "<img src=x>"}))
    expect(widget.picked).to_have_count(1)


def test_files_are_dropped_and_the_page_does_not_hear_of_it(shop: OpenPage, api: FakeApi) -> None:
    widget = shop()
    widget.open()
    widget.page.evaluate(
        """for (const one of ["dragover", "drop"])
          document.addEventListener(one, () => console.error("heard"))"""
    )
    dropped = transfer(widget.page, [("a.png", "image/png", list(png(8, 8)))])
    widget.log.dispatch_event("dragenter", {"dataTransfer": dropped})
    expect(widget.panel).to_have_attribute("data-drop", "Drop files here")
    widget.log.dispatch_event("dragover", {"dataTransfer": dropped})
    widget.log.dispatch_event("drop", {"dataTransfer": dropped})
    expect(widget.panel).not_to_have_attribute("data-drop", "Drop files here")
    expect(widget.picked).to_have_count(1)


def test_dragged_text_is_no_file_and_leaving_hides_the_zone(shop: OpenPage, api: FakeApi) -> None:
    widget = shop()
    widget.open()
    words = transfer(widget.page, [], **{"text/plain": "words"})
    widget.log.dispatch_event("dragenter", {"dataTransfer": words})
    expect(widget.panel).not_to_have_attribute("data-drop", "Drop files here")
    files = transfer(widget.page, [("a.png", "image/png", list(png(8, 8)))])
    widget.log.dispatch_event("dragenter", {"dataTransfer": files})
    expect(widget.panel).to_have_attribute("data-drop", "Drop files here")
    widget.panel.dispatch_event("dragleave", {"dataTransfer": files})
    expect(widget.panel).not_to_have_attribute("data-drop", "Drop files here")


def test_where_files_are_off_nothing_takes_them(shop: OpenPage, api: FakeApi) -> None:
    api.bootstrap_answer |= {"attachments_enabled": False}
    widget = shop()
    widget.open()
    expect(widget.panel.get_by_role("button", name="Attach files")).to_be_hidden()
    files = transfer(widget.page, [("a.png", "image/png", list(png(8, 8)))])
    cancelled = widget.log.evaluate(
        """(node, dataTransfer) => !node.dispatchEvent(new DragEvent("drop",
          { dataTransfer, bubbles: true, composed: true, cancelable: true }))""",
        files,
    )
    assert cancelled
    paste(widget, files)
    expect(widget.picked).to_have_count(0)
