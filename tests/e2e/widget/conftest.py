"""A page with the widget on it, a browser, and a fake of the API behind it. No database, no Django."""

import threading
from collections.abc import Callable, Iterator
from html import escape

import pytest
from playwright.sync_api import Browser, BrowserContext, Page, Playwright, sync_playwright

from tests.e2e.widget.fake_api import FakeApi, FakeServer
from tests.e2e.widget.widget_page import WidgetPage

CHROMIUM = "/usr/bin/chromium"
ARGUMENTS = [
    "--no-sandbox",
    "--disable-gpu",
    "--disable-background-networking",
    "--disable-component-update",
    "--disable-sync",
    "--no-first-run",
    "--disable-quic",
]

type OpenPage = Callable[..., WidgetPage]


@pytest.fixture(autouse=True)
def clean_redis() -> None:
    """Nothing of these tests is in Redis."""


@pytest.fixture(autouse=True)
def quick_passwords() -> None:
    """Nobody logs in here."""


@pytest.fixture(scope="session")
def playwright() -> Iterator[Playwright]:
    with sync_playwright() as started:
        yield started


@pytest.fixture(scope="session")
def browser(playwright: Playwright) -> Iterator[Browser]:
    browser = playwright.chromium.launch(executable_path=CHROMIUM, args=ARGUMENTS)
    yield browser
    browser.close()


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

    def open_page(page: Page | None = None, path: str = "/shop", **options: str | int) -> WidgetPage:
        server.api.pages[path] = html(server.url, **options)
        widget = WidgetPage(page or context.new_page())
        widget.page.goto(server.url + path)
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
    style = f'<link rel="stylesheet" href="{url}/static/messenger/widget.css">'
    head = f'<meta charset="utf-8"><link rel="icon" href="data:,">{style if script == "widget.js" else ""}'
    page = f'<!doctype html><html lang="en"><head><title>Shop</title>{head}</head><body>{body}{tag * times}</body>'
    return page, {"Content-Security-Policy": policy} if policy else {}
