"""How long a page's thread works for the widget, by the browser's own trace."""

import json
from collections.abc import Callable
from typing import Any

from playwright.sync_api import Browser, Page

OURS = "/static/messenger/"
CATEGORIES = ["devtools.timeline", "disabled-by-default-devtools.timeline", "v8"]
SCRIPTS = {"EvaluateScript", "FunctionCall", "v8.compile", "v8.compileModule", "v8.evaluateModule"}

type Event = dict[str, Any]


def traced(browser: Browser, page: Page, action: Callable[[], None]) -> tuple[float, list[float]]:
    """Milliseconds in scripts of ours, and of each task in which they ran, with the page's own part in it."""
    browser.start_tracing(page=page, categories=CATEGORIES)
    action()
    events = [one for one in json.loads(browser.stop_tracing())["traceEvents"] if one.get("ph") == "X"]
    calls = [one for one in events if one["name"] in SCRIPTS and OURS in _script(one)]
    outer = [one for one in calls if not any(_holds(other, one) for other in calls if other is not one)]
    tasks = [one for one in events if one["name"] == "RunTask" and any(_holds(one, call) for call in outer)]
    return sum(map(_milliseconds, outer)), [_milliseconds(one) for one in tasks]


def _script(event: Event) -> str:
    details = event.get("args", {})
    return str(details.get("data", {}).get("url") or details.get("fileName") or "")


def _holds(outer: Event, inner: Event) -> bool:
    same = (outer["pid"], outer["tid"]) == (inner["pid"], inner["tid"])
    end = inner["ts"] + inner["dur"]
    return same and outer["ts"] <= inner["ts"] and end <= outer["ts"] + outer["dur"]


def _milliseconds(event: Event) -> float:
    """Of the processor: what the machine did meanwhile for others does not count."""
    return float(event["tdur"] if "tdur" in event else event["dur"]) / 1000
