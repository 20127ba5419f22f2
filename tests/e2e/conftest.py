"""One browser for all browser tests, one system, and people in contexts of their own."""

import os
from collections.abc import Callable, Iterator
from pathlib import Path
from typing import Any

import pytest
from playwright.sync_api import Browser, BrowserContext, Playwright, expect, sync_playwright

from tests.e2e.faults import watch
from tests.e2e.people import STREAMS, Operator, Visitor
from tests.e2e.system import Demo, System, deployed_system

CHROMIUM = os.environ.get("MESSENGER_CHROMIUM", "/usr/bin/chromium")
# Of several lists Chromium takes the last one: here is Playwright's own, for what it concerns, and the suggestions of
# an address bar that nobody sees, of which each page loads two: that is more than half of what a small page costs.
DISABLED = (
    "WebUIOmniboxPopup,WebUIOmniboxAimPopup,AvoidUnnecessaryBeforeUnloadCheckSync,DestroyProfileOnBrowserClose,"
    "HttpsUpgrades,HttpsFirstBalancedModeAutoEnable,LensOverlay,MediaRouter,PaintHolding,"
    "ThirdPartyStoragePartitioning,AvoidCorsURLLoaderRestartOnRedirect,OptimizationHints,"
    "NetworkTimeServiceQuerying,AimEnabled,PreconnectToSearch"
)
ARGUMENTS = [
    f"--disable-features={DISABLED}",
    "--no-sandbox",
    "--disable-gpu",
    "--disable-background-networking",
    "--disable-component-update",
    "--disable-sync",
    "--no-first-run",
    "--disable-quic",
]

expect.set_options(timeout=15_000)

type NewContext = Callable[..., BrowserContext]


@pytest.hookimpl
def pytest_collection_modifyitems(items: list[pytest.Item]) -> None:
    folder = Path(__file__).parent
    for item in items:
        if item.path.is_relative_to(folder):
            item.add_marker(pytest.mark.e2e)


@pytest.fixture(autouse=True)
def clean_redis() -> None:
    """The system has a Redis of its own."""


@pytest.fixture(autouse=True)
def quick_passwords() -> None:
    """The system has its own settings."""


@pytest.fixture(scope="session")
def playwright() -> Iterator[Playwright]:
    with sync_playwright() as started:
        yield started


@pytest.fixture(scope="session")
def browser(playwright: Playwright) -> Iterator[Browser]:
    browser = playwright.chromium.launch(executable_path=CHROMIUM, args=ARGUMENTS)
    yield browser
    browser.close()


@pytest.fixture(scope="session")
def system(tmp_path_factory: pytest.TempPathFactory) -> Iterator[System]:
    """The deployed system of the environment, or a demo that lives as long as the tests."""
    deployed = deployed_system()
    if deployed:
        yield deployed
        return
    # Receivers of webhooks in tests are on this machine.
    demo = Demo(tmp_path_factory.mktemp("demo"), MESSENGER_WEBHOOK_ALLOWED_HOSTS="127.0.0.0/8")
    yield demo
    demo.stop()


@pytest.fixture(autouse=True)
def no_faults(browser: Browser, monkeypatch: pytest.MonkeyPatch) -> Iterator[None]:
    """What breaks on a page of the CRM, in any context and any frame, fails its test at the end."""
    faults: list[str] = []
    original = browser.new_context

    def new_context(**options: Any) -> BrowserContext:
        context = original(**options)
        watch(context, faults)
        return context

    monkeypatch.setattr(browser, "new_context", new_context)
    yield
    assert not faults, "\n".join(faults)


@pytest.fixture
def new_context(browser: Browser) -> Iterator[NewContext]:
    """Makes contexts, in which every fault of a page's scripts or policy fails the test at its end."""
    contexts: list[BrowserContext] = []
    faults: list[str] = []

    def make(*, streams: bool = True, **options: object) -> BrowserContext:
        context = browser.new_context(**{"locale": "en-GB", **options})  # type: ignore[arg-type]
        context.on("weberror", lambda error: faults.append(str(error.error)))
        context.on(
            "console",
            lambda message: (
                faults.append(message.text) if "Content Security Policy" in message.text else None
            ),
        )
        if not streams:
            context.route(STREAMS, lambda route: route.abort())
        contexts.append(context)
        return context

    yield make
    for context in contexts:
        context.close()
    assert not faults


@pytest.fixture
def visitor(new_context: NewContext, system: System) -> Visitor:
    return Visitor(new_context(), system)


@pytest.fixture
def operator(new_context: NewContext, system: System) -> Operator:
    return Operator(new_context(viewport={"width": 1440, "height": 900}), system)
