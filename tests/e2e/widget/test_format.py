"""The renderer, in a real page, against the table that the panel's renderer runs as well."""

import json
from pathlib import Path

import pytest
from playwright.sync_api import Page

from tests.e2e.widget.fake_server import FakeServer

CASES = json.loads((Path(__file__).parents[2] / "format_cases.json").read_text(encoding="utf-8"))

# As trees, because `"` and `&quot;` are the same text.
COMPARE = """async ({url, text, html}) => {
  const { formatMessage } = await import(url);
  const [got, wanted] = ["div", "div"].map((tag) => document.createElement(tag));
  got.append(formatMessage(text));
  got.normalize();
  wanted.innerHTML = html;
  return got.isEqualNode(wanted) ? "" : got.innerHTML;
}"""


@pytest.fixture(scope="module")
def page(browser: object) -> Page:
    return browser.new_page()  # type: ignore[attr-defined, no-any-return]


@pytest.mark.parametrize("case", CASES, ids=[case["name"] for case in CASES])
def test_renders_as_the_table_says(case: dict[str, str], page: Page, server: FakeServer) -> None:
    server.api.pages["/"] = ("<!doctype html>", {})
    page.goto(server.url)
    module = f"{server.url}/static/messenger/widget/format.js"
    assert page.evaluate(COMPARE, {"url": module, **case}) == ""
