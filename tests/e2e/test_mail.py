"""A visitor leaves before the answer, gets it by mail, and comes back by its link in another browser."""

import os
import re
import subprocess
import sys
from collections.abc import Iterator
from pathlib import Path
from urllib.parse import urlsplit

import pytest
from playwright.sync_api import BrowserContext, Page, expect

from tests.e2e.axe import findings
from tests.e2e.conftest import NewContext
from tests.e2e.people import Operator, Visitor
from tests.e2e.system import Demo, System
from tests.e2e.test_story import unique
from tests.letterbox import Letter, Letterbox

# The worker's minute, at a time that the test sets, with a mail server.
WORKER = """
import sys, django
django.setup()
from datetime import timedelta
from messenger.lib import clock
from messenger.models import Conversation, Inbox, Message
from messenger.tasks import mail_visitors
Inbox.objects.update(mail_enabled=True)
with clock.at(clock.now() + timedelta(minutes=float(sys.argv[1]))):
    print(mail_visitors())
"""
READ = """
import sys, django
django.setup()
from messenger.models import Message
print(Message.objects.get(body=sys.argv[1]).read_at is not None)
"""


@pytest.fixture
def letterbox() -> Iterator[Letterbox]:
    with Letterbox().open() as letterbox:
        yield letterbox


class Worker:
    """Runs what the demo's worker would run, in a process with settings of its own."""

    def __init__(self, demo: Demo, letterbox: Letterbox) -> None:
        self._environment = (
            os.environ
            | demo.facts["environment"]
            | {
                "DJANGO_SETTINGS_MODULE": "crm.settings",
                "EMAIL_URL": f"smtp://127.0.0.1:{letterbox.port}",
                "MESSENGER_PUBLIC_URL": demo.base_url,
            }
        )

    def run(self, code: str, argument: str) -> str:
        done = subprocess.run(
            [sys.executable, "-c", code, argument],
            env=self._environment,
            cwd=Path(__file__).parents[2],
            capture_output=True,
            text=True,
            check=True,
        )
        return done.stdout.strip()


@pytest.fixture
def worker(system: System, letterbox: Letterbox) -> Worker:
    if not isinstance(system, Demo):
        pytest.skip("needs the demo's database")
    return Worker(system, letterbox)


def test_the_answer_finds_who_left(
    new_context: NewContext, system: System, operator: Operator, worker: Worker, letterbox: Letterbox
) -> None:
    question, answer = unique("Is the red one in stock?"), unique("It is. Shall we keep it?")
    address = f"{unique('maria').replace(' ', '-')}@example.org"
    leaving = new_context()
    visitor = Visitor(leaving, system).open()
    visitor.write(question)
    visitor.expect_texts(question)
    give_address(visitor, address)
    operator.open(question)
    visitor.page.close()
    operator.write(answer)
    operator.expect_texts(question, answer)

    worker.run(WORKER, "4")
    assert letters_to(address, letterbox) == []
    worker.run(WORKER, "7")
    (letter,) = letters_to(address, letterbox)
    assert answer in letter.text
    expect(operator.page.get_by_text("it was sent by email")).to_be_visible(timeout=15_000)

    found = re.search(r"http\S+/messenger/back/\S+", letter.text)
    assert found
    elsewhere = new_context()
    page = somebody_else(elsewhere, system)
    page.goto(found[0])
    expect(page.locator(".msgr-text")).to_have_text([question, answer])
    assert urlsplit(page.url).path == "/messenger/back/"
    assert found[0].rstrip("/").rpartition("/")[2] not in page.url
    expect(operator.page.locator(".msgr-message-out.msgr-read").last).to_be_visible()
    assert worker.run(READ, answer) == "True"

    page.reload()
    expect(page.locator(".msgr-text")).to_have_text([question, answer])
    worker.run(WORKER, "80")
    assert len(letters_to(address, letterbox)) == 1


def give_address(visitor: Visitor, address: str) -> None:
    """As the site does that knows it: the widget's form asks for it only while nobody is there."""
    with visitor.page.expect_response("**/api/widget/bootstrap/"):
        visitor.page.evaluate("(email) => window.Messenger.identify({ email })", address)


def somebody_else(context: BrowserContext, system: System) -> Page:
    """Another visitor has used this browser before, and left something unsent."""
    other = Visitor(context, system).open()
    other.write(unique("Mine"))
    expect(other.page.locator(".msgr-text")).to_have_count(1)
    context.set_offline(True)
    other.write(unique("Unsent"))
    expect(other.page.locator(".msgr-text")).to_have_count(2)
    other.page.goto("about:blank")
    context.set_offline(False)
    return other.page


def letters_to(address: str, letterbox: Letterbox) -> list[Letter]:
    return [letter for letter in letterbox.letters if letter.to == [address]]


def test_pages_are_accessible(new_context: NewContext, system: System) -> None:
    page = new_context().new_page()
    for path in ("/messenger/back/x/", "/messenger/no-more-mail/x/"):
        page.goto(system.base_url + path)
        assert findings(page) == []
