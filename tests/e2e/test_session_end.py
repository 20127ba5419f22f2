"""A session that ended by itself costs nobody a word; and after a log-out one may leave nothing behind."""

from collections.abc import Iterator

import pytest
from playwright.sync_api import BrowserContext, Page, Request, expect

from tests.e2e.axe import found_on
from tests.e2e.conftest import NewContext
from tests.e2e.people import Operator, Visitor
from tests.e2e.system import Demo, System
from tests.e2e.test_story import unique
from tests.e2e.workspaces import DESK, conversation_of, database, person

UNREAD = "**/api/messenger/unread/"
TOUCHED = "x-messenger-touched"


@pytest.fixture(scope="module")
def demo(tmp_path_factory: pytest.TempPathFactory) -> Iterator[Demo]:
    """Its pages tell every second that they are there."""
    own = Demo(tmp_path_factory.mktemp("ends"), MESSENGER_PRESENCE_TIMEOUT_SECONDS="4")
    yield own
    own.stop()


@pytest.fixture
def context(new_context: NewContext) -> BrowserContext:
    return new_context(viewport=DESK)


@pytest.fixture
def answering(new_context: NewContext, context: BrowserContext, demo: Demo) -> Operator:
    """The administrator in front of a conversation."""
    question = unique("Do you deliver?")
    Visitor(new_context(), demo).open().write(question)
    operator = Operator(context, demo)
    operator.open(question)
    return operator


def end_all_sessions(demo: Demo) -> None:
    """As idle time does: their rows are over (tests/crm/test_session_life.py)."""
    with database(demo) as connection:
        connection.execute("UPDATE django_session SET expire_date = now()")


def colleague_for(demo: Demo, conversation: int) -> System:
    """Somebody who sees it as well."""
    with database(demo) as connection:
        found = connection.execute(
            """SELECT username FROM crm_user JOIN messenger_conversation USING (branch_id)
            WHERE messenger_conversation.id = %s ORDER BY username LIMIT 1""",
            [conversation],
        )
        return person(demo, found.fetchone()[0])


def log_in(page: Page, system: System) -> None:
    page.locator("input[name=username]").fill(system.username)
    page.locator("input[name=password]").fill(system.password)
    page.locator("input[name=password]").press("Enter")
    page.wait_for_url(lambda url: "/login/" not in url)


def write_draft(operator: Operator, text: str) -> None:
    operator.page.wait_for_load_state("load")
    operator.input.press_sequentially(text)
    operator.page.wait_for_function(
        "text => Object.values(localStorage).includes(JSON.stringify(text))", arg=text
    )


def test_what_was_half_written_is_there_after_the_next_log_in(answering: Operator, demo: Demo) -> None:
    page, text = answering.page, unique("We deliver to")
    write_draft(answering, text)
    end_all_sessions(demo)
    expect(page.locator("[data-msgr-trouble=logged-out]")).to_be_visible()
    expect(answering.input).to_have_value(text)
    page.reload()
    assert "/admin/login/?next=/admin/messenger/conversation/" in page.url
    log_in(page, demo)
    expect(answering.input).to_have_value(text)


def test_somebody_else_sees_nothing_of_it(answering: Operator, demo: Demo) -> None:
    page, text = answering.page, unique("Only I know")
    write_draft(answering, text)
    end_all_sessions(demo)
    address, colleague = page.url, colleague_for(demo, conversation_of(page))
    page.reload()
    log_in(page, colleague)
    assert page.url == address
    page.wait_for_load_state("load")
    expect(answering.input).to_have_value("")


def test_an_answer_that_was_sent_too_late_is_kept(answering: Operator, demo: Demo) -> None:
    page, text = answering.page, unique("A bit late")
    end_all_sessions(demo)
    answering.write(text)
    expect(page.locator(".msgr-failed")).to_contain_text(text)
    page.reload()
    log_in(page, demo)
    expect(page.locator("#msgr-timeline .msgr-text", has_text=text)).to_have_count(1)
    expect(page.locator(".msgr-pending")).to_have_count(0)


def asks(page: Page) -> Request:
    with page.expect_request(UNREAD) as asked:
        pass
    return asked.value


def test_a_page_says_when_somebody_touched_it(answering: Operator) -> None:
    page = answering.page
    page.reload()
    page.wait_for_load_state("load")
    assert all(TOUCHED not in asks(page).headers for _ in range(2))
    with page.expect_request(lambda request: TOUCHED in request.headers):
        page.keyboard.press("ArrowDown")
    assert all(TOUCHED not in asks(page).headers for _ in range(2))
    page.evaluate("document.body.dispatchEvent(new KeyboardEvent('keydown', {bubbles: true}))")
    assert all(TOUCHED not in asks(page).headers for _ in range(2))


def log_out(page: Page) -> None:
    page.evaluate("document.querySelector('form[action$=\"/logout/\"]').requestSubmit()")
    expect(page.get_by_role("heading", name="You are logged out")).to_be_visible()


def test_after_a_log_out_one_may_leave_nothing_behind(answering: Operator, demo: Demo) -> None:
    page, text = answering.page, unique("Not for everybody")
    address = page.url
    write_draft(answering, text)
    page.evaluate("localStorage.setItem('msgr:draft:0:1', JSON.stringify('of a colleague'))")
    log_out(page)
    delete = page.get_by_role("button", name="Delete what wasn't sent")
    expect(delete).to_be_visible()
    assert found_on(page) == []
    delete.click()
    expect(page.get_by_text("Nothing of yours is left")).to_be_visible()
    expect(delete).to_be_hidden()
    kept = page.evaluate("Object.entries(localStorage).filter(([key]) => key.startsWith('msgr:draft:'))")
    assert kept == [["msgr:draft:0:1", '"of a colleague"']]
    page.goto(address)
    log_in(page, demo)
    expect(answering.input).to_have_value("")
    log_out(page)
    expect(page.locator("#msgr-left")).to_be_hidden()
