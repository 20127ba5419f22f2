"""Files on their way: stored once, in order, whatever happens."""

import pytest
from playwright.sync_api import BrowserContext, expect

from tests.e2e.widget.conftest import OpenPage
from tests.e2e.widget.fake_api import FakeApi, Fault, wait_until
from tests.e2e.widget.fake_captcha import FakeCaptcha
from tests.e2e.widget.fake_files import png
from tests.e2e.widget.widget_page import WidgetPage

# More than the buffers between browser and server hold.
LARGE = 24 * 1024 * 1024
PICTURE = png(64, 40)


@pytest.fixture(autouse=True)
def attachments(api: FakeApi) -> None:
    api.bootstrap_answer |= {
        "attachments_enabled": True,
        "max_file_size_bytes": 30 * 1024 * 1024,
        "allowed_content_types": ["image/png"],
        "max_files": 5,
    }


def send(widget: WidgetPage, text: str = "", size: int = 0) -> None:
    """A picture made in the page, which needs no time to get there; `size` in bytes more than it has by itself."""
    widget.panel.locator("input[type=file]").evaluate(
        """(node, [picture, size]) => {
          const parts = [new Uint8Array(picture), new Uint8Array(size)];
          const transfer = new DataTransfer();
          transfer.items.add(new File(parts, "a.png", { type: "image/png" }));
          node.files = transfer.files;
          node.dispatchEvent(new Event("change"));
        }""",
        [list(PICTURE), size],
    )
    expect(widget.picked).to_have_count(1)
    widget.write(text)


def stored(widget: WidgetPage) -> int:
    count: int = widget.page.evaluate(
        """() => new Promise((resolve) => {
          const opening = indexedDB.open("messenger", 1);
          opening.onupgradeneeded = () => opening.result.createObjectStore("files");
          opening.onsuccess = () => {
            const counting = opening.result.transaction("files").objectStore("files").count();
            counting.onsuccess = () => { opening.result.close(); resolve(counting.result); };
          };
        })"""
    )
    return count


def test_progress_shows_and_later_texts_wait_in_order(shop: OpenPage, api: FakeApi) -> None:
    widget = shop()
    widget.open()
    api.change(hold_uploads=True)
    send(widget, "a large one", LARGE)
    bar = widget.panel.get_by_role("progressbar", name="Uploading")
    wait_until(lambda: 0 < int(bar.get_attribute("aria-valuenow") or 0) < 100)
    widget.write("and a word")
    expect(widget.mine.last).to_contain_text("and a word")
    expect(widget.mine.last).to_have_attribute("data-state", "sending")
    api.change(hold_uploads=False)
    expect(widget.panel.locator(".msgr-mine[data-state=sent]")).to_have_count(2)
    expect(bar).to_have_count(0)
    assert [message["body"] for message in api.messages] == ["a large one", "and a word"]


def test_cancelled_it_comes_back_to_the_composer(shop: OpenPage, api: FakeApi) -> None:
    widget = shop()
    widget.open()
    api.change(hold_uploads=True)
    send(widget, "wrong one", LARGE)
    wait_until(lambda: api.uploads == 1)
    widget.input.fill("meanwhile")
    widget.mine.get_by_role("button", name="Cancel").click()
    expect(widget.mine).to_have_count(0)
    expect(widget.input).to_have_value("wrong one\nmeanwhile")
    expect(widget.input).to_be_focused()
    expect(widget.picked).to_have_count(1)
    api.change(hold_uploads=False)
    widget.picked.get_by_role("button", name="Remove a.png").click()
    widget.write("only text")
    expect(widget.mine).to_have_attribute("data-state", "sent")
    assert [message["attachments"] for message in api.messages] == [[]]
    assert not [key for key in widget.storage() if ":out:" in key]
    wait_until(lambda: stored(widget) == 0)


def test_cancelled_while_it_waits_it_holds_nothing_up(shop: OpenPage, api: FakeApi) -> None:
    widget = shop()
    widget.open()
    api.faults["send"] = Fault(503, times=2)
    widget.page.clock.install()
    send(widget)
    wait_until(lambda: len(api.seen("send")) == 1)
    widget.page.clock.run_for(2_000)
    expect(widget.mine).to_have_attribute("data-state", "waiting")
    widget.mine.get_by_role("button", name="Cancel").click()
    widget.picked.get_by_role("button", name="Remove a.png").click()
    widget.write("a word")
    expect(widget.mine).to_have_attribute("data-state", "sent")


def test_a_lost_answer_makes_no_double(shop: OpenPage, api: FakeApi) -> None:
    widget = shop()
    widget.open()
    api.faults["stream"] = api.faults["poll"] = Fault(503, times=999)
    api.change(sessions=set())
    api.lose_answers = 1
    send(widget, "only once")
    expect(widget.mine).to_have_attribute("data-state", "sent")
    expect(widget.mine).to_have_count(1)
    said = api.seen("send")
    assert len({one["client_message_id"] for one in said}) == 1
    assert len(api.messages) == 1


def test_a_cut_in_the_middle_is_repeated(shop: OpenPage, api: FakeApi, context: BrowserContext) -> None:
    widget = shop()
    widget.open()
    api.change(hold_uploads=True)
    send(widget, size=LARGE)
    wait_until(lambda: api.uploads == 1)
    context.set_offline(True)
    expect(widget.mine).to_have_attribute("data-state", "sending")
    api.change(hold_uploads=False)
    context.set_offline(False)
    expect(widget.mine).to_have_attribute("data-state", "sent", timeout=15_000)
    assert len(api.messages) == 1
    assert api.messages[0]["attachments"][0]["size"] == LARGE + len(PICTURE)


def test_an_upload_that_stands_still_is_begun_anew(shop: OpenPage, api: FakeApi) -> None:
    widget = shop()
    widget.page.clock.install()
    widget.open()
    api.change(hold_uploads=True)
    send(widget, size=LARGE)
    wait_until(lambda: api.uploads == 1)
    bar = widget.panel.get_by_role("progressbar")
    wait_until(lambda: int(bar.get_attribute("aria-valuenow") or 0) > 0)
    widget.page.clock.run_for(25_000)
    assert api.uploads == 1
    expect(widget.mine).to_have_attribute("data-state", "sending")
    widget.page.clock.run_for(40_000)
    api.change(hold_uploads=False)
    widget.page.clock.run_for(10_000)
    expect(widget.mine).to_have_attribute("data-state", "sent")
    assert api.uploads >= 2
    assert len(api.messages) == 1


def test_unsent_files_survive_a_reload(shop: OpenPage, api: FakeApi) -> None:
    widget = shop()
    widget.open()
    api.faults["send"] = fault = Fault(0, times=999)
    send(widget, "not yet gone")
    widget.write("after it")
    wait_until(lambda: api.seen("send") and stored(widget) == 1)
    widget.page.reload()
    widget.open()
    expect(widget.mine.first.locator("canvas")).to_be_visible()
    fault.times = 0
    expect(widget.panel.locator(".msgr-mine[data-state=sent]")).to_have_count(2, timeout=15_000)
    assert [message["body"] for message in api.messages] == ["not yet gone", "after it"]
    assert next(iter(api.files.values())) == ("image/png", PICTURE)
    wait_until(lambda: stored(widget) == 0)


def test_a_reload_in_the_middle_goes_on(shop: OpenPage, api: FakeApi) -> None:
    widget = shop()
    widget.open()
    api.change(hold_uploads=True)
    send(widget, size=LARGE)
    wait_until(lambda: api.uploads == 1 and stored(widget) == 1)
    widget.page.reload()
    api.change(hold_uploads=False)
    widget.open()
    expect(widget.mine).to_have_attribute("data-state", "sent", timeout=15_000)
    assert len(api.messages) == 1


def test_files_that_could_not_be_kept_are_told_of(shop: OpenPage, api: FakeApi) -> None:
    widget = shop()
    widget.page.add_init_script("delete IDBFactory.prototype.open")
    widget.page.reload()
    widget.open()
    api.faults["send"] = fault = Fault(0, times=999)
    send(widget, "the text stays")
    wait_until(lambda: api.seen("send"))
    widget.page.reload()
    widget.open()
    fault.times = 0
    expect(widget.mine).to_have_attribute("data-state", "failed")
    expect(widget.mine).to_contain_text("The files are no longer here.")
    expect(widget.mine).to_contain_text("the text stays")
    expect(widget.mine.get_by_role("button", name="Retry")).to_have_count(0)
    widget.mine.get_by_role("button", name="Delete").click()
    expect(widget.mine).to_have_count(0)


def test_where_nothing_can_be_kept_files_are_sent_all_the_same(shop: OpenPage, api: FakeApi) -> None:
    widget = shop()
    widget.page.add_init_script(
        """for (const name of ["indexedDB", "localStorage", "sessionStorage"])
          Object.defineProperty(window, name, { get() { throw new Error("forbidden"); } });
        Object.defineProperty(navigator, "locks", { value: undefined });"""
    )
    widget.page.reload()
    widget.open()
    send(widget)
    expect(widget.mine).to_have_attribute("data-state", "sent")
    assert len(api.messages[0]["attachments"]) == 1


@pytest.mark.parametrize("status", [400, 413, 415])
def test_what_the_server_refuses_waits_for_the_visitor(shop: OpenPage, api: FakeApi, status: int) -> None:
    widget = shop()
    widget.open()
    api.faults["send"] = Fault(status, "file_too_large", "The file is too large.")
    send(widget)
    expect(widget.mine).to_have_attribute("data-state", "failed")
    expect(widget.mine).to_contain_text("The file is too large.")
    expect(widget.panel.get_by_role("progressbar")).to_have_count(0)
    widget.mine.get_by_role("button", name="Retry").click()
    expect(widget.mine).to_have_attribute("data-state", "sent")
    assert len({said["client_message_id"] for said in api.seen("send")}) == 1


def test_an_expired_session_is_renewed_and_a_throttle_waited_out(shop: OpenPage, api: FakeApi) -> None:
    widget = shop()
    widget.open()
    api.change(sessions=set())
    api.faults["send"] = Fault(429, "throttled", retry_after=1)
    send(widget)
    expect(widget.mine).to_have_attribute("data-state", "sent")
    assert len(api.messages) == 1


def test_a_proof_of_work_goes_along(shop: OpenPage, api: FakeApi) -> None:
    api.captcha = FakeCaptcha()
    widget = shop()
    widget.open()
    api.captcha.expire()
    send(widget)
    expect(widget.mine).to_have_attribute("data-state", "sent")
    assert api.captcha.accepted == 1
    assert len(api.messages[0]["attachments"]) == 1


def test_two_tabs_upload_it_once(shop: OpenPage, api: FakeApi) -> None:
    one = shop()
    one.open()
    api.change(hold_uploads=True)
    send(one, size=LARGE)
    wait_until(lambda: api.uploads == 1 and stored(one) == 1)
    other = shop()
    other.open()
    expect(other.mine.locator("canvas")).to_be_visible()
    api.change(hold_uploads=False)
    for tab in (one, other):
        expect(tab.mine).to_have_attribute("data-state", "sent")
        expect(tab.mine).to_have_count(1)
    assert api.uploads == 1


def test_called_back_in_one_tab_the_other_does_not_send_it(shop: OpenPage, api: FakeApi) -> None:
    one = shop()
    one.open()
    api.change(hold_uploads=True)
    send(one, size=LARGE)
    wait_until(lambda: api.uploads == 1 and stored(one) == 1)
    other = shop()
    other.open()
    expect(other.mine).to_have_count(1)
    one.page.bring_to_front()
    one.mine.get_by_role("button", name="Cancel").click()
    expect(other.mine).to_have_count(0)
    api.change(hold_uploads=False)
    other.write("a word")
    expect(other.mine).to_have_attribute("data-state", "sent")
    assert [message["body"] for message in api.messages] == ["a word"]


def test_shutdown_ends_an_upload(shop: OpenPage, api: FakeApi) -> None:
    widget = shop()
    widget.open()
    api.change(hold_uploads=True)
    send(widget, size=LARGE)
    wait_until(lambda: api.uploads == 1)
    with widget.page.expect_event("requestfailed", lambda request: "/send/" in request.url):
        widget.api("shutdown()")
    api.change(hold_uploads=False)
    assert api.messages == []
