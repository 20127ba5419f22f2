"""A page with the widget on it, and a fake of the API behind it. No database, no Django."""

import threading
from collections.abc import Callable, Iterator
from html import escape
from typing import Any

import pytest
from playwright.sync_api import Browser, BrowserContext, Page

from tests.e2e.widget.fake_api import FakeApi
from tests.e2e.widget.fake_server import FakeServer
from tests.e2e.widget.widget_page import WidgetPage

type OpenPage = Callable[..., WidgetPage]


@pytest.fixture
def server() -> Iterator[FakeServer]:
    server = FakeServer()
    thread = threading.Thread(target=server.serve_forever, kwargs={"poll_interval": 0.05})
    thread.start()
    yield server
    server.closing = True
    server.shutdown()
    thread.join()
    server.server_close()


@pytest.fixture
def api(server: FakeServer) -> FakeApi:
    return server.api


@pytest.fixture
def context(browser: Browser) -> Iterator[BrowserContext]:
    context = browser.new_context(locale="en-GB", viewport={"width": 1200, "height": 800})
    yield context
    context.close()


@pytest.fixture
def shop(server: FakeServer, context: BrowserContext) -> Iterator[OpenPage]:
    """Opens a page with the widget; every fault that shows in its console fails the test at the end."""
    opened: list[WidgetPage] = []

    def open_page(page: Page | None = None, path: str = "/shop", **options: Any) -> WidgetPage:
        server.api.pages[path] = html(server.url, **options)
        widget = WidgetPage(page or context.new_page())
        widget.page.goto(server.shop_url + path)
        opened.append(widget)
        return widget

    yield open_page
    for widget in opened:
        assert widget.faults == []


def html(
    url: str,
    attributes: str = "",
    script: str = "widget.js",
    times: int = 1,
    body: str = "<h1>Furniture</h1>",
    policy: str = "",
) -> tuple[str, dict[str, str]]:
    """A page as its owner would write it: by the contract's "Embedding"."""
    tag = (
        f'<script src="{url}/static/messenger/{escape(script)}" data-widget-token="T" {attributes}></script>'
    )
    head = '<meta charset="utf-8"><meta name="viewport" content="width=device-width"><title>Shop</title>'
    head += '<link rel="icon" href="data:,">'
    if script == "widget.js":
        head += f'<link rel="stylesheet" href="{url}/static/messenger/widget.css">'
    page = f'<!doctype html><html lang="en"><head>{head}</head><body>{body}{tag * times}</body></html>'
    return page, {"Content-Security-Policy": policy} if policy else {}
