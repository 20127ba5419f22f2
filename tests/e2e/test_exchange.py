"""Labels come in from a file and go out again, in the browser; its policy is broken nowhere (conftest)."""

import csv
import uuid
from io import StringIO
from pathlib import Path

import pytest
from playwright.sync_api import Page, expect

from tests.e2e.conftest import NewContext
from tests.e2e.people import Operator
from tests.e2e.system import System

PHONE = {"width": 390, "height": 844}


@pytest.fixture
def page(operator: Operator) -> Page:
    """The administrator's."""
    return operator.page


def choose_file(page: Page, text: str, name: str = "labels.csv") -> None:
    page.locator("input[type=file]").set_input_files(
        {"name": name, "mimeType": "text/csv", "buffer": text.encode()}
    )
    page.get_by_role("button", name="Show the preview").click()


def no_sideways_scrolling(page: Page) -> bool:
    return bool(page.evaluate("document.documentElement.scrollWidth <= innerWidth"))


def test_a_file_is_corrected_confirmed_and_exported(page: Page, system: System, tmp_path: Path) -> None:
    name = f"Label {uuid.uuid4().hex[:8]}"
    page.goto(f"{system.base_url}/admin/messenger/label/")
    page.get_by_role("link", name="Import").click()
    choose_file(page, f"name,color\n{name},red\n")
    expect(page.get_by_role("heading", name="Nothing was imported")).to_be_visible()
    expect(page.get_by_text("Color: Write the color as #rrggbb.")).to_be_visible()
    expect(page.get_by_role("button", name="Import", exact=True)).to_have_count(0)

    choose_file(page, f"name,color\n{name},#ff0000\n")
    expect(page.get_by_role("row", name=name)).to_contain_text("new")
    expect(page.get_by_text("Nothing has been written yet.")).to_be_visible()
    page.get_by_role("button", name="Import").click()
    expect(page.get_by_text("Imported: new 1, changed 0, as before 0.")).to_be_visible()

    page.goto(f"{system.base_url}/admin/messenger/label/?q={name.replace(' ', '+')}")
    page.get_by_role("link", name="Export").click()
    expect(page.get_by_text("1 row.")).to_be_visible()
    page.get_by_role("button", name="None").click()
    page.get_by_role("button", name="Download").click()
    expect(page.get_by_text("Select at least 1 field")).to_be_visible()
    page.get_by_role("button", name="All", exact=True).click()
    with page.expect_download() as download:
        page.get_by_role("button", name="Download").click()
    download.value.save_as(tmp_path / "labels.csv")
    text = (tmp_path / "labels.csv").read_text(encoding="utf-8-sig")
    assert list(csv.reader(StringIO(text)))[1:] == [[name, "#ff0000", ""]]


def test_ticked_conversations_are_exported(page: Page, system: System, tmp_path: Path) -> None:
    page.goto(f"{system.base_url}/admin/messenger/conversation/?box=all")
    page.locator("tbody .msgr-tick input").first.check()
    page.locator("#msgr-selection").get_by_role("button", name="Export").click()
    expect(page.get_by_text("1 row.")).to_be_visible()
    page.get_by_role("link", name="Messages").click()
    expect(page.get_by_text("The messages of 1 conversation.")).to_be_visible()
    page.get_by_label("Written from").fill("2020-01-01")
    page.get_by_label("With notes among operators").check()
    page.get_by_label("Format").select_option(label="JSON – for programs")
    with page.expect_download() as download:
        page.get_by_role("button", name="Download").click()
    assert download.value.suggested_filename.startswith("messages-")
    assert download.value.suggested_filename.endswith(".json")


def test_a_preview_on_a_phone_in_the_dark(new_context: NewContext, system: System) -> None:
    operator = Operator(new_context(viewport=PHONE, color_scheme="dark"), system)
    operator.page.goto(f"{system.base_url}/admin/messenger/label/import/")
    choose_file(operator.page, "name,color\n" + "x" * 40 + ",#ff0000\nTwo,blue\n")
    expect(operator.page.get_by_text("Color: Write the color as #rrggbb.")).to_be_visible()
    assert no_sideways_scrolling(operator.page)
    operator.page.goto(f"{system.base_url}/admin/messenger/conversation/export/?box=all")
    assert no_sideways_scrolling(operator.page)
