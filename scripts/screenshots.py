"""Makes docs/screenshots from a fresh demo: list, workspace and widget, on desktop and phone, light and dark."""

import os
import sys
import tempfile
from pathlib import Path
from typing import Any

from playwright.sync_api import Browser, sync_playwright

sys.path.insert(0, str(Path(__file__).resolve().parent.parent))

from tests.e2e.people import Operator, Visitor
from tests.e2e.system import Demo, System

TARGET = Path(__file__).resolve().parent.parent / "docs" / "screenshots"
CHROMIUM = os.environ.get("MESSENGER_CHROMIUM", "/usr/bin/chromium")
DEVICES: dict[str, dict[str, Any]] = {
    "desktop": {"viewport": {"width": 1280, "height": 800}},
    "phone": {
        "viewport": {"width": 390, "height": 844},
        "device_scale_factor": 2,
        "is_mobile": True,
        "has_touch": True,
    },
}
QUESTION = "Hello! Do you deliver to Tagil, and what does it cost?"
ANSWER = "Good afternoon! Yes, **within two days**. From 3,000 roubles on it is free."
THANKS = "Great, then I order two."


def main() -> None:
    TARGET.mkdir(parents=True, exist_ok=True)
    with (
        tempfile.TemporaryDirectory(prefix="messenger-screenshots-") as folder,
        sync_playwright() as playwright,
    ):
        demo = Demo(Path(folder) / "demo")
        try:
            browser = playwright.chromium.launch(
                executable_path=CHROMIUM, args=["--no-sandbox", "--disable-gpu"]
            )
            for device in DEVICES:
                for scheme in ("light", "dark"):
                    shoot(browser, demo, device, scheme)
            browser.close()
        finally:
            demo.stop()


def shoot(browser: Browser, system: System, device: str, scheme: str) -> None:
    """Tell one short story and take its three pictures."""
    options = {**DEVICES[device], "color_scheme": scheme, "locale": "en-GB", "timezone_id": "Europe/Moscow"}
    with browser.new_context(**options) as outside, browser.new_context(**options) as inside:
        visitor = Visitor(outside, system).open()
        operator = Operator(inside, system)
        visitor.write(QUESTION)
        operator.expect_row(QUESTION[:20])
        operator.page.screenshot(path=TARGET / f"list-{device}-{scheme}.png")
        operator.open(QUESTION[:20])
        operator.write(ANSWER)
        visitor.expect_texts(QUESTION, ANSWER.replace("**", ""))
        visitor.write(THANKS)
        operator.expect_texts(QUESTION, ANSWER.replace("**", ""), THANKS)
        operator.page.screenshot(path=TARGET / f"workspace-{device}-{scheme}.png")
        visitor.page.screenshot(path=TARGET / f"widget-{device}-{scheme}.png")
        # The next story looks for its own question.
        operator.press("close")


if __name__ == "__main__":
    main()
