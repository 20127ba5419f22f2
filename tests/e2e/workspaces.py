"""The workspace in a browser: people of one branch, and conversations as long as a test needs."""

from typing import Any

import psycopg
from playwright.sync_api import Locator, Page, expect

from tests.e2e.people import Operator
from tests.e2e.system import Demo, System

PNG = bytes.fromhex(
    "89504e470d0a1a0a0000000d4948445200000001000000010802000000907753de0000000c4944415478da63f8cf"
    "c000000301010018dd8db00000000049454e44ae426082"
)
DESK = {"width": 1440, "height": 900}


def person(demo: Demo, username: str) -> System:
    (found,) = (one for one in demo.facts["operators"] if one["username"] == username)
    return System(demo.base_url, demo.widget_token, username, found["password"])


def database(demo: Demo) -> Any:
    return psycopg.connect(demo.facts["environment"]["DATABASE_URL"], autocommit=True)


def conversation_of(page: Page) -> int:
    return int(page.locator("#msgr-workspace").get_attribute("data-conversation") or 0)


def fill_with_messages(demo: Demo, conversation: int, count: int) -> list[int]:
    """So many more of the visitor's; the ids of all messages, oldest first."""
    with database(demo) as connection:
        connection.execute(
            """INSERT INTO messenger_message (conversation_id, direction, body, created_at)
            SELECT %(k)s, 'in', repeat('line ' || n || ' ', 1 + n %% 7), now() FROM generate_series(1, %(count)s) n""",
            {"k": conversation, "count": count},
        )
        ids = connection.execute(
            "SELECT id FROM messenger_message WHERE conversation_id = %s ORDER BY id", [conversation]
        )
        return [row[0] for row in ids.fetchall()]


def row(page: Page, message_id: int) -> Locator:
    return page.locator(f"[data-message='{message_id}']")


def top_of(locator: Locator) -> float:
    box = locator.bounding_box()
    assert box is not None
    return box["y"]


def choose_kind(operator: Operator, kind: str) -> None:
    """By the mouse, as whoever doesn't know the key."""
    operator.page.locator(f".msgr-kind:has([value={kind}])").click()
    expect(operator.page.locator("#msgr-composer")).to_have_attribute("data-kind", kind)


def add_canned(page: Page, base_url: str, shortcut: str, text: str) -> None:
    page.goto(f"{base_url}/admin/messenger/cannedresponse/add/")
    page.locator("input[name=shortcut]").fill(shortcut)
    page.locator("textarea[name=text]").fill(text)
    page.locator("[name=_save]").click()
    page.wait_for_url("**/cannedresponse/")


def pick(page: Page, name: str) -> None:
    """Chooses a picture of this name."""
    page.locator("#msgr-composer input[type=file]").set_input_files(
        {"name": name, "mimeType": "image/png", "buffer": PNG}
    )


def scroll_to_the_beginning(page: Page, oldest: int) -> None:
    for _ in range(20):
        page.locator("#msgr-scroll").evaluate("box => box.scrollTo(0, 0)")
        page.wait_for_timeout(150)
        if row(page, oldest).count():
            return
    expect(row(page, oldest)).to_be_attached()


def read_on(page: Page) -> None:
    """Down the list until nothing is left out."""
    for _ in range(40):
        gap = page.locator(".msgr-gap")
        if not gap.count():
            return
        gap.evaluate_all("gaps => gaps[0]?.previousElementSibling.scrollIntoView({block: 'start'})")
        page.wait_for_timeout(150)
    expect(page.locator(".msgr-gap")).to_have_count(0)
