"""What goes wrong on the way between two people: in the end both see the same, each message once, in one order."""

import re
import signal
from collections.abc import Iterator
from contextlib import ExitStack
from pathlib import Path

import pytest
from playwright.sync_api import Page, expect

from crm.servers.valkey import Valkey
from tests.e2e.conftest import NewContext
from tests.e2e.people import Operator, Visitor
from tests.e2e.system import Demo
from tests.e2e.test_story import unique

DESK = {"width": 1440, "height": 900}
LONG = 60_000


@pytest.fixture(scope="module")
def valkey(tmp_path_factory: pytest.TempPathFactory) -> Iterator[Valkey]:
    folder = tmp_path_factory.mktemp("valkey")
    (folder / "log").mkdir()
    server = Valkey(folder)
    server.start()
    server.wait()
    yield server
    server.stop()


@pytest.fixture(scope="module")
def demo(tmp_path_factory: pytest.TempPathFactory, valkey: Valkey) -> Iterator[Demo]:
    """With a Redis that can be stopped, and a limit that a quick visitor meets."""
    folder: Path = tmp_path_factory.mktemp("connection")
    own = Demo(folder, REDIS_URL=valkey.url, MESSENGER_THROTTLE_SEND_SESSION="4/s")
    yield own
    own.stop()


@pytest.fixture
def operator(new_context: NewContext, demo: Demo) -> Operator:
    return Operator(new_context(viewport=DESK), demo)


@pytest.fixture
def visitor(new_context: NewContext, demo: Demo) -> Visitor:
    return Visitor(new_context(), demo).open()


def talk(visitor: Visitor, operator: Operator) -> list[str]:
    """The first words of both."""
    question, answer = unique("Are you there?"), unique("Yes")
    visitor.write(question)
    operator.open(question)
    operator.write(answer)
    visitor.expect_texts(question, answer)
    return [question, answer]


def expect_the_same(operator: Operator, *visitors: Visitor, written: list[str]) -> None:
    """Also after a reload of both: what the pages show is what is stored."""
    on_the_right = operator.page.locator("#msgr-timeline .msgr-text")
    for again in (False, True):
        if again:
            operator.page.reload()
        expect(on_the_right).to_have_count(len(written), timeout=LONG)
        expect(operator.page.locator(".msgr-pending")).to_have_count(0, timeout=LONG)
        seen = on_the_right.all_inner_texts()
        assert sorted(seen) == sorted(written)
        for visitor in visitors:
            if again:
                visitor.page.reload()
                visitor.page.get_by_role("button", name="Open chat").click()
            expect(visitor.page.locator(".msgr-text")).to_have_text(seen, timeout=LONG)
            expect(visitor.page.locator("[data-state=sending], [data-state=waiting]")).to_have_count(0)


def test_network_of_either_is_cut(visitor: Visitor, operator: Operator) -> None:
    written = talk(visitor, operator)
    for person in (visitor, operator):
        person.page.context.set_offline(True)
        for writer in (visitor, operator):
            written.append(unique("While it was cut"))
            writer.write(written[-1])
        person.page.context.set_offline(False)
    expect_the_same(operator, visitor, written=written)


def test_redis_is_restarted(visitor: Visitor, operator: Operator, valkey: Valkey) -> None:
    """With it go all sessions, limits and channels."""
    written = talk(visitor, operator)
    valkey.stop(at_once=True)
    for writer in (visitor, operator, visitor):
        written.append(unique("Without Redis"))
        writer.write(written[-1])
    on_the_right = operator.page.locator("#msgr-timeline .msgr-text")
    expect(on_the_right).to_have_count(len(written), timeout=LONG)
    valkey.restart()
    for writer in (operator, visitor):
        written.append(unique("With Redis again"))
        writer.write(written[-1])
    expect_the_same(operator, visitor, written=written)


def test_server_stands_still_for_a_while(visitor: Visitor, operator: Operator, demo: Demo) -> None:
    """Sockets stay open, and nothing comes through them."""
    written = talk(visitor, operator)
    with ExitStack() as stack:
        demo.send("web", signal.SIGSTOP)
        stack.callback(demo.send, "web", signal.SIGCONT)
        for writer in (visitor, operator):
            written.append(unique("While it stood still"))
            writer.write(written[-1])
        expect(visitor.page.locator("[data-state=sending]")).to_have_count(1)
    expect_the_same(operator, visitor, written=written)


def test_quick_visitor_waits_for_the_limit_and_loses_nothing(visitor: Visitor, operator: Operator) -> None:
    written = talk(visitor, operator)
    for number in range(9):
        written.append(unique(f"Quick {number}"))
        visitor.write(written[-1])
    expect_the_same(operator, visitor, written=written)


@pytest.mark.parametrize("count", [2, 7])
def test_tabs_of_one_visitor_stay_in_step(
    new_context: NewContext, visitor: Visitor, operator: Operator, demo: Demo, count: int
) -> None:
    """A browser opens six connections to a server: without sharing the seventh tab would hang."""
    written = talk(visitor, operator)
    tabs = [visitor]
    for _ in range(count - 1):
        tabs.append(Visitor(visitor.page.context, demo))
        # The chat comes back by itself, closed.
        tabs[-1].page.get_by_role("button", name="Open chat").click()
        tabs[-1].expect_texts(*written)
    for number, tab in enumerate(tabs):
        written.append(unique(f"From tab {number}"))
        tab.write(written[-1])
        wait_for_text(tab.page, written[-1])
    written.append(unique("To all of them"))
    operator.write(written[-1])
    for tab in tabs:
        tab.page.bring_to_front()
        tab.expect_texts(*written)
    expect_the_same(operator, *tabs[:2], written=written)


def wait_for_text(page: Page, text: str) -> None:
    bubble = page.locator(".msgr-mine", has_text=text)
    expect(bubble).to_have_attribute("data-state", re.compile("sent|read"))
