"""Files in the operator's workspace, in a real browser; the visitor acts through the API."""

import re
import uuid
from collections.abc import Callable, Iterator
from typing import Any

import pytest
from playwright.sync_api import FilePayload, Locator, Page, Route, expect

from tests.e2e.caller import Caller
from tests.e2e.people import Operator
from tests.e2e.system import System
from tests.files import disguised, pdf, png

REPLY = "**/change/reply/"


@pytest.fixture
def caller(system: System) -> Iterator[Caller]:
    with Caller(system) as caller:
        yield caller


@pytest.fixture
def page(caller: Caller, operator: Operator) -> Page:
    """The operator has opened what the visitor asked."""
    question = f"Where is it? {uuid.uuid4().hex[:8]}"
    caller.write(question)
    operator.open(question)
    return operator.page


def payload(file: Any) -> FilePayload:
    return {"name": file.name, "mimeType": file.content_type, "buffer": file.read()}


def choose(page: Page, *files: Any) -> None:
    with page.expect_file_chooser() as chooser:
        page.get_by_role("button", name="Attach files").click()
    chooser.value.set_files([payload(file) for file in files])


def send(page: Page, text: str = "") -> None:
    page.locator("#msgr-body").fill(text)
    page.get_by_role("button", name="Send").click()


def picked(page: Page) -> Locator:
    return page.locator("#msgr-tray .msgr-file-name")


def pending(page: Page) -> Locator:
    return page.locator(".msgr-pending")


def answers(page: Page) -> Locator:
    """Those that the server has."""
    return page.locator(".msgr-message-out[data-message]")


def expect_answers(caller: Caller, *wanted: tuple[str, list[str]]) -> None:
    assert caller.answers() == list(wanted)


def test_photo_of_the_visitor_shows_up_by_itself(page: Page, caller: Caller) -> None:
    page.evaluate("window.isSamePage = true")
    caller.write("", png(800, 600, "sofa.png"), pdf("bill.pdf"))
    picture = page.get_by_role("img", name="sofa.png")
    expect(picture).to_be_visible()
    expect(picture).to_have_js_property("naturalWidth", 800)
    bill = page.get_by_role("link", name="bill.pdf")
    with page.expect_download() as download:
        bill.click()
    assert download.value.suggested_filename == "bill.pdf"
    assert page.evaluate("window.isSamePage")


def test_operator_sends_picture_and_document(page: Page, caller: Caller) -> None:
    choose(page, png(name="plan.png"), pdf("offer.pdf"))
    expect(picked(page)).to_have_text(["plan.png", "offer.pdf"])
    send(page, "Here they are")
    send(page, "And a text")
    expect(answers(page)).to_have_count(2)
    expect(pending(page)).to_have_count(0)
    expect(picked(page)).to_have_count(0)
    expect(answers(page).first.get_by_role("img", name="plan.png")).to_be_visible()
    expect(answers(page).first.get_by_role("link", name="offer.pdf")).to_be_visible()
    expect_answers(caller, ("Here they are", ["plan.png", "offer.pdf"]), ("And a text", []))


PUT = """([name, files]) => {
    const data = new DataTransfer();
    for (const { name, type, hex } of files) {
        const bytes = Uint8Array.from(hex.match(/../g), (byte) => parseInt(byte, 16));
        data.items.add(new File([bytes], name, { type }));
    }
    const how = { bubbles: true, cancelable: true, dataTransfer: data, clipboardData: data };
    const target = document.getElementById("msgr-body");
    const event = name === "paste" ? new ClipboardEvent(name, how) : new DragEvent(name, how);
    return !target.dispatchEvent(event);
}"""


def put(page: Page, event: str, *files: Any) -> bool:
    """Whether the page took care of it."""
    made = [{"name": file.name, "type": file.content_type, "hex": file.read().hex()} for file in files]
    return bool(page.evaluate(PUT, [event, made]))


def test_files_are_pasted_and_dropped(page: Page, caller: Caller) -> None:
    zone = page.locator(".msgr-talk")
    assert put(page, "paste", png(name="pasted.png"))
    assert put(page, "dragenter", png())
    expect(zone).to_have_attribute("data-drop", "Drop files here")
    assert put(page, "drop", png(name="dropped.png"))
    expect(zone).not_to_have_attribute("data-drop", "Drop files here")
    expect(picked(page)).to_have_text(["pasted.png", "dropped.png"])
    page.get_by_role("button", name="Remove pasted.png").click()
    expect(page.get_by_role("button", name="Remove dropped.png")).to_be_focused()
    page.locator("#msgr-body").press("Control+Enter")
    expect(answers(page)).to_have_count(1)
    expect_answers(caller, ("", ["dropped.png"]))


def test_what_can_not_be_sent_is_not_even_tried(page: Page) -> None:
    choose(page, disguised(b"MZ", "virus.exe", "application/x-msdownload"), png())
    alert = page.locator("#msgr-refused")
    expect(alert).to_have_text("“virus.exe” can't be sent. Allowed are JPG, PNG, GIF, WEBP, PDF.")
    expect(picked(page)).to_have_text(["a.png"])
    choose(page, disguised(b"", "empty.pdf", "application/pdf"), *(png(name=f"{n}.png") for n in range(5)))
    expect(alert).to_contain_text("“empty.pdf” is empty.")
    expect(alert).to_contain_text("At most 5 files in one message.")
    expect(picked(page)).to_have_count(5)


def test_refusal_of_the_server_is_shown(page: Page, caller: Caller) -> None:
    choose(page, disguised(b"<html><script>alert(1)</script>", "photo.png", "image/png"))
    send(page, "Look")
    expect(pending(page)).to_contain_text("Files of this kind can't be sent here.")
    pending(page).get_by_role("button", name="Back to the field").click()
    expect(page.locator("#msgr-body")).to_have_value("Look")
    expect(picked(page)).to_have_text(["photo.png"])
    page.get_by_role("button", name="Remove photo.png").click()
    page.get_by_role("button", name="Send").click()
    expect(answers(page)).to_have_count(1)
    expect_answers(caller, ("Look", []))


def test_upload_is_cancelled(page: Page, caller: Caller) -> None:
    page.route(REPLY, lambda _route: None)
    choose(page, png())
    send(page, "Not yet")
    expect(pending(page).get_by_role("progressbar")).to_be_visible()
    pending(page).get_by_role("button", name="Cancel").click()
    expect(pending(page)).to_have_count(0)
    expect(page.locator("#msgr-body")).to_have_value("Not yet")
    page.unroute(REPLY)
    send(page, "Now")
    expect(answers(page)).to_have_count(1)
    expect_answers(caller, ("Now", ["a.png"]))


def test_progress_is_told(page: Page) -> None:
    line = page.context.new_cdp_session(page)
    slow = {"offline": False, "latency": 0, "downloadThroughput": -1, "uploadThroughput": 500_000}
    line.send("Network.emulateNetworkConditions", slow)
    choose(page, pdf(size=1_500_000))
    send(page)
    bar, cancel = pending(page).get_by_role("progressbar"), pending(page).get_by_role("button", name="Cancel")
    expect(cancel).to_be_visible()
    page.wait_for_function("bar => bar.value > 0 && bar.value < 1", arg=bar.element_handle())
    expect(answers(page)).to_have_count(1)


def cut_after(times: int, act: Callable[[Route], object]) -> Callable[[Route], None]:
    seen = 0

    def handle(route: Route) -> None:
        nonlocal seen
        seen += 1
        if seen > times:
            route.continue_()
            return
        act(route)
        route.abort()

    return handle


def test_lost_answer_doubles_nothing(page: Page, caller: Caller) -> None:
    page.route(REPLY, cut_after(1, lambda route: route.fetch()))
    page.route("**/change/timeline/**", lambda route: route.abort())
    choose(page, png())
    send(page, "Once")
    expect(pending(page)).to_contain_text("No connection. Trying again…")
    expect(answers(page)).to_have_count(1)
    expect(pending(page)).to_have_count(0)
    expect_answers(caller, ("Once", ["a.png"]))


def test_reload_loses_no_file(page: Page, caller: Caller) -> None:
    page.route(REPLY, lambda route: route.abort())
    choose(page, png(name="sent.png"))
    send(page, "On its way")
    expect(pending(page)).to_contain_text("Trying again…")
    choose(page, pdf("draft.pdf"))
    expect(picked(page)).to_have_text(["draft.pdf"])
    page.reload()
    expect(picked(page)).to_have_text(["draft.pdf"])
    page.unroute(REPLY)
    expect(answers(page)).to_have_count(1)
    expect_answers(caller, ("On its way", ["sent.png"]))


def test_file_that_is_gone_is_asked_for(page: Page, caller: Caller) -> None:
    page.add_init_script("delete window.indexedDB; IDBFactory.prototype.open = () => { throw new Error(); }")
    page.reload()
    page.route(REPLY, lambda route: route.abort())
    choose(page, png())
    send(page, "Kept")
    expect(pending(page)).to_contain_text("Trying again…")
    page.reload()
    expect(pending(page)).to_contain_text("The files have to be chosen again.")
    expect(pending(page).get_by_role("button", name="Try again")).to_be_hidden()
    pending(page).get_by_role("button", name="Back to the field").click()
    expect(page.locator("#msgr-body")).to_have_value("Kept")
    page.unroute(REPLY)
    choose(page, png())
    page.get_by_role("button", name="Send").click()
    expect(answers(page)).to_have_count(1)
    expect_answers(caller, ("Kept", ["a.png"]))


def test_link_that_is_over_is_renewed(page: Page, caller: Caller) -> None:
    caller.write("", pdf())
    link = page.get_by_role("link", name="offer.pdf")
    link.evaluate("link => { link.href = link.href.replace(/e=\\d+/, 'e=1') }")
    link.hover()
    expect(link).not_to_have_attribute("href", re.compile(r"e=1&"))
    with page.expect_download() as download:
        link.click()
    assert download.value.suggested_filename == "offer.pdf"


def test_details_of_the_visitor_come_by_themselves(page: Page, caller: Caller) -> None:
    caller.tell(name="Maria Ivanova", email="maria@example.com")
    expect(page.locator(".msgr-head h1")).to_have_text("Maria Ivanova")
    card = page.locator("#msgr-card")
    expect(card.get_by_role("heading", name="Maria Ivanova")).to_be_visible()
    expect(card.get_by_role("link", name="maria@example.com")).to_be_visible()
    expect(page.locator(".msgr-message-in .msgr-sender").first).to_have_text("Maria Ivanova")
    expect(page.locator(".msgr-event", has_text="gave their email and name")).to_be_visible()
