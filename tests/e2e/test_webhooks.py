"""An administrator connects another system: address, secret, a test; what happens then arrives there."""

import re
from collections.abc import Iterator

import pytest
from playwright.sync_api import Page, expect
from standardwebhooks import Webhook

from tests.e2e.axe import findings
from tests.e2e.conftest import NewContext
from tests.e2e.people import Operator, Visitor
from tests.e2e.system import Demo, System
from tests.e2e.test_story import unique
from tests.receiver import Receiver, receiving

pytestmark = pytest.mark.e2e

DESK = {"width": 1440, "height": 900}
INTEGRATIONS = "#msgr-panel-integrations"


@pytest.fixture
def receiver(system: System) -> Iterator[Receiver]:
    if not isinstance(system, Demo):
        pytest.skip("a deployed system reaches no receiver on this machine")
    with receiving() as one:
        yield one


def open_integrations(page: Page, system: System) -> None:
    """Of the inbox to which visitors write; other tests make more of them."""
    page.goto(f"{system.base_url}/admin/messenger/inbox/")
    links = page.locator("#result_list tbody th a")
    for address in [link.get_attribute("href") for link in links.all()]:
        page.goto(f"{system.base_url}{address}#integrations")
        if page.locator("#msgr-token").text_content() == system.widget_token:
            return
    raise LookupError("no inbox has the token of the tests")


def save(page: Page) -> None:
    page.get_by_role("button", name="Save and continue editing").click()
    page.wait_for_url(re.compile(r"/inbox/\d+/change/#integrations$"))


def test_another_system_is_connected(new_context: NewContext, system: System, receiver: Receiver) -> None:
    administrator = Operator(new_context(viewport=DESK), system)
    page, own = administrator.page, administrator.page.locator(INTEGRATIONS)
    open_integrations(page, system)
    page.locator("#id_webhook_enabled").check(force=True)
    page.locator("#id_webhook_url").fill("http://10.0.0.1/hook")
    page.get_by_role("button", name="Save and continue editing").click()
    expect(own).to_contain_text("its address is not one of the public internet")
    page.locator("#id_webhook_url").fill(receiver.url)
    own.get_by_role("button", name="Make a secret").click()
    secret = page.locator("#id_webhook_secret").input_value()
    assert secret.startswith("whsec_")
    save(page)
    own.get_by_role("button", name="Send a test to the saved address").click()
    expect(own.get_by_role("status")).to_contain_text("It arrived: the receiver answered 200")
    assert receiver.events == ["test"]
    assert findings(page) == []
    try:
        _what_happens_arrives(new_context, system, receiver, secret, page)
    finally:
        open_integrations(page, system)
        page.locator("#id_webhook_enabled").uncheck(force=True)
        save(page)


def _what_happens_arrives(
    new_context: NewContext, system: System, receiver: Receiver, secret: str, page: Page
) -> None:
    text = unique("Is it there?")
    visitor = Visitor(new_context(), system).open()
    visitor.write(text)
    said = next(one for one in receiver.wait_for(3) if one.event == "message.in")
    assert Webhook(secret).verify(said.body, said.headers)
    assert said.json["message"]["body"] == text
    page.reload()
    page.get_by_role("link", name="What was sent").click()
    page.get_by_role("link", name="message from the client").first.click()
    expect(page.locator(".msgr-hook")).to_contain_text(text)
    assert findings(page) == []
    page.get_by_role("button", name="Deliver again").click()
    again = receiver.wait_for(4)[-1]
    assert again.headers["webhook-id"] == said.headers["webhook-id"]
