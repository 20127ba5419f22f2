"""Makes docs/screenshots from a demo of its own, desktop and phone, light and dark.

`scripts/screenshots.py door office` makes those parts only: workplace, office, door, widget.
"""

import sys
from pathlib import Path
from typing import Any

from playwright.sync_api import Browser, sync_playwright

sys.path.insert(0, str(Path(__file__).resolve().parent.parent))

from scripts.pictures.door import show_door
from scripts.pictures.office import show_office
from scripts.pictures.stage import ARGUMENTS, CHROMIUM, demo
from scripts.pictures.talk import TALK, tell
from scripts.pictures.widget import show_states
from scripts.pictures.workplace import show_workplace


def make(browser: Browser, facts: dict[str, Any], parts: set[str]) -> None:
    """The door brings a colleague who is given conversations, and the widget changes the inbox: they come last."""
    if parts & {"workplace", "widget"}:
        address, storage = tell(browser, facts, TALK)
    if "workplace" in parts:
        show_workplace(browser, facts, address)
    if "office" in parts:
        show_office(browser, facts)
    if "door" in parts:
        show_door(browser, facts)
    if "widget" in parts:
        show_states(browser, facts, address, storage)


def main() -> None:
    parts = set(sys.argv[1:]) or {"workplace", "office", "door", "widget"}
    with demo() as facts, sync_playwright() as playwright:
        browser = playwright.chromium.launch(executable_path=CHROMIUM, args=ARGUMENTS.split())
        make(browser, facts, parts)
        browser.close()


if __name__ == "__main__":
    main()
