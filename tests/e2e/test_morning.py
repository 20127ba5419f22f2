"""A morning of an operator: what waits is seen, three are answered, one goes on, one ends, and the rating arrives."""

import uuid
from collections.abc import Iterator

import pytest
from playwright.sync_api import Page, expect

from tests.e2e.conftest import NewContext
from tests.e2e.people import Operator, Visitor
from tests.e2e.system import Demo, System
from tests.e2e.workspaces import DESK, choose_kind, person

NAMES = ("a sofa", "a lamp", "a table")


@pytest.fixture(scope="module")
def demo(tmp_path_factory: pytest.TempPathFactory) -> Iterator[Demo]:
    """One of its own: nobody else is there to take what waits."""
    own = Demo(tmp_path_factory.mktemp("morning"))
    yield own
    own.stop()


@pytest.fixture
def visitors(new_context: NewContext, demo: Demo) -> dict[str, Visitor]:
    """Three who write at the global inbox, by what they ask, before anybody is there."""
    everywhere = System(demo.base_url, demo.facts["global_widget_token"], "", "")
    found = {}
    for name in NAMES:
        question = f"Where is {name}? {uuid.uuid4().hex[:8]}"
        visitor = Visitor(new_context(), everywhere).open()
        visitor.write(question)
        visitor.expect_texts(question)
        found[question] = visitor
    return found


def test_a_morning(visitors: dict[str, Visitor], new_context: NewContext, demo: Demo) -> None:
    anna = Operator(new_context(viewport=DESK), person(demo, "anna"))
    page, sofa = anna.page, next(iter(visitors))
    anna.expect_row(sofa)
    for number, (question, visitor) in enumerate(visitors.items()):
        anna.show_all()
        anna.open(question)
        anna.write(f"Answer {number}")
        visitor.expect_texts(question, f"Answer {number}")

    anna.show_all()
    anna.open("Answer 0")
    choose_kind(anna, "note")
    anna.write("Asked the warehouse")
    expect(page.locator(".msgr-message-internal[data-message]")).to_contain_text("Asked the warehouse")
    anna.press("resolve")
    expect(page.locator(".msgr-event").last).to_contain_text("resolved")
    rate(visitors[sofa].page, "9")
    expect(page.locator(".msgr-event").last).to_contain_text("9")
    visitors[sofa].expect_texts(sofa, "Answer 0")

    anna.show_all()
    anna.open("Answer 1")
    transfer(page, to="Илья")
    anna.show_all()
    expect(page.locator(".msgr-row", has_text="Answer 2")).to_have_count(1)
    expect(page.locator(".msgr-row", has_text="Answer 1")).to_have_count(0)


def rate(page: Page, score: str) -> None:
    card = page.locator(".msgr-card")
    card.get_by_role("radio", name=score, exact=True).check()
    card.get_by_role("button", name="Send").click()
    expect(page.get_by_text("Thank you for your rating!")).to_be_visible()


def transfer(page: Page, *, to: str) -> None:
    page.get_by_role("button", name="Transfer").first.click()
    option = page.locator("#msgr-transfer-to option", has_text=to).first
    page.locator("#msgr-transfer-to").select_option(value=option.get_attribute("value"))
    page.get_by_role("dialog").get_by_role("button", name="Transfer").click()
    expect(page.get_by_text("Transferred to")).to_be_visible()
