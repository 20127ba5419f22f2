"""What goes wrong on the CRM's own pages: violations of the policy, errors of scripts, errors on the console.

Host pages of the widget are other people's: some provoke faults, and their tests look for themselves.
"""

from typing import Any
from urllib.parse import urlsplit

from playwright.sync_api import BrowserContext, ConsoleMessage, Page

OURS = ("/admin/", "/settings/", "/messenger/")
# The network fails where a test makes it fail; what the page makes of it is the test's business.
NETWORK = ("Failed to load resource", "net::ERR_")
# Chromium tells it to the page's own listener only: the console says it once per document.
TELL = """document.addEventListener("securitypolicyviolation", (event) =>
  window.msgrTellViolation?.(`${event.violatedDirective}: ${event.blockedURI} ${event.sourceFile}`));"""


def watch(context: BrowserContext, faults: list[str]) -> None:
    context.expose_binding("msgrTellViolation", lambda source, text: _note(faults, source["frame"].url, text))
    context.add_init_script(TELL)
    context.on("weberror", lambda error: _note(faults, _url(error.page), str(error.error)))
    context.on("console", lambda message: _hear(faults, message))


def _hear(faults: list[str], message: ConsoleMessage) -> None:
    if message.type == "error" and not any(text in message.text for text in NETWORK):
        _note(faults, message.location.get("url") or _url(message.page), message.text)


def _url(page: Page | None) -> str:
    return page.url if page is not None else ""


def _note(faults: list[str], url: str, text: Any) -> None:
    path = urlsplit(url).path
    if path.startswith(OURS) or path.startswith("/static/messenger/panel/") or "unfold" in path:
        faults.append(f"{path}: {text}")
