"""A client's personal data is copied and removed in the browser; its policy is broken nowhere (conftest)."""

import json
import uuid
import zipfile
from collections.abc import Callable, Iterator
from pathlib import Path
from typing import Any

import pytest
from playwright.sync_api import Locator, Page, expect

from tests.e2e.axe import findings
from tests.e2e.caller import Caller
from tests.e2e.conftest import NewContext
from tests.e2e.people import Operator
from tests.e2e.system import Demo, System

DESK: dict[str, Any] = {"viewport": {"width": 1440, "height": 900}}
PHONE: dict[str, Any] = {"viewport": {"width": 390, "height": 844}, "is_mobile": True, "has_touch": True}

type LogIn = Callable[..., Page]


@pytest.fixture(scope="module")
def demo(tmp_path_factory: pytest.TempPathFactory) -> Iterator[Demo]:
    demo = Demo(tmp_path_factory.mktemp("privacy"))
    yield demo
    demo.stop()


@pytest.fixture
def log_in(new_context: NewContext, demo: Demo) -> LogIn:
    """The administrator, or an operator of the widget's branch."""

    def log_in(person: dict[str, str], device: dict[str, Any] = DESK) -> Page:
        system = System(demo.base_url, demo.widget_token, person["email"], person["password"])
        return Operator(new_context(**device), system).page

    return log_in


@pytest.fixture
def name() -> str:
    return f"Zoya {uuid.uuid4().hex[:8]}"


@pytest.fixture
def client(demo: Demo, name: str) -> Iterator[Caller]:
    """Zoya, who has told her name and written."""
    with Caller(demo) as caller:
        caller.write(f"I am {name}, do you deliver?")
        caller.tell(name=name, email="zoya@example.com")
        yield caller


def open_contact(page: Page, demo: Demo, name: str) -> None:
    page.goto(f"{demo.base_url}/admin/messenger/contact/?q={name.replace(' ', '+')}")
    page.locator("#result_list tbody th a").click()
    page.wait_for_url("**/change/**")


def open_personal_data(page: Page, demo: Demo, name: str) -> None:
    open_contact(page, demo, name)
    page.goto(page.url.split("/change/")[0] + "/personal-data/")
    expect(page.get_by_role("heading", name="Personal data", exact=True).first).to_be_visible()


def section(page: Page, title: str) -> Locator:
    return page.get_by_role("region", name=title)


def audit_line(page: Page, demo: Demo, words: str, object_name: str) -> Locator:
    page.goto(f"{demo.base_url}/admin/crm/auditentry/")
    return page.locator("#result_list tbody tr", has_text=object_name).filter(has_text=words)


def test_copy_is_asked_for_and_downloaded(
    log_in: LogIn, demo: Demo, client: Caller, name: str, tmp_path: Path
) -> None:
    page = log_in(demo.facts["admin"])
    open_personal_data(page, demo, name)
    copy = section(page, "Copy of the data")
    copy.get_by_label("With files, as a ZIP").check()
    copy.get_by_role("button", name="Export").click()
    expect(copy.get_by_text("Say why, for the record.")).to_be_visible()
    copy.get_by_label("Reason").fill("letter 7")
    copy.get_by_role("button", name="Export").click()
    expect(page.get_by_text("The export is being made.")).to_be_visible()

    with page.expect_download() as download:
        copy.get_by_role("link", name="Download").click(timeout=60_000)
    download.value.save_as(tmp_path / "copy.zip")
    with zipfile.ZipFile(tmp_path / "copy.zip") as archive:
        document = json.loads(archive.read("contact.json"))
    assert document["contact"]["name"] == name
    assert name in document["conversations"][0]["messages"][0]["body"]

    for words in ("exported", "export downloaded"):
        line = audit_line(page, demo, words, name)
        expect(line).to_have_count(1)
        expect(line).to_contain_text("letter 7")


def test_client_is_forgotten_once_it_is_confirmed(
    log_in: LogIn, demo: Demo, client: Caller, name: str
) -> None:
    page = log_in(demo.facts["admin"])
    open_personal_data(page, demo, name)
    removal = section(page, "Removal of personal data")
    expect(removal).to_contain_text("name, email")
    expect(removal).to_contain_text("messages: 1, notes: 0")
    removal.get_by_label("Remove the texts").check()
    removal.get_by_label("Reason").fill("letter 8")
    removal.get_by_label("Confirmation").fill("Zoya")
    removal.get_by_role("button", name="Remove for good").click()
    expect(removal.get_by_text("This is something else.")).to_be_visible()
    expect(removal.get_by_label("Remove the texts")).to_be_checked()
    removal.get_by_label("Confirmation").fill(name.lower())
    removal.get_by_role("button", name="Remove for good").click()

    expect(page.get_by_text("The client's personal data was removed.")).to_be_visible()
    expect(page.get_by_text("what is left is for statistics.")).to_be_visible()
    expect(page.locator("body")).not_to_contain_text(name)
    expect(removal).to_contain_text("messages: 0, notes: 0")
    expect_nothing_to_correct(page)
    page.goto(f"{demo.base_url}/admin/crm/auditentry/")
    expect(page.locator("#result_list tbody tr").first).to_contain_text("anonymized")
    expect(page.locator("#result_list")).not_to_contain_text(name)


def expect_nothing_to_correct(page: Page) -> None:
    """On the contact's page, and in the card beside its conversation."""
    page.goto(page.url.split("/personal-data/")[0] + "/change/")
    expect(page.locator("input[name=name]")).to_have_count(0)
    page.locator("a[href*='/messenger/conversation/']", has_text="[redacted]").first.click()
    card = page.locator("#msgr-card")
    expect(card).to_contain_text("what is left is for statistics.")
    expect(card.locator(".msgr-edit-contact")).to_have_count(0)


def test_operator_sees_neither(log_in: LogIn, demo: Demo, client: Caller, name: str) -> None:
    for operator in demo.facts["operators"]:
        page = log_in(operator)
        page.goto(f"{demo.base_url}/admin/messenger/contact/?q={name.replace(' ', '+')}")
        if page.locator("#result_list tbody th a").count():
            break
    open_contact(page, demo, name)
    expect(page.get_by_text(name).first).to_be_visible()
    expect(page.get_by_role("link", name="Personal data")).to_have_count(0)
    answer = page.request.get(page.url.split("/change/")[0] + "/personal-data/")
    assert answer.status == 403


@pytest.mark.parametrize("device", [DESK, PHONE], ids=["desk", "phone"])
def test_accessibility(log_in: LogIn, demo: Demo, client: Caller, name: str, device: dict[str, Any]) -> None:
    """Before, with errors, with an export, and afterwards."""
    page = log_in(demo.facts["admin"], device)
    open_personal_data(page, demo, name)
    assert findings(page) == []
    section(page, "Removal of personal data").get_by_role("button", name="Remove for good").click()
    expect(page.get_by_text("This is something else.")).to_be_visible()
    assert findings(page) == []
    copy = section(page, "Copy of the data")
    copy.get_by_label("With files, as a ZIP").check()
    copy.get_by_label("Reason").fill("letter 9")
    copy.get_by_role("button", name="Export").click()
    expect(copy.get_by_role("link", name="Download")).to_be_visible(timeout=60_000)
    assert findings(page) == []
    assert page.evaluate("document.documentElement.scrollWidth <= innerWidth")
