"""A demo of its own for the pictures, browsers with a size and a scheme, and how a picture is kept."""

import json
import os
import subprocess
import sys
import tempfile
from collections.abc import Iterator
from contextlib import contextmanager
from io import BytesIO
from pathlib import Path
from typing import Any

from PIL import Image
from playwright.sync_api import Browser, Page, ViewportSize

ROOT = Path(__file__).resolve().parent.parent.parent
FOLDER = ROOT / "docs" / "screenshots"
CHROMIUM = os.environ.get("MESSENGER_CHROMIUM", "/usr/bin/chromium")
ARGUMENTS = (
    "--no-sandbox --disable-gpu --disable-background-networking --disable-component-update --disable-sync"
)
SIZES: dict[str, ViewportSize] = {
    "desktop": {"width": 1440, "height": 900},
    "phone": {"width": 390, "height": 844},
}
SCHEMES = ("light", "dark")
COLOURS = 256
# Longer pages are cut: nobody looks at a picture of five screens.
LONGEST = 2000


@contextmanager
def demo() -> Iterator[dict[str, Any]]:
    with tempfile.TemporaryDirectory() as folder:
        command = [sys.executable, "-m", "crm.demo", "--port", "0", "--data-dir", f"{folder}/demo"]
        process = subprocess.Popen(command, stdout=subprocess.PIPE, text=True)
        try:
            if process.stdout is None or not any(line.strip() == "ready" for line in process.stdout):
                raise SystemExit("screenshots: the demo did not start")
            yield json.loads((Path(folder) / "demo" / "demo.json").read_text(encoding="utf-8"))
        finally:
            process.terminate()
            process.communicate()


def change_inbox(facts: dict[str, Any], values: dict[str, Any], more: str = "") -> None:
    """Through the model, so that the widget API forgets what it keeps of the inbox."""
    chosen = f"Inbox.objects.filter(widget_token={facts['widget_token']!r})"
    code = f"from messenger.models import Inbox\n{chosen}.update(**{values!r})\nshop = {chosen}.get()\n{more}"
    command = [sys.executable, "manage.py", "shell", "--no-imports", "--command", code]
    subprocess.run(command, cwd=ROOT, env=os.environ | facts["environment"], check=True)


def open_page(browser: Browser, size: str, scheme: str, storage: Any = None) -> Page:
    options: dict[str, Any] = {"viewport": SIZES[size], "color_scheme": scheme, "storage_state": storage}
    return browser.new_context(locale="ru-RU", timezone_id="Asia/Yekaterinburg", **options).new_page()


def fill_log_in(page: Page, base_url: str, username: str, password: str) -> None:
    page.goto(f"{base_url}/admin/login/")
    page.fill("input[name=username]", username)
    page.fill("input[name=password]", password)
    page.press("input[name=password]", "Enter")


def log_in(page: Page, facts: dict[str, Any], person: dict[str, str] | None = None) -> None:
    """As the first operator, or as somebody else."""
    person = person or facts["operators"][0]
    fill_log_in(page, facts["base_url"], person["username"], person["password"])
    page.wait_for_url(lambda url: "/login/" not in url)


def session_of(browser: Browser, facts: dict[str, Any], person: dict[str, str] | None = None) -> Any:
    """What a browser keeps of a log-in, for as many pages as there are pictures."""
    page = open_page(browser, "desktop", "light")
    log_in(page, facts, person)
    storage = page.context.storage_state()
    page.context.close()
    return storage


def save(page: Page, name: str, clip: Any = None, *, full: bool = False, rest: int = 500) -> None:
    """`full` makes the window as high as the page, so that what sticks to its edges stays there.

    A palette halves the file, and nobody sees it. `rest` milliseconds let animations end.
    """
    size = page.viewport_size or SIZES["desktop"]
    if full:
        height = page.evaluate("document.getElementById('page')?.scrollHeight ?? 0")
        highest = min(max(size["height"], height), LONGEST)
        page.set_viewport_size({"width": size["width"], "height": highest})
    # Fonts and the animations of opening have come to rest.
    page.evaluate("document.fonts.ready")
    page.wait_for_timeout(rest)
    picture = Image.open(BytesIO(page.screenshot(clip=clip))).convert("RGB")
    palette = picture.quantize(COLOURS, dither=Image.Dither.NONE)
    page.set_viewport_size(size)
    FOLDER.mkdir(parents=True, exist_ok=True)
    palette.save(FOLDER / f"{name}.png", optimize=True)
