"""A conversation of the global inbox goes from hand to hand, and everybody whom it concerns is told."""

import os
import re
import subprocess
import sys
import uuid
from collections.abc import Callable, Iterator

import pytest
from playwright.sync_api import Locator, Page, expect

from tests.e2e.conftest import NewContext
from tests.e2e.people import Operator, Visitor
from tests.e2e.system import Demo, System

DESK = {"width": 1440, "height": 900}
PHONE = {"width": 390, "height": 844}

type LogIn = Callable[..., Operator]


@pytest.fixture(scope="module")
def demo(tmp_path_factory: pytest.TempPathFactory) -> Iterator[Demo]:
    """One of its own: operators who are there would take what the other stories leave to whoever comes first."""
    demo = Demo(tmp_path_factory.mktemp("transfers"))
    yield demo
    demo.stop()


@pytest.fixture
def log_in(new_context: NewContext, demo: Demo) -> LogIn:
    """By user name, with a page of their own."""

    def log_in(username: str, viewport: dict[str, int] = DESK) -> Operator:
        people = [demo.facts["admin"], *demo.facts["operators"]]
        person = next(person for person in people if person["username"] == username)
        system = System(demo.base_url, demo.widget_token, person["email"], person["password"])
        return Operator(new_context(viewport=viewport), system)

    return log_in


@pytest.fixture
def visitor(new_context: NewContext, demo: Demo) -> Visitor:
    """Somebody at the global inbox."""
    everywhere = System(demo.base_url, demo.facts["global_widget_token"], "", "")
    return Visitor(new_context(), everywhere)


def show(operator: Operator, path: str) -> Page:
    operator.page.goto(f"{operator.system.base_url}/admin/{path}")
    operator.page.wait_for_load_state("load")
    return operator.page


def notice(operator: Operator, conversation: int) -> Locator:
    """The card about this conversation: the demo's own go from hand to hand as well."""
    return operator.page.get_by_role("status").locator(f"[data-conversation='{conversation}']")


def begin(visitor: Visitor) -> int:
    """Opens the widget; the id of the conversation that begins."""
    with visitor.page.expect_response(re.compile("/api/widget/bootstrap/")) as answer:
        visitor.page.reload()
        visitor.open()
    return int(answer.value.json()["conversation_id"])


def choose(page: Page, text: str) -> None:
    option = page.locator("#msgr-transfer-to option", has_text=text).first
    page.locator("#msgr-transfer-to").select_option(value=option.get_attribute("value"))


def test_from_hand_to_hand(log_in: LogIn, visitor: Visitor) -> None:
    anna, ilya = log_in("anna"), log_in("ilya")
    show(anna, "messenger/contact/")
    question, answer = f"Where is my sofa? {uuid.uuid4().hex[:8]}", f"In Moscow {uuid.uuid4().hex[:8]}"
    number = begin(visitor)
    visitor.write(question)
    expect(notice(anna, number)).to_contain_text("A conversation was given to you.")
    notice(anna, number).get_by_role("link", name="Open").click()
    anna.expect_texts(question)
    page = anna.page
    # Until its modules are loaded the page is a plain form.
    page.wait_for_load_state("load")

    transfer = page.locator(".msgr-actions").get_by_role("button", name="Transfer")
    transfer.click()
    dialog = page.get_by_role("dialog")
    expect(dialog).to_be_visible()
    page.keyboard.press("Escape")
    expect(dialog).to_be_hidden()
    expect(transfer).to_be_focused()

    transfer.click()
    choose(page, "Илья")
    reason = dialog.get_by_label("Reason")
    reason.fill("x" * 501)
    dialog.get_by_role("button", name="Transfer").click()
    expect(dialog.get_by_role("alert")).to_have_text("At most 500 characters.")
    expect(reason).to_have_value("x" * 501)
    reason.fill("The sofa is theirs")
    dialog.get_by_role("button", name="Transfer").click()
    expect(page.get_by_text("Transferred to Илья Громов, Москва.")).to_be_visible()
    assert page.url.endswith("/admin/messenger/conversation/")
    expect(notice(anna, number)).to_have_count(0)

    notice(ilya, number).get_by_role("link", name="Open").click()
    ilya.expect_texts(question)
    expect(ilya.page.locator(".msgr-event").last).to_contain_text("“The sofa is theirs”")
    ilya.write(answer)
    visitor.expect_texts(question, answer)
    visitor.write("Thank you")
    ilya.expect_texts(question, answer, "Thank you")


def test_whoever_loses_a_conversation_is_told(log_in: LogIn, visitor: Visitor) -> None:
    anna, admin = log_in("anna"), log_in("admin")
    show(anna, "messenger/contact/")
    question = f"Anybody there? {uuid.uuid4().hex[:8]}"
    number = begin(visitor)
    visitor.write(question)
    expect(notice(anna, number)).to_contain_text("A conversation was given to you.")
    show(admin, "messenger/conversation/?box=all")
    admin.open(question)
    admin.page.get_by_role("button", name="Transfer").click()
    choose(admin.page, "Павел")
    admin.page.get_by_role("dialog").get_by_role("button", name="Transfer").click()
    expect(admin.page.locator("#msgr-toast")).to_have_text("Transferred to Павел Рябинин, Новосибирск.")
    expect(admin.page.locator(".msgr-event").last).to_contain_text("to Павел Рябинин")
    expect(admin.page.locator("[data-msgr-part=branch]")).to_have_text("Новосибирск")
    card = notice(anna, number)
    expect(card).to_have_count(1)
    expect(card).to_contain_text(f"Your conversation #{number} went on to a colleague.")
    expect(card.get_by_role("link")).to_be_hidden()
    card.get_by_role("button", name="Close the notice").click()
    expect(card).to_have_count(0)


@pytest.mark.parametrize("viewport", [DESK, PHONE], ids=["desk", "phone"])
def test_several_from_the_list(
    log_in: LogIn, visitor: Visitor, new_context: NewContext, demo: Demo, viewport: dict[str, int]
) -> None:
    first, again = f"First {uuid.uuid4().hex[:8]}", f"Again {uuid.uuid4().hex[:8]}"
    visitor.open().write(first)
    other = Visitor(new_context(), demo).open()
    kept = f"Kept {uuid.uuid4().hex[:8]}"
    other.write(kept)
    admin = log_in("admin", viewport)
    page = show(admin, "messenger/conversation/?box=all")
    ticked = admin.expect_row(first).get_by_role("checkbox")
    ticked.focus()
    page.keyboard.press("Space")
    visitor.write(again)
    admin.expect_row(again)
    expect(admin.expect_row(again).get_by_role("checkbox")).to_be_checked()
    expect(page.locator(".msgr-selection-count")).to_have_text("Chosen: 1")
    admin.expect_row(kept).get_by_role("checkbox").check()
    expect(page.locator(".msgr-selection-count")).to_have_text("Chosen: 2")
    for button in page.locator("#msgr-selection button").all():
        box = button.bounding_box()
        assert box is not None
        assert box["x"] + box["width"] <= viewport["width"]
        assert box["height"] >= 24
    if viewport is DESK:
        page.keyboard.press("Enter")
    else:
        page.get_by_role("button", name="Transfer…").click()
    expect(page.get_by_role("heading", name="Transfer 2 conversations")).to_be_visible()
    choose(page, "Мария")
    page.get_by_role("dialog").get_by_role("button", name="Transfer").click()
    told = page.get_by_text(
        "1 transferred, 1 not: Only conversations of a global inbox can go to another branch."
    )
    expect(told).to_be_visible()
    expect(admin.expect_row(again)).to_contain_text("Мария Лебедева")
    expect(page.locator("tbody .msgr-tick input:checked")).to_have_count(0)


def test_all_of_the_page_and_none(log_in: LogIn) -> None:
    page = show(log_in("admin"), "messenger/conversation/?box=all")
    bar, boxes = page.locator("#msgr-selection"), page.locator("tbody .msgr-tick input")
    expect(bar).to_be_hidden()
    page.get_by_role("checkbox", name="Select all on this page").check()
    expect(page.locator("tbody .msgr-tick input:checked")).to_have_count(boxes.count())
    boxes.first.uncheck()
    page.get_by_role("button", name="All on this page").click()
    expect(page.locator(".msgr-selection-count")).to_have_text(f"Chosen: {boxes.count()}")
    page.get_by_role("button", name="Choose none").click()
    expect(bar).to_be_hidden()
    expect(boxes.first).to_be_focused()


def test_administrators_hear_that_nobody_opens_it(log_in: LogIn, visitor: Visitor, demo: Demo) -> None:
    anna, admin = log_in("anna"), log_in("admin")
    show(anna, "messenger/contact/")
    show(admin, "")
    number = begin(visitor)
    visitor.write(f"Hello? {uuid.uuid4().hex[:8]}")
    expect(notice(anna, number)).to_be_visible()
    escalate(demo)
    expect(notice(admin, number)).to_contain_text(f"Nobody opens conversation #{number}.")
    page = show(admin, "")
    alerts = page.get_by_role("region", name="Nobody opens these conversations")
    expect(alerts).to_be_visible()


def escalate(demo: Demo) -> None:
    """As the timetable does, without waiting for it: nobody opened anything in time."""
    subprocess.run(
        [sys.executable, "manage.py", "escalate_messenger_conversations", "--timeout", "0"],
        env={**os.environ, **demo.facts["environment"]},
        check=True,
    )


# Stands last: Dmitry's browser counts as there for two minutes more.
def test_whoever_has_it_open_when_it_comes_has_opened_it(log_in: LogIn, visitor: Visitor) -> None:
    """Else it would be given on to the next one under their hands."""
    people, admin = {"Анна": log_in("anna"), "Дмитрий": log_in("dmitry")}, log_in("admin")
    question = f"Who reads this? {uuid.uuid4().hex[:8]}"
    number = begin(visitor)
    visitor.write(question)
    admin.expect_row(question)
    for operator in (*people.values(), admin):
        show(operator, f"messenger/conversation/{number}/change/")
        operator.expect_texts(question)
    admin.page.get_by_role("button", name="Transfer").click()
    offered = admin.page.locator("#msgr-transfer-to").inner_text()
    (colleague,) = (name for name in people if name in offered)
    choose(admin.page, colleague)
    with people[colleague].page.expect_response(re.compile(r"/read/$")) as answer:
        admin.page.get_by_role("dialog").get_by_role("button", name="Transfer").click()
    assert answer.value.json()["counted"]
