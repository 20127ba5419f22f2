"""What a page gets before anybody opens the chat, and how the tag behaves."""

from pathlib import Path

import pytest
from playwright.sync_api import BrowserContext, expect

from scripts import widget_budget
from tests.e2e.widget.conftest import OpenPage
from tests.e2e.widget.fake_api import FakeApi, wait_until
from tests.e2e.widget.fake_server import STATIC, FakeServer


def test_before_opening_nothing_is_requested_or_stored(
    shop: OpenPage, api: FakeApi, context: BrowserContext
) -> None:
    page = context.new_page()
    urls: list[str] = []
    page.on("request", lambda request: urls.append(request.url.rsplit("/", 1)[-1]))
    widget = shop(page)
    expect(widget.launcher).to_be_visible()
    page.wait_for_timeout(500)
    assert sorted(set(urls) - {"shop", "data:,"}) == ["widget.css", "widget.js"]
    assert widget.storage() == []
    assert context.cookies() == []
    assert api.requests == []


@pytest.mark.parametrize("locale", ["en", "ru"])
def test_weight(shop: OpenPage, context: BrowserContext, locale: str) -> None:
    """What the browser loads is what `make check` weighs."""
    page = context.new_page()
    urls: set[str] = set()
    page.on("request", lambda request: urls.add(request.url))
    widget = shop(page, attributes=f'data-locale="{locale}"')
    expect(widget.launcher).to_be_visible()
    assert loaded(urls) == set(widget_budget.before_interaction())
    widget.open()
    files = set(widget_budget.opened(locale))
    wait_until(lambda: loaded(urls) >= files)
    assert loaded(urls) == files
    assert widget_budget.size(files, "br") <= widget_budget.OPENED["br"] == 30 * 1_024


def loaded(urls: set[str]) -> set[Path]:
    return {STATIC / url.split("/static/")[1] for url in urls if "/static/" in url}


def test_a_tag_that_stands_twice_is_one_chat(shop: OpenPage) -> None:
    widget = shop(times=2)
    expect(widget.launcher).to_have_count(1)


def test_a_tag_without_a_token_only_warns(shop: OpenPage) -> None:
    widget = shop(script="widget.js", times=0, body='<script src="/static/messenger/widget.js"></script>')
    widget.page.wait_for_timeout(100)
    assert widget.page.evaluate("window.Messenger === undefined")
    assert [fault for fault in widget.faults if "data-widget-token" in fault]
    widget.faults.clear()


def test_hover_brings_the_modules_but_asks_the_server_nothing(shop: OpenPage, api: FakeApi) -> None:
    widget = shop()
    with widget.page.expect_request("**/widget/app.js"):
        widget.launcher.hover()
    widget.page.wait_for_timeout(200)
    assert api.requests == []
    assert widget.storage() == []


def test_the_page_chooses_side_and_language(shop: OpenPage) -> None:
    widget = shop(attributes='data-position="left" data-locale="ru"')
    expect(widget.launcher).to_have_accessible_name("Открыть чат")
    box = widget.launcher.bounding_box()
    assert box is not None
    assert box["x"] < 100
    widget.open()
    expect(widget.input).to_have_attribute("placeholder", "Напишите сообщение…")


def test_the_host_pages_rules_do_not_reach_it(shop: OpenPage) -> None:
    rules = "<style>body *, div, button { display: none !important; color: red; font-size: 40px }</style>"
    widget = shop(body=f"{rules}<h1>Furniture</h1>")
    expect(widget.launcher).to_be_visible()
    widget.open()
    expect(widget.input).to_have_css("font-size", "16px")


def test_works_under_a_strict_policy(shop: OpenPage, server: FakeServer, context: BrowserContext) -> None:
    page = context.new_page()
    policy = "; ".join(
        f"{name} {server.url}" for name in ("script-src", "style-src", "connect-src", "img-src")
    )
    widget = shop(page, policy=f"default-src 'none'; {policy} data:; require-trusted-types-for 'script'")
    widget.open()
    widget.write("**hello**")
    expect(widget.mine).to_have_attribute("data-state", "sent")
    expect(widget.panel.locator("header")).to_have_css("background-color", "rgb(37, 99, 235)")
