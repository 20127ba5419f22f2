"""The main job, end to end: a visitor writes on a website, an operator answers in the admin."""

import time
import uuid

import pytest
from playwright.sync_api import expect

from tests.e2e.conftest import NewContext
from tests.e2e.people import Operator, Visitor
from tests.e2e.system import Demo, System


def unique(text: str) -> str:
    """So that a story finds its own conversation in a system where others are told."""
    return f"{text} {uuid.uuid4().hex[:8]}"


@pytest.mark.parametrize("streams", [True, False], ids=["by stream", "by polling"])
def test_visitor_asks_and_operator_answers(new_context: NewContext, system: System, *, streams: bool) -> None:
    operator = Operator(new_context(streams=streams, viewport={"width": 1440, "height": 900}), system)
    visitor = Visitor(new_context(streams=streams), system).open()
    question, answer, thanks = unique("Do you deliver?"), unique("Yes, **tomorrow**"), unique("Thanks")
    shown = answer.replace("**", "")

    visitor.write(question)
    operator.open(question)
    operator.expect_texts(question)
    operator.write(answer)
    visitor.expect_texts(question, shown)
    expect(visitor.page.locator(".msgr-text strong")).to_have_text("tomorrow")

    visitor.write(thanks)
    operator.expect_texts(question, shown, thanks)
    operator.press("close")
    expect(operator.page.locator("#msgr-body")).to_be_disabled()


def test_answer_is_there_at_once(visitor: Visitor, operator: Operator) -> None:
    question, answer = unique("Fast?"), unique("Very")
    visitor.open().write(question)
    operator.open(question)
    operator.write(unique("First"))
    expect(visitor.page.locator(".msgr-text")).to_have_count(2)
    started = time.monotonic()
    operator.write(answer)
    expect(visitor.page.locator(".msgr-text").last).to_have_text(answer)
    assert time.monotonic() - started < 2.5, "a poll takes three seconds; the stream takes none"


def test_conversation_outlives_a_reload(visitor: Visitor, operator: Operator) -> None:
    question, answer = unique("Still there?"), unique("Of course")
    visitor.open().write(question)
    visitor.expect_texts(question)
    operator.open(question)
    visitor.page.reload()
    operator.write(answer)
    launcher = visitor.page.get_by_role("button", name="1 unread")
    expect(launcher).to_be_visible(timeout=15_000)
    launcher.click()
    visitor.expect_texts(question, answer)


def test_each_sees_the_other_typing_and_reading(visitor: Visitor, operator: Operator) -> None:
    question, answer = unique("Are you there?"), unique("Yes")
    visitor.open().write(question)
    operator.open(question)
    operator.input.press_sequentially("Hello", delay=30)
    expect(visitor.page.get_by_text("is typing")).to_be_visible()
    visitor.input.press_sequentially("One more", delay=30)
    expect(operator.page.locator("#msgr-typing")).to_be_visible()
    operator.input.fill("")
    operator.write(answer)
    expect(operator.page.locator(".msgr-message-out.msgr-read").last).to_be_visible()
    expect(visitor.page.get_by_text("Read", exact=True).first).to_be_visible()


def test_take_resolve_reopen_and_close(visitor: Visitor, operator: Operator) -> None:
    question = unique("Take me")
    visitor.open().write(question)
    operator.open(question)
    for action, words in (
        ("take", "took"),
        ("resolve", "resolved"),
        ("reopen", "reopened"),
        ("close", "closed"),
    ):
        operator.press(action)
        expect(operator.page.locator(".msgr-event", has_text=words).last).to_be_visible()


def test_restart_in_between_loses_nothing(
    new_context: NewContext, tmp_path_factory: pytest.TempPathFactory
) -> None:
    demo = Demo(tmp_path_factory.mktemp("restarted"))
    try:
        operator = Operator(new_context(viewport={"width": 1440, "height": 900}), demo)
        visitor = Visitor(new_context(), demo).open()
        first, meanwhile, answer = unique("Before"), unique("While it was down"), unique("After")
        visitor.write(first)
        operator.open(first)
        demo.stop()
        visitor.write(meanwhile)
        operator.write(answer)
        demo.start()
        expect(visitor.page.locator(".msgr-text")).to_have_count(3, timeout=60_000)
        expect(operator.page.locator("#msgr-timeline .msgr-text")).to_have_count(3, timeout=60_000)
        visitor.page.reload()
        operator.page.reload()
        expect(operator.page.locator("#msgr-timeline .msgr-text")).to_have_count(3)
        seen = operator.page.locator("#msgr-timeline .msgr-text").all_inner_texts()
        assert sorted(seen) == sorted([first, meanwhile, answer])
        visitor.page.get_by_role("button", name="Open chat").click()
        visitor.expect_texts(*seen)
    finally:
        demo.stop()
