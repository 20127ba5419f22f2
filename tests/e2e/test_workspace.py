"""The workspace's talk in browsers: notes, canned responses, keys, pictures, and the way back in time."""

import re
from collections.abc import Iterator

import pytest
from playwright.sync_api import Page, expect

from tests.e2e.conftest import NewContext
from tests.e2e.people import Operator, Visitor
from tests.e2e.system import Demo
from tests.e2e.workspaces import (
    DESK,
    add_canned,
    choose_kind,
    conversation_of,
    fill_with_messages,
    person,
    pick,
    read_on,
    row,
    scroll_to_the_beginning,
    top_of,
)

TYPING = "**/conversations/*/typing/"


@pytest.fixture(scope="module")
def demo(tmp_path_factory: pytest.TempPathFactory) -> Iterator[Demo]:
    """One of its own: its people know each other."""
    own = Demo(tmp_path_factory.mktemp("workspace"))
    yield own
    own.stop()


@pytest.fixture
def guest(new_context: NewContext, demo: Demo) -> Visitor:
    """A visitor who wrote."""
    visitor = Visitor(new_context(), demo).open()
    visitor.write("Do you deliver to Tagil?")
    visitor.expect_texts("Do you deliver to Tagil?")
    return visitor


@pytest.fixture
def anna(new_context: NewContext, demo: Demo, guest: Visitor) -> Operator:
    """In the visitor's conversation, which is the newest."""
    operator = Operator(new_context(viewport=DESK), person(demo, "anna"))
    operator.page.locator(".msgr-row a.msgr-client-name").first.click()
    expect(operator.page.locator("#msgr-timeline")).to_contain_text("Do you deliver to Tagil?")
    operator.page.wait_for_load_state("load")
    return operator


def visit(page: Page, operator: Operator, demo: Demo) -> None:
    """The same conversation in a colleague's browser."""
    page.goto(f"{demo.base_url}/admin/messenger/conversation/{conversation_of(operator.page)}/change/")
    page.wait_for_load_state("load")


def test_a_note_reaches_the_colleague_and_not_the_visitor(
    anna: Operator, guest: Visitor, new_context: NewContext, demo: Demo
) -> None:
    dmitry = Operator(new_context(viewport=DESK), person(demo, "dmitry")).page
    visit(dmitry, anna, demo)
    told: list[str] = []
    anna.page.on("request", lambda request: told.append(request.url) if "/typing/" in request.url else None)
    choose_kind(anna, "note")
    anna.page.keyboard.type("Known for his tricks, @dm")
    expect(anna.page.get_by_role("option", selected=True)).to_contain_text("@dmitry")
    anna.page.keyboard.press("Enter")
    expect(anna.input).to_have_value(re.compile(r"tricks, @dmitry $"))
    anna.page.keyboard.press("Control+Enter")
    note = anna.page.locator(".msgr-message-internal[data-message]")
    expect(note.locator(".msgr-mention")).to_be_visible()
    expect(dmitry.locator(".msgr-message-internal[data-mentions-me]")).to_contain_text("mentions you")
    assert not told, "the visitor isn't told that somebody types a note"
    choose_kind(anna, "answer")
    anna.write("Yes, we do.")
    guest.expect_texts("Do you deliver to Tagil?", "Yes, we do.")
    with dmitry.expect_response("**/read/"):
        dmitry.reload()
    dmitry.reload()
    expect(dmitry.locator(".msgr-message-internal")).to_be_visible()
    expect(dmitry.locator("[data-mentions-me]")).to_have_count(0)


def test_answer_and_note_have_drafts_of_their_own(anna: Operator) -> None:
    anna.input.fill("To the client")
    anna.page.keyboard.press("Alt+i")
    expect(anna.input).to_have_value("")
    anna.input.fill("To colleagues")
    anna.page.keyboard.press("Alt+i")
    expect(anna.input).to_have_value("To the client")
    expect(anna.page.locator(".msgr-kind-note .msgr-kind-draft")).to_be_visible()
    anna.page.reload()
    anna.page.wait_for_load_state("load")
    expect(anna.input).to_have_value("To the client")
    choose_kind(anna, "note")
    expect(anna.input).to_have_value("To colleagues")


def test_a_note_survives_a_cut_and_stays_a_note(anna: Operator) -> None:
    anna.page.context.route("**/reply/", lambda route: route.abort())
    choose_kind(anna, "note")
    anna.write("Kept through the cut")
    expect(anna.page.locator(".msgr-pending.msgr-message-internal")).to_be_visible()
    anna.page.reload()
    expect(anna.page.locator(".msgr-pending.msgr-message-internal")).to_be_visible()
    anna.page.context.unroute("**/reply/")
    stored = anna.page.locator(".msgr-message-internal[data-message]")
    expect(stored).to_have_count(1)
    expect(stored).to_contain_text("Kept through the cut")
    expect(anna.page.locator(".msgr-pending")).to_have_count(0)


def test_a_refused_note_comes_back_as_a_note(anna: Operator) -> None:
    choose_kind(anna, "note")
    anna.write("@ilya of Moscow should see this")
    expect(anna.page.locator(".msgr-failed")).to_contain_text("can't see this conversation")
    choose_kind(anna, "answer")
    anna.page.locator(".msgr-failed .msgr-discard").click()
    expect(anna.page.locator("#msgr-composer")).to_have_attribute("data-kind", "note")
    expect(anna.input).to_have_value("@ilya of Moscow should see this")


def test_files_of_a_note_stay_with_it(anna: Operator) -> None:
    choose_kind(anna, "note")
    pick(anna.page, "proof.png")
    expect(anna.page.locator(".msgr-pick")).to_have_count(1)
    choose_kind(anna, "answer")
    expect(anna.page.locator(".msgr-pick")).to_have_count(0)
    anna.write("Only words")
    expect(anna.page.locator(".msgr-message-out[data-message]").last.locator("img")).to_have_count(0)
    choose_kind(anna, "note")
    expect(anna.page.locator(".msgr-pick")).to_have_count(1)


def test_notes_are_written_where_answers_are_not(anna: Operator) -> None:
    anna.press("close")
    expect(anna.input).to_be_disabled()
    choose_kind(anna, "note")
    anna.write("Refunded by hand")
    expect(anna.page.locator(".msgr-message-internal[data-message]")).to_contain_text("Refunded")
    choose_kind(anna, "answer")
    expect(anna.input).to_be_disabled()


def test_canned_responses_by_keyboard(new_context: NewContext, demo: Demo, guest: Visitor) -> None:
    boss = Operator(new_context(viewport=DESK), demo)
    add_canned(boss.page, demo.base_url, "hours", "We are here from 9 to 18.")
    add_canned(boss.page, demo.base_url, "hello", 'Hello {{ contact.name|default:"there" }}!')
    boss.show_all()
    boss.page.locator(".msgr-row a.msgr-client-name").first.click()
    boss.page.wait_for_load_state("load")
    boss.input.fill("")
    boss.page.keyboard.type("/h")
    options = boss.page.get_by_role("option")
    expect(options).to_have_count(2)
    boss.page.keyboard.press("ArrowDown")
    selected = boss.page.get_by_role("option", selected=True)
    expect(selected).to_contain_text("/hours")
    expect(boss.input).to_have_attribute("aria-activedescendant", selected.get_attribute("id") or "")
    boss.page.keyboard.press("ArrowUp")
    boss.page.keyboard.press("Enter")
    expect(boss.input).to_have_value("Hello there!")
    boss.page.keyboard.type(" either/or /nine")
    expect(options).to_have_count(0)
    boss.page.keyboard.press("Control+a")
    boss.page.keyboard.type("/9 to")
    boss.page.keyboard.press("Control+a")
    boss.page.keyboard.type("/18")
    expect(options).to_have_count(1)
    boss.page.keyboard.press("Escape")
    expect(options).to_have_count(0)
    expect(boss.input).to_be_focused()
    boss.page.keyboard.type("x")
    expect(options).to_have_count(0)


def test_the_keys_work_outside_of_fields(anna: Operator) -> None:
    page = anna.page
    anna.input.fill("")
    page.keyboard.type("e?nr")
    expect(anna.input).to_have_value("e?nr")
    page.keyboard.press("Escape")
    expect(page.locator("#msgr-scroll")).to_be_focused()
    page.keyboard.press("Shift+Slash")
    expect(page.get_by_role("dialog", name="Keys")).to_be_visible()
    page.keyboard.press("e")
    page.keyboard.press("Escape")
    expect(page.get_by_role("dialog", name="Keys")).to_be_hidden()
    expect(page.locator("[data-msgr-action=resolve]")).to_be_visible()
    page.keyboard.press("r")
    expect(anna.input).to_be_focused()
    page.keyboard.press("Escape")
    page.keyboard.press("e")
    expect(page.locator("[data-msgr-action=reopen]")).to_have_count(1)
    expect(page.locator("[data-msgr-action=resolve]")).to_have_count(0)


def test_letters_can_be_turned_off(anna: Operator) -> None:
    page = anna.page
    page.get_by_role("button", name="Keys", exact=True).click()
    page.get_by_role("checkbox", name="Single letters").uncheck()
    page.keyboard.press("Escape")
    page.reload()
    page.wait_for_load_state("load")
    page.locator("#msgr-scroll").focus()
    page.keyboard.press("e")
    page.keyboard.press("Alt+i")
    expect(page.locator("#msgr-composer")).to_have_attribute("data-kind", "note")
    expect(page.locator("[data-msgr-action=resolve]")).to_be_visible()


def test_the_next_one_who_waits(anna: Operator, new_context: NewContext, demo: Demo) -> None:
    here = conversation_of(anna.page)
    second = Visitor(new_context(), demo).open()
    second.write("And me?")
    second.expect_texts("And me?")
    anna.page.keyboard.press("Alt+n")
    anna.page.wait_for_url(re.compile(rf"/conversation/(?!{here}/)\d+/change/"))


def test_pictures_by_themselves(anna: Operator) -> None:
    page = anna.page
    for name in ("first.png", "second.png"):
        pick(page, name)
        anna.write(name)
        expect(page.locator(f".msgr-picture img[alt='{name}']")).to_be_visible()
    opener = page.locator(".msgr-picture").first
    opener.click()
    box = page.get_by_role("dialog", name="Picture")
    expect(box.locator("img")).to_have_attribute("alt", "first.png")
    expect(box).to_contain_text("1 / 2")
    page.keyboard.press("ArrowRight")
    expect(box.locator("img")).to_have_attribute("alt", "second.png")
    expect(box.locator("#msgr-lightbox-download")).to_have_attribute("href", re.compile("download=1"))
    page.keyboard.press("ArrowRight")
    expect(box).to_contain_text("2 / 2")
    box.get_by_role("button", name="Full size").click()
    expect(box.get_by_role("button", name="Full size")).to_have_attribute("aria-pressed", "true")
    page.keyboard.press("Escape")
    expect(box).to_be_hidden()
    expect(opener).to_be_focused()


def test_scrolling_up_keeps_the_place(anna: Operator, demo: Demo) -> None:
    ids = fill_with_messages(demo, conversation_of(anna.page), 160)
    anna.page.reload()
    expect(row(anna.page, ids[-1])).to_be_in_viewport()
    first = int(anna.page.locator("[data-message]").first.get_attribute("data-message") or 0)
    anna.page.locator("#msgr-scroll").hover()
    with anna.page.expect_response(re.compile("before_id=")):
        row(anna.page, first).evaluate("row => row.scrollIntoView({block: 'start'})")
        before = top_of(row(anna.page, first))
    expect(row(anna.page, ids[ids.index(first) - 1])).to_be_attached()
    assert abs(top_of(row(anna.page, first)) - before) < 2
    scroll_to_the_beginning(anna.page, ids[0])
    shown = anna.page.locator("[data-message]").evaluate_all("rows => rows.map(row => +row.dataset.message)")
    assert shown == ids
    days = anna.page.locator(".msgr-day").evaluate_all("days => days.map(day => day.dataset.key)")
    assert len(days) == len(set(days))


def test_a_link_leads_to_an_old_message_and_on_from_there(anna: Operator, demo: Demo) -> None:
    ids = fill_with_messages(demo, conversation_of(anna.page), 300)
    target = ids[60]
    anna.page.goto(f"{anna.page.url.partition('#')[0]}#message-{target}")
    anna.page.reload()
    expect(row(anna.page, target)).to_be_in_viewport()
    expect(row(anna.page, target)).to_be_focused()
    expect(row(anna.page, ids[-1])).to_be_attached()
    expect(anna.page.locator(".msgr-gap")).to_have_count(1)
    read_on(anna.page)
    shown = anna.page.locator("[data-message]").evaluate_all("rows => rows.map(row => +row.dataset.message)")
    assert shown == [pk for pk in ids if pk >= shown[0]]


def test_a_link_to_a_message_that_is_elsewhere_says_so(anna: Operator) -> None:
    anna.page.goto(f"{anna.page.url.partition('#')[0]}#message-1")
    expect(anna.page.locator("#msgr-toast")).to_have_text("This message is not here.")
