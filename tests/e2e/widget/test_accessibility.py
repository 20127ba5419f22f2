"""Axe finds nothing (WCAG 2.2 AA) in any state, light and dark, desktop and phone; and what axe can't see is right."""

from typing import Any

import pytest
from playwright.sync_api import Browser, Page, expect

from tests.e2e.axe import AXE, COLOURS, RULES
from tests.e2e.widget.conftest import OpenPage
from tests.e2e.widget.fake_api import FakeApi, Fault, wait_until
from tests.e2e.widget.fake_files import payload, png
from tests.e2e.widget.file_steps import FILES_ON, PDF, choose, hold, transfer
from tests.e2e.widget.widget_page import WidgetPage

DEVICES: dict[str, dict[str, Any]] = {
    "desktop": {"viewport": {"width": 1440, "height": 900}},
    "phone": {"viewport": {"width": 390, "height": 844}, "is_mobile": True, "has_touch": True},
}
READ = "2026-01-01T00:00:00Z"
ASKING = {
    "prechat_fields": {"name": "required", "email": "required", "phone": "optional"},
    "prechat_required": True,
    "consent_required": True,
    "privacy_text": "I agree to the **rules**.",
    "privacy_url": "https://shop.example/privacy",
}
AWAY = {
    "outside_working_hours": True,
    "working_hours_message": "We are closed.",
    "next_opening_at": "2126-01-01T09:00:00Z",
    "details_wanted": ["name", "email", "phone"],
    "privacy_text": "We keep what you write, see [rules](x).",
}


# Axe can't tell the background of what stands beside <body>, as the widget does.
WITHIN_BODY = """async () => {
  const host = document.querySelector("[data-messenger]");
  if (host.parentNode === document.body) return;
  document.body.append(host);
  const links = [...host.shadowRoot.querySelectorAll("link")];
  while (!links.every(({ sheet }) => sheet)) await new Promise(requestAnimationFrame);
}"""
FIND = """async ([runOnly, scheme]) => {
  const context = { include: [["[data-messenger]"]] };
  const resultTypes = ["violations", "incomplete"];
  const { violations, incomplete } = await axe.run(context, { runOnly, resultTypes });
  const told = ({ id, nodes }) =>
    nodes.map(({ any, html }) => `${scheme}: ${id}: ${html.slice(0, 150)}: ${any[0]?.message}`);
  const unjudged = incomplete.map((one) => ({
    ...one,
    nodes: one.nodes.filter(({ any }) => any[0]?.data?.contrastRatio === 0 && !any[0].data.messageKey),
  }));
  return [...violations, ...unjudged].flatMap(told);
}"""


def found(page: Page) -> list[str]:
    """All rules in light; in dark only those that look at colours."""
    if not page.evaluate("Boolean(window.axe)"):
        page.evaluate(AXE)
    page.evaluate(WITHIN_BODY)
    results = []
    for scheme, rules in (
        ("light", {"type": "tag", "values": RULES}),
        ("dark", {"type": "rule", "values": COLOURS}),
    ):
        page.emulate_media(color_scheme=scheme, reduced_motion="reduce")  # type: ignore[arg-type]
        results += page.evaluate(FIND, [rules, scheme])
    return results


class Walk:
    """Through the states on one page; `problems` by state."""

    def __init__(self, widget: WidgetPage, api: FakeApi) -> None:
        self.widget = widget
        self.page = widget.page
        self.api = api
        self.problems: dict[str, list[str]] = {}

    def check(self, state: str) -> None:
        problems = found(self.page) + small_targets(self.page)
        if problems:
            self.problems[state] = problems

    def again(self, answer: dict[str, Any]) -> None:
        """Another visitor at another inbox."""
        self.api.change(messages=[], bootstrap_answer=FILES_ON | answer, rating="", rated=False)
        self.page.evaluate("localStorage.clear(); sessionStorage.clear()")
        self.page.reload()

    def press(self, name: str) -> None:
        self.widget.panel.get_by_role("button", name=name, exact=True).click()


def small_targets(page: Page) -> list[str]:
    """Of all that can be pressed and is seen: 24 px (WCAG 2.5.8), links within a sentence excepted."""
    found: list[str] = page.evaluate(
        """() => [...document.querySelector("[data-messenger]").shadowRoot
          .querySelectorAll("button, input, textarea, a[href], [tabindex='0']")]
          .filter((one) => one.checkVisibility() && !one.closest("p, .msgr-text, label:has(a), .msgr-hidden"))
          .map((one) => [one, one.getBoundingClientRect()])
          .filter(([, { width, height }]) => Math.min(width, height) < 24)
          .map(([one, { width, height }]) => `${one.outerHTML.slice(0, 120)}: ${width} x ${height}`)"""
    )
    return found


@pytest.mark.parametrize("device", DEVICES)
def test_axe_finds_nothing_in_any_state(shop: OpenPage, api: FakeApi, browser: Browser, device: str) -> None:
    context = browser.new_context(locale="en-GB", reduced_motion="reduce", **DEVICES[device])
    api.bootstrap_answer |= FILES_ON
    walk = Walk(shop(context.new_page(), body="<main><h1>Furniture</h1></main>"), api)
    for part in (opening, conversation, files, asking, absence, rating):
        part(walk)
    walk.widget.faults.clear()
    context.close()
    assert walk.problems == {}


def opening(walk: Walk) -> None:
    expect(walk.widget.launcher).to_be_visible()
    walk.check("launcher")
    held = hold(walk.page, "**/bootstrap/")
    walk.widget.launcher.click()
    expect(walk.widget.panel).to_have_attribute("data-phase", "loading")
    walk.check("loading")
    wait_until(lambda: walk.page.evaluate("1") and held)
    walk.api.faults["bootstrap"] = Fault(403, "blocked", "This chat is closed to you.")
    held[0].continue_()
    expect(walk.widget.panel.get_by_text("This chat is closed to you.")).to_be_visible()
    walk.check("problem")
    walk.page.unroute("**/bootstrap/")
    walk.press("Try again")
    expect(walk.widget.panel).to_have_attribute("data-phase", "ready")
    walk.check("empty")


def conversation(walk: Walk) -> None:
    widget, api = walk.widget, walk.api
    picture = api.attach("table.png", "image/png", png())
    paper = api.attach("plan.pdf", "application/pdf", PDF)
    api.write("Is the **oak** table in stock?", created_at="2026-01-01T10:00:00Z", read_at=READ)
    api.say("It is: https://shop.example/oak", created_at="2026-01-01T10:01:00Z", read_at=READ)
    api.say("Here it is.", created_at="2026-01-01T10:02:00Z", read_at=READ, attachments=[picture, paper])
    expect(widget.theirs.last.get_by_role("link")).to_have_count(2)
    api.change(typing=True, assignee="Anna")
    api.faults["send"] = Fault(400, "invalid", "Too long.")
    widget.write("refused")
    expect(widget.mine.last).to_have_attribute("data-state", "failed")
    api.faults["send"] = Fault(503, "unavailable", times=99, retry_after=1)
    widget.write("waiting")
    expect(widget.mine.last).to_have_attribute("data-state", "waiting")
    expect(widget.panel.get_by_text("is typing")).to_be_visible()
    walk.check("conversation")
    walk.press("Close chat")
    api.say("Anything else?")
    expect(widget.badge).to_have_text("1")
    walk.check("unread")


def files(walk: Walk) -> None:
    widget = walk.widget
    widget.open()
    walk.check("news divided off")
    choose(widget, payload("photo.png"), payload("page.html", "text/html", b"<h1>"))
    expect(widget.picked).to_have_count(1)
    expect(widget.panel.locator(".msgr-alert")).not_to_be_empty()
    walk.check("tray")
    dragged = transfer(walk.page, [("a.png", "image/png", list(png(8, 8)))])
    widget.log.dispatch_event("dragenter", {"dataTransfer": dragged})
    expect(widget.panel).to_have_attribute("data-drop", "Drop files here")
    walk.check("drop zone")


def asking(walk: Walk) -> None:
    walk.again(ASKING)
    walk.widget.open()
    walk.press("Continue")
    expect(walk.widget.panel.get_by_text("Please tick the box")).to_be_visible()
    walk.check("pre-chat with errors and consent")


def absence(walk: Walk) -> None:
    walk.again(AWAY)
    walk.widget.open()
    expect(walk.widget.panel.locator(".msgr-notice")).to_be_visible()
    expect(walk.widget.panel.locator(".msgr-privacy")).to_be_visible()
    walk.check("away")
    walk.api.faults.clear()
    walk.widget.panel.get_by_role("textbox", name="Message").fill("hello")
    walk.press("Send")
    expect(walk.widget.panel.get_by_role("form")).to_be_visible()
    walk.check("details")


def rating(walk: Walk) -> None:
    walk.again({})
    for kind, choice in (("stars", "4 stars"), ("nps", "7")):
        walk.api.change(rating=kind, rated=False)
        walk.page.reload()
        walk.widget.open()
        walk.widget.panel.get_by_role("radio", name=choice, exact=True).check()
        expect(walk.widget.panel.get_by_role("textbox", name="Tell us more")).to_be_visible()
        walk.check(kind)
    walk.widget.panel.locator(".msgr-card").get_by_role("button", name="Send").click()
    expect(walk.widget.panel.get_by_text("Thank you for your rating!")).to_be_visible()
    walk.check("thanks")
